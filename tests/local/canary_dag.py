"""Tasks with secrets wherever a task can have them. Those that fail do so on purpose: their exceptions hold secrets, too."""

import os
from datetime import datetime

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

from mwaa_lineage import LineageSQLOperator

try:
    from airflow.providers.standard.operators.bash import BashOperator  # type: ignore[import-not-found]
    from airflow.sdk import DAG, task
except ImportError:  # before Airflow 3
    from airflow import DAG
    from airflow.decorators import task
    from airflow.operators.bash import BashOperator

WAREHOUSE = "WITH_PASSWORD"


def sql(owner: str) -> list[str]:
    """Statements that PostgreSQL refuses, with secrets of their own."""
    return [
        f"copy event from 's3://raw/x' credentials 'aws_access_key_id=AKIA{owner}C4N4RY00000;aws_secret_access_key=c4n4ryCopy{owner}'",
        f"create user nobody password 'c4n4ryUser{owner}'",
    ]


with DAG(dag_id="canaries", schedule=None, start_date=datetime(2024, 1, 1), catchup=False):  # noqa: DTZ001 - Airflow's own time zone
    LineageSQLOperator(task_id="ours", conn_id=WAREHOUSE, sql=sql("OURS"))
    SQLExecuteQueryOperator(task_id="stock", conn_id=WAREHOUSE, sql=sql("STOCK"), parameters={"password": "c4n4ryParameter"})
    BashOperator(
        task_id="bash",
        bash_command="API_TOKEN=c4n4ryCommand; curl() { :; }; curl --api-token c4n4ryOption",
        env={"DB_PASSWORD": "c4n4ryEnv", "PATH": os.environ["PATH"]},
    )

    @task  # type: ignore[untyped-decorator]  # one of the two is of another Airflow
    def python(password: str) -> None:
        """Has one in its code, and one as an argument."""
        token = "c4n4ryCode"
        assert token != password

    @task  # type: ignore[untyped-decorator]
    def fails() -> None:
        """Its exception quotes what libraries quote."""
        raise ConnectionError("cannot reach postgres://loader:c4n4ryDsn@db.example.org/dev with the key AKIAEXCEPTIONC4N4RY00")

    python(password="c4n4ryArgument")
    fails()
