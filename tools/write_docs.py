"""Writes what the documents generate from the code: the stacks, how long they take, the settings, the cost. `make docs`.

The stacks are those that the example's settings make, as synthesized. The text around the generated parts is written by hand.
"""

import modules.lazy_providers  # noqa: F401 - before cdktf

# isort: split

import json
import re
import tempfile
from collections.abc import Callable, Mapping
from html import escape
from math import ceil
from pathlib import Path
from typing import Any

import click

from main import ROOT, deployment
from modules.environment import EXAMPLE
from modules.setting_rules import toml
from modules.settings import Settings, load
from operations.cost.command import example_markdown
from tools.critical_path import chain, critical_path, duration
from tools.generated import put
from tools.synthesized import SynthesizedStack, read

READ = re.compile(r"data\.terraform_remote_state\.([\w-]+)\.outputs\.(\w+)")


def parts(stack: SynthesizedStack) -> list[str]:
    """The constructs that a stack consists of."""
    paths = (stack.path_of(address).split("/")[1] for address in stack.blocks if not address.startswith("data."))
    return list(dict.fromkeys(path.replace("_", " ") for path in paths))


def reads(stack: SynthesizedStack) -> dict[str, list[str]]:
    """{other stack: its outputs that this one reads}."""
    found: dict[str, set[str]] = {}
    for upstream, output in READ.findall(json.dumps(stack.terraform)):
        found.setdefault(upstream, set()).add(output)
    return {upstream: sorted(outputs) for upstream, outputs in sorted(found.items())}


def diagram(stacks: list[SynthesizedStack]) -> str:
    """The stacks as a Mermaid flowchart: an arrow from a stack to those that are deployed after it."""
    lines = ["```mermaid", "flowchart LR"]
    lines += [f'    {stack.id}["<b>{stack.id}</b><br/>{"<br/>".join(parts(stack))}"]' for stack in stacks]
    lines += [f"    {upstream} --> {stack.id}" for stack in stacks for upstream in stack.dependencies]
    return "\n".join([*lines, "```"])


def stack_table(stacks: list[SynthesizedStack]) -> str:
    """What each stack consists of and reads."""
    lines = ["| stack | resources | reads |", "|---|---|---|"]
    for stack in stacks:
        resources = sum(not address.startswith("data.") for address in stack.blocks)
        outputs = [f"{upstream}: {', '.join(f'`{output}`' for output in found)}" for upstream, found in reads(stack).items()]
        lines.append(f"| {stack.id} | {resources} | {'<br/>'.join(outputs) or 'nothing'} |")
    return "\n".join(lines)


def settings_table() -> str:
    """Every setting with its default, or with an example where it has none."""
    lines = ["| setting | default | |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        example: Any = (field.examples or [None])[0]
        default = "*required*, " + f"`{toml(example)}`" if field.is_required() else f"`{toml(field.default)}`"
        shown = default if field.is_required() or field.default == example else f"{default}, or `{toml(example)}`"
        lines.append(f"| `{name}` | {shown.replace('`null`', 'unset')} | {escape(field.description or '', quote=False)} |")
    return "\n".join(lines)


def stacks_part(stacks: list[SynthesizedStack]) -> str:
    """What there is, drawn and listed."""
    return f"{diagram(stacks)}\n\n{stack_table(stacks)}"


def minutes_table(stacks: list[SynthesizedStack]) -> str:
    """How long each stack, and the whole of them, waits for what is slow to make."""
    rows = [(stack.id, ", ".join(stack.dependencies) or "nothing", _minutes(duration(chain(stack, 0)))) for stack in stacks]
    rows.append(("**all**, side by side", "", f"**{_minutes(duration(critical_path(stacks)))}**"))
    lines = ["| stack | after | minutes of waiting |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


PARTS: Mapping[str, Mapping[str, Callable[[list[SynthesizedStack]], str]]] = {
    "docs/architecture.md": {"stacks": stacks_part, "settings": lambda _: settings_table()},
    "docs/deploy.md": {"minutes": minutes_table, "cost": lambda _: example_markdown()},
}
"""{document: {part: what writes it}}"""


def document(name: str, stacks: list[SynthesizedStack], text: str) -> str:
    """A document's text with its generated parts anew. Raises ValueError where it has no place for one."""
    for part, write in PARTS[name].items():
        text = put(name, part, "make docs", write(stacks), text)
    return text


def _minutes(seconds: int) -> str:
    return str(ceil(seconds / 60)) if seconds else "none to speak of"


@click.command()
def main() -> None:
    """Write the documents that PARTS names."""
    with tempfile.TemporaryDirectory() as folder:
        deployment(load(EXAMPLE, {}), Path(folder)).synth()
        stacks = read(Path(folder))
        for name in PARTS:
            (ROOT / name).write_text(document(name, stacks, (ROOT / name).read_text()))


if __name__ == "__main__":
    main()
