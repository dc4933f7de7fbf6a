"""jmespath keeps the expressions that it has read. Before 1.0, which Airflow 2.7.2 binds, it breaks on Python 3.11 at the 129th.

Whoever asks AWS for many things in one process imports this module: then it keeps them all.
"""

from jmespath.parser import Parser  # type: ignore[import-untyped]

MOST = 100_000
Parser._MAX_SIZE = MOST
