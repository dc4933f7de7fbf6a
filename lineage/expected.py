"""The lineage that pipelines must produce, as plain values, and which of them a captured job or dataset is meant by."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lineage import plugins  # noqa: F401
from lineage.graph import Column, ColumnEdge, DatasetId
from mwaa_lineage.coverage.names import pattern


@dataclass(frozen=True, order=True)
class Place:
    """A line of a file, counted from 1."""

    file: Path
    line: int

    def __str__(self) -> str:
        here = Path.cwd()
        return f"{self.file.relative_to(here) if self.file.is_relative_to(here) else self.file}:{self.line}"


@dataclass(frozen=True)
class ExpectedJob:
    """A job with what it reads, what it writes, and the columns it derives; an optional one may be missing.

    `filters` are the columns that filter the rows of its outputs; None where the file does not say.
    """

    name: str
    inputs: tuple[DatasetId, ...]
    outputs: tuple[DatasetId, ...]
    column_edges: frozenset[ColumnEdge]
    optional: bool = False
    filters: frozenset[Column] | None = None

    @property
    def datasets(self) -> frozenset[DatasetId]:
        """All datasets it touches."""
        return frozenset((*self.inputs, *self.outputs))


@dataclass(frozen=True)
class Expected:
    """Expected jobs, and the column names of every expected dataset: none for one that has no schema.

    A `*` in a name of a job, or in the namespace or name of a dataset, stands for any characters. `optional` datasets may be missing;
    `ignored_jobs` and `ignored_datasets`, names with `*` too, are not looked at. `places` says where each stands: jobs by their names,
    a job's edges by (job, dataset), datasets by their ids, columns by themselves; `aliases` what the files call each dataset.
    """

    jobs: tuple[ExpectedJob, ...]
    datasets: Mapping[DatasetId, tuple[str, ...]]
    optional: frozenset[DatasetId] = frozenset()
    ignored_jobs: tuple[str, ...] = ()
    ignored_datasets: tuple[str, ...] = ()
    places: Mapping[object, Place] = field(default_factory=dict, compare=False, repr=False)
    aliases: Mapping[DatasetId, str] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def column_edges(self) -> frozenset[ColumnEdge]:
        """The column edges of all jobs."""
        return frozenset(edge for job in self.jobs for edge in job.column_edges)

    @cached_property
    def pairs(self) -> frozenset[tuple[DatasetId, DatasetId]]:
        """Each (input, output) that some job makes a pair of."""
        return frozenset((origin, target) for job in self.jobs for origin in job.inputs for target in job.outputs)

    def job(self, name: str) -> ExpectedJob | None:
        """The expected job that a captured one of this name is: the one of exactly this name, else the first whose `*` fits."""
        return self._exact_jobs.get(name) or next((job for pattern, job in self._job_patterns if pattern.fullmatch(name)), None)

    def dataset(self, id_: DatasetId) -> DatasetId:
        """The expected dataset that a captured one is, or itself."""
        if id_ in self.datasets:
            return id_
        fitting = (known for namespace, name, known in self._patterns if namespace.fullmatch(id_.namespace) and name.fullmatch(id_.name))
        return next(fitting, id_)

    def column(self, column: Column) -> Column:
        """The same of a column."""
        return Column(self.dataset(column.dataset), column.name)

    def ignores_job(self, name: str) -> bool:
        """Whether nobody asks for its lineage."""
        return self.job(name) is None and any(pattern.fullmatch(name) for pattern in self._ignored_jobs)

    def ignores_dataset(self, id_: DatasetId) -> bool:
        """Whether it is not looked at: by its name, or by its namespace, a blank and its name."""
        if self.dataset(id_) in self.datasets:
            return False
        return any(pattern.fullmatch(id_.name) or pattern.fullmatch(str(id_)) for pattern in self._ignored_datasets)

    @cached_property
    def _exact_jobs(self) -> dict[str, ExpectedJob]:
        return {job.name: job for job in self.jobs}

    @cached_property
    def _job_patterns(self) -> list[tuple[re.Pattern[str], ExpectedJob]]:
        return [(pattern(job.name), job) for job in self.jobs if "*" in job.name]

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], re.Pattern[str], DatasetId]]:
        return [(pattern(id_.namespace), pattern(id_.name), id_) for id_ in self.datasets if "*" in str(id_)]

    @cached_property
    def _ignored_jobs(self) -> list[re.Pattern[str]]:
        return list(map(pattern, self.ignored_jobs))

    @cached_property
    def _ignored_datasets(self) -> list[re.Pattern[str]]:
        return list(map(pattern, self.ignored_datasets))
