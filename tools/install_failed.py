"""The last line that a person reads of an install that failed: what failed, whether for want of the package registry, and what to do.

The Makefile runs it, `python tools/install_failed.py WHAT LOG`, where there is no environment yet: it needs the standard library only.
"""

import re
import sys
from pathlib import Path

UNREACHABLE = re.compile(r"Retry\(total=0,|Max retries exceeded|error sending request for url")
"""What pip says before its last attempt, what it says after that, and what uv says."""
CURE = (
    "the package registry cannot be reached. Look at the network, and behind a proxy at HTTPS_PROXY; a registry of your own is named by "
    "PIP_INDEX_URL, PIPENV_PYPI_MIRROR and UV_DEFAULT_INDEX (docs/local.md)"
)


def last_line(what: str, output: str, where: str = "above") -> str:
    """Of the install of something, by what the installer has written, which stands somewhere."""
    return f"{what} could not be installed: " + (CURE if UNREACHABLE.search(output) else f"what went wrong stands {where}")


def _said(log: Path) -> str:
    try:
        return log.read_text(encoding="utf-8", errors="replace")
    except OSError:  # no room for it, say
        return ""


if __name__ == "__main__":
    print(f"make: {last_line(sys.argv[1], _said(Path(sys.argv[2])), f'in {sys.argv[2]}')}", file=sys.stderr)
