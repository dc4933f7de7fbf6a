"""The operator that runs SQL and tells OpenLineage what the SQL reads and writes."""

from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from functools import cache, cached_property, partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

from mwaa_lineage.airflow.compat import BaseHook
from mwaa_lineage.airflow.connection import PATIENCE, postgres_hook
from mwaa_lineage.airflow.derivation import Derivation
from mwaa_lineage.airflow.masked_error import masked
from mwaa_lineage.airflow.masked_log import MaskedLog
from mwaa_lineage.airflow.unobserved import unobserved
from mwaa_lineage.masking.airflow_masker import hide
from mwaa_lineage.masking.texts import HIDDEN, mask, secrets_in

if TYPE_CHECKING:
    from mwaa_lineage.airflow.report import Report
    from mwaa_lineage.sql.catalog import Name
    from mwaa_lineage.sql.relations import Catalog

LONGEST = 250_000  # characters of a text that are looked through for credentials, as for events; the rest of it is left out,
MARGIN = 10_000  # and as many before it, among which the beginning of a secret may be
FOUND = ("_connection", "_latest")  # what an operator finds and keeps
LOOKED_THROUGH = 100_000  # characters of the SQL whose credentials are looked for in other texts, too: before the SQL runs


class LineageSQLOperator(SQLExecuteQueryOperator):
    """Runs SQL as its base class does, and derives the lineage from the SQL and the schemas in the warehouse.

    Takes the parameters of SQLExecuteQueryOperator and nothing else: inputs, outputs and columns are found, not declared. Whatever
    goes wrong with the lineage is logged and reported in the lineage itself (facet extractionError); the SQL runs all the same.
    Credentials in the SQL stay out of the lineage, of the log and of the messages of exceptions.
    """

    def get_db_hook(self) -> Any:
        """The hook for running the SQL."""
        hook = self._new_hook()
        hook._log = MaskedLog(hook.log, self._clean)
        return hook

    def execute(self, context: Any) -> Any:
        """Runs the SQL. Raises what the base class raises, without the credentials in the SQL."""
        self._known()  # which tells Airflow of the credentials before the SQL is logged
        try:
            with unobserved():
                return super().execute(context)  # type: ignore[no-untyped-call]
        except Exception as error:
            if not masked(error, self._clean):
                raise
            raise error from None

    @property
    def log(self) -> Any:
        """The logger of the base class, which logs the SQL, without the credentials in what it is given."""
        return MaskedLog(super().log, self._clean)

    def get_openlineage_facets_on_start(self) -> Any:
        """The lineage as far as it is known in time, before the SQL has run."""
        return self._facets(Derivation.at_start)

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:
        """The lineage after the SQL has run, or has failed: integrations without a hook for failures call this one."""
        del task_instance
        return self._facets(Derivation.at_end)

    def _facets(self, derive: Callable[[Derivation], Any]) -> Any:
        """An object with inputs, outputs, run_facets and job_facets, whatever happens."""
        try:
            facets = derive(self._known().derivation)
        except Exception as error:
            facets = self._without_lineage(error)
        failure = facets.run_facets.get("extractionError")
        if failure:
            self.log.warning("The lineage of this task is incomplete: %s", "; ".join(error.errorMessage for error in failure.errors))
        return facets

    def _report(self) -> "Report":
        from mwaa_lineage.airflow.datasets import namespace  # noqa: PLC0415 - sqlglot and openlineage are not for parsing DAGs
        from mwaa_lineage.airflow.report import Report  # noqa: PLC0415

        connection = self._connection()
        warehouse = namespace(connection.conn_id, connection.host, connection.port)
        database = self.database or connection.schema or connection.login or ""  # libpq's own defaults
        return Report(self._texts(), warehouse, database.lower(), self._read_catalog, self._clean)

    def _without_lineage(self, error: Exception) -> Any:
        message = f"there is none, as {type(error).__name__} was raised: {error}"
        with suppress(ImportError):
            from mwaa_lineage.airflow.report import describe_sql  # noqa: PLC0415 - as above

            return describe_sql(self._texts(), self._clean, message)
        self.log.warning("The lineage of this task is missing: %s", message)
        return SimpleNamespace(inputs=[], outputs=[], run_facets={}, job_facets={})

    def _read_catalog(self, names: "Iterable[Name]") -> "Catalog":
        from mwaa_lineage.sql.catalog import read_catalog  # noqa: PLC0415 - as above

        hook = self._new_hook(usual=PATIENCE)
        with closing(hook.get_conn()) as connection:
            hook.set_autocommit(connection, True)
            return read_catalog(connection, names)

    def _new_hook(self, **parameters: Any) -> Any:
        database = {"database": self.database} if self.database else {}
        connection = self._connection()
        return postgres_hook(connection, **parameters, **{**(self.hook_params or {}), **database}) or super().get_db_hook()

    # A copy finds for itself what an operator keeps, as its parameters may be rendered differently.

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles."""
        return {name: value for name, value in super().__getstate__().items() if name not in FOUND}  # type: ignore[no-untyped-call]

    def __deepcopy__(self, memo: dict[int, Any]) -> "LineageSQLOperator":
        """As BaseOperator does it, which asks no __getstate__."""
        copy: LineageSQLOperator = super().__deepcopy__(memo)  # type: ignore[no-untyped-call]
        for name in FOUND:
            copy.__dict__.pop(name, None)
        return copy

    # What is found once a task is kept in functions, as the provider's full task info takes apart and masks what else it finds.

    @cached_property
    def _connection(self) -> Callable[[], Any]:
        """Looks the connection up, once."""
        return cache(partial(BaseHook.get_connection, getattr(self, self.conn_id_field)))

    @cached_property
    def _latest(self) -> Callable[[], list["_Known"]]:
        return cache(list)

    def _known(self) -> "_Known":
        """What is known of the SQL as it is now: templates may have been rendered meanwhile."""
        texts, latest = self._texts(), self._latest()
        if not latest or latest[0].texts != texts:
            secrets = secrets_in("\n".join(texts)[:LOOKED_THROUGH])
            hide(secrets, getattr(self, "parameters", None))
            latest[:] = [_Known(texts, secrets, Derivation(texts, self._clean, self._report))]
        return latest[0]

    def _clean(self, text: str) -> str:
        """`text` without credentials; of a very long one the beginning."""
        if len(text) <= LONGEST:
            return mask(text, self._known().secrets)
        return mask(text[:LONGEST], self._known().secrets)[:-MARGIN] + HIDDEN

    def _texts(self) -> list[str]:
        """The pieces of the SQL, whatever a template has made of it; none before it is set, as a base class may log while it is made."""
        sql = getattr(self, "sql", [])
        return [str(text) for text in (sql if isinstance(sql, list | tuple) else [sql])]


class _Known(NamedTuple):
    texts: list[str]
    secrets: set[str]
    derivation: Derivation
