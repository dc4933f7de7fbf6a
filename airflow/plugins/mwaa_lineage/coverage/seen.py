"""A job as a lineage store knows it, with its latest run; facets are read as far as they keep to their specifications."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Dataset = tuple[str, str]  # namespace and name
Facets = Mapping[str, Any]
_LONGEST = 1_000  # characters of a name


@dataclass(frozen=True)
class Seen:
    """`state` is Marquez's, None for a job that never ran; `at` an ISO 8601 time, when the run began or, if nobody knows, ended."""

    namespace: str
    name: str
    inputs: frozenset[Dataset]
    outputs: frozenset[Dataset]
    state: str | None = None
    run_id: str = ""
    at: str = ""
    job_facets: Facets = field(default_factory=dict, hash=False)
    run_facets: Facets = field(default_factory=dict, hash=False)

    @property
    def kind(self) -> str:
        """What the job is in Airflow: TASK or DAG; empty for anything else, as the queries of a task."""
        told = self._text("job", "jobType", "jobType").upper()
        if told in ("TASK", "DAG"):
            return told
        if self._object("run", "airflow").get("task"):
            return "TASK"
        return "DAG" if self._object("run", "airflowDagRun") or self._object("run", "airflowState") else ""

    @property
    def parent(self) -> tuple[str, str]:
        """Name of the job, and id of the run, that this run is a part of; empty where nobody says."""
        facet = self._object("run", "parent") or self._object("run", "parentRun")
        job, run = _object(facet.get("job")), _object(facet.get("run"))
        return str(job.get("name") or ""), str(run.get("runId") or "").lower()

    @property
    def operator(self) -> str:
        """The class of the operator, without its module; empty where nobody says."""
        task = self._object("run", "airflow").get("task")
        told = _object(task).get("operator_class") or self._object("run", "airflow_version").get("operator")
        return str(told or next((item.get("name") for item in self._unknown()), "")).rpartition(".")[2][:_LONGEST]

    @property
    def neighbours(self) -> frozenset[str]:
        """The tasks before and behind it in its DAG."""
        task = _object(self._object("run", "airflow").get("task"))
        return frozenset(name for key in ("upstream_task_ids", "downstream_task_ids") for name in _names(task.get(key)))

    @property
    def problem(self) -> str:
        """The first thing that could not be derived of its lineage; empty where everything could."""
        errors = self._object("run", "extractionError").get("errors")
        return str(_object(errors[0]).get("errorMessage") or errors[0]) if isinstance(errors, list) and errors else ""

    @property
    def error(self) -> str:
        """Why it failed, if it says so."""
        return self._text("run", "errorMessage", "message")

    @property
    def sql(self) -> str:
        """Its SQL."""
        return self._text("job", "sql", "query")

    @property
    def tasks(self) -> dict[str, str]:
        """Of a DAG, its tasks with their operators, where the integration says so."""
        listed = _object(self._object("job", "airflow").get("tasks"))
        return {name: str(_object(task).get("operator") or "").rpartition(".")[2] for name, task in listed.items()}

    @property
    def silent_tasks(self) -> frozenset[str]:
        """Of a DAG, the tasks that send no events, as Airflow runs none of their code."""
        listed = _object(self._object("job", "airflow").get("tasks"))
        return frozenset(name for name, task in listed.items() if _object(task).get("emits_ol_events") is False)

    @property
    def task_states(self) -> dict[str, str]:
        """Of a DAG run that has ended, Airflow's states of its tasks, where the integration says so."""
        return {name: str(state) for name, state in _object(self._object("run", "airflowState").get("tasksState")).items()}

    def _unknown(self) -> list[dict[str, Any]]:
        items = self._object("run", "unknownSourceAttribute").get("unknownItems")
        return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []

    def _object(self, of: str, facet: str) -> dict[str, Any]:
        return _object((self.job_facets if of == "job" else self.run_facets).get(facet))

    def _text(self, of: str, facet: str, key: str) -> str:
        value = self._object(of, facet).get(key)
        return value if isinstance(value, str) else ""


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _names(value: Any) -> list[str]:
    """A list, or the text of one, as the integrations send it."""
    if isinstance(value, str):
        try:
            value = ast.literal_eval(value[:100_000])
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return []
    return [name for name in value if isinstance(name, str)] if isinstance(value, list | tuple | set) else []
