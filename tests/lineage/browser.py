"""Chromium without a window, for tests."""

import shutil
import subprocess
from pathlib import Path

from tests.modules.programs import require

WIDTH, HEIGHT = 1440, 900
SECONDS = 180
_PATIENCE = (1, 5, 25)
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

    On a busy machine that time can be over before the first answer: there is no document then, not even an empty one, and it gets more.
    """
    for patience in _PATIENCE:
        command = [_BROWSER, *_FLAGS, f"--virtual-time-budget={patience * milliseconds}", *flags, f"--user-data-dir={folder / 'profile'}"]
        done = subprocess.run([*command, "--dump-dom", address], capture_output=True, text=True, timeout=SECONDS, check=True)
        if done.stdout.strip():
            return done.stdout
    raise TimeoutError(f"{_BROWSER} has no document of {address}: {done.stderr[-2000:]}")
