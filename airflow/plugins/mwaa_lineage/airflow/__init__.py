"""What ties the lineage of SQL to Airflow and OpenLineage: the operator, its connection, the names of datasets, the reports."""
