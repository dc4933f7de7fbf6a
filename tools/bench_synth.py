"""How long it takes to synthesize all stacks, warm and cold: `make bench-synth`.

Cold is the first time on a machine: jsii has yet to unpack the packages, and to index their types. Warm is every later time.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent
WANTED = {"warm": 3.0, "cold": 10.0}


def synthesize(folder: Path, **environ: str) -> float:
    """Seconds that main.py takes, writing to a folder. Raises CalledProcessError when it fails."""
    os.sync()  # the hundreds of megabytes that a cold run has written are no matter of the next run's
    begin = time.perf_counter()
    environment = os.environ | environ | {"CDKTF_OUTDIR": str(folder / "cdktf.out")}
    subprocess.run([sys.executable, "main.py"], cwd=ROOT, env=environment, check=True)
    return time.perf_counter() - begin


def measure(runs: int) -> dict[str, list[float]]:
    """{warm or cold: seconds of each run}."""
    seconds: dict[str, list[float]] = {"warm": [], "cold": []}
    with tempfile.TemporaryDirectory() as folder:
        synthesize(Path(folder))
        seconds["warm"] = [synthesize(Path(folder)) for _ in range(runs)]
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            seconds["cold"].append(synthesize(Path(folder), JSII_RUNTIME_PACKAGE_CACHE_ROOT=f"{folder}/jsii"))
    return seconds


@click.command()
@click.option("--runs", type=click.IntRange(1), default=3, show_default=True)
def main(runs: int) -> None:
    """Print the median of both."""
    for kind, seconds in measure(runs).items():
        each = ", ".join(f"{second:.1f}" for second in seconds)
        click.echo(f"{kind}: {statistics.median(seconds):.1f} s (wanted: {WANTED[kind]:.0f} s at most; each run: {each})")


if __name__ == "__main__":
    main()
