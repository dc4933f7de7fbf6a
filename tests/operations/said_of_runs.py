"""What a scripted Airflow says of runs of two DAGs: that all goes well, and whatever may stop them."""

from typing import Any

from tests.operations.scripted_airflow import Said

STAGING, DM = "rs_source_to_staging", "rs_staging_to_dm"
TASKS = "POST /dags/~/dagRuns/~/taskInstances/list"
BEGAN = {"start_date": "2026-11-24T00:06:50+00:00"}
ENDED = BEGAN | {"end_date": "2026-11-24T00:06:52.500000+00:00", "duration": 2.5}
NOT_BEGUN = {"start_date": None, "end_date": None, "duration": None}
UNKNOWN = {"title": "DAG not found", "status": 404, "detail": "The DAG with dag_id: rs_source_to_staging was not found"}


def task(name: str, state: str | None, **times: Any) -> dict[str, Any]:
    return {"dag_id": STAGING, "task_id": name, "state": state} | NOT_BEGUN | times


def tasks(*rows: dict[str, Any]) -> Said:
    return 200, {"task_instances": rows, "total_entries": len(rows)}


def runs(**states: str) -> Said:
    """The states of runs: `wanted` is the one that was triggered."""
    rows = [{"dag_run_id": "@RUN" if name == "wanted" else name, "state": state} for name, state in states.items()]
    return 200, {"dag_runs": rows, "total_entries": len(rows)}


def import_errors(**texts: str) -> Said:
    rows = [{"filename": f"dags/{name}.py", "stack_trace": text} for name, text in texts.items()]
    return 200, {"import_errors": rows, "total_entries": len(rows)}


def paused(answer: bool) -> Said:
    return 200, {"dag_id": "d", "is_paused": answer}


def of_both(method: str, path: str, *answers: Said) -> dict[str, list[Said]]:
    return {f"{method} {path.format(dag)}": list(answers) for dag in (STAGING, DM)}


GREEN: dict[str, list[Said]] = {
    **of_both("GET", "/dags/{}", paused(True)),
    **of_both("PATCH", "/dags/{}", paused(False)),
    **of_both("POST", "/dags/{}/dagRuns", (200, {"dag_run_id": "@RUN", "state": "queued"})),
    **of_both("GET", "/dags/{}/dagRuns", runs(wanted="running"), runs(wanted="success", older="failed")),
    TASKS: [
        tasks(task("load_date", None), task("load_sales", None)),
        tasks(task("load_date", "success", **ENDED), task("load_sales", "running", **BEGAN)),
        tasks(task("load_date", "success", **ENDED), task("load_sales", "success", **ENDED)),
    ],
    "GET /importErrors": [import_errors()],
}
ABSENT = of_both("GET", "/dags/{}", (404, UNKNOWN))
AWAKE = of_both("GET", "/dags/{}", paused(False))


NEVER: dict[str, tuple[dict[str, list[Said]], str]] = {
    "a DAG that cannot be read": (
        ABSENT | {"GET /importErrors": [import_errors(x="Traceback\nModuleNotFoundError: No module named 'y'\n")]},
        "✗ dags/x.py: ModuleNotFoundError: No module named 'y'",
    ),
    "a DAG that is not there": (ABSENT, "✗ rs_source_to_staging: Airflow knows no such DAG after 0 min"),
    "a DAG that Airflow does not run": (
        of_both(
            "POST", "/dags/{}/dagRuns", (400, {"title": "DAG cannot be triggered", "detail": "DAG with dag_id: 'd' has import errors"})
        ),
        "✗ Airflow: POST /dags/rs_source_to_staging/dagRuns: 400 DAG with dag_id: 'd' has import errors",
    ),
    "a DAG that is paused again": (dict(GREEN), "✗ rs_source_to_staging: is paused"),
    "another run": (
        AWAKE | of_both("GET", "/dags/{}/dagRuns", runs(wanted="queued", by_hand="running")),
        "✗ rs_source_to_staging: runs one at a time, and by_hand has not ended",
    ),
    "no worker": (
        AWAKE | {TASKS: [tasks(task("load_date", "queued"))]},
        "✗ rs_source_to_staging: its tasks are queued, and no worker takes one",
    ),
    "no scheduler": (
        AWAKE | of_both("GET", "/dags/{}/dagRuns", runs(wanted="queued")),
        "✗ rs_source_to_staging: Airflow's scheduler does not begin with the run",
    ),
    "no end": ({TASKS: [tasks(task("load_date", "running", **BEGAN))]}, "has not ended within 0 min"),
    "a run that failed without a task": (
        {TASKS: [tasks(task("load_date", "success", **ENDED))]} | of_both("GET", "/dags/{}/dagRuns", runs(wanted="failed")),
        "has failed though no task did",
    ),
    "an API that the role may not call": (
        of_both("PATCH", "/dags/{}", (403, {"title": "Forbidden", "detail": None})),
        "✗ Airflow: Airflow forbids PATCH /dags/rs_source_to_staging to your role in it: 403 Forbidden",
    ),
    "a web server that is broken": (
        of_both("GET", "/dags/{}", (500, {"title": "Internal Server Error"})),
        "✗ Airflow: Airflow's web server failed at GET /dags/rs_source_to_staging: 500 Internal Server Error",
    ),
}
