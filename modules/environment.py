"""Which settings a command reads: settings.toml, or those of the environment that the variable ENV names.

Standard library and the settings only, as main.py and every command ask here.
"""

import os
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

from modules.settings import InvalidSettings, Settings, load

EXAMPLE = Path(__file__).parent.parent / "settings.example.toml"


def settings_file(root: Path, environ: Mapping[str, str]) -> Path:
    """The file that the settings of a project's folder are in, there or not.

    POSIX shells know a variable ENV, too: the path of a file. Such a value names no environment of ours. Raises InvalidSettings for an
    environment without a file: without a word, the command would work on another deployment.
    """
    name = environ.get("ENV", "")
    if not name or "/" in name:
        return root / "settings.toml"
    path = root / f"settings.{name}.toml"
    if re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name) is None or path.name == EXAMPLE.name:
        raise InvalidSettings(f"ENV = {name!r} names no environment: lower-case letters, digits and hyphens, such as prod")
    if not path.exists():
        raise InvalidSettings(f"ENV = {name}, and {path.name} is missing: `cp {EXAMPLE.name} {path.name}`, then change what is its own")
    return path


def chosen(root: Path, environ: Mapping[str, str]) -> Settings | None:
    """The settings of a project's folder; None where nobody has made any yet. Raises InvalidSettings.

    Also for a file that has the deployment's id of another: the states of both would be one.
    """
    path = settings_file(root, environ)
    if not path.exists():
        return None
    settings = load(path, environ)
    for other in sorted(root.glob("settings*.toml")):
        if other.name not in (path.name, EXAMPLE.name) and _id_in(other) == settings.deployment_id:
            raise InvalidSettings(
                f"deployment_id: {settings.deployment_id!r} stands in {path.name} and in {other.name}, and names one deployment only: "
                "choose another in one of them"
            )
    return settings


def required(root: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of a project's folder. Raises InvalidSettings, also where nobody has made any yet."""
    settings = chosen(root, environ)
    if settings is None:
        raise InvalidSettings(f"settings.toml is missing: `cp {EXAMPLE.name} settings.toml`, then change what is yours")
    return settings


def chosen_or_example(root: Path, environ: Mapping[str, str]) -> tuple[Settings, Path]:
    """The settings, else the example's, and the file that they are from. Raises InvalidSettings."""
    if settings := chosen(root, environ):
        return settings, settings_file(root, environ)
    return load(EXAMPLE, environ), EXAMPLE


def _id_in(path: Path) -> object:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")).get("deployment_id")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):  # its own deployment's commands say so
        return None


def main() -> None:
    """Say what is wrong with the settings, if anything: before make builds what a deployment uploads."""
    try:
        required(Path.cwd(), os.environ)
    except InvalidSettings as problems:
        sys.exit(f"error: {problems}")


if __name__ == "__main__":
    main()
