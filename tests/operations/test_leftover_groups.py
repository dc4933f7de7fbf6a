"""Security groups that name each other: the commands that remove them, in the order in which AWS takes them."""

import shlex
from typing import Any

import pytest

from modules.settings import load
from operations.deployment import ROOT
from operations.leftovers.belongings import Belongings
from operations.leftovers.network import KINDS

(GROUP,) = [kind for kind in KINDS if kind.name == "Security group"]
OURS = load(ROOT / "settings.example.toml", {})


class Ec2:
    """An account with the security groups sg-1 to sg-3, and rules (group, the group that it refers to, whether it is one of egress)."""

    def __init__(self, *rules: tuple[str, str, bool]) -> None:
        self._rules = rules

    def can_paginate(self, _: str) -> bool:
        return False

    def describe_security_groups(self) -> dict[str, Any]:
        return {"SecurityGroups[]": [{"GroupId": f"sg-{number}", "GroupName": f"{OURS.deployment_id}-{number}"} for number in (1, 2, 3)]}

    def describe_security_group_rules(self) -> dict[str, Any]:
        made = enumerate(self._rules)
        listed = [
            {"SecurityGroupRuleId": f"sgr-{at}", "GroupId": group, "ReferencedGroupInfo": {"GroupId": other}, "IsEgress": egress}
            for at, (group, other, egress) in made
        ]
        return {"SecurityGroupRules[]": [{"SecurityGroupRuleId": "sgr-all", "GroupId": "sg-3", "IsEgress": True}, *listed]}


def steps(*rules: tuple[str, str, bool]) -> list[list[str]]:
    belongings = Belongings(OURS, "123456789012", {}, {}, frozenset())
    commands = [leftover.command for leftover in GROUP.leftovers(Ec2(*rules), belongings)]
    words = [shlex.split(step) for command in commands for step in command.split(" && ")]
    return [[word for word in step[2:] if not word.startswith("--")][:-1] for step in words]


REMOVED = [["delete-security-group", f"sg-{number}"] for number in (1, 2, 3)]


@pytest.mark.parametrize("group", ["sg-1", "sg-2", "sg-3"])
@pytest.mark.parametrize("egress", [False, True])
def test_a_rule_of_a_group_for_itself_goes_with_it(group: str, egress: bool) -> None:
    assert steps((group, group, egress)) == REMOVED


@pytest.mark.parametrize("egress", [False, True])
def test_a_rule_of_a_group_that_goes_later_is_revoked_before(egress: bool) -> None:
    revoked = ["revoke-security-group-egress" if egress else "revoke-security-group-ingress", "sg-3", "sgr-0"]
    assert steps(("sg-3", "sg-2", egress)) == [REMOVED[0], revoked, *REMOVED[1:]]
    assert steps(("sg-2", "sg-3", egress)) == REMOVED


def test_of_groups_that_name_each_other_one_rule_is_revoked() -> None:
    revoked = [["revoke-security-group-ingress", "sg-2", "sgr-1"], ["revoke-security-group-egress", "sg-3", "sgr-3"]]
    rules = ("sg-1", "sg-2", False), ("sg-2", "sg-1", False), ("sg-1", "sg-3", True), ("sg-3", "sg-1", True)
    assert steps(*rules) == [*revoked, *REMOVED]
