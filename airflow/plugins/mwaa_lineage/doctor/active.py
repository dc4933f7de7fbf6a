"""Whether Airflow has loaded the plugins and registered the integration's listener."""

import os
import sys
from types import ModuleType
from typing import Any

from airflow.configuration import conf

from mwaa_lineage.doctor.findings import Kind, Report

PACKAGE, PLUGIN = "mwaa_lineage", "mwaa_lineage.plugin"
LISTENERS = {
    "openlineage.airflow": "openlineage-airflow",
    "airflow.providers.openlineage": "apache-airflow-providers-openlineage",
}
_TRUE = ("true", "1", "t")


def examine(report: Report) -> None:
    """Report the integration that listens, or why none does."""
    listening = listeners()
    errors = {path: error for path, error in plugin_errors().items() if "lineage" in f"{path} {error}".lower()}
    for path, error in errors.items():
        report.found(Kind.PLUGIN_BROKEN, f"{path}: {error}")
    if PLUGIN not in sys.modules and not any(PACKAGE in path for path in errors):
        report.found(Kind.PLUGIN_NOT_LOADED)
    if listening:
        report.ok("integration", f"{', '.join(listening)} listens")
    elif switch := switched_off():
        report.found(Kind.INTEGRATION_DISABLED, switch)
    else:
        report.found(Kind.INTEGRATION_INACTIVE)
    _narrowed(report)


def listeners() -> list[str]:
    """The integrations whose listeners Airflow will call in this process."""
    modules = [f"{_module(listener)}." for listener in _manager().pm.get_plugins()]
    return [package for package_module, package in LISTENERS.items() if any(name.startswith(f"{package_module}.") for name in modules)]


def plugin_errors() -> dict[str, str]:
    """{plugin: why Airflow could not import it}."""
    try:
        from airflow.sdk import plugins_manager  # noqa: PLC0415
    except ImportError:  # before Airflow 3.2
        from airflow import plugins_manager  # noqa: PLC0415
    if hasattr(plugins_manager, "import_errors"):
        plugins_manager.ensure_plugins_loaded()
        return dict(plugins_manager.import_errors)
    return dict(plugins_manager._get_plugins()[1])


def switched_off() -> str:
    """The setting that switches the integration off; empty when there is none."""
    if os.environ.get("OPENLINEAGE_DISABLED", "").strip().lower() in _TRUE:
        return "the variable OPENLINEAGE_DISABLED"
    if _option("disabled").lower() in _TRUE:
        return "the configuration option [openlineage] disabled"
    return ""


def _narrowed(report: Report) -> None:
    if _option("selective_enable").lower() in _TRUE:
        report.found(Kind.SELECTIVE)
    if operators := _option("disabled_for_operators"):
        report.found(Kind.OPERATORS_DISABLED, operators)


def _option(name: str) -> str:
    return str(conf.get("openlineage", name, fallback="") or "").strip()


def _manager() -> Any:
    try:
        from airflow.sdk.listener import get_listener_manager  # noqa: PLC0415 - what tasks use since Airflow 3.2
    except ImportError:
        from airflow.listeners.listener import get_listener_manager  # noqa: PLC0415
    return get_listener_manager()


def _module(listener: object) -> str:
    return listener.__name__ if isinstance(listener, ModuleType) else type(listener).__module__
