"""The tasks of each DAG's last run: those that sent events, and those that others name."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mwaa_lineage.coverage.names import is_tool
from mwaa_lineage.coverage.seen import Seen

DEEPEST = 5  # levels of jobs within a task, such as the queries of its hooks


@dataclass(frozen=True)
class Task:
    """A task of a DAG's last run.

    `seen` is None for one that sent no event in that run; `parts` are the jobs within it. `state` is Airflow's, empty where nobody says.
    """

    dag: str
    name: str
    operator: str
    state: str = ""
    seen: Seen | None = None
    parts: tuple[Seen, ...] = ()
    is_silent: bool = False

    @property
    def job(self) -> str:
        """The name of its job."""
        return f"{self.dag}.{self.name}"


def last_runs(jobs: Iterable[Seen]) -> list[Task]:
    """The tasks by DAG and name; those of our own tools left out."""
    jobs = [job for job in jobs if not is_tool(job.name)]
    within: dict[str, list[Seen]] = defaultdict(list)
    dags: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    own: dict[tuple[str, str], Seen] = {}
    for job in jobs:
        if job.kind == "DAG":
            own[job.namespace, job.name] = job
        elif job.kind == "TASK":
            dags[job.namespace, job.parent[0] or job.name.partition(".")[0]].append(job)
        if job.parent[1]:
            within[job.parent[1]].append(job)
    found = [task for key in {*dags, *own} for task in _of_dag(key[1], own.get(key), dags[key], within)]
    return sorted(found, key=lambda task: (task.dag, task.name))


def _of_dag(dag: str, own: Seen | None, tasks: list[Seen], within: dict[str, list[Seen]]) -> Iterator[Task]:
    run_id = _newest(own, tasks)
    ran = {task.name.removeprefix(f"{dag}."): task for task in tasks if task.parent[1] in ("", run_id)}
    operators = {task.name.removeprefix(f"{dag}."): task.operator for task in tasks}
    is_own = own is not None and run_id in ("", own.run_id)
    states = own.task_states if own and is_own else {}
    operators |= {name: operator for name, operator in own.tasks.items() if operator} if own else {}
    silent = own.silent_tasks if own else frozenset()
    listed = own.tasks if own else {}
    for name in {*ran, *states, *listed, *(name for task in ran.values() for name in task.neighbours)}:
        seen = ran.get(name)
        parts = tuple(_parts(seen, within, DEEPEST)) if seen else ()
        yield Task(dag, name, operators.get(name, ""), states.get(name, ""), seen, parts, name in silent)


def _newest(own: Seen | None, tasks: list[Seen]) -> str:
    """The run of the DAG that is its last."""
    runs = [(task.at, task.parent[1]) for task in tasks]
    return max([*runs, *([(own.at, own.run_id)] if own and own.run_id else [])], default=("", ""))[1]


def _parts(seen: Seen, within: dict[str, list[Seen]], levels: int) -> Iterator[Seen]:
    for part in within.get(seen.run_id, ()) if levels and seen.run_id else ():
        yield part
        yield from _parts(part, within, levels - 1)
