"""What Airflow loads from the plugins folder: the env-var plugin of mwaa_lineage/.

Where mwaa_lineage is an installed package, too, Airflow registers the plugin by that, and would call a second one an error.
"""

from importlib.metadata import PackageNotFoundError, distribution

from mwaa_lineage import plugin

try:
    distribution("mwaa-lineage")
except PackageNotFoundError:
    EnvVarPlugin = plugin.EnvVarPlugin
