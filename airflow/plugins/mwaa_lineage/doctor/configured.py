"""The settings that the env-var plugin reads for OpenLineage: asked for once more, as it does, to say what is wrong with them."""

import os
import sys
from typing import Any

from mwaa_lineage.doctor.active import PLUGIN
from mwaa_lineage.doctor.findings import Kind, Report
from mwaa_lineage.options import option
from mwaa_lineage.transport.connections import MOST, connected
from mwaa_lineage.transport.warehouses import Option


def exported(report: Report) -> None:
    """Report which variables of OpenLineage there are; their values may be secret."""
    names = sorted(name for name, value in os.environ.items() if name.startswith("OPENLINEAGE") and value)
    report.ok("environment", ", ".join(names) or "no variable of OpenLineage")


def examine(report: Report, *, chosen_elsewhere: bool) -> None:
    """Report which settings cannot be used; a transport that was chosen elsewhere has its own address and key."""
    plugin = sys.modules.get(PLUGIN)
    if plugin is None:  # which is a finding of its own
        return
    names = [plugin.NAMESPACE] if chosen_elsewhere else plugin.FOR_STORE
    problems: list[str] = []
    plugin.settings(names, problems)
    for problem in problems:
        report.found(_kind(plugin, problem), problem)
    if stale := _stale(plugin, names):
        report.found(Kind.SETTING_STALE, ", ".join(stale))
    place = os.environ.get(plugin.SPOOL) or option("spool")
    if place and plugin.fault(plugin.SPOOL, place):
        report.found(Kind.BUCKET_MISNAMED, f"{place} is {plugin.fault(plugin.SPOOL, place)}")
    for wrong in plugin.mask_faults(plugin.own_masks()):
        report.found(Kind.MASK_UNUSABLE, wrong)


def namespaces(report: Report) -> None:
    """Report what is wrong with the option that names warehouses; of connections as many are asked for as the transport asks for."""
    try:
        named = Option(option("namespaces")).connections
    except ValueError as error:
        report.found(Kind.NAMESPACES_WRONG, error)
        return
    if unknown := [conn_id for conn_id, namespace in list(named.items())[:MOST] if not connected({conn_id: namespace})]:
        report.found(Kind.CONNECTION_UNKNOWN, ", ".join(unknown))


def _stale(plugin: Any, names: list[str]) -> list[str]:
    """The settings that Airflow knows otherwise than the worker, which has read them for its tasks, or that it knows only now."""
    known = plugin.variables(names, [])
    usable = {name: value for name, value in known.items() if not plugin.fault(name, value)}
    return [name for name in names if name in usable and usable[name] != os.environ.get(name)]


def _kind(plugin: Any, problem: str) -> Kind:
    if " did not give " in problem:
        return Kind.SECRETS_UNREADABLE
    if problem.startswith(f"{plugin.URL} is missing"):
        return Kind.URL_MISSING
    return Kind.NAMESPACE_MISSING if problem.startswith(f"{plugin.NAMESPACE} is missing") else Kind.SETTING_WRONG
