"""Has the env-var plugin loaded before OpenLineage's integration, where this package is installed from its wheel.

Airflow loads the plugins of installed packages in the order in which those lie on disk. The integration is one of them, and keeps the
settings that it finds when it is imported. What stands under the entry point `airflow.policy` is imported when Airflow starts, before any
plugin (Airflow, Cluster policies). This module is: it waits until the integration is about to be imported, and loads the plugin then, as
earlier Airflow has no log yet and no secrets backend. Standard library only, as every process of Airflow imports it.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

PLUGIN = "mwaa_lineage.plugin"
INTEGRATIONS = ("airflow.providers.openlineage.plugins.openlineage", "openlineage.airflow.plugin")


class BeforeIntegrations(MetaPathFinder):
    """Finds no module, but for one that the plugin has just imported itself."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """For an integration, load the plugin first. Raises nothing: whatever fails then is told when Airflow loads the plugin."""
        del path, target
        if fullname not in INTEGRATIONS:
            return None
        sys.meta_path.remove(self)
        try:
            import_module(PLUGIN)
        except Exception:
            return None
        return ModuleSpec(fullname, AsItIs()) if fullname in sys.modules else None


class AsItIs(Loader):
    """Gives the module that is there already: a second one would have settings and listeners of its own."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module, as it is."""
        self._made_by = sys.modules[spec.name].__spec__
        return sys.modules[spec.name]

    def exec_module(self, module: ModuleType) -> None:
        """Has nothing left to do."""
        module.__spec__ = self._made_by


if PLUGIN not in sys.modules:
    sys.meta_path.insert(0, BeforeIntegrations())
