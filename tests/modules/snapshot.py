"""A synthesized stack as text for people: what is in it by the path of its construct, without CDKTF's own names and notes.

tests/modules/snapshots holds one of each stack, so that a review sees what a change does to what is deployed. To write them anew:
`make snapshots`.
"""

import re
from pathlib import Path
from typing import Any

import yaml

SNAPSHOTS = Path(__file__).parent / "snapshots"
HASH = re.compile(r"(assets/[\w./-]+/)[0-9A-F]{32}")


class Dumper(yaml.SafeDumper):
    """Texts of several lines as they are."""


Dumper.add_representer(
    str, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)
)


def text(stack: dict[str, Any]) -> str:
    """The stack as YAML: {section: {kind: {path: arguments}}}. References name paths, too; hashes of files are left out."""
    paths = _paths(stack)
    sections: dict[str, Any] = {}
    for section in ("terraform", "provider", "ephemeral", "output"):
        sections[section] = stack.get(section, {})
    for section in ("data", "resource"):
        kinds = stack.get(section, {})
        sections[section] = {
            kind: {paths.get(f"{kind}.{name}", name): _without_notes(block) for name, block in blocks.items()}
            for kind, blocks in kinds.items()
        }
    dumped = yaml.dump({section: found for section, found in sections.items() if found}, Dumper=Dumper, width=140, allow_unicode=True)
    for address, path in sorted(paths.items(), key=lambda pair: len(pair[0]), reverse=True):
        dumped = re.sub(rf"\b{re.escape(address)}\b", f"{address.split('.')[0]}.{path}", dumped)
    return HASH.sub(r"\1HASH", dumped)


def _paths(stack: dict[str, Any]) -> dict[str, str]:
    """{kind.name: path of the construct} of all that CDKTF has given a name of its own."""
    blocks = [
        (kind, name, block)
        for section in ("data", "resource")
        for kind, found in stack.get(section, {}).items()
        for name, block in found.items()
    ]
    paths = {f"{kind}.{name}": block["//"]["metadata"]["path"].split("/", 1)[1] for kind, name, block in blocks if "//" in block}
    return {address: path for address, path in paths.items() if not address.endswith(f".{path}")}


def _without_notes(block: dict[str, Any]) -> dict[str, Any]:
    """The arguments, and of the notes what is accepted of checkov's findings."""
    notes = {entry["id"]: entry["comment"] for entry in block.get("//", {}).get("checkov", {}).get("skip", [])}
    arguments = {name: value for name, value in block.items() if name != "//"}
    return arguments | ({"accepted findings": notes} if notes else {})
