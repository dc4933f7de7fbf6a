"""Run by an Airflow's own interpreter: what its hook, the operator and the sensor make of the warehouse of connection WAREHOUSE.

Prints one line of JSON: {"driver": the module of the connection, "answers": {what was done: what came of it}}.
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any

from airflow.providers.postgres.hooks.postgres import PostgresHook

from mwaa_lineage import LineageSQLOperator
from mwaa_lineage.airflow.compat import BaseHook
from mwaa_lineage.airflow.external_tables import ExternalTablesSensor

OFTEN = 6  # psycopg 3 prepares a statement when it comes for the sixth time
LOAD = "create table if not exists dm.probe (eventid bigint); insert into dm.probe (eventid) select eventid from s3_datalake.event"


def stock_hook() -> PostgresHook:
    """Airflow's own, of the connection as it stands."""
    return PostgresHook(postgres_conn_id="WAREHOUSE", connection=BaseHook.get_connection("WAREHOUSE"))


def run() -> Any:
    return stock_hook().get_records("select 1")


def run_often() -> Any:
    """After a DROP or a ROLLBACK psycopg 3 gives up what it has prepared."""
    with closing(stock_hook().get_conn()) as connection, closing(connection.cursor()) as cursor:
        for number in range(OFTEN):
            cursor.execute("select %s", (number,))
        connection.rollback()
        cursor.execute("select count(*) from s3_datalake.event")
        return cursor.fetchone()


def refused() -> Any:
    """With a parameter, so that psycopg 3 sends the statement apart from it."""
    with closing(stock_hook().get_conn()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("select array_agg(%s::int)", (1,))


def operate() -> Any:
    operator = LineageSQLOperator(task_id="t", conn_id="WAREHOUSE", sql=LOAD, split_statements=True)
    started = operator.get_openlineage_facets_on_start()
    operator.execute({})
    completed = operator.get_openlineage_facets_on_complete(None)
    for facets in (started, completed):
        if facets.run_facets:
            raise RuntimeError(facets.run_facets["extractionError"].errors[0].errorMessage)
    return [[dataset.name for dataset in facets.inputs + facets.outputs] for facets in (started, completed)]


def sense() -> Any:
    return ExternalTablesSensor(task_id="s", conn_id="WAREHOUSE", schema="s3_datalake", tables=["event"]).poke({})


def outcome(of: Callable[[], Any]) -> Any:
    try:
        return of()
    except Exception as error:  # whatever a driver raises is what is asked for
        return f"{type(error).__name__}: {error}".strip()


def main() -> None:
    os.environ["AIRFLOW__MWAA_LINEAGE__START_SECONDS"] = "60"  # what is known at the start is asked for, on a busy machine too
    driver = "psycopg" if getattr(sys.modules[PostgresHook.__module__], "USE_PSYCOPG3", False) else "psycopg2"
    answers = {of.__name__: outcome(of) for of in (run, run_often, refused, operate, sense)}
    print(json.dumps({"driver": driver, "answers": answers}))


if __name__ == "__main__":
    main()
