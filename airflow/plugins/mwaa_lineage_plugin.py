"""What Airflow loads from the plugins folder: the env-var plugin of mwaa_lineage/, under a name that nothing else has."""

from mwaa_lineage.plugin import EnvVarPlugin

__all__ = ["EnvVarPlugin"]
