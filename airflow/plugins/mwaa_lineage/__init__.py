"""Column-level lineage of SQL tasks: an operator that derives it from the SQL and the real schemas of the warehouse.

`LineageSQLOperator(task_id="load_sales", conn_id="REDSHIFT_CONNECTOR", sql="sql/sales.sql", split_statements=True)`
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mwaa_lineage.airflow.lineage_operator import LineageSQLOperator

__all__ = ["LineageSQLOperator"]


def __getattr__(name: str) -> Any:
    """The operator, when it is asked for: most processes that import this package have no use for Airflow."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mwaa_lineage.airflow.lineage_operator import LineageSQLOperator  # noqa: PLC0415 - as above

    return LineageSQLOperator
