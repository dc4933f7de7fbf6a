"""A folder of DAGs as an Airflow reads it: every DAG, the order in which they run, and the files that cannot be imported."""

import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from local.airflow_python import AirflowPython, airflow_python
from local.processes import Supervisor
from local.settings import DAGS, PLUGINS, WAREHOUSE_NAMESPACE
from modules.runtimes import as_environment, configuration_options, runtime

TOOL = "lineage-tool"
"""The tag of DAGs that are no pipeline: they look after the lineage of the others."""
READ_SECONDS = 300
READING = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACK_DEPTH": "100",  # a file's own line stands far up where the error is in a library
    "AIRFLOW__CORE__LAZY_LOAD_PLUGINS": "True",  # nothing runs, and nothing is sent
}
_READER = Path(__file__).with_name("airflow_bag.py")


class UnusableFolder(Exception):
    """The folder cannot be run as it is; the message names each file with its line, or what there is instead of the DAG wanted."""


@dataclass(frozen=True)
class Task:
    """A task of a DAG, and the class of its operator."""

    id: str
    operator: str


@dataclass(frozen=True)
class Dag:
    """A DAG: its tasks in an order in which they can run, and the tables that its SQL, its inlets and outlets read and write."""

    id: str
    file: Path
    tags: frozenset[str]
    tasks: tuple[Task, ...]
    reads: frozenset[str]
    writes: frozenset[str]

    @property
    def is_tool(self) -> bool:
        """Whether it is no pipeline, but looks after the lineage of those that are."""
        return TOOL in self.tags


@dataclass(frozen=True)
class DagFolder:
    """What stands in a folder; `errors` are the files that cannot be imported: `file:line: error`."""

    folder: Path
    dags: tuple[Dag, ...]
    errors: tuple[str, ...] = ()

    @cached_property
    def pipeline(self) -> tuple[Dag, ...]:
        """Every DAG that is no tool, each after those that write what it reads; by name where nothing tells, or where they go in a circle.

        Raises UnusableFolder when a file cannot be imported, or nothing is there.
        """
        if self.errors:
            raise UnusableFolder("\n".join(self.errors))
        waiting = sorted((dag for dag in self.dags if not dag.is_tool), key=lambda dag: dag.id)
        if not waiting:
            raise UnusableFolder(f"there is no DAG in {self.folder}")
        ordered: list[Dag] = []
        while waiting:
            ready = (dag for dag in waiting if not any(_feeds(other, dag) for other in waiting))
            ordered.append(next(ready, waiting[0]))
            waiting.remove(ordered[-1])
        return tuple(ordered)

    def chosen(self, names: Sequence[str]) -> tuple[Dag, ...]:
        """These DAGs in this order; all of the pipeline if none is named. Raises UnusableFolder also for one that is not there."""
        there = {dag.id: dag for dag in (*self.pipeline, *self.dags)}
        if missing := [name for name in names if name not in there]:
            raise UnusableFolder(f"there is no DAG {', '.join(missing)} in {self.folder}: there are {', '.join(there)}")
        return tuple(there[name] for name in names) or self.pipeline

    def with_needed(self, names: Sequence[str]) -> tuple[Dag, ...]:
        """These DAGs and all that they need before them, in the pipeline's order. Raises UnusableFolder as `chosen` does."""
        wanted = set(self.chosen(names))
        while more := {dag for dag in self.pipeline if dag not in wanted and any(_feeds(dag, other) for other in wanted)}:
            wanted |= more
        return tuple(dag for dag in (*self.pipeline, *(dag for dag in self.dags if dag.is_tool)) if dag in wanted)


def read_folder(folder: Path, command: Sequence[str], environment: Mapping[str, str], supervisor: Supervisor) -> DagFolder:
    """Let an Airflow read the folder. `command` is its Python's, `environment` what it runs in. Raises ProcessFailed."""
    found = supervisor.logs / "dags.json"
    variables = {**environment, **READING, "AIRFLOW__CORE__DAGS_FOLDER": str(folder)}
    # -P leaves the folder `local` out of the path of modules.
    supervisor.run(
        "Airflow's look at the DAGs",
        [*command, "-P", str(_READER), str(found)],
        environment=variables,
        log="dags.log",
        seconds=READ_SECONDS,
    )
    return parsed(folder, json.loads(found.read_text(encoding="utf-8")))


def read_alone(version: str, folder: Path = DAGS) -> DagFolder:
    """Let an Airflow of that version read the folder, without a system around it, and with this process's AWS credentials.

    Raises ProcessFailed, MissingArtefact.
    """
    return read_with(airflow_python(runtime(version)), folder)


def read_with(python: AirflowPython, folder: Path) -> DagFolder:
    """The same with an Airflow that is there. Raises ProcessFailed."""
    options = configuration_options(python.runtime.airflow, warehouse_namespace=WAREHOUSE_NAMESPACE)
    own = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")}
    with tempfile.TemporaryDirectory() as home, Supervisor(Path(home) / "logs") as supervisor:
        environment = {
            **own,
            "HOME": home,
            "AIRFLOW_HOME": home,
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(PLUGINS),
            **as_environment(options),
        }
        return read_folder(folder, [str(python.interpreter)], environment, supervisor)


def parsed(folder: Path, found: Mapping[str, Any]) -> DagFolder:
    """What the reader has found."""
    dags = tuple(_dag(each) for each in found["dags"])
    return DagFolder(folder, dags, tuple(import_error(folder, Path(file), text) for file, text in sorted(found["errors"].items())))


def _dag(found: Mapping[str, Any]) -> Dag:
    tasks = tuple(Task(task["id"], task["operator"]) for task in found["tasks"])
    sets: Iterable[frozenset[str]] = (frozenset(found[name]) for name in ("tags", "reads", "writes"))
    tags, reads, writes = sets
    return Dag(found["id"], Path(found["file"]), tags, tasks, reads, writes)


def import_error(folder: Path, file: Path, text: str) -> str:
    """`file:line: error`: the line is the last in the traceback that is the file's own, the error is the traceback's last line."""
    file = folder / file
    lines = [int(line) for name, line in re.findall(r'File "(.+?)", line (\d+)', text) if Path(name) == file]
    place = f"{_short(file)}:{lines[-1]}" if lines else _short(file)
    return f"{place}: {text.strip().splitlines()[-1] if text.strip() else 'cannot be imported'}"


def _short(file: Path) -> str:
    return str(file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file)


def _feeds(one: Dag, other: Dag) -> bool:
    """Whether the other reads what this one writes."""
    return one.id != other.id and bool(one.writes & other.reads)
