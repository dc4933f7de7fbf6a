"""Plan, deploy and destroy the stacks: one or all, in the order in which they read each other, and never behind a person's back."""

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from local.console import Progress
from modules.graph import READS
from operations import bootstrap, cdktf, expiry, planned, state
from operations.crawl import ensure_crawled
from operations.deployment import Deployment
from operations.findings import Level, here, problems, show

REFUSED = 2
HEADLINES = {
    "network": ("lineage_endpoint",),
    "redshift": ("endpoint_host",),
    "mwaa": ("airflow_ui_url",),
    "marquez": ("marquez_ui_url", "marquez_warning"),
}
"""{stack: the outputs that people look for}"""


class Refused(Exception):
    """A command that cannot do what it was asked; the message says why and what to do instead."""


def plan(deployment: Deployment, console: Console, stack: str | None = None, *, verbose: bool = False) -> int:
    """Show what a deploy would change: a row for each stack that can be planned, and with `verbose` Terraform's own words before it.

    Raises Refused, NotOurs, CannotRun.
    """
    wanted = _wanted(deployment, stack)
    _require_days_left(deployment)
    deployment.require_login()
    _require_state_bucket(deployment)
    there = state.deployed(deployment)
    waiting = {name: missing for name in wanted if (missing := _missing(name, there))}
    if stack in waiting:
        raise Refused(_waits(stack, waiting[stack]))
    found: dict[str, planned.Planned] = {}
    for name in (name for name in wanted if name not in waiting):
        if code := _diff(deployment, console, name, *(["--skip-synth"] if found else []), verbose=verbose):
            return code
        found[name] = planned.read(deployment.root, name)
    planned.show(found, {name: _reads(name, missing) for name, missing in waiting.items()}, console)
    if not verbose:
        console.print("VERBOSE=1 shows what changes in each")
    return 0


def deploy(
    deployment: Deployment, console: Console, stack: str | None = None, *, yes: bool, look_first: Callable[[], int] | None = None
) -> int:
    """Make what the settings describe, or change what is there to it, and see to it that the lake's catalog is filled.

    Where `look_first` gives another exit code than 0, that is this one's, and nothing is made. Asks before it begins, unless `yes`. Raises
    Refused, NotOurs, CannotRun.
    """
    wanted = _wanted(deployment, stack)
    _require_days_left(deployment)
    _require_state_bucket(deployment)
    there = state.deployed(deployment)
    if stack and (missing := _missing(stack, there)):
        raise Refused(_waits(stack, missing))
    if not yes:
        _require_terminal(console, "deploy")
    if look_first and (code := look_first()):
        console.print(Text(here("Nothing was made. Mend the problems above, or deploy in spite of them: make deploy PREFLIGHT=0"), "bold"))
        return code
    if not yes and not _agrees(
        console, f"Deploy {', '.join(wanted)} of {deployment.settings.deployment_id} to {_place(deployment)}?", "deploy"
    ):
        return 1
    deployment.require_login()
    done = cdktf.run(deployment.root, console, "deploy", *_selection(stack), "--auto-approve")
    _show_seconds(done.seconds, console)
    if done.code:
        return _stopped(deployment, console, done.code, _command("deploy", stack))
    if "lake" in wanted and not _catalogued(deployment, console):
        return 1
    _show_headlines(deployment, console, wanted)
    return 0


def destroy(deployment: Deployment, console: Console, stack: str | None = None, *, yes: bool, report_leftovers: Callable[[], int]) -> int:
    """Destroy one stack that no other reads, or all; then `report_leftovers`, whose exit code is this one's.

    The deployment's id has to be typed, unless `yes`. Raises Refused, CannotRun.
    """
    wanted = _wanted(deployment, stack)
    there = state.deployed(deployment)
    doomed = [name for name in wanted if name in there]
    if readers := [name for name in there if stack in READS[name]]:
        raise Refused(f"{', '.join(readers)} {'reads' if len(readers) == 1 else 'read'} {stack}: {_destroy_first(deployment, readers)}")
    if stack is None and (orphans := [name for name in there if name not in deployment.stacks]):
        raise Refused(_orphaned(orphans))
    if doomed and deployment.settings.protect:
        raise Refused("protect = true refuses it: set protect = false in the settings, `make deploy`, then destroy")
    if doomed and not yes and not _insists(deployment, console, doomed):
        return 1
    if not doomed:
        console.print(f"{stack or 'nothing'} is {'not ' if stack else ''}deployed: there is nothing to destroy")
    elif code := _destroy(deployment, console, stack, doomed):
        return code
    if kept := bootstrap.kept(deployment):
        console.print(kept, soft_wrap=True)
    return report_leftovers()


def show_state(deployment: Deployment, console: Console, stack: str | None = None) -> int:
    """Print what is deployed: of one stack with the addresses of its resources, or of all. Raises Refused."""
    if stack in state.deployed(deployment):  # also one that the settings no longer want
        return state.show_state(deployment, console, [stack], with_addresses=True)
    return state.show_state(deployment, console, _wanted(deployment, stack) if stack else list(READS))


def show_outputs(deployment: Deployment, console: Console, stack: str | None = None) -> int:
    """Print what one stack or all have put out. Raises Refused."""
    state.show_outputs(deployment, console, _wanted(deployment, stack))
    return 0


def _diff(deployment: Deployment, console: Console, stack: str, *arguments: str, verbose: bool) -> int:
    """Have a stack planned; what is said of it is shown with `verbose`, and where it fails."""
    if verbose:
        console.print(Text(f"\n{stack}", "bold"))
        return cdktf.run(deployment.root, console, "diff", stack, *arguments).code
    with tempfile.TemporaryFile() as told:
        with console.status(f"planning {stack}"):
            code = cdktf.run(deployment.root, console, "diff", stack, *arguments, told=told).code
        if code:
            told.seek(0)
            console.print(Text(told.read().decode(errors="replace")), soft_wrap=True)
        return code


def _destroy(deployment: Deployment, console: Console, stack: str | None, doomed: Sequence[str]) -> int:
    deployment.require_login()
    alone = doomed[0] if len(doomed) == 1 else None
    done = cdktf.run(deployment.root, console, "destroy", *_selection(alone), "--auto-approve")
    _show_seconds(done.seconds, console)
    return _stopped(deployment, console, done.code, _command("destroy", stack)) if done.code else 0


def _wanted(deployment: Deployment, stack: str | None) -> list[str]:
    if stack is not None and stack not in deployment.stacks:
        raise Refused(f"there is no stack {stack!r}: choose one of {', '.join(deployment.stacks)}, or leave STACK out for all")
    return [stack] if stack else deployment.stacks


def _selection(stack: str | None) -> Sequence[str]:
    # cdktf insists on a stack's neighbours by themselves, deployed or not; with several stacks the flag makes it forget their order.
    return (stack, "--ignore-missing-stack-dependencies") if stack else ("*",)


def _missing(stack: str, there: Sequence[str]) -> list[str]:
    return [upstream for upstream in READS[stack] if upstream not in there]


def _reads(stack: str, missing: Sequence[str]) -> str:
    return f"{stack} reads {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not deployed"


def _waits(stack: str, missing: Sequence[str]) -> str:
    return f"{_reads(stack, missing)}: {' and '.join(f'`make deploy STACK={upstream}`' for upstream in missing)} first"


def _destroy_first(deployment: Deployment, readers: Sequence[str]) -> str:
    orphans = [reader for reader in readers if reader not in deployment.stacks]
    return _orphaned(orphans) if orphans else f"destroy {' and '.join(readers)} first"


def _orphaned(stacks: Sequence[str]) -> str:
    are, them = ("is", "it") if len(stacks) == 1 else ("are", "them")
    return f"{' and '.join(stacks)} {are} deployed, but lineage_url in the settings leaves {them} out: take lineage_url out, then destroy"


def _require_days_left(deployment: Deployment) -> None:
    for found in problems(list(expiry.findings(deployment))):
        raise Refused(f"{found.subject}: {found.detail}: {found.cure}")


def _require_state_bucket(deployment: Deployment) -> None:
    if bucket := bootstrap.missing(deployment):
        raise Refused(f"the bucket {bucket}, where state_backend keeps Terraform's state, is not there: `make bootstrap` first")


def _place(deployment: Deployment) -> str:
    return f"account {deployment.client('sts').get_caller_identity()['Account']}, {deployment.settings.region}"


def _agrees(console: Console, question: str, command: str) -> bool:
    _require_terminal(console, command)
    if console.input(f"{question} [y/N] ", markup=False).strip().lower() in ("y", "yes"):
        return True
    console.print("nothing was done")
    return False


def _insists(deployment: Deployment, console: Console, doomed: Sequence[str]) -> bool:
    _require_terminal(console, "destroy")
    console.print(f"This destroys {', '.join(doomed)} in {_place(deployment)}, with all data in it.", soft_wrap=True)
    id_ = deployment.settings.deployment_id
    if console.input(f"Type the deployment's id, {id_}, to go on: ").strip() == id_:
        return True
    console.print("nothing was done")
    return False


def _require_terminal(console: Console, command: str) -> None:
    if not (console.is_terminal and sys.stdin.isatty()):
        raise Refused(f"nobody can be asked without a terminal: `make {command} YES=1` agrees beforehand")


def _command(command: str, stack: str | None) -> str:
    return f"make {command}" + (f" STACK={stack}" if stack else "")


def _stopped(deployment: Deployment, console: Console, code: int, command: str) -> int:
    """Say what is there now, and how to go on."""
    console.print(Text("\nInterrupted." if code == cdktf.INTERRUPTED else "\nIt failed: see above.", "bold red"))
    console.print("Terraform has kept the state of what there is:")
    state.show_state(deployment, console)
    console.print(f"`{command}` goes on from there.")
    return code


def _show_seconds(seconds: Mapping[str, float], console: Console) -> None:
    for stack, duration in seconds.items():
        console.print(f"  {stack:<16}{duration // 60:3.0f} min {duration % 60:2.0f} s", highlight=False)


def _catalogued(deployment: Deployment, console: Console) -> bool:
    progress = Progress(console)
    with progress.live():
        finding = ensure_crawled(deployment, progress)
    show([finding], console)
    return finding.level is not Level.PROBLEM


def _show_headlines(deployment: Deployment, console: Console, stacks: Sequence[str]) -> None:
    for stack in stacks:
        found = deployment.states.of(stack)
        outputs = found.outputs if found else {}
        for name in HEADLINES.get(stack, ()):
            if name in outputs:
                console.print(Text(f"  {name:<18}{outputs[name]['value']}"), soft_wrap=True)
    console.print(here("`make outputs` prints the rest"))
