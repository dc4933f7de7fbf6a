"""The stacks as Terraform's JSON: as `cdktf` makes it, of each variant of the settings."""

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modules.settings import Settings
from tests.modules.chart import DIGESTS
from tests.synthesis import cdktf_out

if shutil.which("node") is None:  # every stack is made in Node: test_programs.py says so, once
    collect_ignore_glob = ["test_[!p]*.py"]

EXAMPLE = Path(__file__).parent.parent.parent / "settings.example.toml"
TLS = {"domain": "data.example.com", "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d"}
CHOSEN: dict[str, Any] = TLS | {
    "account_id": "123456789012",
    "external_ip": ["198.51.100.0/24", "203.0.113.9/32"],
    "tags": {"cost-centre": "4711"},
    "expires": "2099-12-31",
    "state_backend": "s3://my-states/a/tickit",
    "protect": True,
    "budget_usd": 600,
    "budget_email": "bills@example.com",
    "alarm_email": "on-call@example.com",
    "vpc_cidr": "172.16.0.0/20",
    "tickit_location": "s3://public-data/samples/tickit",
    "redshift_base_capacity": 32,
    "redshift_max_capacity": 64,
    "redshift_daily_rpu_hours": 100,
    "mwaa_webserver": "private",
    "eks_version": "1.36",
    "eks_extended_support": True,
    "eks_node_type": "m7i.large",
    "eks_nodes": 4,
    "eks_spot": True,
    "marquez_read_only": False,
    "marquez_retention_days": 365,
    "image_digests": DIGESTS,
}
"""Choices that do not touch each other, so that one synthesis shows what each of them makes."""

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


@pytest.fixture(scope="session")
def chosen(synthesize: Synthesize) -> Stacks:
    """{stack: its JSON} of a deployment that has made its choices."""
    return synthesize(**CHOSEN)


def read(outdir: Path) -> Stacks:
    """{stack: its JSON} of a synthesized folder."""
    return {path.parent.name: json.loads(path.read_text()) for path in sorted(outdir.glob("stacks/*/cdk.tf.json"))}
