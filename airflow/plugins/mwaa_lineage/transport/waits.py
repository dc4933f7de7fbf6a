"""How long a task waits for its lineage, at its start and at its end: the options [mwaa_lineage] start_seconds and end_seconds."""

import logging
import math

from mwaa_lineage.options import option

START, END = "start_seconds", "end_seconds"
DEFAULTS = {START: 1.0, END: 5.0}

log = logging.getLogger(__name__)


def waits(name: str) -> float:
    """The seconds of the option `name`; its default, with a warning, where it is no number of seconds."""
    text = option(name) or str(DEFAULTS[name])
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if 0 < seconds < math.inf:
        return seconds
    log.warning("The option [mwaa_lineage] %s is ignored: it must be a number of seconds such as %s", name, DEFAULTS[name])
    return DEFAULTS[name]
