"""Operators whose hook has a given connection, in place of one to a warehouse."""

import logging
from collections.abc import Callable
from typing import Any

from mwaa_lineage import LineageSQLOperator
from tests.mwaa_lineage.sql.warehouse import NO_EXTERNAL_TABLES, Rows, Warehouse, session

WAREHOUSE = "redshift://tickit.us-east-1:5439"
COLUMNS = [("staging", "users", "userid", "integer"), ("staging", "users", "city", "text"), ("dm", "report", "a", "integer")]
ANSWERS: dict[str, Rows | Exception] = {
    "current_setting": session(),
    "information_schema": COLUMNS,
    "svv_external_tables": NO_EXTERNAL_TABLES,
}
INSERT = "insert into dm.report (a) select userid from staging.users"


class Hook:
    """A hook whose connection is given, or raises."""

    def __init__(self, connection: Warehouse | Exception) -> None:
        self.connection = connection
        self.ran: list[Any] = []
        self.descriptions: list[None] = [None]
        self._log: Any = logging.getLogger("hook")

    @property
    def log(self) -> Any:
        """As hooks have it."""
        return self._log

    def get_conn(self) -> Warehouse:
        if isinstance(self.connection, Exception):
            raise self.connection
        return self.connection

    def set_autocommit(self, connection: Warehouse, autocommit: bool) -> None:
        connection.autocommit = autocommit

    def run(self, sql: Any, **options: Any) -> None:
        self.ran.append((sql, options))
        if isinstance(self.connection, Exception):
            raise self.connection


Make = Callable[..., LineageSQLOperator]


def errors(facets: Any) -> list[str]:
    return [error.errorMessage for error in facets.run_facets["extractionError"].errors]
