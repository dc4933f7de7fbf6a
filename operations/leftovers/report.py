"""What a person reads after a destroy."""

from rich.console import Console
from rich.text import Text

from operations.deployment import Deployment
from operations.leftovers.survey import Survey, survey


def report(deployment: Deployment, console: Console) -> int:
    """Print what is left with the command that removes each, what is kept, and the sum.

    The exit code is 1 while anything is left, or while something could not be looked for.
    """
    with console.status("looking for what is left"):
        found = survey(deployment)
    _print_leftovers(found, console)
    for line in found.kept:
        console.print(Text.assemble(("  kept ", "dim"), line), soft_wrap=True)
    for line in found.unread:
        console.print(Text.assemble(("  ! ", "yellow"), line), soft_wrap=True)
    complete = not found.leftovers and not found.unread
    console.print(Text(_sum(found, deployment), "bold green" if complete else "bold red"), soft_wrap=True)
    return 0 if complete else 1


def _print_leftovers(found: Survey, console: Console) -> None:
    for leftover in found.leftovers:
        console.print(Text.assemble(("  ✗ ", "bold red"), f"{leftover.kind}: {leftover.name}"), soft_wrap=True)
        console.print(Text(f"      {leftover.command}"), soft_wrap=True)
        if leftover.note:
            console.print(Text(f"      {leftover.note}"), soft_wrap=True)


def _sum(found: Survey, deployment: Deployment) -> str:
    count, whose = len(found.leftovers), f"of {deployment.settings.deployment_id} in {deployment.settings.region}"
    if count:
        things = "1 thing is" if count == 1 else f"{count} things are"
        return f"{things} left {whose}. The commands remove them, from top to bottom."
    if found.unread:
        return f"Nothing was found {whose}, but not everything could be looked for."
    return f"Nothing is left {whose}."
