"""Which commands of Airflow's command line MWAA runs: cli_commands.toml, from AWS's Apache Airflow CLI command reference."""

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path


def is_listed(version: str, words: list[str]) -> bool:
    """Whether AWS lists the command that a command line begins with, for this version of Airflow."""
    release = [int(part) for part in version.split(".")]
    commands = _tables()[str(release[0])]
    first = commands.get(" ".join(words[:2])) or commands.get(words[0] if words else "")
    return first is not None and release >= [int(part) for part in first.split(".")]


@functools.cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("cli_commands.toml").read_text(encoding="utf-8"))
