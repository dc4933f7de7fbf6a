"""How much lineage a task has, and why it has no more."""

import re
from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import NamedTuple

from mwaa_lineage.coverage.seen import Dataset, Seen
from mwaa_lineage.coverage.tasks import Task


class Level(StrEnum):
    """How much lineage a task has."""

    COLUMNS = "columns"
    TABLES = "tables only"
    NONE = "none"
    FAILED = "failed"


class Told(NamedTuple):
    """A task's lineage: its level, and the likely cause of what it lacks, empty where it lacks nothing.

    A task that did not run, or moves no data, does not count.
    """

    level: Level
    cause: str = ""
    counts: bool = True


_MOVES_NOTHING = Told(Level.NONE, "moves no data", counts=False)


IDLE = re.compile(
    r"(Empty|Dummy|Email|LatestOnly|TriggerDagRun|Trigger\w*Dag\w*|ShortCircuit\w*|\w*Branch\w*)Operator|\w*Sensor(Async)?|\w*Sensor\w*Operator"
)
PYTHON = re.compile(r"(\w*Python\w*|\w*Bash\w*)(Operator)?")
_TEMPLATE = re.compile(r"\{\{|\{%")
_NOWHERE = re.compile(r"(^|[/.:])None([/.]|$)")
_DID_NOT_RUN = {"skipped", "removed"}
_FILES = ("s3:", "gs:", "file:", "abfss:", "wasbs:", "hdfs:", "dbfs:")
_LISTED, _DECLARE = "docs/lineage.md lists what does", "inlets and outlets declare tables"
_LONGEST = 300  # characters of an error


def told(task: Task, traced: Collection[tuple[Dataset, Dataset]]) -> Told:
    """`traced` are the pairs of datasets (from, to) between which columns are known."""
    if task.seen is None:
        return _unseen(task)
    if task.seen.state in ("FAILED", "ABORTED"):
        return Told(Level.FAILED, _why(task) or _short(task.seen.error) or "its task failed; the log says why")
    jobs = [task.seen, *task.parts]
    datasets = {dataset for job in jobs for dataset in job.inputs | job.outputs}
    if not datasets:
        if cause := _why(task):
            return Told(Level.NONE, cause)
        return _MOVES_NOTHING if IDLE.fullmatch(task.operator) else Told(Level.NONE, _without(task))
    untraced = sorted({output for job in jobs for output in _untraced(job, traced)})
    cause = _why(task) or _pitfall(datasets)
    if untraced:
        return Told(Level.TABLES, cause or f"{_operator(task)} tells no columns of {untraced[0][1]}; {_LISTED}")
    has_columns = any((origin, output) in traced for job in jobs for origin in job.inputs for output in job.outputs)
    return Told(Level.COLUMNS if has_columns else Level.TABLES, cause)


def _unseen(task: Task) -> Told:
    if task.state == "upstream_failed":
        return Told(Level.FAILED, "did not run, as a task before it failed")
    if task.is_silent or IDLE.fullmatch(task.operator):
        return _MOVES_NOTHING
    if task.state in _DID_NOT_RUN:
        return Told(Level.NONE, f"did not run: {task.state}", counts=False)
    if not task.state:
        return Told(Level.NONE, "no event of it in this run: skipped, not begun, or a task before it failed", counts=False)
    level = Level.FAILED if task.state == "failed" else Level.NONE
    return Told(level, "none of its events arrived: lineage is switched off for it, or did not leave its worker (DAG lineage_doctor)")


def _why(task: Task) -> str:
    """What the operator itself says."""
    if task.seen is None or not (first := task.seen.problem):
        return ""
    if _TEMPLATE.search(task.seen.sql):
        return "template not rendered: the SQL still has {{ }} or {% %}"
    if "not derived in time" in first:
        return f"not derived in time: {_short(first)}"
    if "catalog" in first and "cannot be read" in first:
        return f"catalog not reachable: {_short(first)}"
    return f"SQL not read: {_short(first)}"


def _pitfall(datasets: Collection[Dataset]) -> str:
    """Versions of the integration that put None where a name belongs."""
    odd = next((f"{namespace} {name}" for namespace, name in sorted(datasets) if _NOWHERE.search(namespace) or _NOWHERE.search(name)), "")
    return odd and f"version pitfall: this version's integration names a dataset {odd}; a newer one does not"


def _without(task: Task) -> str:
    if PYTHON.fullmatch(task.operator):
        return (
            f"operator without lineage: of what {task.operator} runs, the hooks of PostgreSQL, Redshift, Athena and S3 are seen; {_DECLARE}"
        )
    return f"operator without lineage: {_operator(task)} tells no datasets; {_LISTED}, {_DECLARE}"


def _untraced(job: Seen, traced: Collection[tuple[Dataset, Dataset]]) -> Iterator[Dataset]:
    """Outputs whose columns come from somewhere, and nobody says from where. Files have no columns."""
    for output in job.outputs if job.inputs else ():
        if not output[0].startswith(_FILES) and not any((origin, output) in traced for origin in job.inputs):
            yield output


def _operator(task: Task) -> str:
    return task.operator or "the operator"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
