"""Delivers what waits in a spool, with the very code that does it beside Airflow: it stands in Airflow's plugins, which MWAA receives."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mwaa_lineage.transport.delivery import Tally

_PLUGINS = str(Path(__file__).parent.parent / "airflow" / "plugins")


def replay(spool: str, url: str, say: Callable[[str], None]) -> "Tally":
    """Deliver the spool at a folder or s3://<bucket>/<prefix>/ to the store at `url`. Raises OSError."""
    if _PLUGINS not in sys.path:
        sys.path.append(_PLUGINS)
    from mwaa_lineage.transport.replay import replay as deliver  # noqa: PLC0415 - found only now
    from mwaa_lineage.transport.settings import Settings  # noqa: PLC0415

    return deliver(spool, Settings.for_store(url), say)
