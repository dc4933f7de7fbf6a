"""What the spool holds, on this machine and in the bucket, and what the courier last said."""

import re
import time
from pathlib import Path

from mwaa_lineage.doctor.findings import Kind, Report, described
from mwaa_lineage.transport.bucket import Bucket, BucketError
from mwaa_lineage.transport.courier import LOG
from mwaa_lineage.transport.settings import host
from mwaa_lineage.transport.spool import REFUSED, Folder, name_of

LATE = 60  # seconds after which an event that waits is no longer on its way
_WORDS = 3  # lines of the courier's log
_TRIAL = "lineage_doctor"  # no event's name, so that no replay takes it


def examine(report: Report, folders: list[Path], bucket: str) -> None:
    """Report the folders, best first, and the bucket, where there is one."""
    _writable(report, folders)
    for path in folders:
        if path.is_dir():
            _folder(report, Folder(path))
    if bucket:
        _bucket(report, bucket)


def last_words(folder: Path) -> str:
    """The end of the courier's log, in one line."""
    log = folder / LOG
    if log.exists() and not log.is_file():
        return f"no word of a courier: {log} is no file"
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        return f"no word of a courier: {described(error)}"
    return f"the courier last said: {' | '.join(lines[-_WORDS:])}" if lines else "the courier has said nothing yet"


def _writable(report: Report, folders: list[Path]) -> None:
    reasons = []
    for path in folders:
        folder = Folder(path)
        try:
            folder.remove(folder.put(f"{_TRIAL}-{time.time_ns()}", b""))
        except OSError as error:
            reasons.append(f"{path}: {described(error)}")
            continue
        if reasons:
            report.found(Kind.SPOOL_ELSEWHERE, f"{'; '.join(reasons)}; used is {path}")
        return
    report.found(Kind.SPOOL_UNUSABLE, "; ".join(reasons))


def _folder(report: Report, folder: Folder) -> None:
    try:
        waiting, refused, alive = folder.entries(), folder.entries_in(REFUSED), folder.delivering
    except OSError:  # said of it above
        return
    courier = "a courier is at work" if alive else "no courier runs, as none is needed"
    _count(report, str(folder.path), waiting, refused)
    report.ok("spool", f"{folder.path}: {len(waiting)} waiting, {len(refused)} refused; {courier}; {last_words(folder.path)}")


def _bucket(report: Report, url: str) -> None:
    bucket = Bucket(url, seconds=10, attempts=1)
    trial = f"{_TRIAL}-{time.time_ns()}"
    try:
        bucket.save(trial, b"")
        bucket.forget(trial)
        waiting, refused = bucket.entries(), bucket.refused()
    except BucketError as error:
        report.found(Kind.BUCKET_UNUSABLE, error)
        return
    _count(report, f"{url}, of all machines", waiting, refused)
    report.ok("bucket", f"{url}, here as {host()}: {len(waiting)} waiting, {len(refused)} refused")


def _count(report: Report, place: str, waiting: list[str], refused: list[str]) -> None:
    late = [entry for entry in waiting if _age(entry) > LATE]
    if late:
        report.found(Kind.EVENTS_WAITING, f"{place}: {len(waiting)}, the oldest for {max(map(_age, late)):.0f} s")
    if refused:
        report.found(Kind.EVENTS_REFUSED, f"{place}: {len(refused)}")


def _age(entry: str) -> float:
    """The seconds since an event was written: the second number of its name; 0 where somebody else has named it."""
    written = re.match(r"\d+-(\d+)-", name_of(entry))
    return max(time.time() - int(written[1]) / 1e9, 0) if written else 0
