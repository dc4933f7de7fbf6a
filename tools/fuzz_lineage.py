"""`make fuzz-lineage`: derives the lineage of random scripts, the same for a seed, which DuckDB judges (tools/lineage_judge).

Exit code 1 if an edge is stated that is false, or missing while no problem is said: the smallest scripts with such faults are printed.
"""

import sys
import threading
from importlib.metadata import version

import click

from tools.lineage_judge.judge import FORMS, Judge
from tools.lineage_judge.verdict import Verdict, judged, script, smallest

SECONDS = 5
"""After which the judge gives a script up."""
BETWEEN = 500
SHOWN = 5
MOST_FAULTS = 100


@click.command()
@click.option("--scripts", default=10_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--first", default=0, show_default=True, help="Number of the first one.")
def main(scripts: int, seed: int, first: int) -> None:
    """Derive random scripts and have them judged."""
    judge, verdicts, faults, given_up = Judge(), list[Verdict](), list[Verdict](), 0
    for number in range(first, first + scripts):
        steps = script(seed, number)
        patience = threading.Timer(SECONDS, judge.engine.interrupt)
        patience.start()
        verdict = judged(judge, steps)
        patience.cancel()
        if verdict is None:
            given_up += 1
        else:
            verdicts.append(verdict)
            if verdict.is_fault:
                faults.append(smallest(judge, steps) or verdict)
        if (number + 1 - first) % BETWEEN == 0 or number + 1 == first + scripts or len(faults) >= MOST_FAULTS:
            click.echo(f"{number + 1 - first} scripts, {given_up} that DuckDB cannot run, {_counted(verdicts)}")
        if len(faults) >= MOST_FAULTS:
            break
    for fault in sorted(faults, key=lambda each: len(each.sql))[:SHOWN]:
        click.echo(f"\n{fault}")
    click.echo(f"{len(faults)} faulty scripts of seed {seed}, sqlglot {version('sqlglot')}")
    sys.exit(1 if faults else 0)


def _counted(verdicts: list[Verdict]) -> str:
    said = sum(len(each.missing) for each in verdicts if each.problems)
    silent = sum(len(each.missing) for each in verdicts if not each.problems)
    false = sum(len(each.false) for each in verdicts)
    forming = sum(edge[-1] == FORMS for each in verdicts for edge in each.true)
    deciding = sum(len(each.true) for each in verdicts) - forming
    return f"{forming} DIRECT and {deciding} INDIRECT edges: {false} false, {silent} missing in silence, {said} missing and said"


if __name__ == "__main__":
    main()
