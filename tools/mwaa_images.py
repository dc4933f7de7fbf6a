"""Write airflow/images/: what AWS's image of an Airflow version has installed, and what it lets nobody change. `make images`.

Both come from aws/amazon-mwaa-docker-images (Apache License 2.0), from the address in PUBLISHED; where that cannot be reached, clone the
repository elsewhere and name its folder with MWAA_IMAGES. It begins with Airflow 2.9.2: of 2.7.2 and 2.8.1 AWS publishes nothing.

- essential-<version>.txt: constraints that pip gets whatever the requirements say.
- packages-<version>.txt: the image's bill of materials.
"""

import os
import re
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from modules.runtimes import load_runtimes, release

FOLDER = Path(__file__).parent.parent / "airflow/images"
PUBLISHED = "https://raw.githubusercontent.com/aws/amazon-mwaa-docker-images/main"
CLONE = "MWAA_IMAGES"
FIRST = (2, 9, 2)
FILES = {
    "essential": "images/airflow/{0}/etc/mwaa_essential_constraints.txt",
    "packages": "images/airflow/{0}/BillOfMaterials/{0}/Python-Packages-BOM.txt",
}
PIN = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;#]+)", re.MULTILINE)
LICENSED = re.compile(
    r"^(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\n(?P<version>\d\S*)\n.*\n(?:https?://.*|UNKNOWN)\n(?:/.*/site-packages/.*|UNKNOWN)\n",
    re.MULTILINE,
)
"""A package in a bill of materials: name, version, kind of licence, home page, the file of its licence, whose text follows."""


def published_versions() -> list[str]:
    """The versions of runtimes.toml whose images AWS publishes, the oldest first."""
    return [row.airflow for row in sorted(load_runtimes().values(), key=release) if release(row) >= FIRST]


def pins(text: str) -> dict[str, str]:
    """{package: version} of pins or of a bill of materials; names as PyPI normalizes them, in their order."""
    found = [*PIN.finditer(text), *LICENSED.finditer(text)]
    return dict(sorted((re.sub(r"[-_.]+", "-", each["name"]).lower(), each["version"]) for each in found))


def rendered(kind: str, version: str, text: str, today: str) -> str:
    """The file of a kind. Raises ValueError where the text names no packages."""
    found = pins(text)
    if not found:
        raise ValueError(f"{FILES[kind].format(version)} names no packages")
    source = f"# aws/amazon-mwaa-docker-images, {FILES[kind].format(version)}, as of {today}; Apache License 2.0."
    return "\n".join([source, *(f"{name}=={pin}" for name, pin in found.items()), ""])


def fetched(path: str) -> str:
    """A file of AWS's repository. Raises OSError."""
    if CLONE in os.environ:
        return Path(os.environ[CLONE], path).read_text(encoding="utf-8")
    with urllib.request.urlopen(f"{PUBLISHED}/{path}", timeout=30) as answer:  # noqa: S310 - an address of ours
        return str(answer.read().decode())


def write(fetch: Callable[[str], str], folder: Path, today: str) -> None:
    """Every file anew; all of them have been read before the first is written. Raises OSError, ValueError."""
    files = {
        f"{kind}-{version}.txt": rendered(kind, version, fetch(path.format(version)), today)
        for version in published_versions()
        for kind, path in FILES.items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(fetched, FOLDER, datetime.now(UTC).date().isoformat())
