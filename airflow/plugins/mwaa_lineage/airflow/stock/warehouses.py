"""The warehouse behind a hook that Airflow's providers make."""

from functools import cache, partial
from typing import Any

from mwaa_lineage.airflow.compat import BaseHook
from mwaa_lineage.airflow.warehouse import Connected, Warehouse

_KINDS = {"PostgresHook", "RedshiftSQLHook"}


def is_warehouse(hook: Any) -> bool:
    """Whether `hook` is of a kind whose SQL is read here, or a subclass of one."""
    return any(kind.__name__ in _KINDS for kind in type(hook).__mro__)


def behind(hook: Any) -> Warehouse:
    """The warehouse of a hook for which `is_warehouse` is true; its catalog is asked by a hook of the same connection."""
    conn_id = str(getattr(hook, hook.conn_name_attr))
    database = getattr(hook, "database", None)
    connection = cache(lambda: getattr(hook, "connection", None) or BaseHook.get_connection(conn_id))
    return Connected(conn_id, database, connection, partial(_patient, hook, connection, database))


def _patient(hook: Any, connection: Any, database: str | None) -> Any:
    """With a patience of its own, where it is PostgreSQL's driver; Amazon's has none."""
    from mwaa_lineage.airflow.connection import PATIENCE, postgres_hook  # noqa: PLC0415 - the driver is not for every process of Airflow

    options = {"options": hook.options} if getattr(hook, "options", None) else {}
    return postgres_hook(connection(), usual=PATIENCE, database=database, **options) or hook
