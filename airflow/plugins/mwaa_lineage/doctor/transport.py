"""The transport that OpenLineage's client has chosen: asked of the client that the integration itself uses."""

import importlib
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from mwaa_lineage.doctor.findings import Kind, Report, described
from mwaa_lineage.transport.settings import Settings

_INTEGRATIONS = ("airflow.providers.openlineage.plugins.adapter", "openlineage.airflow.adapter")
_LONGEST = 5.0  # seconds that the doctor waits for one answer


@dataclass(frozen=True)
class Resolved:
    """A client, the kind of its transport, the jobs' namespace, and the store where the transport speaks HTTP."""

    client: Any
    kind: str
    namespace: str
    store: Settings | None


def resolve(report: Report, listening: list[str]) -> Resolved | None:
    """What was resolved, reported; None where no event can leave."""
    adapter = _adapter(listening)
    try:
        client = adapter.OpenLineageAdapter().get_or_create_openlineage_client() if adapter else _client()
        transport: Any = client.transport
        resolved = Resolved(client, str(transport.kind), _namespace(adapter), _store(report, transport))
    except Exception as error:  # the client's, and those of the libraries it calls
        report.found(Kind.TRANSPORT_BROKEN, described(error))
        return None
    return resolved if _sends(report, resolved, transport) else None


def _sends(report: Report, resolved: Resolved, transport: Any) -> bool:
    dead = {"console": Kind.TRANSPORT_CONSOLE, "noop": Kind.TRANSPORT_NOOP}.get(resolved.kind)
    if dead:
        report.found(dead)
        return False
    detail = f"{resolved.kind} ({type(transport).__module__}), namespace {resolved.namespace}"
    if resolved.store:
        detail += f", {resolved.store.url}, {'an' if resolved.store.api_key else 'no'} API key set"
    if resolved.kind == "spool":
        report.ok("transport", f"{detail}, bucket {resolved.store.bucket or 'none'}" if resolved.store else detail)
    else:
        report.found(Kind.TRANSPORT_OTHER, detail)
    return True


def _adapter(listening: list[str]) -> Any:
    """The module in which the active integration makes its client; None when there is none."""
    for name in _INTEGRATIONS if listening else ():
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None


def _client() -> Any:
    return importlib.import_module("openlineage.client").OpenLineageClient()


def _namespace(adapter: Any) -> str:
    """The namespace as the integration knows it, which has read it when Airflow started."""
    known = getattr(adapter, "_DAG_NAMESPACE", None)
    if known:
        return str(known)
    conf: Any = getattr(adapter, "conf", None)
    return str(conf.namespace()) if hasattr(conf, "namespace") else os.environ.get("OPENLINEAGE_NAMESPACE") or "default"


def _store(report: Report, transport: Any) -> Settings | None:
    if transport.kind == "spool":
        store = Settings.from_environment()
        for secret in store.secrets:
            report.mask.hide(secret)
        return store
    if transport.kind != "http":
        return None
    bearer = str(transport.config.auth.get_bearer() or "")
    key = bearer.removeprefix("Bearer ")
    report.mask.hide(key)
    return Settings(urljoin(transport.url, transport.endpoint), key or None, _LONGEST)
