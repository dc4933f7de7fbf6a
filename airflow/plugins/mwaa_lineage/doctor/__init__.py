"""What the DAG `lineage_doctor` looks at: each module one part of the way from a task to the lineage store.

Nothing that may be broken is imported before it is looked at. The package is not named like the DAG: Airflow searches the DAG folder first.
"""
