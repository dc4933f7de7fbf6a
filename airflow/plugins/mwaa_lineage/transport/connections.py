"""What this Airflow's connections say of warehouses: only those that the option `[mwaa_lineage] namespaces` names, each asked for once.

Looking a connection up costs 0.1 s with Secrets Manager, and up to 10 s where that is silent: so it is done when an event has a warehouse's
address that nothing else explains, and for a process and those that it forks once, whether it went well or not. Of a connection only its
address and database are kept.
"""

import logging
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from mwaa_lineage.options import option
from mwaa_lineage.transport.naming import Naming
from mwaa_lineage.transport.warehouses import OPTION, Connected, Option, Warehouses, address

MOST = 16  # connections

log = logging.getLogger(__name__)


@lru_cache(maxsize=4)
def parsed(text: str) -> Option:
    """The option's text; an empty one, and a warning, where it cannot be read."""
    try:
        return Option(text)
    except ValueError as error:
        log.warning("%s", error)
        return Option("")


def configured() -> Option:
    """The option as Airflow's configuration has it; an empty one in a process without Airflow."""
    return parsed(option("namespaces") if "airflow.configuration" in sys.modules else "")


def naming() -> Naming:
    """What names the datasets of events here."""
    return Naming(Warehouses(configured(), connected))


_known: dict[tuple[str, str], dict[str, Connected]] = {}


def connected(wanted: Mapping[str, str]) -> dict[str, Connected]:
    """Warehouses by their addresses; `wanted` are namespaces by connection ids."""
    found: dict[str, Connected] = {}
    for conn_id, namespace in islice(wanted.items(), MOST):
        if (conn_id, namespace) not in _known:
            _known[conn_id, namespace] = dict(_look_up(conn_id, namespace))
        found.update(_known[conn_id, namespace])
    return found


def _look_up(conn_id: str, namespace: str) -> Iterator[tuple[str, Connected]]:
    try:
        from mwaa_lineage.airflow.compat import BaseHook  # noqa: PLC0415 - Airflow's, where it is needed only

        connection: Any = BaseHook.get_connection(conn_id)
        yield address(connection.host, connection.port), Connected(namespace, connection.schema or None)
    except Exception as error:  # whatever a secrets backend raises
        log.warning("Of %s, which %s names, the address is not known: %s", conn_id, OPTION, type(error).__name__)
