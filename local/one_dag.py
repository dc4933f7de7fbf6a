"""One DAG run in the system that `make up` keeps running, by its own scheduler: followed to its end, with the lineage that it left."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import psycopg2
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lineage.client import read_lineage
from lineage.coverage import measured
from lineage.graph import Graph, Job
from lineage.terminal import plain, plain_lines
from local.dag_folder import import_error
from local.processes import ProcessFailed
from local.queries import query
from local.state import Note

READ_SECONDS, RUN_SECONDS, ARRIVAL_SECONDS = 120, 3600, 30
PARSE_SECONDS = 2
LISTED_SECONDS, MISSING_SECONDS = 15, 45
"""By then Airflow has found a new file, and read it."""
LOOK_SECONDS = 0.2
WITHOUT_EVENTS = ("skipped", "upstream_failed", "removed")
"""Tasks that end so have not run."""


@dataclass(frozen=True)
class Task:
    """A task of a run: its operator's class, and Airflow's word for its state."""

    id: str
    operator: str
    state: str


def run(note: Note, dag_id: str, console: Console) -> int:
    """Run it and print its tasks with their lineage; the exit code is 0 only when it succeeds. Raises ProcessFailed."""
    times = [time.monotonic()]
    with looking(note) as look:
        with console.status(f"Airflow reads {dag_id}"):
            _wait_until_read(note, dag_id, look)
        times.append(time.monotonic())
        began = datetime.now(UTC)
        run_id = trigger(note, dag_id, began)
        with console.status(f"{dag_id} runs") as status:
            state, tasks = follow(dag_id, run_id, look, status.update)
    times.append(time.monotonic())
    with console.status("its lineage arrives"):
        graph = _arrived(note, dag_id, tasks, began)
    times.append(time.monotonic())
    _show(note, dag_id, tasks, graph, console)
    read, ran, arrived = (end - start for start, end in pairwise(times))
    told = f"DAG {dag_id}: {state}. Read after {read:.1f} s, run in {ran:.1f} s, its lineage there after {arrived:.1f} s"
    console.print(Text(told, "bold green" if state == "success" else "bold red"), soft_wrap=True)
    return 0 if state == "success" else 1


Look = Callable[..., list[tuple[Any, ...]]]


@contextmanager
def looking(note: Note) -> Iterator[Look]:
    """Gives a function that asks Airflow's database: name of the query, values."""
    connection = psycopg2.connect(note.metadata, connect_timeout=20)
    connection.autocommit = True
    try:

        def look(name: str, *values: str) -> list[tuple[Any, ...]]:
            with connection.cursor() as cursor:
                cursor.execute(query(name), values)
                return list(cursor.fetchall())

        yield look
    finally:
        connection.close()


def _wait_until_read(note: Note, dag_id: str, look: Look) -> None:
    """Until Airflow has read the DAG later than any Python file was saved. Raises ProcessFailed, with what it cannot import."""
    folder = Path(note.dags_folder)
    saved = max((file.stat().st_mtime for file in folder.rglob("*.py")), default=0)
    began = time.monotonic()
    while True:
        read = look("dag_read", dag_id)
        if read and _is_of_now(saved, read[0][0], read[0][2]):
            return
        waited = time.monotonic() - began
        errors = _errors(folder, look, only=Path(read[0][1]) if read else None)
        if errors and (read or waited > LISTED_SECONDS):
            raise ProcessFailed("Airflow cannot import\n" + "\n".join(errors))
        if waited > (READ_SECONDS if read else MISSING_SECONDS):
            known = f"has not read {dag_id} again" if read else f"knows no DAG {dag_id}: there are {', '.join(note.dags) or 'none'}"
            raise ProcessFailed(f"after {waited:.0f} s Airflow {known}. Its logs: {note.logs}")
        time.sleep(LOOK_SECONDS)


def _is_of_now(saved: float, read: datetime | None, changed: datetime | None) -> bool:
    """Whether what Airflow has is not older than the files: what it read just after they were saved it may have begun to read before."""
    if changed and changed.timestamp() > saved:
        return True
    return read is not None and read.timestamp() > saved + PARSE_SECONDS


def _errors(folder: Path, look: Look, only: Path | None) -> list[str]:
    """What Airflow says of the files that it could not import as they are now; of all, or of one."""
    found = [(folder / file, text, tried) for file, text, tried in look("unread_files")]
    now = [(file, text) for file, text, tried in found if file.is_file() and tried.timestamp() > file.stat().st_mtime]
    return [import_error(folder, file, text) for file, text in now if only in (None, file)]


def trigger(note: Note, dag_id: str, moment: datetime) -> str:
    """Have Airflow run it, as of that moment: the run's id. Raises ProcessFailed."""
    with _signed_in(note) as api:
        api.patch(f"/dags/{dag_id}", json={"is_paused": False}).raise_for_status()
        answer = api.post(f"/dags/{dag_id}/dagRuns", json={"logical_date": moment.isoformat()})
        if answer.is_error:
            raise ProcessFailed(f"Airflow does not run {dag_id}: {answer.status_code} {answer.text}")
        return str(answer.json()["dag_run_id"])


def _signed_in(note: Note) -> httpx.Client:
    """A client of Airflow's REST API as its version has it."""
    if note.airflow_version.startswith("2."):
        return httpx.Client(base_url=f"{note.airflow_url}/api/v1", auth=(note.user, note.password), timeout=60, trust_env=False)
    who = {"username": note.user, "password": note.password}
    token = httpx.post(f"{note.airflow_url}/auth/token", json=who, timeout=60, trust_env=False).raise_for_status().json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{note.airflow_url}/api/v2", headers=headers, timeout=60, trust_env=False)


def follow(dag_id: str, run_id: str, look: Look, tell: Callable[[str], None]) -> tuple[str, list[Task]]:
    """Until the run has ended, each look told in words: its state and its tasks. Raises ProcessFailed after an hour."""
    deadline = time.monotonic() + RUN_SECONDS
    while True:
        ((state, _),) = look("run_state", dag_id, run_id)
        tasks = [Task(name, operator or "", how or "waiting") for name, operator, how in look("run_of_tasks", dag_id, run_id)]
        if state in ("success", "failed"):
            return state, tasks
        if time.monotonic() > deadline:
            raise ProcessFailed(f"{dag_id} has not ended within {RUN_SECONDS} s; its run {run_id} goes on")
        tell(f"{dag_id}: " + ", ".join(f"{task.id} {task.state}" for task in tasks if task.state != "success"))
        time.sleep(LOOK_SECONDS)


def _arrived(note: Note, dag_id: str, tasks: list[Task], began: datetime) -> Graph:
    """The lineage once the end of every task is there, or after a while."""
    ran = {f"{dag_id}.{task.id}" for task in tasks if task.state not in WITHOUT_EVENTS}
    deadline = time.monotonic() + ARRIVAL_SECONDS
    while True:
        graph = read_lineage(note.lineage_url)
        if ran <= {job.name for job in graph.jobs if _has_ended(job, began)} or time.monotonic() > deadline:
            return graph
        time.sleep(LOOK_SECONDS)


def _has_ended(job: Job, began: datetime) -> bool:
    run = job.run
    if run is None or run.started_at is None or run.state not in ("COMPLETED", "FAILED", "ABORTED"):
        return False
    return datetime.fromisoformat(run.started_at) >= began


def _show(note: Note, dag_id: str, tasks: list[Task], graph: Graph, console: Console) -> None:
    jobs = {job.name: job for job in graph.jobs}
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
    for heading in ("Task", "Operator", "Reads", "Writes", "Columns", "State"):
        table.add_column(heading, overflow="fold")
    for task in tasks:
        job = jobs.get(f"{dag_id}.{task.id}")
        table.add_row(*map(Text, _cells(task, job, graph)), Text(task.state, "green" if task.state == "success" else "bold red"))
    console.print(table)
    for finding in _lacking(dag_id, tasks, graph):
        console.print(Text(f"- {plain_lines(finding)}", "yellow"), soft_wrap=True)
    console.print(f"Airflow: {note.airflow_url}/dags/{dag_id}   The lineage: {note.lineage_url}", soft_wrap=True, highlight=False)


def _cells(task: Task, job: Job | None, graph: Graph) -> list[str]:
    inputs = "\n".join(plain(id_.name) for id_ in job.inputs) if job else ""
    outputs = "\n".join(plain(id_.name) for id_ in job.outputs) if job else ""
    return [plain(task.id), plain(task.operator), inputs, outputs, str(_columns(job, graph) or "") if job else ""]


def _columns(job: Job, graph: Graph) -> int:
    return len({edge.target for edge in graph.column_edges if edge.target.dataset in job.outputs})


def _lacking(dag_id: str, tasks: list[Task], graph: Graph) -> Iterator[str]:
    """The gaps that the coverage finds, and tasks of which nothing has come."""
    rows = {row.task: row for row in measured(graph).rows if row.dag == dag_id}
    sent = {job.name for job in graph.jobs}
    for task in tasks:
        if task.state in WITHOUT_EVENTS:
            yield f"{task.id} did not run: {task.state}"
        elif f"{dag_id}.{task.id}" not in sent:
            yield f"{task.id} ({task.operator}) has sent nothing"
        elif task.id in rows and rows[task.id].is_gap:
            yield f"{task.id}: {rows[task.id].cause}"
