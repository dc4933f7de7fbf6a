"""The check: captured lineage against the expected one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lineage.column_facet import WHOLE
from lineage.coverage import measured
from lineage.expected import Expected, ExpectedJob, Place
from lineage.graph import Dataset, DatasetId, Graph, Job
from lineage.scope import scoped
from mwaa_lineage.coverage.causes import Level
from mwaa_lineage.coverage.measure import Coverage

_WORST_FIRST = ("FAILED", "ABORTED", None, "NEW", "RUNNING")


@dataclass(frozen=True)
class Finding:
    """One thing that is not as expected: `kind` groups findings, `subject` names what is concerned, `place` where to change it."""

    kind: str
    subject: str
    detail: str = ""
    place: Place | None = None

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
    coverage: Coverage

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
    shared store is left out. Jobs that touch no dataset (whole DAGs, sensors) are never unexpected, but one that failed is a finding,
    and so is a task of the last run of a DAG that has no lineage although it may move data.
    """
    coverage = measured(graph, expected.ignored_jobs, namespace)
    graph = scoped(graph, expected, namespace)
    found: dict[str, list[Job]] = defaultdict(list)
    for job in graph.jobs:
        if known := expected.job(job.name):
            found[known.name].append(job)
    results = tuple(_result(job, found[job.name], graph) for job in expected.jobs)
    findings = (
        *_jobs(expected, graph, found),
        *_edges(expected, found),
        *_datasets(expected, graph, found),
        *_columns(expected, graph, found),
        *_filters(expected, graph),
        *_without(expected, coverage),
    )
    return Verdict(expected, results, findings, coverage)


def _result(expected: ExpectedJob, jobs: Sequence[Job], graph: Graph) -> JobResult:
    right = len(expected.column_edges & graph.column_edges)
    states = [job.run.state if job.run else None for job in jobs]
    worst = min(states, key=lambda state: _WORST_FIRST.index(state) if state in _WORST_FIRST else len(_WORST_FIRST), default=None)
    return JobResult(expected, right, worst)


def _jobs(expected: Expected, graph: Graph, found: Mapping[str, Sequence[Job]]) -> Iterator[Finding]:
    for wanted in sorted(expected.jobs, key=lambda wanted: wanted.name):
        place, captured = expected.places.get(wanted.name), found[wanted.name]
        if not captured and not wanted.optional:
            yield Finding("job missing", wanted.name, place=place)
        if len({job.name for job in captured}) < len(captured):
            yield Finding("job in several namespaces", wanted.name, "choose one with --namespace", place)
    for job in graph.jobs:
        known = expected.job(job.name)
        if known is None and job.datasets:
            yield Finding("job not expected", job.name, f"in namespace {job.namespace}", _beside(expected, job.name))
        yield from _run(job, expected.places.get(known.name) if known else None, is_expected=known is not None)


def _beside(expected: Expected, name: str) -> Place | None:
    """Where the last job of the same DAG stands: the next one belongs behind it."""
    dag = name.partition(".")[0]
    return max(
        (place for job in expected.jobs if job.name.partition(".")[0] == dag and (place := expected.places.get(job.name))), default=None
    )


def _run(job: Job, place: Place | None, *, is_expected: bool) -> Iterator[Finding]:
    state = job.run.state if job.run else "no run"
    if state in ("FAILED", "ABORTED") or (is_expected and state != "COMPLETED"):
        error = job.run.error if job.run else None
        yield Finding("run not completed", job.name, f"{state}: {error}" if error else state, place)
    for error in job.run.extraction_errors if job.run else ():
        yield Finding("lineage not extracted", job.name, error, place)


def _edges(expected: Expected, found: Mapping[str, Sequence[Job]]) -> Iterator[Finding]:
    """Inputs and outputs of the jobs that are there; of a missing job, the job itself is the finding."""
    for job in expected.jobs:
        for actual in found[job.name]:
            may_lack = expected.optional - actual.datasets
            wanted = _edge_names(actual.name, set(job.inputs) - may_lack, set(job.outputs) - may_lack)
            captured = _edge_names(actual.name, actual.inputs, actual.outputs)
            places = {
                name: expected.places.get((job.name, id_), expected.places.get(job.name)) for name, id_ in (wanted | captured).items()
            }
            yield from _differences("edge", wanted, captured, places)


def _edge_names(job: str, inputs: Iterable[DatasetId], outputs: Iterable[DatasetId]) -> dict[str, DatasetId]:
    return {**{f"{id_} -> {job}": id_ for id_ in inputs}, **{f"{job} -> {id_}": id_ for id_ in outputs}}


def _datasets(expected: Expected, graph: Graph, found: Mapping[str, Sequence[Job]]) -> Iterator[Finding]:
    stored = {expected.dataset(dataset.id) for dataset in graph.datasets}
    wanted = set(expected.datasets) - (_dispensable(expected, found) - stored)
    places = {str(id_): expected.places.get(known.name) for job in graph.jobs if (known := expected.job(job.name)) for id_ in job.datasets}
    yield from _differences("dataset", wanted, stored, places | {str(id_): expected.places.get(id_) for id_ in wanted})
    for dataset in sorted(graph.datasets, key=lambda dataset: dataset.id):
        id_ = expected.dataset(dataset.id)
        if id_ in expected.datasets:
            yield from _schema(dataset, set(expected.datasets[id_]), expected.places.get(id_))


def _dispensable(expected: Expected, found: Mapping[str, Sequence[Job]]) -> frozenset[DatasetId]:
    """Datasets that may be missing: optional ones, and those that only optional jobs touch which are missing themselves."""
    missing = {id_ for job in expected.jobs if job.optional and not found[job.name] for id_ in job.datasets}
    needed = {id_ for job in expected.jobs if not job.optional or found[job.name] for id_ in job.datasets}
    return expected.optional | (missing - needed)


def _schema(dataset: Dataset, columns: set[str], place: Place | None) -> Iterator[Finding]:
    fields = {field.name for field in dataset.fields}
    if columns and not fields:
        yield Finding("schema missing", str(dataset.id), place=place)
    elif fields != columns:
        lacks, has = ", ".join(sorted(columns - fields)), ", ".join(sorted(fields - columns))
        detail = "; ".join(filter(None, (lacks and f"lacks {lacks}", has and f"has {has}")))
        yield Finding("schema differs", str(dataset.id), detail, place)


def _columns(expected: Expected, graph: Graph, found: Mapping[str, Sequence[Job]]) -> Iterator[Finding]:
    """Column edges; of an output without any, that is one finding instead of one for each column."""
    stored = {expected.dataset(dataset.id) for dataset in graph.datasets}
    there = {edge for job in expected.jobs if found[job.name] or not job.optional for edge in job.column_edges}
    there -= {edge for edge in there if edge.target.dataset in expected.optional - stored}
    untraced = {edge.target.dataset for edge in there} - {edge.target.dataset for edge in graph.column_edges}
    for id_ in sorted(untraced & stored):
        yield Finding("column lineage missing", str(id_), place=expected.places.get(id_))
    wanted = {edge for edge in there if edge.target.dataset not in untraced}
    places = {str(edge): expected.places.get(edge.target, expected.places.get(edge.target.dataset)) for edge in wanted | graph.column_edges}
    yield from _differences("column edge", wanted, graph.column_edges, places)


def _filters(expected: Expected, graph: Graph) -> Iterator[Finding]:
    """What filters the rows of an output, where every job that writes it says so."""
    for output in sorted({output for job in expected.jobs for output in job.outputs}):
        jobs = [job for job in expected.jobs if output in job.outputs]
        wanted = {column for job in jobs for column in job.filters or ()}
        if any(job.filters is None for job in jobs):
            continue
        told = {edge.origin for edge in graph.indirect_edges if (edge.target, edge.column, edge.how) == (output, WHOLE, "FILTER")}
        places = {f"{column} -> {output}": expected.places.get(jobs[0].name) for column in wanted | told}
        yield from _differences("filter", (f"{it} -> {output}" for it in wanted), (f"{it} -> {output}" for it in told), places)


def _differences(what: str, expected: Iterable[object], found: Iterable[object], places: Mapping[str, Place | None]) -> Iterator[Finding]:
    expected_names, found_names = {str(item) for item in expected}, {str(item) for item in found}
    yield from (Finding(f"{what} missing", name, place=places.get(name)) for name in sorted(expected_names - found_names))
    yield from (Finding(f"{what} not expected", name, place=places.get(name)) for name in sorted(found_names - expected_names))


def _without(expected: Expected, coverage: Coverage) -> Iterator[Finding]:
    """Tasks without lineage; of those that failed, and of expected ones, the other findings tell."""
    for row in coverage.gaps:
        if row.level is Level.NONE and expected.job(row.job) is None:
            yield Finding("lineage missing", row.job, row.cause, _beside(expected, row.job))
