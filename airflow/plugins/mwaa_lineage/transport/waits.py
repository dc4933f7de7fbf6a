"""How long a task waits for its lineage, at its start and at its end: the options [mwaa_lineage] start_seconds and end_seconds."""

import logging
import math

START, END = "start_seconds", "end_seconds"
DEFAULTS = {START: 1.0, END: 5.0}

log = logging.getLogger(__name__)


def waits(option: str) -> float:
    """The seconds of `option`; its default, with a warning, where it is no number of seconds."""
    from airflow.configuration import conf  # noqa: PLC0415 - not for the processes of the transport that have no Airflow

    text = str(conf.get("mwaa_lineage", option, fallback="") or DEFAULTS[option])
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if 0 < seconds < math.inf:
        return seconds
    log.warning("The option [mwaa_lineage] %s is ignored: it must be a number of seconds such as %s", option, DEFAULTS[option])
    return DEFAULTS[option]
