"""What Terraform's states say, for a person: what is deployed, since when, whether somebody is at it, and what the stacks put out."""

import json
import textwrap
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from modules.graph import READS
from operations.deployment import Deployment
from operations.findings import here
from operations.stack_state import StackState

HIDDEN = "(sensitive)"


def deployed(deployment: Deployment) -> list[str]:
    """The stacks of which there is anything, also one that the settings no longer want, in an order in which they can be deployed."""
    return [stack for stack in READS if deployment.resources(stack)]


def show_state(deployment: Deployment, console: Console, stacks: Sequence[str] = tuple(READS), *, with_addresses: bool = False) -> int:
    """Print a line for each stack, what was left half made, and for a state that is locked how to unlock it. The exit code is 0."""
    states = {stack: deployment.states.of(stack) for stack in stacks}
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
    for heading in ("Stack", "Resources", "Serial", "Last change", "State"):
        table.add_column(heading, overflow="fold")
    for stack, state in states.items():
        if state and state.resources:
            table.add_row(stack, str(state.resources), str(state.content["serial"]), _when(state), _where_and_why(deployment, stack))
        elif stack in deployment.stacks:
            table.add_row(stack, "not deployed", "", "", where(deployment, stack))
    console.print(table)
    for stack, state in states.items():
        if state and with_addresses:
            console.print(Text("\n".join(f"  {address}" for address in state.addresses)), soft_wrap=True)
        if state and state.half_made:
            made_anew = here(f"made anew by `make deploy STACK={stack}`")
            console.print(f"{stack}: half made, {made_anew}: {', '.join(state.half_made)}", soft_wrap=True)
        _show_lock(deployment, stack, console)
    return 0


def where(deployment: Deployment, stack: str) -> str:
    """The place of a stack's state, for a person."""
    return str(deployment.states.place(stack))


def show_outputs(deployment: Deployment, console: Console, stacks: Sequence[str]) -> None:
    """Print each output of those stacks that are deployed: its name, its value unless it is sensitive, what it is."""
    for stack in stacks:
        state = deployment.states.of(stack)
        outputs = state.outputs if state else {}
        if not outputs:
            console.print(f"{stack}: {'no outputs' if state and state.resources else 'not deployed'}")
            continue
        console.print(Text(stack, "bold"))
        descriptions = _descriptions(deployment, stack)
        for name, output in sorted(outputs.items()):
            console.print(Text(f"  {name}"), Text(descriptions.get(name, ""), "dim"), soft_wrap=True)
            console.print(Text(textwrap.indent(_value(output), "      ")), soft_wrap=True)


def _value(output: dict[str, Any]) -> str:
    if output.get("sensitive"):
        return HIDDEN
    value = output["value"]
    return value if isinstance(value, str) else json.dumps(value, indent=2)


def _descriptions(deployment: Deployment, stack: str) -> dict[str, str]:
    """{output: what it is}, from the synthesized stack; empty where nothing has been synthesized."""
    path = deployment.root / "cdktf.out/stacks" / stack / "cdk.tf.json"
    if not path.exists():
        return {}
    outputs = json.loads(path.read_text(encoding="utf-8")).get("output", {})
    return {name: output.get("description", "") for name, output in outputs.items()}


def _when(state: StackState) -> str:
    return state.changed.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _where_and_why(deployment: Deployment, stack: str) -> str:
    return where(deployment, stack) + ("" if stack in deployment.stacks else " (the settings no longer want it)")


def _show_lock(deployment: Deployment, stack: str, console: Console) -> None:
    lock = deployment.states.lock(stack)
    if lock is None:
        return
    operation = lock.info["Operation"].removeprefix("OperationType").lower()
    console.print(f"{stack}: locked by {lock.info['Who']}, {operation}, since {lock.info['Created']}", soft_wrap=True)
    # A local state is locked by the operating system, which forgets with the process: the file that stays behind holds nobody up.
    unlock = f"`terraform -chdir=cdktf.out/stacks/{stack} force-unlock {lock.info['ID']}`"
    cure = unlock if lock.place.bucket else f"`rm {lock.place.name}`"
    console.print(f"      if that has ended without unlocking it: {cure}", soft_wrap=True)
