"""The policies of the deployments in which each row of the table is judged: together they have every setting that changes a policy.

test_scenarios.py shows of every other setting that it changes none.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from modules.place import Place
from tests.iam.synthesized import PolicySet, policies
from tests.modules.conftest import settings, synthesize_to
from tools.synthesized import read

__all__ = ["settings", "synthesize_to"]

ACCOUNT = "123456789012"
GOVERNMENT = "us-gov-west-1"
EXISTING = {
    "existing_vpc_id": "vpc-0a1b2c3d4e5f60718",
    "existing_private_subnet_ids": ["subnet-0aa1", "subnet-0aa2", "subnet-0aa3"],
    "existing_public_subnet_ids": ["subnet-0bb1", "subnet-0bb2", "subnet-0bb3"],
}
TLS = {"domain": "data.example.com", "certificate_arn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/0a1b2c3d"}
DEPLOYMENTS: dict[str, dict[str, Any]] = {
    "default": {},
    # Beside it, in the same account and region.
    "second": {"deployment_id": "prod-2", "secrets_prefix": "airflow-prod", "lineage_namespace": "prod"},
    # In a network that exists, with TLS, the newest Airflow inside the network, and data from elsewhere.
    "elsewhere": EXISTING
    | TLS
    | {"mwaa_webserver": "private", "airflow_version": "3.3.1", "airflow_environment_exists": True, "tickit_location": "s3://public/tickit"}
    | {"owner": "Somebody else", "mwaa_class": "mw1.large", "mwaa_min_workers": 2, "mwaa_max_workers": 5},
    # In another partition, without a Marquez; Airflow inside a network of its own.
    "government": {
        "region": GOVERNMENT,
        "lineage_url": "https://lineage.example.com:443",
        "mwaa_webserver": "private",
        "budget_usd": 900,
        "protect": True,
    },
}


@pytest.fixture(scope="session")
def deployments(synthesize_to: Callable[..., Path]) -> dict[str, PolicySet]:
    return {name: policies(read(synthesize_to(**overrides)), in_place(overrides)) for name, overrides in DEPLOYMENTS.items()}


def in_place(overrides: Mapping[str, Any]) -> Place:
    region = overrides.get("region", "us-east-1")
    return Place(ACCOUNT, "aws-us-gov" if region == GOVERNMENT else "aws", region)
