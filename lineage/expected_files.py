"""Reads what is expected from the files `<dag>.lineage.yaml` that stand beside the DAGs.

Each file has up to three mappings. `datasets` gives each dataset an alias, its `namespace` and `name`, and, if no job writes its columns,
its `fields` ([] for one without a schema). `jobs` gives each job its `inputs` by alias, and in `outputs`, for each alias that it writes,
every column with the columns it is derived from, as `<alias>.<column>`. `ignore` has lists of names of `jobs` and of `datasets`.
An alias holds in all files of the folder. Placeholders in braces stand for what differs by installation.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lineage import lined_yaml
from lineage.expected import Expected, ExpectedJob, Place
from lineage.graph import Column, ColumnEdge, DatasetId
from lineage.lined_yaml import Lined
from lineage.shapes import as_object

SUFFIX = ".lineage.yaml"
_PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")
_KEYS = {"datasets", "jobs", "ignore"}
_DATASET_KEYS = {"namespace", "name", "fields", "optional"}
_JOB_KEYS = {"inputs", "outputs", "filters", "optional"}


class ExpectedLineageError(Exception):
    """The files cannot be used; `problems` lists everything that is wrong with them, each with its file and line."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__(f"the expected lineage in {path} cannot be used:\n  " + "\n  ".join(problems))
        self.problems = problems


def files_in(path: Path) -> list[Path]:
    """The files of a folder, however deep; a file is itself."""
    return sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]


def load(path: Path, values: Mapping[str, str], *, leaving_out: Path | None = None) -> Expected:
    """Reads a file, or all of a folder but one, with `values` in the place of placeholders; one without a value stays as it is.

    Raises ExpectedLineageError with every mistake at once.
    """
    path = path.absolute()
    problems: list[str] = []
    files = [file for file in files_in(path) if leaving_out is None or file != leaving_out.absolute()]
    if not files and leaving_out is None:
        problems.append(f"there is no file *{SUFFIX}: `python -m lineage expect <dag>` writes one")
    documents = [(file, lined_yaml.read(file, problems)) for file in files]
    expected = _Reader(values, problems).read(documents)
    if problems:
        raise ExpectedLineageError(path, list(dict.fromkeys(problems)))
    return expected


class _Reader:
    def __init__(self, values: Mapping[str, str], problems: list[str]) -> None:
        self._values = values
        self._problems = problems
        self._file = Path()
        self._ids: dict[str, DatasetId] = {}
        self._columns: dict[str, tuple[str, ...]] = {}
        self._optional: set[DatasetId] = set()
        self._places: dict[object, Place] = {}
        self._jobs: dict[str, ExpectedJob] = {}
        self._ignored: dict[str, list[str]] = {"jobs": [], "datasets": []}

    def read(self, documents: list[tuple[Path, Any]]) -> Expected:
        """All documents together: first what the datasets are, then which columns jobs give them, then what the jobs derive."""
        parts = [(file, self._part(file, document)) for file, document in documents]
        for read in (self._read_dataset, self._read_outputs, self._read_job):
            for self._file, part in parts:
                entries = self._mapping(part, "datasets" if read == self._read_dataset else "jobs")
                for name, entry in entries.items():
                    read(name, entry, self._line(entries, name))
        for self._file, part in parts:
            self._read_ignored(self._mapping(part, "ignore"))
        self._check_datasets()
        datasets = {id_: self._columns.get(alias, ()) for alias, id_ in self._ids.items()}
        ignored = tuple(self._ignored["jobs"]), tuple(self._ignored["datasets"])
        aliases = {id_: alias for alias, id_ in self._ids.items()}
        return Expected(tuple(self._jobs.values()), datasets, frozenset(self._optional), *ignored, self._places, aliases)

    def _part(self, file: Path, document: Any) -> Lined:
        self._file = file
        if not isinstance(document, Lined):
            if document != {}:  # which has a problem already
                self._problem(Place(file, 1), "it has no mapping: datasets, jobs and ignore are what may stand in it")
            return Lined()
        self._known(document, _KEYS, "the file")
        return document

    def _read_dataset(self, alias: str, entry: Any, place: Place) -> None:
        what = f"dataset {alias}"
        id_ = DatasetId(self._text(entry, "namespace", what, place), self._text(entry, "name", what, place))
        self._known(entry, _DATASET_KEYS, what)
        if alias in self._ids and self._ids[alias] != id_:
            self._problem(place, f"{what} is another one in {self._places[self._ids[alias]]}")
            return
        self._ids[alias] = id_
        self._places.setdefault(id_, place)
        if self._flag(entry, what):
            self._optional.add(id_)
        if "fields" in as_object(entry):
            self._agree(alias, tuple(self._names(entry, "fields", what)), what, place)

    def _agree(self, alias: str, columns: tuple[str, ...], what: str, place: Place) -> None:
        if set(self._columns.setdefault(alias, columns)) != set(columns):
            self._problem(place, f"{what}: its columns are not those that {alias} has elsewhere")

    def _read_outputs(self, job: str, entry: Any, _: Place) -> None:
        """The columns that a job gives an output are its whole schema."""
        outputs = as_object(entry).get("outputs")
        for alias, columns in as_object(outputs).items():
            place = self._line(outputs, alias)
            if columns and isinstance(columns, Lined):
                self._agree(alias, tuple(columns), f"job {job}", place)
            for column in as_object(columns):
                self._places[Column(self._ids.get(alias, DatasetId("", alias)), column)] = self._line(columns, column)

    def _read_job(self, name: str, entry: Any, place: Place) -> None:
        what = f"job {name}"
        if name in self._jobs:
            self._problem(place, f"{what} stands in {self._places[name]} too")
        self._places[name] = place
        self._known(entry, _JOB_KEYS, what)
        inputs = self._names(entry, "inputs", what)
        outputs = as_object(entry).get("outputs")
        if not isinstance(outputs, Lined):
            self._problem(place, f"{what}: outputs is missing, or no mapping from each dataset to its columns")
            outputs = Lined()
        read = tuple(self._dataset(alias, what, self._line(entry, "inputs")) for alias in inputs)
        written = tuple(self._dataset(alias, what, self._line(outputs, alias)) for alias in outputs)
        self._places |= {(name, id_): self._line(entry, "inputs") for id_ in read}
        self._places |= {(name, id_): self._line(outputs, alias) for alias, id_ in zip(outputs, written, strict=True)}
        edges = [
            edge for alias, columns in outputs.items() for edge in self._edges(alias, columns, inputs, what, self._line(outputs, alias))
        ]
        said = "filters" in as_object(entry)
        filters = frozenset(self._origins(entry, "filters", [*inputs, *outputs], f"{what}, filters")) if said else None
        self._jobs[name] = ExpectedJob(name, read, written, frozenset(edges), self._flag(entry, what), filters)

    def _read_ignored(self, ignore: Lined) -> None:
        self._known(ignore, set(self._ignored), "ignore")
        for what in self._ignored.keys() & ignore.keys():
            self._ignored[what] += self._names(ignore, what, f"ignore, {what}")

    def _edges(self, alias: str, columns: Any, inputs: list[str], what: str, place: Place) -> Iterator[ColumnEdge]:
        if not isinstance(columns, Lined | None):
            self._problem(place, f"{what}, {alias}: columns are a mapping from each to those it is derived from")
            return
        for column in columns or ():
            for origin in self._origins(columns or Lined(), column, inputs, f"{what}, {alias}.{column}"):
                yield ColumnEdge(origin, Column(self._ids.get(alias, DatasetId("", alias)), column))

    def _origins(self, columns: Lined, column: str, inputs: list[str], what: str) -> Iterable[Column]:
        for reference in self._names(columns, column, what):
            alias, _, origin = reference.rpartition(".")
            if alias not in inputs:
                self._problem(self._line(columns, column), f"{what}: {reference} is of no input of the job")
            elif origin not in self._columns.get(alias, (origin,)):
                self._problem(self._line(columns, column), f"{what}: {alias} has no column {origin}")
            yield Column(self._ids.get(alias, DatasetId("", alias)), origin)

    def _check_datasets(self) -> None:
        for alias, id_ in self._ids.items():
            if alias not in self._columns:
                self._problem(self._places[id_], f"dataset {alias}: no job writes its columns, so it needs fields, [] if it has no schema")
        same = Counter(self._ids.values())
        for id_, count in same.items():
            if count > 1 and id_.name:
                self._problem(self._places[id_], f"dataset {id_}: stands under {count} aliases")

    def _dataset(self, alias: str, what: str, place: Place) -> DatasetId:
        if alias not in self._ids:
            self._problem(place, f"{what}: there is no dataset {alias}")
        return self._ids.get(alias, DatasetId("", alias))

    def _known(self, entry: Any, keys: set[str], what: str) -> None:
        for key in as_object(entry):
            if key not in keys:
                self._problem(self._line(entry, key), f"{what}: there is no {key}, only {', '.join(sorted(keys))}")

    def _mapping(self, part: Lined, key: str) -> Lined:
        value = part.get(key)
        if isinstance(value, Lined):
            return value
        if value is not None:
            self._problem(self._line(part, key), f"{key} is no mapping")
        return Lined()

    def _names(self, parent: Any, key: str, what: str) -> list[str]:
        value = as_object(parent).get(key)
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return value
        self._problem(self._line(parent, key), f"{what}: {key} is missing, or no list of names")
        return []

    def _text(self, entry: Any, key: str, what: str, place: Place) -> str:
        value = as_object(entry).get(key)
        if not isinstance(value, str) or not value:
            self._problem(place, f"{what}: {key} is missing, or no text")
            return ""
        return _PLACEHOLDER.sub(lambda match: self._values.get(match[1], match[0]), value)

    def _flag(self, entry: Any, what: str) -> bool:
        value = as_object(entry).get("optional", False)
        if not isinstance(value, bool):
            self._problem(self._line(entry, "optional"), f"{what}: optional is true or false")
        return value is True

    def _line(self, mapping: Any, key: str) -> Place:
        return Place(self._file, mapping.lines.get(key, mapping.line) if isinstance(mapping, Lined) else 1)

    def _problem(self, place: Place, text: str) -> None:
        self._problems.append(f"{place}: {text}")
