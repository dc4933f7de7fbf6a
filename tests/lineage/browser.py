"""Chromium without a window, for tests."""

import re
import shutil
import subprocess
from pathlib import Path

from tests.modules.programs import require

WIDTH, HEIGHT = 1440, 900
SECONDS = 180
_FAILED = re.compile(r"Page load failed: net::(ERR_\w+)")
_NAMES = ("chromium", "google-chrome", "chromium-browser")
_BROWSER = next(filter(shutil.which, _NAMES), _NAMES[0])
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--no-proxy-server", f"--window-size={WIDTH},{HEIGHT}",
)  # fmt: skip


def require_browser() -> None:
    """Skips the test without a browser; with CI=true it fails."""
    require(_BROWSER, "a test in a browser")


def shown(address: str, folder: Path, *flags: str, milliseconds: int) -> str:
    """The document that stands in the browser after so much of its own time, in which it waits for no network.

    Of a page that it cannot load: what says so, with Chromium's name of the error. Older ones show a page, newer ones none.
    """
    command = [_BROWSER, *_FLAGS, f"--virtual-time-budget={milliseconds}", *flags, f"--user-data-dir={folder / 'profile'}"]
    done = subprocess.run([*command, "--dump-dom", address], capture_output=True, text=True, timeout=SECONDS, check=True)
    return done.stdout or "".join(_FAILED.findall(done.stderr))
