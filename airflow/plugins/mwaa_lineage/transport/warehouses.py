"""How a warehouse is called: by one namespace, whichever of its addresses an event has (OpenLineage, Naming Conventions: Redshift).

Standard library only, as all sides ask here: the operator for its own datasets, the transport for those of every other producer.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

OPTION = "[mwaa_lineage] namespaces"
_HOST = re.compile(r"(?P<warehouse>[^.]+)\.[^.]+\.(?P<region>[^.]+)\.redshift(-serverless)?\.amazonaws\.com(\.cn)?", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?P<scheme>postgres|postgresql|redshift)://(?:[^@/]*@)?(?P<host>\[[^\]/]+\]|[^:/@?#\[\]]+)(?::(?P<port>\d{1,5}))?/?", re.IGNORECASE
)
_SHORT = re.compile(r"[^.]+\.[a-z]{2,}(-[a-z]+)+-\d+", re.IGNORECASE)  # <workgroup or cluster>.<region>
_ENTRY = re.compile(r"(?P<host>.+):(?P<port>\d{1,5})")
_REDSHIFT, _POSTGRES = 5439, 5432


class Connected(NamedTuple):
    """What a connection known to this Airflow says of a warehouse: the namespace that the option gives it, and its database."""

    namespace: str
    database: str | None


def of_host(host: str | None, port: int | None) -> str | None:
    """The namespace that the form of a Redshift host gives; None for every other host."""
    found = _HOST.fullmatch(host or "")
    return f"redshift://{found['warehouse']}.{found['region']}:{port or _REDSHIFT}".lower() if found else None


def region_of(namespace: str) -> str | None:
    """The region in a warehouse's namespace; None where it has none."""
    found = _ADDRESS.fullmatch(namespace)
    return found["host"].partition(".")[2].lower() if found and _SHORT.fullmatch(found["host"]) else None


def address(host: str | None, port: int | None) -> str:
    """Host and port as the option has them: `warehouse.example.com:5439`."""
    return f"{host or 'localhost'}:{port or _POSTGRES}".lower()


class Option:
    """The option `[mwaa_lineage] namespaces`: a JSON object of namespaces by connection ids or `<host>:<port>` of warehouses."""

    def __init__(self, text: str) -> None:
        """Raises ValueError, which says what the option must be."""
        try:
            given = json.loads(text or "{}")
        except ValueError:
            given = None
        if not isinstance(given, dict) or not all(isinstance(value, str) and "://" in value for value in given.values()):
            raise ValueError(
                f"The option {OPTION} is ignored: it must be a JSON object of connections or hosts such as "
                '{"REDSHIFT_CONNECTOR": "redshift://name.region:5439", "warehouse.example.com:5439": "redshift://name.region:5439"}'
            )
        self.connections: dict[str, str] = {key: value for key, value in given.items() if not _ENTRY.fullmatch(key)}
        self.addresses: dict[str, str] = {key.lower(): value for key, value in given.items() if _ENTRY.fullmatch(key)}
        self.namespaces: frozenset[str] = frozenset(given.values())


class Warehouses:
    """Names the tables of warehouses. `connected` gives the connections that the option names, by their addresses; it may be slow."""

    def __init__(self, option: Option, connected: Callable[[Mapping[str, str]], Mapping[str, Connected]]) -> None:
        self._option = option
        self._connected = connected

    def find(self, namespace: str, name: str) -> tuple[str, str] | None:
        """Namespace and name of a table: of Redshift's in lower case, as Redshift folds it; None where the warehouse is not known.

        A name without a database is of the one that the warehouse's connections have, if they all have the same.
        """
        warehouse = self._namespace(namespace)
        if warehouse is None or not warehouse.startswith("redshift://"):
            return (warehouse, name) if warehouse else None
        name = name.lower()
        if name.count(".") == 1:
            databases = {known.database for known in self._known().values() if known.namespace == warehouse}
            database = databases.pop() if len(databases) == 1 else None
            name = f"{database.lower()}.{name}" if database else name
        return warehouse, name

    def _namespace(self, namespace: str) -> str | None:
        if namespace in self._option.namespaces:
            return namespace
        found = _ADDRESS.fullmatch(namespace)
        if found is None:
            return None
        host, redshift = found["host"], found["scheme"].lower() == "redshift"
        port = int(found["port"] or (_REDSHIFT if redshift else _POSTGRES))
        if configured := self._option.addresses.get(address(host, port)):
            return configured
        if redshift and _SHORT.fullmatch(host):
            return f"redshift://{host}:{port}".lower()
        own = of_host(host, int(found["port"] or _REDSHIFT))
        if own in self._option.namespaces:
            return own
        connection = self._known().get(address(host, port))
        return connection.namespace if connection else own

    def _known(self) -> Mapping[str, Connected]:
        return self._connected(self._option.connections) if self._option.connections else {}
