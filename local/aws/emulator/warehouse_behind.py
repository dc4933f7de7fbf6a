"""The PostgreSQL that stands behind the emulated Redshift's workgroups, as a file tells: the command that lets a user in.

The file is JSON, and may come later: {"command": [...], "environment": {...}}. The command is psql with local/sql/temporary_user.sql.
"""

import json
import logging
import subprocess
from datetime import datetime
from pathlib import Path

SECONDS = 60
NO_SERVER = 2
"""psql's exit code when it cannot connect."""
log = logging.getLogger(__name__)


class WarehouseBehind:
    """Whatever warehouse the file tells of at the time."""

    def __init__(self, told: Path | None) -> None:
        self._file = told

    def admit(self, user: str, password: str, until: datetime, roles: str) -> None:
        """Let a user sign in with that password until then, in its database roles, which have colons between.

        Without a warehouse nobody is let in, and its users are not told: neither does AWS look whether one answers.
        """
        if self._file is None or not self._file.is_file():
            return
        told = json.loads(self._file.read_text(encoding="utf-8"))
        given = {"DB_USER": user, "DB_PASSWORD": password, "DB_UNTIL": until.isoformat(), "DB_ROLES": roles}
        environment = {**told["environment"], **given}
        done = subprocess.run(told["command"], env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
        if done.returncode == NO_SERVER:
            log.warning("the warehouse is not there: %s", done.stderr.strip())
        elif done.returncode:
            raise ChildProcessError(done.stderr.strip())
