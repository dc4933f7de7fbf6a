"""Expressions of the user's own, one a line: what matches one is hidden in the texts of events.

They come from the option `[mwaa_lineage] mask`, which the env-var plugin hands on as an environment variable: events are also masked in
processes that do not read Airflow's configuration.
"""

import os
import re
from functools import lru_cache

VARIABLE = "OPENLINEAGE_MASK"


def masks() -> tuple[re.Pattern[str], ...]:
    """The expressions that can be used."""
    return _read(os.environ.get(VARIABLE, ""))[0]


def faults(option: str) -> tuple[str, ...]:
    """What is wrong with the others, by their lines."""
    return _read(option)[1]


@lru_cache(maxsize=4)
def _read(option: str) -> tuple[tuple[re.Pattern[str], ...], tuple[str, ...]]:
    good, bad = [], []
    for number, line in enumerate((line.strip() for line in option.strip().splitlines()), 1):
        if not line:
            continue
        try:
            expression = re.compile(line)
        except (re.error, OverflowError, RecursionError) as error:
            bad.append(f"line {number} of [mwaa_lineage] mask is ignored: {error}")
            continue
        if expression.match(""):
            bad.append(f"line {number} of [mwaa_lineage] mask is ignored: it matches an empty text")
        else:
            good.append(expression)
    return tuple(good), tuple(bad)
