"""Whether events arrive: the doctor's own through the transport, and those that the integration sends for the doctor's task."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mwaa_lineage.doctor.findings import Kind, Report, described
from mwaa_lineage.doctor.probe import JOB, Probe
from mwaa_lineage.doctor.reading import Reader
from mwaa_lineage.doctor.spooled import last_words
from mwaa_lineage.doctor.transport import Resolved
from mwaa_lineage.sql.work import within
from mwaa_lineage.transport.settings import Settings
from mwaa_lineage.transport.spool import REFUSED, Folder, new_name, run_of

SENDING = 30.0  # seconds that a transport may take, of which not every one knows a bound
DELIVERY = 45.0  # seconds: a courier that has met failures pauses for up to 30
STORING = 10.0  # seconds from an accepted event to an answer that has it
_CLOCKS = timedelta(seconds=2)


@dataclass(frozen=True)
class OwnRun:
    """The doctor's task: the job that it is for the integration, and when it has started."""

    job: str
    since: datetime


def emit(report: Report, resolved: Resolved, probe: Probe, folders: list[Path]) -> bool:
    """Send the end of `probe` through the transport; whether it has left this machine, reported when not."""
    try:
        within(SENDING, lambda: resolved.client.emit(probe.end()))
    except Exception as error:  # the transport's, and those of the libraries it calls
        report.found(Kind.TRANSPORT_FAILED, described(error))
        return False
    return resolved.kind != "spool" or _delivered(report, probe.run_id, [Folder(path) for path in folders])


def read_back(report: Report, store: Settings, probe: Probe) -> None:
    """Report whether the store has the end of `probe`."""
    reader = Reader(store)
    if _eventually(lambda: reader.state(probe.run_id) == "COMPLETED", STORING):
        report.ok("arrival", f"the store has the event of {JOB}, run {probe.run_id}")
    else:
        report.found(Kind.EVENT_NOT_STORED, f"{JOB} in {probe.namespace}, run {probe.run_id}, {reader.state(probe.run_id) or 'unknown'}")


def read_own(report: Report, store: Settings, namespace: str, own: OwnRun) -> None:
    """Report whether the store has what the integration sent when the doctor's own task started."""
    if has_started(Reader(store), namespace, own):
        report.ok("integration", f"has sent the start of this task, {own.job}")
    else:
        report.found(Kind.INTEGRATION_SILENT, f"{own.job} in {namespace}, since {own.since.isoformat()}")


def has_started(reader: Reader, namespace: str, own: OwnRun, seconds: float = STORING) -> bool:
    """Whether the store has, within so many seconds, what the integration sent when a task started. Raises Unreadable."""
    return _eventually(lambda: _is_since(reader.started(namespace, own.job), own.since), seconds)


def _delivered(report: Report, run_id: str, folders: list[Folder]) -> bool:
    mark = run_of(new_name("", run_id))
    if not _eventually(lambda: not any(_waiting(folder, mark) for folder in folders), DELIVERY):
        (stuck, *_) = [folder for folder in folders if _waiting(folder, mark)]
        courier = "a courier is at work" if stuck.delivering else "no courier runs"
        report.found(Kind.EVENT_STUCK, f"{courier}; {last_words(stuck.path)}")
        return False
    refused = [(folder, entry) for folder in folders for entry in folder.entries_in(REFUSED) if run_of(entry) == mark]
    for folder, entry in refused:
        report.found(Kind.EVENT_REFUSED, _reason(folder.path / f"{entry}.reason"))
    if not refused:
        report.ok("courier", "delivered the doctor's event")
    return not refused


def _reason(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return f"no reason is kept: {described(error)}"


def _waiting(folder: Folder, mark: str) -> bool:
    return any(run_of(entry) == mark for entry in folder.entries())


def _is_since(started: str, since: datetime) -> bool:
    if not started:
        return False
    parsed = datetime.fromisoformat(started)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)) >= since - _CLOCKS


def _eventually(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.1)
    return True
