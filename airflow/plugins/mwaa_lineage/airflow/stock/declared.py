"""What a stock operator is going to send, as its parameters say."""

from contextlib import suppress
from typing import Any

from mwaa_lineage.airflow.stock.athena import Athena
from mwaa_lineage.airflow.stock.copies import Copy
from mwaa_lineage.airflow.stock.data_api import DataApi
from mwaa_lineage.airflow.stock.warehouses import behind, is_warehouse
from mwaa_lineage.airflow.task_lineage import Sent, pieces

_OF_AIRFLOW = ("airflow.", "openlineage.")
_SQL = ("sql", "sql1", "sql2", "min_threshold", "max_threshold")
"""The attributes of the operators of common-sql that hold SQL; a threshold may be a number, too."""
_BY_HOOKS = {"S3ToRedshiftOperator", "RedshiftToS3Operator", "S3CopyObjectOperator"}
"""Of Amazon's provider: what they send is known when their hooks send it. What the provider tells of them itself depends on its version."""
_COPY = ("source_bucket_key", "dest_bucket_key", "source_bucket_name", "dest_bucket_name")
_METHODS = ("get_openlineage_facets_on_start", "get_openlineage_facets_on_complete")


def sent(task: Any) -> list[Sent] | None:
    """None for an operator that is not read here: of another kind or warehouse, or whose class tells a lineage of its own.

    Raises whatever looking up its connection raises.
    """
    names = kinds(task)
    if has_own_lineage(task):
        return None
    if "BaseSQLOperator" in names:
        return _of_hook(task, task.get_db_hook())
    if "SqlSensor" in names:
        return _of_hook(task, task._get_hook())
    if "RedshiftDataOperator" in names:
        return [Sent(DataApi.of(task.hook, vars(task)), pieces(task.sql), task.parameters)]
    if "AthenaOperator" in names:
        return _of_athena(task)
    return [] if names & _BY_HOOKS else None


def copies(task: Any) -> list[Copy]:
    """Of objects in S3; none where the operator copies nothing, or its keys are wrong, which it says itself."""
    if "S3CopyObjectOperator" not in kinds(task):
        return []
    from airflow.providers.amazon.aws.hooks.s3 import S3Hook  # noqa: PLC0415 - the operator's module has imported it

    with suppress(Exception):
        return [Copy.of(S3Hook, {name: getattr(task, name) for name in _COPY})]
    return []


def run_facets(task: Any) -> dict[str, Any]:
    """What an operator knows of its run beside its lineage: Athena's name of it, as the provider tells it."""
    if not getattr(task, "query_execution_id", None) or "AthenaOperator" not in kinds(task):
        return {}
    from openlineage.client.facet_v2 import external_query_run  # noqa: PLC0415 - openlineage is not for parsing DAGs

    return {"externalQuery": external_query_run.ExternalQueryRunFacet(externalQueryId=task.query_execution_id, source="awsathena")}


def kinds(task: Any) -> set[str]:
    """The names of Airflow's classes that the task's own is made of."""
    return {kind.__name__ for kind in type(task).__mro__ if kind.__module__.startswith(_OF_AIRFLOW)}


def texts(task: Any) -> tuple[str, ...]:
    """The SQL of an operator of common-sql."""
    return tuple(text for name in _SQL if isinstance(value := getattr(task, name, None), str | list | tuple) for text in pieces(value))


def has_own_lineage(task: Any) -> bool:
    """Whether a class that is not Airflow's says how its lineage is told."""
    return any(method in vars(kind) for kind in type(task).__mro__ if not kind.__module__.startswith(_OF_AIRFLOW) for method in _METHODS)


def _of_athena(task: Any) -> list[Sent] | None:
    context = {**(task.query_execution_context or {}), "Catalog": getattr(task, "catalog", None)}
    results = {**(task.result_configuration or {})}
    if task.database:
        context["Database"] = task.database
    if task.output_location:
        results["OutputLocation"] = task.output_location
    athena = Athena.of(task.hook, context, results)
    return [Sent(athena, pieces(task.query))] if athena else None


def _of_hook(task: Any, hook: Any) -> list[Sent] | None:
    if not is_warehouse(hook) or not texts(task):
        return None
    return [Sent(behind(hook), texts(task), getattr(task, "parameters", None))]
