"""Whether the store answers: its name, a connection, TLS, and what it says to an event."""

import socket
import ssl
from urllib.parse import urlsplit

from mwaa_lineage.doctor.findings import Kind, Report, described
from mwaa_lineage.doctor.probe import Probe
from mwaa_lineage.doctor.reading import Reader, Unreadable
from mwaa_lineage.sql.work import within
from mwaa_lineage.transport.settings import Settings
from mwaa_lineage.transport.store import Answer, Store, Verdict

SECONDS = 5.0  # for each step
_FAILING = {408, 421, 425, 429, 502, 503, 504}


def examine(report: Report, store: Settings, probe: Probe) -> bool:
    """Report each step up to the first that fails, with the start of `probe` as the event; whether the store accepts it."""
    parts = urlsplit(store.url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    if not (_resolves(report, host, port) and _connects(report, host, port, secure=parts.scheme == "https")):
        return False
    sender = Store(store)
    try:
        answer = sender.send(probe.start())
    finally:
        sender.close()
    if answer.verdict is not Verdict.ACCEPTED:
        report.found(_kind(answer, store), answer.reason)
        return False
    report.ok("store", f"accepts events at {store.url}: {answer.reason}")
    return True


def readable(report: Report, store: Settings) -> bool:
    """Whether what answers lets itself be read as Marquez does; reported."""
    try:
        names = Reader(store).namespaces()
    except Unreadable as error:
        report.found(Kind.WRITE_ONLY, error)
        return False
    report.ok("API", f"answers as Marquez's, namespaces {', '.join(names) or 'none yet'}")
    return True


def _resolves(report: Report, host: str, port: int) -> bool:
    """The system's resolver knows no time-out."""
    try:
        found = within(SECONDS, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except TimeoutError:
        report.found(Kind.HOST_UNKNOWN, f"{host}: no answer within {SECONDS:g} s")
        return False
    except (OSError, UnicodeError) as error:
        report.found(Kind.HOST_UNKNOWN, f"{host}: {described(error)}")
        return False
    report.ok("host", f"{host} is {', '.join(sorted({str(address[4][0]) for address in found}))}")
    return True


def _connects(report: Report, host: str, port: int, *, secure: bool) -> bool:
    try:
        plain = socket.create_connection((host, port), timeout=SECONDS)
    except OSError as error:
        report.found(Kind.UNREACHABLE, f"{host}:{port}: {described(error)}")
        return False
    with plain:
        if not secure:
            report.ok("connection", f"{host}:{port}")
            return True
        try:
            with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as wrapped:
                report.ok("connection", f"{host}:{port}, {wrapped.version()}")
                return True
        except OSError as error:
            report.found(Kind.TLS_FAILED, described(error))
            return False


def _kind(answer: Answer, store: Settings) -> Kind:
    match answer.verdict:
        case Verdict.DENIED:
            return Kind.KEY_REFUSED if store.api_key else Kind.KEY_WANTED
        case Verdict.FAILED:
            return Kind.STORE_FAILING
        case Verdict.REFUSED:
            return Kind.EVENT_REFUSED
    if not answer.status:
        return Kind.STORE_SILENT
    return Kind.STORE_FAILING if answer.status in _FAILING else Kind.NOT_A_LINEAGE_API
