"""What lineage may take of a task: the options [mwaa_lineage] start_seconds, end_seconds and memory_megabytes."""

import logging
import math

from mwaa_lineage.options import option

START, END, MEMORY = "start_seconds", "end_seconds", "memory_megabytes"
DEFAULTS = {START: 1.0, END: 5.0, MEMORY: 400.0}
"""How long the task waits at its start and at its end, and by how much its process may grow while lineage is derived."""

log = logging.getLogger(__name__)


def bound(name: str) -> float:
    """The value of the option `name`; its default, with a warning, where it is no number above zero."""
    text = option(name) or str(DEFAULTS[name])
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if 0 < value < math.inf:
        return value
    log.warning("The option [mwaa_lineage] %s is ignored: it must be a number above zero, such as %s", name, DEFAULTS[name])
    return DEFAULTS[name]
