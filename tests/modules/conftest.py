"""The stacks as Terraform's JSON: as `cdktf` makes it, of each variant of the settings."""

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modules.settings import Settings
from tests.synthesis import cdktf_out

if shutil.which("node") is None:  # every stack is made in Node: test_programs.py says so, once
    collect_ignore_glob = ["test_[!p]*.py"]

EXAMPLE = Path(__file__).parent.parent.parent / "settings.example.toml"
Stacks = dict[str, dict[str, Any]]
Synthesize = Callable[..., Stacks]


@pytest.fixture(scope="session")
def settings() -> Callable[..., Settings]:
    """The example's settings, with overrides, and with the default version of Airflow."""
    example = tomllib.loads(EXAMPLE.read_text())
    del example["airflow_version"]
    return lambda **overrides: Settings(**example | overrides)


@pytest.fixture(scope="session")
def synthesize_to(settings: Callable[..., Settings]) -> Callable[..., Path]:
    """The folder of what overridden settings synthesize to, which holds `stacks/<id>/cdk.tf.json`."""
    return lambda **overrides: cdktf_out(settings(**overrides))


@pytest.fixture(scope="session")
def synthesize(synthesize_to: Callable[..., Path]) -> Synthesize:
    """{stack: its JSON} with overridden settings."""
    return lambda **overrides: read(synthesize_to(**overrides))


@pytest.fixture(scope="session")
def synthesized(synthesize: Synthesize) -> Stacks:
    """{stack: its JSON} of the example's deployment."""
    return synthesize()


def read(outdir: Path) -> Stacks:
    """{stack: its JSON} of a synthesized folder."""
    return {path.parent.name: json.loads(path.read_text()) for path in sorted(outdir.glob("stacks/*/cdk.tf.json"))}
