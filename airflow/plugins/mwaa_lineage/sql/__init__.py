"""Column-level lineage of SQL: from its text and the schemas of the warehouse. Imports sqlglot, and nothing of Airflow."""
