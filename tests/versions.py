"""The Airflow versions on which a test runs."""

import os
from collections.abc import Iterable

from local.settings import CI_VERSIONS
from modules.runtimes import load_runtimes


def versions(usual: Iterable[str] = CI_VERSIONS) -> tuple[str, ...]:
    """The usual ones; with RUNTIMES=all, as `make test-runtimes` sets it, all ten."""
    return tuple(load_runtimes() if os.environ.get("RUNTIMES") == "all" else usual)
