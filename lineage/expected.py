"""The lineage that a pipeline must produce, read from a file written by hand.

The file has two mappings. `datasets` gives each dataset an alias, its `namespace` and `name`, and for one that no job
writes its `fields`. `jobs` gives each job its `inputs` and `output` by alias, and in `columns` every column of the output
with the columns it is derived from, as `<alias>.<column>`. Placeholders in braces stand for what differs by installation.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from lineage.graph import Column, ColumnEdge, DatasetId
from lineage.shapes import as_object

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class ExpectedLineageError(Exception):
    """The file cannot be used; `problems` lists everything that is wrong with it."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__(f"{path}: " + "; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class ExpectedJob:
    """A job with what it reads, what it writes, and the columns it derives."""

    name: str
    inputs: tuple[DatasetId, ...]
    output: DatasetId
    column_edges: frozenset[ColumnEdge]


@dataclass(frozen=True)
class Expected:
    """Expected jobs, and the column names of every expected dataset."""

    jobs: tuple[ExpectedJob, ...]
    datasets: Mapping[DatasetId, tuple[str, ...]]

    @cached_property
    def column_edges(self) -> frozenset[ColumnEdge]:
        """The column edges of all jobs."""
        return frozenset(edge for job in self.jobs for edge in job.column_edges)

    @cached_property
    def pairs(self) -> frozenset[tuple[DatasetId, DatasetId]]:
        """Each (input, output) that some job makes a pair of."""
        return frozenset((origin, job.output) for job in self.jobs for origin in job.inputs)


def load(path: Path, values: Mapping[str, str]) -> Expected:
    """Reads the file, with `values` in the place of placeholders. Raises ExpectedLineageError with every mistake at once."""
    problems: list[str] = []
    try:
        document = _Loader(path.read_text(encoding="utf-8"), problems).get_single_data()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ExpectedLineageError(path, [" ".join(str(error).split())]) from error
    expected = _Reader(values, problems).read(document)
    if problems:
        raise ExpectedLineageError(path, list(dict.fromkeys(problems)))
    return expected


class _Loader(yaml.SafeLoader):
    """Notes keys that stand twice in a mapping: YAML itself would silently take the last."""

    def __init__(self, text: str, problems: list[str]) -> None:
        super().__init__(text)
        self._problems = problems

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        self._problems += [f"line {node.start_mark.line + 1}: {key} stands twice" for key, count in keys.items() if count > 1]
        return super().construct_mapping(node, deep)


class _Reader:
    def __init__(self, values: Mapping[str, str], problems: list[str]) -> None:
        self._values = values
        self._problems = problems
        self._ids: dict[str, DatasetId] = {}
        self._columns: dict[str, list[str]] = {}

    def read(self, document: Any) -> Expected:
        datasets = self._mapping(document, "datasets", "the file")
        jobs = self._mapping(document, "jobs", "the file")
        for alias, entry in datasets.items():
            self._read_dataset(str(alias), entry)
        for name, entry in jobs.items():
            self._read_output(str(name), entry)
        expected = tuple(self._job(str(name), entry) for name, entry in jobs.items())
        self._check_datasets()
        return Expected(expected, {id_: tuple(self._columns.get(alias, ())) for alias, id_ in self._ids.items()})

    def _read_dataset(self, alias: str, entry: Any) -> None:
        place = f"dataset {alias}"
        namespace, name = self._text(entry, "namespace", place), self._text(entry, "name", place)
        self._ids[alias] = DatasetId(namespace, name)
        if isinstance(entry, dict) and "fields" in entry:
            self._columns[alias] = self._names(entry, "fields", place)

    def _read_output(self, job: str, entry: Any) -> None:
        """A job's columns are the schema of its output."""
        columns = list(self._mapping(entry, "columns", f"job {job}"))
        output = str(as_object(entry).get("output"))
        if output in self._columns and set(columns) != set(self._columns[output]):
            self._problems.append(f"job {job}: its columns are not those that {output} has elsewhere in the file")
        self._columns.setdefault(output, columns)

    def _job(self, name: str, entry: Any) -> ExpectedJob:
        place = f"job {name}"
        inputs = self._names(entry, "inputs", place)
        output = self._text(entry, "output", place)
        edges = [
            ColumnEdge(origin, Column(self._dataset(output, place), column))
            for column in self._mapping(entry, "columns", place)
            for origin in self._origins(entry["columns"], column, inputs, place)
        ]
        return ExpectedJob(name, tuple(self._dataset(alias, place) for alias in inputs), self._dataset(output, place), frozenset(edges))

    def _origins(self, columns: Any, column: str, inputs: list[str], place: str) -> Iterable[Column]:
        place = f"{place}, column {column}"
        for reference in self._names(columns, column, place):
            alias, _, origin = reference.rpartition(".")
            if alias not in inputs:
                self._problems.append(f"{place}: {reference} is of no input of the job")
            elif origin not in self._columns.get(alias, (origin,)):
                self._problems.append(f"{place}: {alias} has no column {origin}")
            yield Column(self._ids.get(alias, DatasetId("", alias)), origin)

    def _check_datasets(self) -> None:
        self._problems += [f"dataset {alias}: no job writes it, so it needs fields" for alias in self._ids if alias not in self._columns]
        same = Counter(self._ids.values())
        self._problems += [f"dataset {id_}: stands under {count} aliases" for id_, count in same.items() if count > 1 and id_.name]

    def _dataset(self, alias: str, place: str) -> DatasetId:
        if alias in self._ids:
            return self._ids[alias]
        self._problems.append(f"{place}: there is no dataset {alias}")
        return DatasetId("", alias)

    def _mapping(self, parent: Any, key: str, place: str) -> dict[str, Any]:
        value = parent.get(key) if isinstance(parent, dict) else None
        if isinstance(value, dict):
            return value
        self._problems.append(f"{place}: {key} is missing, or no mapping")
        return {}

    def _names(self, parent: Any, key: str, place: str) -> list[str]:
        value = parent.get(key) if isinstance(parent, dict) else None
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return value
        self._problems.append(f"{place}: {key} is missing, or no list of names")
        return []

    def _text(self, parent: Any, key: str, place: str) -> str:
        value = parent.get(key) if isinstance(parent, dict) else None
        if not isinstance(value, str) or not value:
            self._problems.append(f"{place}: {key} is missing, or no text")
            return ""
        missing = [name for name in _PLACEHOLDER.findall(value) if name not in self._values]
        self._problems += [f"{{{name}}} has no value: give it with --set {name}=..." for name in missing]
        return _PLACEHOLDER.sub(lambda match: self._values.get(match[1], match[0]), value)
