"""The operator that runs SQL and tells OpenLineage what the SQL reads and writes."""

from collections.abc import Callable
from functools import cache, cached_property, partial
from typing import Any

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

from mwaa_lineage.airflow.compat import BaseHook
from mwaa_lineage.airflow.connection import PATIENCE, postgres_hook
from mwaa_lineage.airflow.masked_error import masked
from mwaa_lineage.airflow.masked_log import MaskedLog
from mwaa_lineage.airflow.task_lineage import Sent, TaskLineage, pieces
from mwaa_lineage.airflow.unobserved import unobserved
from mwaa_lineage.airflow.warehouse import Connected

FOUND = ("_connection", "_lineage")  # what an operator finds and keeps


class LineageSQLOperator(SQLExecuteQueryOperator):
    """Runs SQL as its base class does, and derives the lineage from the SQL and the schemas in the warehouse.

    Takes the parameters of SQLExecuteQueryOperator and nothing else: inputs, outputs and columns are found, not declared. Whatever
    goes wrong with the lineage is logged and reported in the lineage itself (facet extractionError); the SQL runs all the same.
    Credentials in the SQL stay out of the lineage, of the log and of the messages of exceptions.
    """

    def get_db_hook(self) -> Any:
        """The hook for running the SQL."""
        hook = self._new_hook()
        hook._log = MaskedLog(hook.log, self._mask())  # it has a line for each statement, and the SQL is not read again for each
        return hook

    def execute(self, context: Any) -> Any:
        """Runs the SQL. Raises what the base class raises, without the credentials in the SQL."""
        self._mask()  # which tells Airflow of the credentials before the SQL is logged
        try:
            with unobserved():
                return super().execute(context)  # type: ignore[no-untyped-call]
        except Exception as error:
            if not masked(error, self._mask()):
                raise
            raise error from None

    @property
    def log(self) -> Any:
        """The logger of the base class, which logs the SQL, without the credentials in what it is given."""
        return MaskedLog(super().log, self._clean)

    def get_openlineage_facets_on_start(self) -> Any:
        """The lineage as far as it is known in time, before the SQL has run."""
        return self._lineage().at_start(self._sent())

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:
        """The lineage after the SQL has run, or has failed: integrations without a hook for failures call this one."""
        del task_instance
        return self._lineage().at_end(self._sent())

    def _sent(self) -> list[Sent]:
        """The SQL as it is now; none before it is set, as a base class may log while it is made."""
        if not hasattr(self, "sql"):
            return []
        conn_id = getattr(self, self.conn_id_field)
        warehouse = Connected(conn_id, self.database, self._connection, partial(self._new_hook, usual=PATIENCE))
        return [Sent(warehouse, pieces(self.sql), getattr(self, "parameters", None))]

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
    def _lineage(self) -> Callable[[], TaskLineage]:
        return cache(lambda: TaskLineage(lambda: self.log))

    def _mask(self) -> Callable[[str], str]:
        """Takes the credentials in the SQL as it is now out of a text. Tells Airflow of them."""
        return self._lineage().known(self._sent()).clean

    def _clean(self, text: str) -> str:
        """`text` without credentials."""
        return self._mask()(text)
