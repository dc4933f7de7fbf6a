"""Column-level lineage of the tasks of an Airflow, derived from their SQL and the real schemas of the warehouse.

`LineageSQLOperator(task_id="load_sales", conn_id="REDSHIFT_CONNECTOR", sql="sql/sales.sql", split_statements=True)`

- `sql`: what a statement reads and writes, column by column; imports sqlglot, and nothing of Airflow.
- `airflow`: the operator, the sensor, their connections, the names of datasets.
- `plugin`: what Airflow loads, which gives OpenLineage its settings; `options`: those of the section [mwaa_lineage].
- `transport`: takes events over, keeps and delivers them; `masking`: hides secrets in them.
- `doctor`: finds out why lineage is missing; `coverage`: which tasks lack it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mwaa_lineage.airflow.external_tables import ExternalTablesSensor
    from mwaa_lineage.airflow.lineage_operator import LineageSQLOperator

__all__ = ["ExternalTablesSensor", "LineageSQLOperator"]

_MODULES = {"ExternalTablesSensor": "external_tables", "LineageSQLOperator": "lineage_operator"}


def __getattr__(name: str) -> Any:
    """What DAGs import, when it is asked for: most processes that import this package have no use for Airflow."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.airflow.{_MODULES[name]}"), name)
