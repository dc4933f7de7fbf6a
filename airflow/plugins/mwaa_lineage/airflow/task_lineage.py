"""The lineage of one task, which sends SQL to warehouses: what it tells OpenLineage at its start and at its end, whatever happens."""

from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from mwaa_lineage.airflow.derivation import Derivation
from mwaa_lineage.airflow.warehouse import Warehouse
from mwaa_lineage.masking.airflow_masker import hide
from mwaa_lineage.masking.texts import HIDDEN, mask, secrets_in

if TYPE_CHECKING:  # sqlglot and openlineage are not for parsing DAGs
    from mwaa_lineage.airflow.report import Reports

LONGEST = 250_000  # characters of a text that are looked through for credentials, as for events; the rest of it is left out,
MARGIN = 10_000  # and as many before it, among which the beginning of a secret may be
LOOKED_THROUGH = 100_000  # characters of the SQL whose credentials are looked for in other texts, too: before the SQL runs


class Sent(NamedTuple):
    """SQL for one warehouse, with the parameters that the driver puts into it."""

    warehouse: Warehouse
    texts: tuple[str, ...]
    parameters: Any = None


def pieces(sql: Any) -> tuple[str, ...]:
    """The pieces of SQL that an operator or a hook is given, whatever a template has made of it."""
    return tuple(str(text) for text in (sql if isinstance(sql, list | tuple) else [sql]))


class TaskLineage:
    """Derives the lineage of a task, and hides the credentials in its SQL. `log` gives the task's logger."""

    def __init__(self, log: Callable[[], Any]) -> None:
        self._log = log
        self._key: list[Any] = []
        self._derivation: Derivation | None = None

    def at_start(self, sent: Sequence[Sent]) -> Any:
        """An object with inputs, outputs, run_facets and job_facets: the lineage as far as it is known in time."""
        return self._facets(Derivation.at_start, sent)

    def at_end(self, sent: Sequence[Sent], left_out: str = "") -> Any:
        """The same after the SQL has run, or has failed; `left_out` says what else has run."""
        return self._facets(Derivation.at_end, sent, left_out)

    def known(self, sent: Sequence[Sent]) -> Derivation:
        """That of the SQL as it is now: templates may have been rendered meanwhile. Tells Airflow of its credentials, once."""
        key = [(each.warehouse.key, each.texts, id(each.parameters)) for each in sent]
        if self._derivation is None or self._key != key:
            texts = [text for each in sent for text in each.texts]
            secrets = secrets_in("\n".join(texts)[:LOOKED_THROUGH])
            hide(secrets, [each.parameters for each in sent])
            clean = partial(_clean, secrets)
            self._key, self._derivation = key, Derivation(texts, clean, partial(_reports, list(sent), clean))
        return self._derivation

    def clean(self, text: str) -> str:
        """`text` without the credentials that are known by now; of a very long one the beginning."""
        return self._derivation.clean(text) if self._derivation else _clean(set(), text)

    def without(self, error: Exception, texts: Sequence[str]) -> Any:
        """The facets of a task that sends `texts`, and whose lineage cannot be known for `error`."""
        message = f"there is none, as {type(error).__name__} was raised: {error}"
        with suppress(ImportError):
            from mwaa_lineage.airflow.facets import describe_sql  # noqa: PLC0415 - as above

            return describe_sql(texts, self.clean, message)
        self._log().warning("The lineage of this task is missing: %s", message)
        return SimpleNamespace(inputs=[], outputs=[], run_facets={}, job_facets={})

    def _facets(self, derive: Callable[[Derivation], Any], sent: Sequence[Sent], left_out: str = "") -> Any:
        try:
            facets = derive(self.known(sent))
            if left_out:
                from mwaa_lineage.airflow.facets import with_problem_too  # noqa: PLC0415 - as above

                facets = with_problem_too(facets, left_out)
        except Exception as error:
            facets = self.without(error, [text for each in sent for text in each.texts])
        failure = facets.run_facets.get("extractionError")
        if failure:
            self._log().warning("The lineage of this task is incomplete: %s", "; ".join(error.errorMessage for error in failure.errors))
        return facets


def _clean(secrets: set[str], text: str) -> str:
    if len(text) <= LONGEST:
        return mask(text, secrets)
    return mask(text[:LONGEST], secrets)[:-MARGIN] + HIDDEN


def _reports(sent: list[Sent], clean: Callable[[str], str]) -> "Reports":
    """In the thread that derives, as looking connections up takes time."""
    from mwaa_lineage.airflow.report import Report, Reports  # noqa: PLC0415 - as above
    from mwaa_lineage.sql.parameters import as_sent  # noqa: PLC0415

    texts: dict[Hashable, list[str]] = {}
    for each in sent:
        texts.setdefault(each.warehouse.key, []).extend(as_sent(text, each.parameters) for text in each.texts)
    warehouses = {each.warehouse.key: each.warehouse for each in sent}
    reports = [
        Report(texts[key], *warehouse.name(), warehouse.read, clean, warehouse.parse, warehouse.path)
        for key, warehouse in warehouses.items()
    ]
    return Reports(reports, [text for each in sent for text in each.texts], clean)
