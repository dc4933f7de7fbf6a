"""The budget and the day of expiry: what the stacks make of them, and that nothing is made of them where they are not set."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.modules.conftest import CHOSEN
from tests.modules.terraform_json import Stack, block, blocks, outputs

Synthesize = Callable[..., dict[str, Stack]]


@pytest.fixture
def network(synthesize: Synthesize) -> Stack:
    return synthesize(budget_usd=600)["network"]


def test_it_is_a_monthly_limit_in_dollars(network: Stack) -> None:
    budget = block(network, "aws_budgets_budget")
    assert (budget["name"], budget["budget_type"], budget["time_unit"]) == ("tickit-monthly", "COST", "MONTHLY")
    assert (budget["limit_amount"], budget["limit_unit"]) == ("600", "USD")


def test_it_counts_what_bears_the_deployments_tag(network: Stack) -> None:
    assert block(network, "aws_budgets_budget")["cost_filter"] == [{"name": "TagKeyValue", "values": ["user:deployment$tickit"]}]


def test_alarms_at_four_fifths_spent_and_all_of_it_forecast(network: Stack) -> None:
    alarms: list[dict[str, Any]] = block(network, "aws_budgets_budget")["notification"]
    assert [(alarm["notification_type"], alarm["threshold"], alarm["threshold_type"]) for alarm in alarms] == [
        ("ACTUAL", 80, "PERCENTAGE"),
        ("FORECASTED", 100, "PERCENTAGE"),
    ]
    assert all(alarm["subscriber_email_addresses"] == ["data-platform@example.com"] for alarm in alarms)


def test_mail_goes_to_whom_it_names(chosen: dict[str, Stack]) -> None:
    budget = block(chosen["network"], "aws_budgets_budget")
    assert {address for alarm in budget["notification"] for address in alarm["subscriber_email_addresses"]} == {"bills@example.com"}


def test_it_needs_no_role(network: Stack, synthesized: dict[str, Stack]) -> None:
    assert blocks(network, "aws_iam_role").keys() == blocks(synthesized["network"], "aws_iam_role").keys()
    assert "aws_budgets_budget_action" not in network["resource"]


def test_it_says_how_its_tag_is_activated(network: Stack, synthesized: dict[str, Stack]) -> None:
    assert "TagKey=deployment,Status=Active" in outputs(network)["activate_budget"]
    assert "activate_budget" not in outputs(synthesized["network"])


def test_without_a_limit_there_is_none(synthesized: dict[str, Stack]) -> None:
    assert not [stack for stack in synthesized.values() if "aws_budgets_budget" in stack["resource"]]


def test_the_day_of_expiry_is_a_tag_on_everything(chosen: dict[str, Stack], synthesized: dict[str, Stack]) -> None:
    for name, stack in chosen.items():
        for provider, plain in zip(stack["provider"]["aws"], synthesized[name]["provider"]["aws"], strict=True):
            assert provider["default_tags"] == [{"tags": plain["default_tags"][0]["tags"] | CHOSEN["tags"] | {"expires": "2099-12-31"}}]


def test_nodes_and_their_volumes_bear_it_too(chosen: dict[str, Stack]) -> None:
    template = block(chosen["marquez"], "aws_launch_template")
    assert [made["tags"]["expires"] for made in template["tag_specifications"]] == ["2099-12-31"] * 2
