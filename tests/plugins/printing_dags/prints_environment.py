"""Tasks that show what they have in their environment."""

import logging
import os
from datetime import UTC, datetime

from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator


def show() -> None:
    print(dict(os.environ))
    logging.getLogger("airflow.task").info("as a log line: %s", dict(os.environ))


with DAG("prints_environment", start_date=datetime(2024, 1, 1, tzinfo=UTC), schedule=None):
    BashOperator(task_id="bash", bash_command="env; echo shown-$((1 + 1))")
    PythonOperator(task_id="python", python_callable=show)
