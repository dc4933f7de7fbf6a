"""Waits until the lake's external tables can be read."""

from collections.abc import Sequence
from contextlib import closing
from typing import Any

from mwaa_lineage.airflow.compat import AirflowSensorTimeout, BaseSensorOperator
from mwaa_lineage.airflow.connection import warehouse_hook
from mwaa_lineage.sql.catalog import UNDEFINED_TABLE, sqlstate

UNDEFINED_SCHEMA = "3F000"  # SQLSTATE
UNDEFINED_EXTERNAL_TABLE = "could not find parent table"  # Redshift's words, under a general SQLSTATE


class ExternalTablesSensor(BaseSensorOperator):  # type: ignore[misc]
    """Succeeds when each of `tables` in the external schema `schema` answers with at least one row.

    Times out as every sensor does, naming the tables that are missing or empty. Any other error of the warehouse, such as a wrong
    password or an unreachable host, is raised at once.
    """

    template_fields: Sequence[str] = ("conn_id", "schema", "tables")

    def __init__(self, *, conn_id: str, schema: str, tables: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.conn_id = conn_id
        self.schema = schema
        self.tables = tables
        self.awaited: list[str] = []

    def poke(self, context: Any) -> bool:
        """Whether every table has rows; remembers and logs those that have none."""
        del context
        hook = warehouse_hook(self.conn_id)
        with closing(hook.get_conn()) as connection:
            hook.set_autocommit(connection, True)
            states = {table: self._state(connection, table) for table in self.tables}
        self.awaited = [f"{self.schema}.{table} {state}" for table, state in states.items() if state]
        for table in self.awaited:
            self.log.info("Waiting for the lake: %s", table)
        return not self.awaited

    def execute(self, context: Any) -> Any:
        """Waits. Raises AirflowSensorTimeout with the names of the tables that did not come."""
        try:
            return super().execute(context)
        except AirflowSensorTimeout:
            raise AirflowSensorTimeout(
                f"After {self.timeout:g} s the lake is still incomplete: {', '.join(self.awaited)}. "
                "Has the data been uploaded, and has the crawler that catalogs it finished?"
            ) from None

    def _state(self, connection: Any, table: str) -> str | None:
        """What is wrong with a table, None when it has rows."""
        with closing(connection.cursor()) as cursor:
            try:
                cursor.execute(f"select 1 from {_quoted(self.schema)}.{_quoted(table)} limit 1")  # noqa: S608 - both names are quoted
                return None if cursor.fetchone() else "is empty"
            except Exception as error:
                if sqlstate(error) in {UNDEFINED_TABLE, UNDEFINED_SCHEMA} or UNDEFINED_EXTERNAL_TABLE in str(error).lower():
                    return "does not exist"
                raise


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
