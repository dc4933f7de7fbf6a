"""The longest chain of a deployment, and so how long it takes at least: `make critical-path`.

A stack begins when the stacks that it depends on have ended; in a stack a resource begins when what it refers to is there.
"""

from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import click

from tools.synthesized import SynthesizedStack, read

SECONDS = {
    "aws_mwaa_environment": 30 * 60,
    "aws_eks_cluster": 15 * 60,
    "aws_redshiftserverless_workgroup": 5 * 60,
    "aws_db_instance": 80,
    "aws_lb": 61,
    "aws_s3_bucket_lifecycle_configuration": 55,
    "aws_redshiftdata_statement": 30,
}
"""Upper ends of what was seen on AWS; the last four are what the provider itself waits at least. What is not here counts nothing."""


@dataclass(frozen=True)
class Step:
    """One link of a chain: `seconds` is how long it takes itself, `end` when it is there."""

    stack: str
    path: str
    seconds: int
    end: int


def chain(stack: SynthesizedStack, start: int) -> list[Step]:
    """The longest chain of a stack that begins at `start`, without the steps that take no time."""
    ends: dict[str, int] = {}
    previous: dict[str, str | None] = {}
    for address in TopologicalSorter(stack.waits_for).static_order():
        before = max(sorted(stack.waits_for[address]), key=lambda other: ends[other], default=None)
        previous[address] = before
        ends[address] = (ends[before] if before else start) + SECONDS.get(address.split(".")[0], 0)
    steps = []
    at: str | None = max(sorted(ends), key=lambda address: ends[address], default=None)
    while at:
        if seconds := SECONDS.get(at.split(".")[0], 0):
            steps.append(Step(stack.id, stack.path_of(at), seconds, ends[at]))
        at = previous[at]
    return steps[::-1]


def critical_path(stacks: list[SynthesizedStack]) -> list[Step]:
    """The longest chain over all stacks, which come in the order of their dependencies."""
    chains: dict[str, list[Step]] = {}
    for stack in stacks:
        earlier = max((chains[other] for other in stack.dependencies), key=duration, default=[])
        chains[stack.id] = [*earlier, *chain(stack, duration(earlier))]
    return max(chains.values(), key=duration, default=[])


def duration(steps: list[Step]) -> int:
    """Seconds until the last step of a chain is there."""
    return steps[-1].end if steps else 0


@click.command()
@click.argument("outdir", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("cdktf.out"))
def main(outdir: Path) -> None:
    """Print the longest chain of the deployment in OUTDIR, where `cdktf synth` has written it."""
    stacks = read(outdir)
    for stack in stacks:
        click.echo(f"{stack.id:<14} after {', '.join(stack.dependencies) or 'nothing':<14} {_minutes(duration(chain(stack, 0)))}")
    steps = critical_path(stacks)
    click.echo(f"\nThe longest chain takes {_minutes(duration(steps)).strip()}:")
    for step in steps:
        click.echo(f"  {_minutes(step.seconds)}  {step.path}")


def _minutes(seconds: int) -> str:
    return f"{seconds / 60:5.1f} min"


if __name__ == "__main__":
    main()
