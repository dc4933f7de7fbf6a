"""Load the plugins with a package's folder as the first or the last place in which Python looks: what came of it as JSON, in the last line.

The order of the places is the order of the entry points, which Airflow's plugins of installed packages follow.
"""

import importlib
import json
import os
import sys
from contextlib import suppress

sys.path.insert(len(sys.path) if sys.argv[2] == "last" else 0, sys.argv[1])

from airflow import plugins_manager
from airflow.listeners.listener import get_listener_manager


def namespace() -> str:
    """The jobs' namespace, as the integration keeps it: the provider from 1.5 on, before that, openlineage-airflow."""
    with suppress(ImportError):
        return str(importlib.import_module("airflow.providers.openlineage.conf").namespace())
    with suppress(ImportError):
        return str(importlib.import_module("airflow.providers.openlineage.plugins.adapter")._DAG_NAMESPACE)
    return str(importlib.import_module("openlineage.airflow.adapter")._DAG_NAMESPACE)


plugins_manager.ensure_plugins_loaded()  # type: ignore[no-untyped-call]
if hasattr(plugins_manager, "import_errors"):
    plugins, errors = plugins_manager.plugins or [], plugins_manager.import_errors
else:  # from Airflow 3.2 on
    plugins, errors = plugins_manager._get_plugins()  # type: ignore[attr-defined]
listeners = [getattr(listener, "__name__", type(listener).__module__) for listener in get_listener_manager().pm.get_plugins()]
found = {
    "plugins": sorted(str(plugin.name) for plugin in plugins),
    "errors": errors,
    "listeners": sorted(listeners),
    "namespace": namespace(),
    "transport": os.environ.get("OPENLINEAGE_CONFIG", ""),
}
print(f"\n{json.dumps(found)}")
