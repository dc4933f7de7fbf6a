"""The file of expected lineage that a DAG's captured lineage would ask for: a draft, for a person who knows the SQL to review."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import yaml

from lineage.expected import Expected
from lineage.graph import Column, Dataset, DatasetId, Graph, Job

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*", re.ASCII)
_WORDS_OF_YAML = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
_HEADER = """\
# The lineage of {dag}, as it was captured. Review it against the SQL before you rely on it: a draft knows nothing of what is missing.
# docs/lineage.md says what may stand here.
"""


class NothingCapturedError(Exception):
    """The store has no lineage of the DAG; the message says what it has."""


def draft(dag: str, graph: Graph, known: Expected | None, values: Mapping[str, str]) -> str:
    """The text of the file. Raises NothingCapturedError.

    Datasets that `known` has, from files that stay, go by their aliases there. `values` are those of placeholders, which are put in again.
    """
    jobs = [job for job in graph.jobs if _dag(job.name) == dag and job.datasets]
    if not jobs:
        others = sorted({_dag(job.name) for job in graph.jobs if job.datasets})
        raise NothingCapturedError(f"no job of {dag} touches a dataset; DAGs that do: {', '.join(others) or 'none'}")
    return "\n".join(_Draft(dag, graph, jobs, known, values).lines()) + "\n"


def _dag(job: str) -> str:
    return job.partition(".")[0]


class _Draft:
    def __init__(self, dag: str, graph: Graph, jobs: list[Job], known: Expected | None, values: Mapping[str, str]) -> None:
        self._dag, self._jobs, self._values = dag, jobs, values
        self._known = known or Expected((), {})
        self._datasets = {dataset.id: dataset for dataset in graph.datasets}
        self._origins: dict[DatasetId, dict[str, set[Column]]] = defaultdict(lambda: defaultdict(set))
        for edge in graph.column_edges:
            self._origins[edge.target.dataset][edge.target.name].add(edge.origin)
        self._written = {id_: job for job in jobs for id_ in job.outputs}
        self._new: dict[DatasetId, str] = {}
        for id_ in sorted({id_ for job in jobs for id_ in job.datasets}, key=lambda id_: (id_ in self._written, id_)):
            if self._known.dataset(id_) not in self._known.datasets:
                self._new[id_] = self._free_alias(id_)

    def lines(self) -> Iterator[str]:
        yield _HEADER.format(dag=self._dag)
        if self._new:
            yield "datasets:"
            yield from (f"  {_text(alias)}: {self._dataset(id_)}" for id_, alias in self._new.items())
            yield ""
        yield "jobs:"
        for place, job in enumerate(self._jobs):
            yield from ([""] if place else [])
            yield from self._job(job)

    def _dataset(self, id_: DatasetId) -> str:
        parts = {"namespace": _text(self._templated(id_.namespace)), "name": _text(self._templated(id_.name))}
        writer = self._written.get(id_)
        if writer is None or not self._columns(writer, id_):
            parts["fields"] = _list(field.name for field in self._datasets.get(id_, Dataset(id_, ())).fields)
        return "{" + ", ".join(f"{key}: {value}" for key, value in parts.items()) + "}"

    def _job(self, job: Job) -> Iterator[str]:
        yield f"  {_text(job.name)}:"
        yield f"    inputs: {_list(self._alias(id_) for id_ in job.inputs)}"
        if not job.outputs:
            yield "    outputs: {}"
            return
        yield "    outputs:"
        for id_ in job.outputs:
            columns = self._columns(job, id_)
            yield f"      {_text(self._alias(id_))}:" + ("" if columns else " {}")
            for column, origins in columns.items():
                yield f"        {_text(column)}: {_list(f'{self._alias(origin.dataset)}.{origin.name}' for origin in origins)}"

    def _columns(self, job: Job, id_: DatasetId) -> dict[str, list[Column]]:
        """The columns of an output with what the job derives them from; none where it derives none, or nobody told the schema."""
        fields = [field.name for field in self._datasets.get(id_, Dataset(id_, ())).fields]
        found = {name: sorted(origin for origin in self._origins[id_][name] if origin.dataset in job.inputs) for name in fields}
        return found if any(found.values()) else {}

    def _alias(self, id_: DatasetId) -> str:
        return self._new.get(id_) or self._known.aliases[self._known.dataset(id_)]

    def _free_alias(self, id_: DatasetId) -> str:
        taken = {*self._new.values(), *self._known.aliases.values()}
        parts = [part for part in re.split(r"[./]", id_.name) if part] or [id_.name]
        candidates = (".".join(parts[-2:]), id_.name, f"{id_.namespace}/{id_.name}")
        return next(alias for alias in (*candidates, str(id_)) if alias not in taken)

    def _templated(self, text: str) -> str:
        for name, value in sorted(self._values.items(), key=lambda item: -len(item[1])):
            text = re.sub(rf"(?<![\w{{-]){re.escape(value)}(?![\w}}-])", f"{{{name}}}", text)
        return text


def _list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(map(_text, texts)) + "]"


def _text(text: str) -> str:
    """As YAML reads it back."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML:
        return text
    return str(yaml.safe_dump(text, default_style='"', width=float("inf"))).strip()
