"""Connections to the warehouse: with temporary credentials for Redshift Serverless, and without waiting for ever.

A task connects three times: for the lineage at its start, for its SQL, and for the lineage at its end; for the lineage with a patience
of its own. Looking a connection up costs 0.1 s with Secrets Manager, minting credentials more: hooks are made of the connection, not of its
id, and credentials last for all.
"""

import json
import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from airflow.providers.postgres.hooks.postgres import PostgresHook
from psycopg2 import ProgrammingError
from psycopg2.extensions import parse_dsn

from mwaa_lineage.airflow.compat import BaseHook
from mwaa_lineage.masking.airflow_masker import hide

_OF_HOOKS = {
    *("iam", "redshift", "redshift-serverless", "cluster-identifier", "workgroup-name"),
    *("aws_conn_id", "azure_conn_id", "sqlalchemy_scheme", "sqlalchemy_query"),
    *("cluster_identifier", "is_serverless", "serverless_work_group", "serverless_token_duration_seconds"),
    *("workgroup", "region"),
}
"""What PostgresHook, RedshiftSQLHook and `postgres_hook` read themselves."""
SPARE = timedelta(minutes=1)  # that credentials must still be good for
DRIVER = {"client_encoding": "UTF8", "prepare_threshold": None}
"""What psycopg 3 needs with Redshift, unless the connection's extras say otherwise: Redshift reports the encoding UNICODE, which psycopg 3
does not know, and has no DEALLOCATE ALL, which psycopg 3 sends once it has prepared a statement (psycopg/psycopg#122). psycopg 2 takes the
encoding as well, and leaves out what is None."""


PATIENCE = {
    "connect_timeout": 30,  # seconds
    "keepalives": 1,
    "keepalives_idle": 10,  # seconds
    "keepalives_interval": 5,  # seconds
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
}
"""After what libpq gives a connection up that only the lineage needs (PostgreSQL, Database Connection Control Functions), unless the
connection's extras say otherwise. A serverless warehouse that has been idle wakes for some seconds; the task does not wait for it."""


def postgres_hook(connection: Any, *, usual: dict[str, Any] | None = None, **parameters: Any) -> PostgresHook | None:
    """A hook that does not look `connection` up again; None for a connection of another type than postgres.

    Its credentials are minted from IAM where the connection asks for them, by its extras `{"iam": true, "workgroup": "<name>"}`, or in the
    words of Airflow's own hooks, with `region` where that is not the default one. `parameters` are the hook's own, of which `database`
    overrides the connection's, `usual` parameters of the driver that its extras override. Raises what boto3 raises when it gets no
    credentials.
    """
    database = parameters.pop("database", None)
    extras = connection.extra_dejson
    workgroup = _workgroup(connection)
    if extras.get("iam") and workgroup:
        database = database or connection.schema
        credentials = _credentials(workgroup, database, extras.get("region"))
        connection = _with_credentials(connection, database, credentials, usual or {})
    elif connection.conn_type != "postgres":
        return None
    else:
        connection = _with(connection, extra=DRIVER | (usual or {}) | extras)
    return PostgresHook(postgres_conn_id=connection.conn_id, connection=connection, database=database, **parameters)


def _workgroup(connection: Any) -> str | None:
    """The workgroup that the connection's extras name, by ours, PostgresHook's or RedshiftSQLHook's words, or for PostgresHook its host."""
    extras = connection.extra_dejson
    named = extras.get("workgroup") or extras.get("workgroup-name") or extras.get("serverless_work_group")
    of_host = (connection.host or "").partition(".")[0] if extras.get("redshift-serverless") else None
    return named or of_host or None


def warehouse_hook(conn_id: str) -> Any:
    """The hook of an Airflow connection to the warehouse."""
    connection: Any = BaseHook.get_connection(conn_id)
    return postgres_hook(connection) or connection.get_hook()


log = logging.getLogger(__name__)


class _Credentials(NamedTuple):
    user: str
    password: str
    expiration: datetime


_minted: dict[tuple[str, str | None, str | None], _Credentials] = {}


def _credentials(workgroup: str, database: str | None, region: str | None) -> _Credentials:
    """Those of this process, or of the one that forked it, while they are good."""
    known = _minted.get((workgroup, database, region))
    if known is None or known.expiration < datetime.now(UTC) + SPARE:
        known = _minted[workgroup, database, region] = _mint(workgroup, database, region)
    return known


def _mint(workgroup: str, database: str | None, region: str | None) -> _Credentials:
    import boto3  # noqa: PLC0415 - slow to import, and only this way of connecting needs it

    client: Any = boto3.client("redshift-serverless", region_name=region)
    answer = client.get_credentials(workgroupName=workgroup, **({"dbName": database} if database else {}))
    hide([answer["dbPassword"]])
    return _Credentials(answer["dbUser"], answer["dbPassword"], answer["expiration"])


def _with_credentials(connection: Any, database: str | None, credentials: _Credentials, usual: dict[str, Any]) -> Any:
    extra = {"sslmode": "require", **DRIVER, **usual, **_of_the_driver(connection)}
    signed_in = {"login": credentials.user, "password": credentials.password}
    return _with(connection, conn_type="postgres", port=connection.port or 5439, schema=database, extra=extra, **signed_in)


def _of_the_driver(connection: Any) -> dict[str, Any]:
    """The extras that are parameters of the driver: psycopg takes every other one for an unknown parameter, which the log tells."""
    known: dict[str, Any] = {}
    for name, value in connection.extra_dejson.items():
        if name in _OF_HOOKS:
            continue
        if name in DRIVER or name == "cursor" or _libpq_knows(name):
            known[name] = value
        else:
            log.warning("The extra %r of the connection %s is left out: it is no parameter of libpq", name, connection.conn_id)
    return known


def _libpq_knows(name: str) -> bool:
    try:
        return re.fullmatch(r"[a-z_]+", name) is not None and bool(parse_dsn(f"{name}=x"))
    except ProgrammingError:
        return False


def _with(connection: Any, *, extra: dict[str, Any], **changed: Any) -> Any:
    """The connection with other extras, and what else is changed."""
    parts = {name: getattr(connection, name) for name in ("conn_id", "conn_type", "host", "port", "schema", "login", "password")}
    return type(connection)(**{**parts, **changed}, extra=json.dumps(extra))
