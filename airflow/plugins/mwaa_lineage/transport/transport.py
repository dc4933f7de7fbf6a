"""The transport that OpenLineage's client uses: it writes an event into the spool, sees to it that a courier runs, and returns."""

import json
import logging
from datetime import datetime
from typing import Any

import attr
from openlineage.client.transport.transport import Config, Transport

from mwaa_lineage.masking.events import masked
from mwaa_lineage.transport import direct
from mwaa_lineage.transport.connections import naming
from mwaa_lineage.transport.launch import start_courier
from mwaa_lineage.transport.plain import Plain
from mwaa_lineage.transport.settings import Settings, folders
from mwaa_lineage.transport.spool import Folder, new_name
from mwaa_lineage.transport.views import apart

log = logging.getLogger(__name__)


def zoned(event: Any) -> Any:
    """The event with a time zone in its time: OpenLineage demands one, and a store refuses an event without.

    The provider's versions 1.4 to 1.8 give the machine's local time when a task has no start of its own, as with `airflow dags test`.
    """
    try:
        time = datetime.fromisoformat(event.eventTime)
        return event if time.tzinfo else attr.evolve(event, eventTime=time.astimezone().isoformat())
    except (TypeError, ValueError, OverflowError):  # OverflowError: the first or the last day that there is
        return event


class SpoolTransport(Transport):
    """Takes events over in milliseconds, whatever the store does. Its settings are environment variables: see settings.py."""

    kind = "spool"
    config_class = Config

    def __init__(self, config: Config) -> None:
        """Raises NoUrl."""
        del config
        self._settings = Settings.from_environment()
        self._folders = [Folder(path) for path in folders()]
        self._naming = naming()
        self._said: set[str] = set()

    def emit(self, event: Any) -> None:
        """Take an event over. Raises nothing that has to do with the disk, the courier or the store."""
        made = Plain()
        plain = made.event(zoned(event))
        run_id = str(plain.get("run", {}).get("runId", ""))
        if made.changed:
            log.warning("The lineage event of run %s had values that no store takes: %s", run_id, "; ".join(sorted(made.changed)))
        for each in apart(plain):
            self._take(self._naming.event(each), run_id)

    def _take(self, plain: Any, run_id: str) -> None:
        """Into the spool; `run_id` is that of the run that the event is of, or was made by."""
        content = json.dumps(masked(plain, self._settings.secrets), sort_keys=True, allow_nan=False).encode()
        name = new_name(plain.get("eventTime", ""), run_id)
        folder = self._put(name, content)
        if folder is None:
            fate = direct.deliver_event(name, content, self._settings)
            if fate:
                log.warning("The lineage event of run %s %s", run_id, fate)
            return
        try:
            if not folder.delivering:
                start_courier(folder.path)
        except (OSError, RuntimeError) as error:  # RuntimeError: neither a process nor a thread is to be had
            self._say_once("No courier can be started, so lineage is delivered inside the task: %s", error)
            direct.deliver_folder(folder, self._settings)

    def _put(self, name: str, content: bytes) -> Folder | None:
        for folder in self._folders:
            try:
                folder.put(name, content)
            except OSError as error:
                self._say_once("Lineage cannot be spooled there: %s", error)
                continue
            return folder
        return None

    def _say_once(self, message: str, error: Exception) -> None:
        text = message % self._settings.clean(f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}")
        if text not in self._said:
            self._said.add(text)
            log.warning("%s", text)
