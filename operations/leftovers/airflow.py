"""Airflow's environment."""

from operations.leftovers.kind import Kind

KINDS = (
    Kind("MWAA environment", "aws_mwaa_environment", "mwaa", "list_environments", "Environments[]", "mwaa delete-environment --name {id}"),
)
