"""Delivers what waits in a spool, with the very code that does it beside Airflow: it stands in Airflow's plugins, which MWAA receives."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from lineage import plugins  # noqa: F401

if TYPE_CHECKING:
    from mwaa_lineage.transport.delivery import Tally


def replay(spool: str, url: str, say: Callable[[str], None]) -> "Tally":
    """Deliver the spool at a folder or s3://<bucket>/<prefix>/ to the store at `url`. Raises OSError."""
    from mwaa_lineage.transport.replay import replay as deliver  # noqa: PLC0415 - found only now
    from mwaa_lineage.transport.settings import Settings  # noqa: PLC0415

    return deliver(spool, Settings.for_store(url), say)
