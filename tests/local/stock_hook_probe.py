"""Run by an Airflow's own interpreter: with what its PostgresHook and this project's connect, for the connection WAREHOUSE.

Prints one line of JSON: {"stock": ..., "ours": ...}, each the parameters of the driver without the password, or what was raised.
"""

import importlib
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from airflow.providers.postgres.hooks.postgres import PostgresHook

from mwaa_lineage.airflow.compat import BaseHook
from mwaa_lineage.airflow.connection import warehouse_hook


class Connected(Exception):
    """The driver was asked to connect."""


def connect(*args: Any, **parameters: Any) -> None:
    """In the driver's place."""
    raise Connected(parameters)


def asked(hook: Callable[[], Any]) -> Any:
    """What the driver was asked for."""
    try:
        hook().get_conn()
    except Connected as connected:
        (parameters,) = connected.args
        return {
            name: value for name, value in parameters.items() if name != "password" and value is not None and isinstance(value, str | int)
        }
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def main() -> None:
    for driver in ("psycopg2", "psycopg"):
        with suppress(ImportError):
            module: Any = importlib.import_module(driver)
            module.connect = connect
            if hasattr(module, "Connection"):
                module.Connection.connect = connect
    connection = BaseHook.get_connection("WAREHOUSE")
    said = {
        "stock": asked(lambda: PostgresHook(postgres_conn_id="WAREHOUSE", connection=connection)),
        "ours": asked(lambda: warehouse_hook("WAREHOUSE")),
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
