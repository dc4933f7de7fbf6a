"""The settings that the env-var plugin reads for OpenLineage: asked for once more, as it does, to say what is wrong with them."""

import os
import sys
from typing import Any

from airflow.configuration import conf

from lineage_diagnosis.active import PLUGIN
from lineage_diagnosis.findings import Kind, Report


def exported(report: Report) -> None:
    """Report which variables of OpenLineage there are; their values may be secret."""
    names = sorted(name for name, value in os.environ.items() if name.startswith("OPENLINEAGE") and value)
    report.ok("environment", ", ".join(names) or "no variable of OpenLineage")


def examine(report: Report, *, chosen_elsewhere: bool) -> None:
    """Report which settings cannot be used; a transport that was chosen elsewhere has its own address and key."""
    plugin = sys.modules.get(PLUGIN)
    if plugin is None:  # which is a finding of its own
        return
    for problem in _problems(plugin, chosen_elsewhere=chosen_elsewhere):
        report.found(_kind(plugin, problem), problem)
    place = os.environ.get(plugin.SPOOL) or conf.get("sql_lineage", "spool", fallback="")
    if place and plugin.fault(plugin.SPOOL, place):
        report.found(Kind.BUCKET_MISNAMED, f"{place} is {plugin.fault(plugin.SPOOL, place)}")


def _problems(plugin: Any, *, chosen_elsewhere: bool) -> list[str]:
    problems: list[str] = []
    names = [plugin.NAMESPACE] if chosen_elsewhere else [plugin.URL, plugin.NAMESPACE, plugin.API_KEY, plugin.TIMEOUT]
    plugin.settings(names, problems)
    return problems


def _kind(plugin: Any, problem: str) -> Kind:
    if " did not give " in problem:
        return Kind.SECRETS_UNREADABLE
    if problem.startswith(f"{plugin.URL} is missing"):
        return Kind.URL_MISSING
    return Kind.NAMESPACE_MISSING if problem.startswith(f"{plugin.NAMESPACE} is missing") else Kind.SETTING_WRONG
