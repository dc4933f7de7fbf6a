"""The operator that runs SQL and tells OpenLineage what the SQL reads and writes."""

from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from functools import cache, cached_property, partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

from lineage_masking.airflow_masker import hide
from lineage_masking.texts import mask, secrets_in
from sql_lineage.compat import BaseHook
from sql_lineage.connection import connect_timeout, postgres_hook

if TYPE_CHECKING:
    from sql_lineage.catalog import Name
    from sql_lineage.relations import Catalog

CONNECT_TIMEOUT = 5  # seconds to reach the catalog: lineage must not hold up a task that would fail anyway


class LineageSQLOperator(SQLExecuteQueryOperator):
    """Runs SQL as its base class does, and derives the lineage from the SQL and the schemas in the warehouse.

    Takes the parameters of SQLExecuteQueryOperator and nothing else: inputs, outputs and columns are found, not declared. Whatever
    goes wrong with the lineage is logged and reported in the lineage itself (facet extractionError); the SQL runs all the same.
    Credentials in the SQL stay out of the lineage, of the log and of the messages of exceptions.
    """

    def get_db_hook(self) -> Any:
        """The hook for running the SQL and for reading the catalog."""
        database = {"database": self.database} if self.database else {}
        return postgres_hook(self._connection(), **{**(self.hook_params or {}), **database}) or super().get_db_hook()

    def execute(self, context: Any) -> Any:
        """Runs the SQL. Raises what the base class raises, without the credentials in the SQL."""
        secrets = self._secrets()
        hide(secrets, self.parameters)
        try:
            return super().execute(context)  # type: ignore[no-untyped-call]
        except Exception as error:
            message = mask(str(error), secrets)
            if message == str(error):
                raise
            error.args = (message,)
            raise error from None

    def get_openlineage_facets_on_start(self) -> Any:
        """The lineage as far as it is known before the SQL has run."""
        return self._facets()

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:
        """The lineage after the SQL has run, or has failed: integrations without a hook for failures call this one."""
        del task_instance
        return self._facets()

    def _facets(self) -> Any:
        """An object with inputs, outputs, run_facets and job_facets, whatever happens."""
        try:
            facets = self._describe()
        except Exception as error:
            facets = self._without_lineage(error)
        failure = facets.run_facets.get("extractionError")
        if failure:
            self.log.warning("The lineage of this task is incomplete: %s", "; ".join(error.errorMessage for error in failure.errors))
        return facets

    def _describe(self) -> Any:
        from sql_lineage.datasets import namespace  # noqa: PLC0415 - sqlglot and openlineage are not for parsing DAGs
        from sql_lineage.report import describe  # noqa: PLC0415

        secrets = self._secrets()
        hide(secrets, self.parameters)
        connection = self._connection()
        warehouse = namespace(connection.conn_id, connection.host, connection.port)
        database = self.database or connection.schema or connection.login or ""  # libpq's own defaults
        return describe(self._texts(), warehouse, database.lower(), self._read_catalog, partial(mask, secrets=secrets))

    def _without_lineage(self, error: Exception) -> Any:
        clean = partial(mask, secrets=self._secrets())
        message = f"there is none, as {type(error).__name__} was raised: {error}"
        with suppress(ImportError):
            from sql_lineage.report import describe_failure  # noqa: PLC0415 - as above

            return describe_failure(self._texts(), message, clean)
        self.log.warning("The lineage of this task is missing: %s", clean(message))
        return SimpleNamespace(inputs=[], outputs=[], run_facets={}, job_facets={})

    def _read_catalog(self, names: "Iterable[Name]") -> "Catalog":
        from sql_lineage.catalog import read_catalog  # noqa: PLC0415 - as above

        hook: Any = self.get_db_hook()
        with connect_timeout(CONNECT_TIMEOUT), closing(hook.get_conn()) as connection:
            hook.set_autocommit(connection, True)
            return read_catalog(connection, names)

    @cached_property
    def _connection(self) -> Callable[[], Any]:
        """Looks the connection up, once. It is kept in a function, as the provider's full task info takes apart and masks what it finds."""
        return cache(partial(BaseHook.get_connection, getattr(self, self.conn_id_field)))

    def _secrets(self) -> set[str]:
        return secrets_in("\n".join(self._texts()))

    def _texts(self) -> list[str]:
        """The pieces of the SQL, whatever a template has made of it."""
        return [str(text) for text in (self.sql if isinstance(self.sql, list | tuple) else [self.sql])]
