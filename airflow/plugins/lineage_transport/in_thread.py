"""Makes a task's events in a thread of it, on versions of Airflow's OpenLineage provider that fork a process for each.

A fork takes 0.05 s or more of every event, though this transport is done in milliseconds, and forgets what the event has imported and
looked up; on Airflow 3 it can leave the task running for ever, as the process has the task's connection to its supervisor. From version
2.19 on the provider has an option for it, which is honoured here: [openlineage] execute_in_thread. Of MWAA's versions those from 2.10.1
to 3.2.1 fork; the ones before do neither.
"""

import logging
from collections.abc import Callable
from threading import Thread
from typing import Any

log = logging.getLogger(__name__)


def replace_forks() -> None:
    """Let the provider use threads, where it is there, active, and forks. Raises what importing it raises."""
    try:
        from airflow.providers.openlineage import conf  # type: ignore[import-not-found]  # noqa: PLC0415 - when what it caches is set
    except ImportError:  # openlineage-airflow, or 2.8.1's provider, neither of which forks
        return
    if conf.is_disabled():
        return
    from airflow.providers.openlineage.plugins.listener import OpenLineageListener  # type: ignore[import-not-found]  # noqa: PLC0415

    if hasattr(OpenLineageListener, "_fork_execute") and not hasattr(OpenLineageListener, "_thread_execute"):
        OpenLineageListener._fork_execute = lambda self, emit, name: in_thread(emit, name, conf.execution_timeout())


def in_thread(emit: Callable[[], Any], name: str, seconds: float) -> None:
    """Call `emit`, and wait for it as long as the provider waits for a process. What it raises is logged."""
    thread = Thread(target=_logged, args=(emit, name), name=f"openlineage-{name}", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        log.warning("OpenLineage's %s takes more than %s s: the task goes on without waiting for it", name, seconds)


def _logged(emit: Callable[[], Any], name: str) -> None:
    try:
        emit()
    except Exception:
        log.warning("OpenLineage's %s failed, the task goes on", name, exc_info=True)
