"""The check: captured lineage against the expected one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lineage.expected import Expected, ExpectedJob
from lineage.graph import Dataset, DatasetId, Graph, Job

DOCTOR = "lineage_doctor"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as expected: `kind` groups findings, `subject` names what is concerned."""

    kind: str
    subject: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}" + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True)
class JobResult:
    """How an expected job came out; `state` is its latest run's, None for a job that is missing or never ran."""

    job: ExpectedJob
    columns_right: int
    state: str | None


@dataclass(frozen=True)
class Verdict:
    """The outcome of a check, with how much of what was expected is there."""

    expected: Expected
    results: tuple[JobResult, ...]
    findings: tuple[Finding, ...]

    @property
    def is_complete(self) -> bool:
        """Whether everything expected is there, and nothing else."""
        return not self.findings

    @property
    def columns_right(self) -> int:
        """How many of the expected column edges are there."""
        return sum(result.columns_right for result in self.results)


def compare(expected: Expected, graph: Graph, namespace: str | None = None) -> Verdict:
    """Compares a graph with what is expected.

    With `namespace`, only jobs of that namespace count, and the datasets they touch or that are expected: the rest of a
    shared store is left out. Jobs that touch no dataset (whole DAGs, sensors) are never unexpected, but one that failed is a finding.
    The doctor's jobs are left out: it fails when it finds something, and says so itself.
    """
    graph = replace(graph, jobs=tuple(job for job in graph.jobs if not f"{job.name}.".startswith(f"{DOCTOR}.")))
    if namespace is not None:
        graph = _within(graph, namespace, expected)
    by_name = {job.name: job for job in graph.jobs}
    results = tuple(_result(job, by_name.get(job.name), graph) for job in expected.jobs)
    findings = (*_jobs(expected, graph), *_edges(expected, by_name), *_datasets(expected, graph), *_columns(expected, graph))
    return Verdict(expected, results, findings)


def _within(graph: Graph, namespace: str, expected: Expected) -> Graph:
    jobs = tuple(job for job in graph.jobs if job.namespace == namespace)
    ids = {id_ for job in jobs for id_ in job.datasets} | set(expected.datasets)
    return Graph(
        jobs,
        tuple(dataset for dataset in graph.datasets if dataset.id in ids),
        frozenset(edge for edge in graph.column_edges if edge.target.dataset in ids),
    )


def _result(expected: ExpectedJob, job: Job | None, graph: Graph) -> JobResult:
    right = len(expected.column_edges & graph.column_edges)
    return JobResult(expected, right, job.run.state if job and job.run else None)


def _jobs(expected: Expected, graph: Graph) -> Iterator[Finding]:
    names = {job.name for job in expected.jobs}
    found = [job.name for job in graph.jobs]
    for name in sorted(names - set(found)):
        yield Finding("job missing", name)
    for name in sorted(name for name in names if found.count(name) > 1):
        yield Finding("job in several namespaces", name, "choose one with --namespace")
    for job in graph.jobs:
        if job.name not in names and job.datasets:
            yield Finding("job not expected", job.name, f"in namespace {job.namespace}")
        yield from _run(job, is_expected=job.name in names)


def _run(job: Job, *, is_expected: bool) -> Iterator[Finding]:
    state = job.run.state if job.run else "no run"
    if state in ("FAILED", "ABORTED") or (is_expected and state != "COMPLETED"):
        error = job.run.error if job.run else None
        yield Finding("run not completed", job.name, f"{state}: {error}" if error else state)
    for error in job.run.extraction_errors if job.run else ():
        yield Finding("lineage not extracted", job.name, error)


def _edges(expected: Expected, found: dict[str, Job]) -> Iterator[Finding]:
    """Inputs and outputs of the jobs that are there; of a missing job, the job itself is the finding."""
    for job in expected.jobs:
        if actual := found.get(job.name):
            wanted = _edge_names(job.name, job.inputs, [job.output])
            yield from _differences("edge", wanted, _edge_names(job.name, actual.inputs, actual.outputs))


def _edge_names(job: str, inputs: Iterable[DatasetId], outputs: Iterable[DatasetId]) -> set[str]:
    return {*(f"{id_} -> {job}" for id_ in inputs), *(f"{job} -> {id_}" for id_ in outputs)}


def _datasets(expected: Expected, graph: Graph) -> Iterator[Finding]:
    found = {dataset.id: dataset for dataset in graph.datasets}
    yield from _differences("dataset", expected.datasets, found)
    for id_ in sorted(set(expected.datasets) & set(found)):
        yield from _schema(found[id_], set(expected.datasets[id_]))


def _schema(dataset: Dataset, columns: set[str]) -> Iterator[Finding]:
    fields = {field.name for field in dataset.fields}
    if not fields:
        yield Finding("schema missing", str(dataset.id))
    elif fields != columns:
        lacks, has = ", ".join(sorted(columns - fields)), ", ".join(sorted(fields - columns))
        detail = "; ".join(filter(None, (lacks and f"lacks {lacks}", has and f"has {has}")))
        yield Finding("schema differs", str(dataset.id), detail)


def _columns(expected: Expected, graph: Graph) -> Iterator[Finding]:
    """Column edges; of an output without any, that is one finding instead of one for each column."""
    traced = {edge.target.dataset for edge in graph.column_edges}
    stored = {dataset.id for dataset in graph.datasets}
    untraced = {edge.target.dataset for edge in expected.column_edges} - traced
    for id_ in sorted(untraced & stored):
        yield Finding("column lineage missing", str(id_))
    wanted = {edge for edge in expected.column_edges if edge.target.dataset not in untraced}
    yield from _differences("column edge", wanted, graph.column_edges)


def _differences(what: str, expected: Iterable[object], found: Iterable[object]) -> Iterator[Finding]:
    expected_names, found_names = {str(item) for item in expected}, {str(item) for item in found}
    yield from (Finding(f"{what} missing", name) for name in sorted(expected_names - found_names))
    yield from (Finding(f"{what} not expected", name) for name in sorted(found_names - expected_names))
