"""The examination: every part of the way from a task to the store, in the order of the way, and its report."""

import logging
import sys
from datetime import datetime

from mwaa_lineage.doctor import active, arrival, configured, endpoint, installed, spooled, transport
from mwaa_lineage.doctor.arrival import OwnRun
from mwaa_lineage.doctor.findings import Level, Report
from mwaa_lineage.doctor.probe import Probe
from mwaa_lineage.doctor.transport import Resolved
from mwaa_lineage.transport.settings import Settings, folders

log = logging.getLogger(__name__)


class Faults(Exception):
    """Lineage cannot work as things are; the message has one line a fault."""


def diagnose(job: str, since: datetime) -> None:
    """Examine, from inside the task that the integration knows as `job`, and log a line a finding. Raises Faults."""
    report = examine(OwnRun(job, since))
    for finding in report.of(Level.OK) + report.of(Level.WARNING):
        log.info("%s", finding)
    faults = report.of(Level.FAULT)
    counts = f"faults: {len(faults)}, warnings: {len(report.of(Level.WARNING))}"
    if faults:
        raise Faults("\n".join([counts, *map(str, faults)]))
    log.info("%s", counts)


def examine(own: OwnRun) -> Report:
    """All findings about the process that this is."""
    report = Report()
    listening: list[str] = []
    resolved: Resolved | None = None
    with report.check("what is installed"):
        installed.examine(report, installed.versions())
        installed.copies(report, sys.path)
    with report.check("what Airflow has loaded"):
        active.examine(report)
        listening = active.listeners()
    configured.exported(report)
    with report.check("the transport"):
        resolved = transport.resolve(report, listening)
    with report.check("the settings"):
        configured.examine(report, chosen_elsewhere=resolved is not None and resolved.kind != "spool")
    with report.check("the names of warehouses"):
        configured.namespaces(report)
    store = resolved.store if resolved else None
    with report.check("the way to the store"):
        if resolved and store:
            _way(report, resolved, store, own if listening else None)
    with report.check("the spool"):
        if resolved is None or resolved.kind == "spool":
            spooled.examine(report, folders(), store.bucket if store else "")
    return report


def _way(report: Report, resolved: Resolved, store: Settings, own: OwnRun | None) -> None:
    """From this process to the store and back; a step that fails makes those after it pointless."""
    probe = Probe(resolved.namespace)
    if not (endpoint.examine(report, store, probe) and arrival.emit(report, resolved, probe, folders())):
        return
    if not endpoint.readable(report, store):
        return
    arrival.read_back(report, store, probe)
    if own:
        arrival.read_own(report, store, resolved.namespace, own)
