"""Column-level lineage of SQL tasks: an operator that derives it from the SQL and the real schemas of the warehouse.

`LineageSQLOperator(task_id="load_sales", conn_id="REDSHIFT_CONNECTOR", sql="sql/sales.sql", split_statements=True)`
"""

from sql_lineage.lineage_operator import LineageSQLOperator

__all__ = ["LineageSQLOperator"]
