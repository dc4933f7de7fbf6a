"""Both DAGs written with stock operators only, with this package and without it: what `make compare-stock` does.

With it is in an environment made anew, of that Airflow and what goes with it by its constraints, and of the wheel: nothing of this
repository is on its path, and there is no plugins folder. The warehouse's connection is one with a password, as a person's own MWAA may
have it: before Airflow 2.11 stock operators cannot sign in by IAM.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from lineage.client import read_lineage
from lineage.expected import Expected
from lineage.expected_files import load
from lineage.graph import Column, ColumnEdge, DatasetId, Graph
from local.console import Progress
from local.settings import BUCKET, DAGS, DATABASE, EXTERNAL_SCHEMA, GLUE_DATABASE, JOBS_NAMESPACE, ROOT, WAREHOUSE_NAMESPACE, Settings
from local.system import running
from modules.runtimes import Runtime, load_runtimes, release
from tools.build_wheel import build
from tools.generated import get, put

HERE = Path(__file__).with_name("stock_dags")
WAREHOUSE = "WAREHOUSE"
"""The connection of the DAGs there."""
README = ROOT / "README.md"
PART, COMMAND = "stock operators", "make compare-stock"
HEAD = """\
| Airflow | integration | alone: column edges right | wrong | datasets | with the package: right | wrong | datasets |
|---|---|---|---|---|---|---|---|"""
ROW = re.compile(r"^\| (?P<version>\d+\.\d+\.\d+) \|.*$", re.MULTILINE)


@dataclass(frozen=True)
class Score:
    """How much of the expected lineage a store has, and what it has besides."""

    columns: int
    wrong: int
    tables: int

    def cells(self, expected: Expected) -> list[str]:
        """Column edges that are right, those that are wrong, datasets that are there."""
        return [f"{self.columns} of {len(expected.column_edges)}", str(self.wrong), f"{self.tables} of {len(expected.datasets)}"]


def compare(runtimes: Sequence[Runtime], state: Path, console: Console) -> int:
    """Print a Markdown table, a line for each version, and write it into the README, where the lines of other versions stay.

    The exit code is 0 only if with the package nothing is missing or wrong.
    """
    expected = load(DAGS, {"bucket": BUCKET, "warehouse": WAREHOUSE_NAMESPACE, "database": DATABASE})
    requirements = _requirements(build(state / "wheel"))
    rows: dict[str, str] = {}
    perfect = True
    for runtime in runtimes:
        folder = state / runtime.airflow
        alone, ours = (_run(runtime, folder, expected, console, package) for package in (None, requirements))
        perfect &= ours == Score(len(expected.column_edges), 0, len(expected.datasets))
        cells = [runtime.airflow, f"{runtime.integration} {runtime.integration_version}", *alone.cells(expected), *ours.cells(expected)]
        rows[runtime.airflow] = f"| {' | '.join(cells)} |"
        README.write_text(table_in(README.read_text(), rows))
    console.print("\n".join([HEAD, *rows.values()]), soft_wrap=True, highlight=False)
    return 0 if perfect else 1


def table_in(text: str, rows: Mapping[str, str]) -> str:
    """The README's text with these rows, by version, besides those that it has of other versions."""
    stands = {row["version"]: row[0] for row in ROW.finditer(get(README.name, PART, COMMAND, text))}
    every = {**stands, **rows}
    listed = [every[runtime.airflow] for runtime in sorted(load_runtimes().values(), key=release) if runtime.airflow in every]
    return put(README.name, PART, COMMAND, "\n".join([HEAD, *listed]), text)


def _requirements(wheel: Path) -> Path:
    """A file of requirements that names the wheel, by its content: another one makes the environment anew."""
    file = wheel.with_name("requirements.txt")
    file.write_text(f"mwaa-lineage @ {wheel.resolve().as_uri()}#sha256={hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    return file


def _run(runtime: Runtime, state: Path, expected: Expected, console: Console, package: Path | None) -> Score:
    """Of one version, with the requirements `package` or without any."""
    quiet, how = Progress(Console(quiet=True)), "with the package" if package else "alone"
    settings = Settings(
        state, 0.01, airflow_version=runtime.airflow, dags=_dags(state.with_name(f"{state.name}-dags")), requirements=package
    )
    with Progress(console).step(f"Airflow {runtime.airflow}, {how}"), running(settings, quiet) as system:
        shutil.rmtree(system.airflow.home / "plugins")
        system.aws.put_secrets({f"airflow/connections/{WAREHOUSE}": system.warehouse.loader_uri})
        system.airflow.environment["AIRFLOW__MWAA_LINEAGE__NAMESPACES"] = json.dumps({WAREHOUSE: WAREHOUSE_NAMESPACE})
        if not package:
            system.airflow.environment |= {"OPENLINEAGE_URL": system.store.url, "OPENLINEAGE_NAMESPACE": JOBS_NAMESPACE}
        for dag_id in sorted(path.stem for path in HERE.glob("*.py")):
            run = system.airflow.test_dag(dag_id)
            if not run.succeeded:
                console.print(f"  {dag_id} {run.state}: {run.error}")
        system.drain()
        return score(expected, _by_our_name(read_lineage(system.store.url)))


def _dags(folder: Path) -> Path:
    """A folder with DAGs that know nothing of the package, and their SQL."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE, folder)
    shutil.copytree(DAGS / "sql", folder / "sql")
    return folder


def score(expected: Expected, graph: Graph) -> Score:
    """What a graph has of what is expected."""
    found = {dataset.id for dataset in graph.datasets}
    return Score(
        len(graph.column_edges & expected.column_edges),
        len(graph.column_edges - expected.column_edges),
        len(found & set(expected.datasets)),
    )


def _by_our_name(graph: Graph) -> Graph:
    """The warehouse and the lake called as here, so that an integration is not judged by the names that it gives them."""
    lake = f"{DATABASE}.{EXTERNAL_SCHEMA}."

    def named(id_: DatasetId) -> DatasetId:
        if not id_.namespace.startswith("postgres://"):
            return id_
        if id_.name.startswith(lake):
            return DatasetId(f"s3://{BUCKET}", f"{GLUE_DATABASE}/{id_.name.removeprefix(lake)}")
        return replace(id_, namespace=WAREHOUSE_NAMESPACE)

    def column(column: Column) -> Column:
        return replace(column, dataset=named(column.dataset))

    datasets = tuple(replace(dataset, id=named(dataset.id)) for dataset in graph.datasets)
    edges = frozenset(ColumnEdge(column(edge.origin), column(edge.target)) for edge in graph.column_edges)
    return replace(graph, datasets=datasets, column_edges=edges)
