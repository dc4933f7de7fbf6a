"""The whole system on one machine: the emulated AWS, the warehouse, Airflow and the lineage store, each on a loopback port."""
