"""Connections to the warehouse: with temporary credentials for Redshift Serverless, and without waiting for ever."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from airflow.providers.postgres.hooks.postgres import PostgresHook

from sql_lineage.airflow_masker import hide
from sql_lineage.compat import BaseHook


def serverless_hook(connection: Any, database: str | None = None) -> PostgresHook | None:
    """A hook with credentials minted from IAM, None where the connection does not ask for them.

    It does by its extras `{"iam": true, "workgroup": "<name>"}` (or `workgroup-name`), with `region` where that is not the default one.
    `database` overrides the connection's. Raises what boto3 raises when it gets no credentials.
    """
    extras = connection.extra_dejson
    workgroup = extras.get("workgroup") or extras.get("workgroup-name")
    if not (extras.get("iam") and workgroup):
        return None
    database = database or connection.schema
    user, password = _mint(workgroup, database, extras.get("region"))
    minted = type(connection)(
        conn_id=connection.conn_id,
        conn_type="postgres",
        host=connection.host,
        port=connection.port or 5439,
        schema=database,
        login=user,
        password=password,
        extra=json.dumps({"sslmode": "require"}),  # psycopg takes every extra for a parameter of its own
    )
    return PostgresHook(postgres_conn_id=connection.conn_id, connection=minted, database=database)


def warehouse_hook(conn_id: str) -> Any:
    """The hook of an Airflow connection to the warehouse."""
    connection: Any = BaseHook.get_connection(conn_id)
    return serverless_hook(connection) or connection.get_hook()


@contextmanager
def connect_timeout(seconds: int) -> Iterator[None]:
    """Within it libpq gives up connecting after `seconds`, unless its user set another limit (PostgreSQL, PGCONNECT_TIMEOUT)."""
    if "PGCONNECT_TIMEOUT" in os.environ:
        yield
        return
    os.environ["PGCONNECT_TIMEOUT"] = str(seconds)
    try:
        yield
    finally:
        del os.environ["PGCONNECT_TIMEOUT"]


def _mint(workgroup: str, database: str | None, region: str | None) -> tuple[str, str]:
    import boto3  # noqa: PLC0415 - slow to import, and only this way of connecting needs it

    client: Any = boto3.client("redshift-serverless", region_name=region)
    credentials = client.get_credentials(workgroupName=workgroup, **({"dbName": database} if database else {}))
    hide([credentials["dbPassword"]])
    return credentials["dbUser"], credentials["dbPassword"]
