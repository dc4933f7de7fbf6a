"""Load the plugins as any Airflow process does and print what came of it as JSON: the last line of stdout.

The test of the env-var plugin runs it in a process of its own, with a plugins folder and a secrets backend configured by the environment.
"""

import dataclasses
import gc
import json
import os
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from airflow import plugins_manager
from airflow.configuration import conf


def lies_in(module: ModuleType, folder: Path) -> bool:
    return Path(getattr(module, "__file__", None) or "/").is_relative_to(folder)


def fork() -> dict[str, bool]:
    """What a process that is forked for a task has from the first."""
    reader, writer = os.pipe()
    before = gc.get_freeze_count()
    child = os.fork()
    if not child:
        imported = {name: name in sys.modules for name in ("sqlglot", "psycopg2")}
        os.write(writer, json.dumps({**imported, "frozen": gc.get_freeze_count() > before}).encode())
        os._exit(0)
    os.waitpid(child, 0)
    found: dict[str, bool] = json.loads(os.read(reader, 1000))
    return found


def main() -> None:
    started = time.monotonic()
    plugins_manager.ensure_plugins_loaded()  # type: ignore[no-untyped-call]
    seconds = time.monotonic() - started
    folder = Path(conf.get("core", "plugins_folder"))
    modules = [name for name, module in list(sys.modules.items()) if lies_in(module, folder)]

    from openlineage.airflow.adapter import _DAG_NAMESPACE  # type: ignore[import-untyped]  # noqa: PLC0415
    from openlineage.client import OpenLineageClient  # noqa: PLC0415  as the integration does: after the plugins

    transport: Any = OpenLineageClient().transport
    result = {
        "environment": {name: value for name, value in os.environ.items() if name.startswith(("OPENLINEAGE", "AIRFLOW__OPENLINEAGE"))},
        "frozen": gc.get_freeze_count() > 0,
        "fork": fork(),
        "import_errors": plugins_manager.import_errors,
        "modules": modules,
        "namespace": _DAG_NAMESPACE,
        "plugins": [plugin.name for plugin in plugins_manager.plugins or []],
        "seconds": seconds,
        "transport": transport.kind,
        "settings": dataclasses.asdict(transport._settings) if transport.kind == "spool" else None,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
