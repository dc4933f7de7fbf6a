"""Where the demo's time goes: whole runs of `python -m local demo`, and the median of each step over them."""

import re
import statistics
import subprocess
import sys
import time
from collections import defaultdict

import click
from rich.console import Console
from rich.table import Table

from local.settings import ROOT

STEP = re.compile(r"^  ✓ (?P<name>.*?) +(?P<seconds>[\d.]+) s$", re.MULTILINE)


@click.command()
@click.option("--runs", default=3, help="Whole runs of the demo.")
@click.option("--scale", default=1.0, help="Factor on TICKIT's row counts.")
def main(runs: int, scale: float) -> None:
    """Print minimum, median and maximum seconds of each step and of the whole; steps overlap, so they add up to more."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for _ in range(runs):
        started = time.monotonic()
        command = [sys.executable, "-m", "local", "demo", f"--scale={scale}"]
        demo = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if demo.returncode != 0:
            sys.exit(f"the demo failed:\n{demo.stdout}{demo.stderr}")
        for step in STEP.finditer(demo.stdout):
            seconds[step["name"]].append(float(step["seconds"]))
        seconds["from the command to the verdict"].append(time.monotonic() - started)
    Console().print(_table(seconds))


def _table(seconds: dict[str, list[float]]) -> Table:
    table = Table("step", "minimum", "median", "maximum", box=None, pad_edge=False)
    for name, values in seconds.items():
        table.add_row(name, *(f"{figure:.1f} s" for figure in (min(values), statistics.median(values), max(values))))
    return table


if __name__ == "__main__":
    main()
