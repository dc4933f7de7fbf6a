"""What of a store counts for the check: not our own tools, not what is ignored, of a shared store one namespace."""

from dataclasses import replace

from lineage import plugins  # noqa: F401
from lineage.expected import Expected
from lineage.graph import ColumnEdge, DatasetId, Graph, Job
from mwaa_lineage.coverage.names import is_tool


def scoped(graph: Graph, expected: Expected, namespace: str | None = None) -> Graph:
    """The part of a graph that counts. Jobs and datasets keep their names, edges have those of the expected datasets.

    With `namespace`, only jobs of that namespace count, and the datasets they touch or that are expected. What no job writes, as views that
    were only read, comes from no job that could be expected to: of it nothing counts but that it is there, and its columns.
    """
    jobs = [job for job in graph.jobs if not is_tool(job.name)]
    within = [job for job in jobs if namespace in (None, job.namespace)]
    counted = [job for job in within if not expected.ignores_job(job.name)]
    touched = {id_ for job in counted for id_ in job.datasets} | set(expected.datasets)
    written = {id_ for job in jobs for id_ in job.outputs} | {id_ for job in expected.jobs for id_ in job.outputs}
    targets = {edge.target.dataset for edge in graph.column_edges} | {edge.target for edge in graph.indirect_edges}
    static = {id_ for id_ in targets if id_ not in written and expected.dataset(id_) not in written}
    others = {*static, *(id_ for job in jobs for id_ in job.datasets)} - touched
    if namespace is not None:
        others |= {dataset.id for dataset in graph.datasets} - touched

    def counts(id_: DatasetId) -> bool:
        return expected.dataset(id_) in expected.datasets or not (id_ in others or expected.ignores_dataset(id_))

    return Graph(
        tuple(_named(job, expected) for job in counted),
        tuple(dataset for dataset in graph.datasets if counts(dataset.id)),
        frozenset(
            ColumnEdge(expected.column(edge.origin), expected.column(edge.target))
            for edge in graph.column_edges
            if counts(edge.target.dataset) and edge.target.dataset not in static and not expected.ignores_dataset(edge.origin.dataset)
        ),
        frozenset(
            replace(edge, origin=expected.column(edge.origin), target=expected.dataset(edge.target))
            for edge in graph.indirect_edges
            if counts(edge.target) and edge.target not in static and not expected.ignores_dataset(edge.origin.dataset)
        ),
    )


def _named(job: Job, expected: Expected) -> Job:
    def names(ids: tuple[DatasetId, ...]) -> tuple[DatasetId, ...]:
        return tuple(sorted({expected.dataset(id_) for id_ in ids if not expected.ignores_dataset(id_)}))

    return replace(job, inputs=names(job.inputs), outputs=names(job.outputs))
