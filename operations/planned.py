"""What Terraform has planned for a stack, from the plan that it wrote: how much of what, and what is replaced and why.

Source of the form: Terraform, "JSON Output Format", "Plan Representation" and "Change Representation".
"""

import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from operations.cdktf import CannotRun, terraform

FILE = "plan"
"""Where `cdktf diff` has Terraform write the plan, in the stack's folder."""
KINDS = ("add", "change", "replace", "destroy")
ACTIONS = {
    ("create",): "add",
    ("update",): "change",
    ("delete",): "destroy",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
}
REASONS = {"replace_because_tainted": "it was left half made", "replace_by_triggers": "what it hangs on changes"}


@dataclass(frozen=True)
class Planned:
    """How many things a plan adds, changes, replaces and destroys; and what it replaces, each with the reason."""

    counts: Mapping[str, int]
    replaced: tuple[str, ...]


def read(root: Path, stack: str) -> Planned:
    """What a plan that `cdktf diff` has made would do. The plan is removed, whatever happens: it holds all values in the clear.

    Raises CannotRun.
    """
    folder = root / "cdktf.out/stacks" / stack
    try:
        shown = subprocess.run([terraform(), "show", "-json", FILE], cwd=folder, capture_output=True, check=False)
    finally:
        (folder / FILE).unlink(missing_ok=True)
    if shown.returncode:
        raise CannotRun(f"Terraform does not show what it has planned for {stack}: {shown.stderr.decode(errors='replace').strip()}")
    return of(json.loads(shown.stdout))


def of(plan: Mapping[str, Any]) -> Planned:
    """What a plan in Terraform's JSON would do. What it only reads, or leaves as it is, is not counted."""
    changes = plan.get("resource_changes", [])
    kinds = [(ACTIONS.get(tuple(change["change"]["actions"])), change) for change in changes]
    return Planned(Counter(kind for kind, _ in kinds if kind), tuple(_replaced(change) for kind, change in kinds if kind == "replace"))


def show(planned: Mapping[str, Planned], waiting: Mapping[str, str], console: Console) -> None:
    """Print a row for each stack, those with why they could not be planned, and every replacement."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
    table.add_column("Stack")
    for kind in KINDS:
        table.add_column(kind.capitalize(), justify="right")
    for stack, found in planned.items():
        table.add_row(stack, *(str(found.counts.get(kind, 0)) for kind in KINDS))
    console.print()
    console.print(table)
    for stack, found in planned.items():
        for name in found.replaced:
            console.print(Text(f"{stack} replaces {name}", "bold yellow"), soft_wrap=True)
    for reads in waiting.values():
        console.print(f"{reads}: it can be planned after that", soft_wrap=True)


def _replaced(change: Mapping[str, Any]) -> str:
    """Its address, what AWS knows it by, and which arguments or what else makes it new. Values may be secret, and are left out."""
    before = change["change"].get("before") or {}
    name = next((str(before[key]) for key in ("name", "id") if before.get(key)), "")
    arguments = {str(path[0]) for path in change["change"].get("replace_paths", [])}
    reason = ", ".join(sorted(arguments)) or REASONS.get(change.get("action_reason", ""), "as asked")
    return f"{change['address']}{f' ({name})' if name else ''}: {reason}"
