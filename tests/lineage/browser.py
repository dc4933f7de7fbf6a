"""Chromium without a window, for tests."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

WIDTH, HEIGHT = 1440, 900
SECONDS = 180
_BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--no-proxy-server", f"--window-size={WIDTH},{HEIGHT}",
)  # fmt: skip


def require_browser() -> None:
    """Skips the test without a browser, which fails where nothing may be skipped."""
    if _BROWSER is None:
        reason = "no chromium on PATH: install it to test in a browser (apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def shown(address: str, folder: Path, *flags: str, milliseconds: int) -> str:
    """The document that stands in the browser after so much of its own time, in which it waits for no network."""
    command = [str(_BROWSER), *_FLAGS, f"--virtual-time-budget={milliseconds}", *flags, f"--user-data-dir={folder / 'profile'}"]
    done = subprocess.run([*command, "--dump-dom", address], capture_output=True, text=True, timeout=SECONDS, check=True)
    return done.stdout
