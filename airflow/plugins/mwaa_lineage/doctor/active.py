"""Whether Airflow has loaded the plugins and registered the integration's listener."""

import inspect
import os
import sys
from types import ModuleType
from typing import Any

from airflow.configuration import conf

from mwaa_lineage.airflow.stock import door
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
    for listener in _listeners().values():
        _asked(report, getattr(listener, "extractor_manager", None))


def listeners() -> list[str]:
    """The integrations whose listeners Airflow will call in this process."""
    return list(_listeners())


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


def _listeners() -> dict[str, Any]:
    """{package: the listener of an integration}."""
    registered = list(_manager().pm.get_plugins())
    return {package: each for module, package in LISTENERS.items() for each in registered if f"{_module(each)}.".startswith(f"{module}.")}


def _asked(report: Report, manager: Any) -> None:
    """Whether the listener's `manager` of extractors asks this package, and whom it asks before."""
    asked = getattr(manager, "extract_metadata", None)
    if asked is None:
        report.found(Kind.STOCK_OPERATORS_UNREAD, "this version of it has no manager of extractors that is known")
    elif not door.is_open(manager):
        report.found(Kind.STOCK_OPERATORS_UNREAD, f"it asks {asked.__module__}.{asked.__qualname__}")
    elif not door.SAYS_THE_END & set(inspect.signature(asked).parameters):
        report.found(Kind.STOCK_OPERATORS_UNREAD, "this version of it does not say whether a task has ended")
    else:
        own = [f"{operator} by {extractor.__module__}.{extractor.__qualname__}" for operator, extractor in door.users(manager).items()]
        report.ok("extractors", f"yours go before this package: {', '.join(own)}" if own else "this package is asked first")


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
