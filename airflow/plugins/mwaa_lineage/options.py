"""The options of the section [mwaa_lineage] of Airflow's configuration; those of the old section [sql_lineage] are still read."""

import logging
from functools import cache

SECTION, OLD_SECTION = "mwaa_lineage", "sql_lineage"

log = logging.getLogger(__name__)


def option(name: str) -> str:
    """The value of an option; empty where it is not set."""
    from airflow.configuration import conf  # noqa: PLC0415 - not for the processes of the transport that have no Airflow

    value = str(conf.get(SECTION, name, fallback="") or "")
    if value:
        return value
    old = str(conf.get(OLD_SECTION, name, fallback="") or "")
    if old:
        _warn(name)
    return old


@cache
def _warn(name: str) -> None:
    """Once a process, as every task asks for the options several times."""
    log.warning("The option [%s] %s has a new name: [%s] %s", OLD_SECTION, name, SECTION, name)
