"""Whether a failure comes of a full disk: few of those who meet one say so."""

import errno
import shutil
from pathlib import Path

SPARE = 2**24
"""Bytes. PostgreSQL cannot make its next file of the log of changes with less, and then stops ("PostgreSQL documentation", chapter "WAL
Configuration": a segment has 16 MB)."""


def is_full(error: Exception, folder: Path) -> bool:
    """Whether the error is that of a full disk or quota, or the disk of the folder is as good as full."""
    return getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or shutil.disk_usage(folder).free < SPARE
