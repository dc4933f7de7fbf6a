"""Airflow's own command line, run by its Python, for `dags test` of 2.8 and 2.9: a task is in the state `running` while it runs.

These versions leave its state as it was before. The OpenLineage provider counts tries by it, and makes the run's id of that number: a
task's last event would be of another run than its first, as it never is under a scheduler.
"""

import runpy
from typing import Any

from airflow.models import dag

_run_task = dag._run_task


def _run_running_task(*, ti: Any, session: Any, **others: Any) -> None:
    ti.set_state("running", session)
    session.commit()
    _run_task(ti=ti, session=session, **others)


if __name__ == "__main__":
    vars(dag)["_run_task"] = _run_running_task
    runpy.run_module("airflow", run_name="__main__")
