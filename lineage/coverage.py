"""Which tasks lack lineage, of a whole graph; how it is told stands in Airflow's plugins, where the DAG lineage_coverage finds it too."""

from collections.abc import Iterable
from dataclasses import asdict

from lineage import plugins  # noqa: F401
from lineage.graph import DatasetId, Graph, Job
from lineage.shapes import Json
from lineage.sheets import Sheet
from mwaa_lineage.coverage.measure import Coverage, coverage
from mwaa_lineage.coverage.seen import Dataset, Seen


def measured(graph: Graph, allowed: Iterable[str] = (), namespace: str | None = None) -> Coverage:
    """The coverage of the last run of each DAG, of one namespace or of all; `allowed` are names of jobs with `*`."""
    jobs = (_seen(job) for job in graph.jobs if namespace in (None, job.namespace))
    traced = {(_key(edge.origin.dataset), _key(edge.target.dataset)) for edge in graph.column_edges}
    return coverage(jobs, traced, allowed)


def sheet(found: Coverage) -> Sheet:
    """A row a task, those that lack something first."""
    rows = sorted(found.rows, key=lambda row: (not row.is_gap, row.dag, row.task))
    cells = [
        (
            row.dag,
            row.task,
            row.operator or "?",
            row.level.value,
            f"allowed: {row.cause}" if row.is_allowed and row.counts and row.cause else row.cause,
        )
        for row in rows
    ]
    return Sheet(("DAG", "Task", "Operator", "Lineage", "Why"), cells, verdict(found))


def verdict(found: Coverage) -> str:
    """The coverage in one line."""
    counted, gaps = len(found.counted), len(found.gaps)
    if not counted:
        return "Coverage: no task of any DAG is known here that could have lineage. If some have run, the DAG lineage_doctor says why"
    left = len(found.rows) - counted
    return f"Coverage {found.percent:g} %: {counted - gaps} of {counted} tasks lack nothing" + (
        f"; {left} more need{'s' if left == 1 else ''} none" if left else ""
    )


def as_json(found: Coverage) -> Json:
    """The same for programs."""
    rows = [{**asdict(row), "level": row.level.value, "is_gap": row.is_gap} for row in found.rows]
    return {"percent": found.percent, "counted": len(found.counted), "gaps": len(found.gaps), "tasks": rows}


def kind_of(job: Job) -> str:
    """What a job is in Airflow: TASK or DAG; empty for anything else."""
    return _seen(job).kind


def _seen(job: Job) -> Seen:
    io = frozenset(map(_key, job.inputs)), frozenset(map(_key, job.outputs))
    if job.run is None:
        return Seen(job.namespace, job.name, *io, job_facets=job.facets)
    at = job.run.started_at or job.run.ended_at or ""
    return Seen(job.namespace, job.name, *io, job.run.state, job.run.id.lower(), at, job.facets, job.run.facets)


def _key(id_: DatasetId) -> Dataset:
    return id_.namespace, id_.name
