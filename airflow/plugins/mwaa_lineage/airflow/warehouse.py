"""A way to a warehouse, as a task has it: what its tables are called, and its catalog. Nothing is looked up before it is asked."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # sqlglot is not for parsing DAGs
    from mwaa_lineage.sql.relations import Catalog, Name
    from mwaa_lineage.sql.sql import Statement


class Warehouse(Protocol):
    """Raises, when it is asked, whatever a secrets backend, a hook or a driver raises."""

    @property
    def key(self) -> Hashable:
        """The same for two ways to one database."""

    def name(self) -> tuple[str, str]:
        """The namespace of its tables, and the database that they are in where the warehouse cannot be asked."""

    def read(self, names: "Iterable[Name]") -> "Catalog":
        """What its catalog knows of the tables `names`."""

    @property
    def path(self) -> tuple[str, ...]:
        """The schemas in which a bare name is looked for, where the warehouse cannot be asked."""

    def parse(self, texts: Sequence[str]) -> "list[Statement]":
        """The statements of SQL for it."""


class Redshift:
    """How Redshift reads SQL, and PostgreSQL in its place."""

    path = ("public",)

    def parse(self, texts: Sequence[str]) -> "list[Statement]":
        """In Redshift's dialect."""
        from mwaa_lineage.sql.sql import parse  # noqa: PLC0415 - sqlglot is not for parsing DAGs

        return parse(texts)


@dataclass(frozen=True)
class Connected(Redshift):
    """By an Airflow connection; `hook` makes a hook of the DB-API, `database` goes before the connection's."""

    conn_id: str
    database: str | None
    connection: Callable[[], Any]
    hook: Callable[[], Any]

    @property
    def key(self) -> Hashable:
        """The connection and the database."""
        return self.conn_id, self.database

    def name(self) -> tuple[str, str]:
        """By the connection; a database that it does not name is called as its user (libpq, Parameter Key Words)."""
        from mwaa_lineage.airflow.datasets import namespace  # noqa: PLC0415 - sqlglot is not for parsing DAGs

        connection = self.connection()
        database = self.database or connection.schema or connection.login or ""
        scheme = "redshift" if connection.conn_type == "redshift" else "postgres"
        return namespace(connection.conn_id, connection.host, connection.port, scheme=scheme), database.lower()

    def read(self, names: "Iterable[Name]") -> "Catalog":
        """In a connection of its own, which is closed."""
        from mwaa_lineage.sql.catalog import read_catalog  # noqa: PLC0415 - as above

        hook = self.hook()
        with closing(hook.get_conn()) as connection:
            hook.set_autocommit(connection, True)
            return read_catalog(connection, names)
