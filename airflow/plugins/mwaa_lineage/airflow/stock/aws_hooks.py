"""What the hooks of Airflow's Amazon provider do while a task runs: SQL by the Redshift Data API and for Athena, and copies in S3."""

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from types import ModuleType
from typing import Any

from mwaa_lineage.airflow.stock.athena import Athena
from mwaa_lineage.airflow.stock.copies import Copy
from mwaa_lineage.airflow.stock.data_api import DataApi
from mwaa_lineage.airflow.stock.observed import observed
from mwaa_lineage.airflow.task_lineage import Sent, pieces
from mwaa_lineage.airflow.unobserved import unobserved
from mwaa_lineage.airflow.when_imported import when_imported

_HOOKS = "airflow.providers.amazon.aws.hooks"


def observe() -> None:
    """From now on, in this process and those that it forks."""
    when_imported(f"{_HOOKS}.redshift_data", lambda module: _wrap(module, "RedshiftDataHook", "execute_query", _statement))
    when_imported(f"{_HOOKS}.athena", lambda module: _wrap(module, "AthenaHook", "run_query", _query))
    when_imported(f"{_HOOKS}.s3", lambda module: _wrap(module, "S3Hook", "copy_object", _copy))


def _statement(hook: Any, given: Mapping[str, Any]) -> None:
    observed.add(Sent(DataApi.of(hook, given), pieces(given["sql"]), given.get("parameters")))


def _query(hook: Any, given: Mapping[str, Any]) -> None:
    if athena := Athena.of(hook, given.get("query_context"), given.get("result_configuration")):
        observed.add(Sent(athena, pieces(given["query"])))


def _copy(hook: Any, given: Mapping[str, Any]) -> None:
    observed.add_copy(Copy.of(hook, given))


def _wrap(module: ModuleType, hook: str, name: str, add: Callable[[Any, Mapping[str, Any]], None]) -> None:
    kind = getattr(module, hook)
    method = getattr(kind, name)
    signature = inspect.signature(method)  # the order of the parameters differs by version

    @wraps(method)
    def observing(self: Any, *given: Any, **named: Any) -> Any:
        try:
            add(self, signature.bind(self, *given, **named).arguments)
        except Exception:  # which must not touch the task; what is wrong with a call, the hook says itself
            self.log.warning("The lineage of what this hook does is not known", exc_info=True)
        with unobserved():
            return method(self, *given, **named)

    setattr(kind, name, observing)
