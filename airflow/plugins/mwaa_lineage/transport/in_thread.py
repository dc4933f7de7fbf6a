"""Makes the events of a task in a thread of it, whatever the OpenLineage integration would do, and bounds what the task waits for them.

| Integration | Airflow | What it does by itself |
| --- | --- | --- |
| openlineage-airflow, the provider up to 1.8 | up to 2.9 | makes the event in the task's own thread, however long that takes |
| the provider from 1.11 on | 2.10.1 to 3.2.1 | forks a process for each event, which it gives 10 s |
| the provider from 2.19 on | 3.3.1 | the same, or a thread (`[openlineage] execute_in_thread`) |

A fork takes 0.05 s or more of every event and forgets what the event has imported and derived; on Airflow 3 it can leave the task running
for ever, as the process has the task's connection to its supervisor.
"""

import logging
import sys
from collections.abc import Callable
from contextvars import copy_context
from functools import partial, wraps
from threading import Lock, Thread
from types import ModuleType
from typing import Any

from mwaa_lineage.transport.bounds import END, START, bound

log = logging.getLogger(__name__)

AT_START = "on_running"  # all integrations call it so; every other event is of a task's end


def replace_waits() -> None:
    """Let the integration that listens use threads. Raises what importing it raises."""
    for listener in listeners():
        if isinstance(listener, ModuleType):  # openlineage-airflow
            listener.execute = lambda emit: in_thread(emit, emit.__name__)  # type: ignore[attr-defined]
        elif hasattr(listener, "_execute"):
            type(listener)._execute = _execute
            _one_request_at_a_time()
        else:
            _replace_direct_calls(sys.modules[type(listener).__module__])


def in_thread(emit: Callable[[], Any], name: str) -> None:
    """Call `emit`, and wait for it as long as a task may be held up. What it raises is logged."""
    seconds = bound(START if name == AT_START else END)
    thread = Thread(target=copy_context().run, args=(_logged, emit, name), name=f"openlineage-{name}", daemon=True)
    try:
        thread.start()
    except RuntimeError as error:  # no thread is to be had: the task goes before its lineage
        log.warning("OpenLineage's %s is left out: %s", name, error)
        return
    thread.join(seconds)
    if thread.is_alive():
        log.warning("OpenLineage's %s takes more than %s s: the task goes on without waiting for it", name, seconds)


def _logged(emit: Callable[[], Any], name: str) -> None:
    try:
        emit()
    except Exception:
        log.warning("OpenLineage's %s failed, the task goes on", name, exc_info=True)


def _execute(listener: Any, emit: Callable[[], Any], name: str, use_fork: bool = False) -> None:
    """Instead of OpenLineageListener._execute; `use_fork` is for what concerns one task."""
    del listener
    if use_fork:
        in_thread(emit, name)
    else:
        emit()


def listeners() -> list[Any]:
    """What the integration has Airflow call; nothing where it is switched off. Imported only when its settings are set."""
    try:
        from airflow.providers.openlineage.plugins.openlineage import (  # type: ignore[import-not-found]  # noqa: PLC0415
            OpenLineageProviderPlugin as Plugin,
        )
    except ImportError:
        try:
            from openlineage.airflow.plugin import OpenLineagePlugin as Plugin  # type: ignore[import-untyped]  # noqa: PLC0415
        except ImportError:
            return []
    return list(Plugin.listeners)


def _replace_direct_calls(listener: ModuleType) -> None:
    """Of a provider without _execute, whose hooks decorate what they call with print_warning."""
    decorator = listener.print_warning

    def print_warning(logger: Any) -> Callable[[Callable[[], Any]], Callable[[], None]]:
        return lambda emit: partial(in_thread, decorator(logger)(emit), emit.__name__)

    listener.print_warning = print_warning  # type: ignore[attr-defined]


def _one_request_at_a_time() -> None:
    """Airflow 3.0's connection to its supervisor is for one thread: two would take each other's answers. From 3.1 on it has a lock."""
    try:
        from airflow.sdk.execution_time.comms import CommsDecoder  # noqa: PLC0415 - Airflow 3's
    except ImportError:
        return
    send, lock = CommsDecoder.send, Lock()
    if "_thread_lock" in CommsDecoder.__annotations__ or hasattr(send, "__wrapped__"):
        return

    @wraps(send)
    def one_at_a_time(self: Any, msg: Any) -> Any:
        with lock:
            return send(self, msg)

    CommsDecoder.send = one_at_a_time
