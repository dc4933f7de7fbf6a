"""What an operator that checks a table has found out about it: as OpenLineage's integration tells it, of the datasets that are found here.

It is told by openlineage-airflow and by common-sql from 2.0 on; the versions between tell nothing of it.
"""

from importlib import import_module
from types import ModuleType
from typing import Any

from mwaa_lineage.airflow.stock.declared import kinds


def add(module: ModuleType, task: Any, metadata: Any) -> None:
    """To what is told at the end of `task`; `module` is the integration's. Raises what its parts raise for checks they do not know."""
    if getattr(task, "check_results", None):
        metadata.inputs = [_own(dataset) for dataset in metadata.inputs]
        task._attach_check_facets(metadata)
    elif hasattr(module, "TaskMetadata") and _has_results(task):
        facets, table = _facets(task), f".{task.table}".lower()
        checked = [each for each in metadata.inputs if f".{each.name}".endswith(table)] or metadata.inputs
        metadata.inputs = [_own(each, inputFacets=facets) if each in checked else each for each in metadata.inputs]


def _own(dataset: Any, **more: Any) -> Any:
    """The input with facets of its own: what was derived once is told again."""
    return type(dataset)(dataset.namespace, dataset.name, facets=dict(dataset.facets or {}), **more)


def _has_results(task: Any) -> bool:
    """Whether it checks columns or a table, and has come that far."""
    checks = list(task.column_mapping.values()) if "SQLColumnCheckOperator" in kinds(task) else []
    if "SQLTableCheckOperator" in kinds(task):
        checks.append(task.checks)
    return bool(checks) and all("success" in found for check in checks for found in check.values())


def _facets(task: Any) -> Any:
    """By an extractor of this task alone: the integration keeps one for all tasks of the same id."""
    extractors = "openlineage.airflow.extractors"
    postgres: Any = import_module(f"{extractors}.postgres_extractor")  # openlineage is not for parsing DAGs
    checks: Any = import_module(f"{extractors}.sql_check_extractors")
    (own,) = (each for each in checks.get_check_extractors(postgres.PostgresExtractor) if kinds(task) & set(each.get_operator_classnames()))
    return own(task)._get_input_facets()
