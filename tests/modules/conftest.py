"""The stacks as Terraform's JSON: synthesized once a session, as `cdktf` does, and once for each variant of the settings."""

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modules.settings import Settings

if shutil.which("node"):
    import main
else:  # every stack is made in Node: test_programs.py says so, once
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
def synthesize_to(tmp_path_factory: pytest.TempPathFactory, settings: Callable[..., Settings]) -> Callable[..., Path]:
    """Synthesize with overridden settings; the same overrides give the same folder, which holds `stacks/<id>/cdk.tf.json`."""
    done: dict[str, Path] = {}

    def synthesize(**overrides: Any) -> Path:
        key = repr(sorted(overrides.items()))
        if key not in done:
            done[key] = _synthesize(settings(**overrides), tmp_path_factory.mktemp("synth") / "cdktf.out")
        return done[key]

    return synthesize


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


def _synthesize(settings: Settings, outdir: Path) -> Path:
    main.deployment(settings, outdir).synth()
    return outdir
