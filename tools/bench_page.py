"""How long a browser takes to draw a lineage page: `make bench-page`. Needs Chromium."""

import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from lineage import page
from lineage.graph import Column, ColumnEdge, Dataset, DatasetId, Field, Graph, Job

NODES = (27, 300, 1000)
WANTED = 3.0
"""Seconds for the largest."""
SEED = 2008
LAYERS = 8
COLUMNS = 6
NAMES = ("chromium", "google-chrome", "chromium-browser")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--no-proxy-server", "--window-size=1440,900")
SECONDS = 180


def warehouse(nodes: int) -> Graph:
    """Datasets in layers, half of the nodes: each but those of the first has a job that makes it of one to three from the layers before."""
    chance = random.Random(SEED)  # noqa: S311 - the same graph each time
    tables = nodes * 8 // 15
    ids = [DatasetId("redshift://wg.eu-west-1:5439", f"dev.layer_{place * LAYERS // tables}.table_{place}") for place in range(tables)]
    first = next(place for place, id_ in enumerate(ids) if ".layer_1." in id_.name)
    jobs, edges = [], set()
    for number in range(nodes - tables):
        target = ids[first + number % (tables - first)]
        origins = tuple(chance.sample(ids[: ids.index(target)], min(chance.randint(1, 3), ids.index(target))))
        jobs.append(Job("tickit", f"dag_{number % 40}.load_{number}", origins, (target,), None, None))
        edges |= {
            ColumnEdge(Column(origin, f"column_{column}"), Column(target, f"column_{column}"))
            for origin in origins
            for column in range(COLUMNS)
        }
    fields = tuple(Field(f"column_{column}", "varchar") for column in range(COLUMNS))
    return Graph(tuple(jobs), tuple(Dataset(id_, fields) for id_ in ids), frozenset(edges))


def seconds(browser: str, address: str, folder: Path) -> float:
    """Until the browser has the whole document, from its start. Raises CalledProcessError."""
    begin = time.perf_counter()
    subprocess.run(
        [browser, *FLAGS, f"--user-data-dir={folder / 'profile'}", "--dump-dom", address], capture_output=True, timeout=SECONDS, check=True
    )
    return time.perf_counter() - begin


@click.command()
@click.option("--runs", type=click.IntRange(1), default=3, show_default=True)
def main(runs: int) -> None:
    """Print the median for graphs of each size, less what the browser takes for an empty page."""
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    if browser is None:
        sys.exit(f"no browser: install one of {', '.join(NAMES)}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds(browser, "about:blank", folder)  # makes its profile
        empty = statistics.median(seconds(browser, "about:blank", folder) for _ in range(runs))
        for nodes in NODES:
            graph = warehouse(nodes)
            file = folder / "page.html"
            file.write_text(page.render(graph), encoding="utf-8")
            each = [seconds(browser, file.as_uri(), folder) - empty for _ in range(runs)]
            wanted = f"wanted: {WANTED:.0f} s at most; " if nodes == NODES[-1] else ""
            shown = ", ".join(f"{second:.2f}" for second in each)
            click.echo(
                f"{len(graph.jobs) + len(graph.datasets)} nodes, {len(graph.column_edges)} column edges: "
                f"{statistics.median(each):.2f} s ({wanted}each run: {shown})"
            )


if __name__ == "__main__":
    main()
