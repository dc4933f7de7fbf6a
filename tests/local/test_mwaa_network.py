"""In which networks the emulated MWAA brings an environment up: what another VPC has is no way out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local.aws.emulator.mwaa_network import NEEDED_ENDPOINTS, misconfiguration
from local.aws.emulator.place import Place

REGION = "us-west-2"


@dataclass
class Vpc:
    """One with a subnet, whose security group admits its own members."""

    ec2: Any

    def __post_init__(self) -> None:
        self.id = self.ec2.create_vpc("10.20.0.0/16").id
        self.subnet = self.ec2.create_subnet(self.id, "10.20.0.0/24", availability_zone=f"{REGION}a").id
        self.group = self.ec2.create_security_group("airflow", "Airflow", self.id).id

    def admit(self, group: str) -> None:
        self.ec2.authorize_security_group_ingress(self.group, "-1", None, None, [], source_groups=[{"GroupId": group}])

    def give(self, *services: str) -> None:
        for service in services:
            self.ec2.create_vpc_endpoint(self.id, f"com.amazonaws.{REGION}.{service}", "Interface", None, [])

    def refusal(self) -> str:
        return misconfiguration(Place(REGION), {"SubnetIds": [self.subnet], "SecurityGroupIds": [self.group]})


@pytest.fixture
def ec2() -> Iterator[Any]:
    backend = Place(REGION).moto("ec2")
    yield backend
    backend.reset()


@pytest.fixture
def vpc(ec2: Any) -> Vpc:
    vpc = Vpc(ec2)
    vpc.admit(vpc.group)
    return vpc


def test_all_endpoints_are_a_way_out(vpc: Vpc) -> None:
    vpc.give(*NEEDED_ENDPOINTS)
    assert vpc.refusal() == ""


@pytest.mark.parametrize("missing", NEEDED_ENDPOINTS)
def test_without_one_of_the_endpoints_nothing_comes_up(vpc: Vpc, missing: str) -> None:
    vpc.give(*[service for service in NEEDED_ENDPOINTS if service != missing])
    assert f"{vpc.subnet} reach neither" in vpc.refusal()


def test_the_endpoints_of_another_vpc_are_none(ec2: Any, vpc: Vpc) -> None:
    vpc.give(*NEEDED_ENDPOINTS[:2])
    Vpc(ec2).give(*NEEDED_ENDPOINTS)
    assert f"{vpc.subnet} reach neither" in vpc.refusal()


def test_a_group_that_admits_another_does_not_admit_itself(ec2: Any) -> None:
    vpc = Vpc(ec2)
    vpc.give(*NEEDED_ENDPOINTS)
    vpc.admit(ec2.create_security_group("other", "Other", vpc.id).id)
    assert "do not admit their own members" in vpc.refusal()
