"""Airflow on AWS: the MWAA environment, all it is made of, and the way in for people."""
