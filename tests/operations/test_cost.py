"""What a deployment costs: that nothing is left out, that the sums are right, and what a person reads of it."""

import io
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from rich.console import Console

from modules.settings import Settings
from operations.cost.prices import LIST, PriceList, Unpriced, load_prices
from operations.cost.resources import LINES, Line, When
from operations.deployment import ROOT, Deployment
from tests.synthesis import cdktf_out
from tools.synthesized import SynthesizedStack, read

if shutil.which("node") is None:  # test_programs.py says so, once
    pytest.skip("synthesis needs `node`", allow_module_level=True)

from operations.cost import command
from operations.cost.estimate import Estimate, estimate, estimate_of
from operations.cost.report import markdown, show
from operations.cost.savings import SAVINGS, PricedSaving, savings
from tests import bills

PRICES = load_prices()
TODAY = PRICES.as_of
EXISTING_VPC = {
    "existing_vpc_id": "vpc-0a1b",
    "existing_private_subnet_ids": ["subnet-0aa1", "subnet-0aa2", "subnet-0aa3"],
    "existing_public_subnet_ids": ["subnet-0bb1", "subnet-0bb2", "subnet-0bb3"],
}
OTHER_CHOICES: dict[str, Any] = EXISTING_VPC | {
    "mwaa_webserver": "private",
    "domain": "data.example.com",
    "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d",
    "tickit_location": "s3://elsewhere/tickit",
    "budget_usd": 900,
    "protect": True,
}
Deploy = Callable[..., Deployment]


def settings(**overrides: Any) -> Settings:
    return Settings(**tomllib.loads((ROOT / "settings.example.toml").read_text()) | overrides)


def bill(**overrides: Any) -> Estimate:
    return bills.estimate_of(settings(**overrides), PRICES, TODAY)


@pytest.fixture(scope="module")
def default() -> Estimate:
    return bill()


@pytest.fixture(scope="module")
def other() -> Estimate:
    """More workers, a private web server, spot nodes."""
    return bill(mwaa_min_workers=3, mwaa_max_workers=5, mwaa_webserver="private", eks_spot=True)


@pytest.fixture(scope="module")
def cheaper(default: Estimate) -> list[PricedSaving]:
    with pytest.MonkeyPatch.context() as patch:
        bills.share(patch)
        return list(savings(settings(), default, PRICES, TODAY))


def line(found: Estimate, stack: str, what: str) -> Line:
    (one,) = [line for line in found.lines if (line.stack, line.what) == (stack, what)]
    return one


def stack(kind: str, **arguments: Any) -> SynthesizedStack:
    return SynthesizedStack("lone", (), {"resource": {kind: {"it": arguments}}})


class TestNothingIsLeftOut:
    def test_a_kind_that_is_neither_priced_nor_free_is_an_error_that_names_it(self) -> None:
        with pytest.raises(Unpriced, match=r"prices\.toml:\n  lone: aws_quantum_computer\.it: neither a price nor a reason to be free"):
            estimate([stack("aws_quantum_computer")], PRICES, TODAY)

    def test_all_of_them_are_named_at_once(self) -> None:
        with pytest.raises(Unpriced) as error:
            estimate([stack("aws_quantum_computer"), stack("aws_cloudwatch_log_group", name="/elsewhere")], PRICES, TODAY)
        assert "aws_quantum_computer.it" in str(error.value)
        assert "aws_cloudwatch_log_group.it: no volume of a log group like /elsewhere" in str(error.value)

    def test_every_kind_of_every_deployment_is_known_and_no_kind_is_listed_in_vain(self) -> None:
        found = set()
        for choices in ({}, OTHER_CHOICES):
            stacks = read(cdktf_out(settings(**choices)))
            found |= {address.partition(".")[0] for stack in stacks for address in stack.blocks if not address.startswith("data.")}
            assert estimate(stacks, PRICES, TODAY).idle() > 0
        assert found == LINES.keys() | PRICES.free.keys()

    def test_nothing_is_both_priced_and_free(self) -> None:
        assert not LINES.keys() & PRICES.free.keys()

    def test_a_machine_without_a_price_is_named(self) -> None:
        with pytest.raises(Unpriced, match=r'aws_eks_node_group.*no price "u-24tb1.metal hour"'):
            bill(eks_node_type="u-24tb1.metal")

    @pytest.mark.parametrize("size", ["small", "medium", "large", "xlarge", "2xlarge"])
    def test_every_class_of_airflow_that_a_setting_takes_has_its_prices(self, size: str) -> None:
        assert PRICES.price(f"mw1.{size} hour").usd > PRICES.price(f"mw1.{size} worker hour").usd > 0

    def test_the_smallest_airflow_has_no_further_workers_to_pay(self) -> None:
        airflow = [line for line in bill(mwaa_class="mw1.micro", mwaa_max_workers=1).lines if line.stack == "mwaa"]
        assert [line.usd for line in airflow if line.what == "Airflow mw1.micro"] == [pytest.approx(211.70)]
        assert not [line for line in airflow if "worker" in line.what]


class TestPrices:
    def test_each_has_a_source_and_a_day(self) -> None:
        for name, price in PRICES.prices.items():
            assert price.source.startswith("https://"), name
            assert price.date <= PRICES.as_of, name
            assert price.checked in ("page", "public", "no"), name
            assert price.usd >= 0, name

    def test_what_is_not_confirmed_names_the_page_to_look_at(self) -> None:
        unsure = [price for price in PRICES.prices.values() if price.checked != "page"]
        assert unsure
        assert all(price.source.startswith("https://aws.amazon.com/") for price in unsure)

    def test_each_assumption_says_why(self) -> None:
        assumed = tomllib.loads(LIST.read_text())["assumed"]
        assert [name for name, entry in assumed.items() if len(entry["why"].split()) < 2] == []


class TestSums:
    def test_an_interface_endpoint_is_charged_in_every_zone(self, default: Estimate) -> None:
        endpoints = line(default, "network", "interface endpoints")
        assert endpoints.usd == pytest.approx(7 * 3 * 730 * 0.01)

    def test_the_gateway_to_s3_is_free(self) -> None:
        found = estimate([stack("aws_vpc_endpoint", vpc_endpoint_type="Gateway")], PRICES, TODAY)
        assert found.idle() == 0

    def test_nat_and_its_address(self, default: Estimate) -> None:
        assert line(default, "network", "NAT gateway").usd == pytest.approx(730 * 0.045)
        assert line(default, "network", "elastic address").usd == pytest.approx(730 * 0.005)

    def test_nodes_their_disks_and_both_load_balancers(self, default: Estimate) -> None:
        assert line(default, "marquez", "2 nodes t3.medium").usd == pytest.approx(2 * 730 * 0.0416)
        assert line(default, "marquez", "disks of the nodes").usd == pytest.approx(2 * 20 * 0.08)
        assert line(default, "marquez", "load balancers").usd == pytest.approx(2 * 730 * 0.0225)

    def test_only_the_external_load_balancer_has_public_addresses(self, default: Estimate) -> None:
        assert line(default, "marquez", "load balancer addresses").amount == 3 * 730

    def test_redshifts_own_secret_is_on_the_bill(self, default: Estimate) -> None:
        assert line(default, "redshift", "secrets").amount == 1 + 1  # the connection's, and the administrator's

    def test_an_idle_warehouse_computes_nothing(self, default: Estimate) -> None:
        assert line(default, "redshift", "warehouse queries").when is When.USED
        assert default.idle("redshift") < 2

    def test_the_daily_limit_is_the_most_that_the_warehouse_costs(self, default: Estimate) -> None:
        assert line(default, "redshift", "warehouse queries").usd_at_most == pytest.approx(20 * 0.375 * 365 / 12)

    def test_without_a_limit_the_capacity_is(self) -> None:
        found = estimate([stack("aws_redshiftserverless_workgroup", max_capacity=16)], PRICES, TODAY)
        assert line(found, "lone", "warehouse queries").most == 16 * 730

    def test_workers_beyond_the_first_are_charged_and_those_at_most_are_a_limit(self, other: Estimate) -> None:
        assert line(other, "mwaa", "2 more workers").usd == pytest.approx(2 * 730 * 0.055)
        assert line(other, "mwaa", "workers while tasks wait").most == 2 * 730

    def test_a_private_web_server_has_one_more_endpoint(self, default: Estimate, other: Estimate) -> None:
        public, private = (line(found, "mwaa", "Airflow's own endpoints") for found in (default, other))
        assert (public.amount, private.amount) == (2 * 730, 4 * 730)

    def test_spot_nodes_cost_a_part_of_the_price_and_that_is_an_assumption(self, default: Estimate, other: Estimate) -> None:
        spot = line(other, "marquez", "2 spot nodes t3.medium")
        assert spot.usd == pytest.approx(PRICES.assumed["spot share"] * line(default, "marquez", "2 nodes t3.medium").usd)
        assert spot.when is When.ASSUMED

    def test_insights_of_more_than_a_week_need_a_price(self) -> None:
        database = {"instance_class": "db.t4g.micro", "storage_type": "gp3", "allocated_storage": 20, "performance_insights_enabled": True}
        with pytest.raises(Unpriced, match='no price "Performance Insights of 93 days month"'):
            estimate([stack("aws_db_instance", **database, performance_insights_retention_period=93)], PRICES, TODAY)

    @pytest.mark.parametrize(("today", "usd"), [(date(2027, 3, 27), 73), (date(2027, 3, 28), 438)])
    def test_a_kubernetes_version_out_of_standard_support_costs_six_times_as_much(self, today: date, usd: int) -> None:
        assert estimate([stack("aws_eks_cluster", version="1.35")], PRICES, today).idle() == pytest.approx(usd)

    def test_a_kubernetes_version_that_aws_raises_keeps_its_price(self) -> None:
        cluster = stack("aws_eks_cluster", version="1.35", upgrade_policy={"support_type": "STANDARD"})
        assert estimate([cluster], PRICES, date(2028, 1, 1)).idle() == pytest.approx(73)

    def test_the_stacks_add_up(self, default: Estimate) -> None:
        assert sum(default.idle(stack) for stack in default.stacks) == pytest.approx(default.idle())
        assert default.idle() + default.used() == pytest.approx(sum(line.usd for line in default.lines))
        assert default.idle() + default.used() < default.at_most()

    def test_a_demo_is_some_hours_and_one_run(self, default: Estimate) -> None:
        assert default.demo == pytest.approx(3 * default.idle() / 730 + default.used() / 20)


@pytest.mark.system
class TestSavings:
    def test_each_costs_less(self, cheaper: list[PricedSaving], default: Estimate) -> None:
        assert len(cheaper) > 4
        assert all(saved.estimate.idle() < default.idle() for saved in cheaper)

    def test_what_is_as_cheap_already_is_not_offered(self, cheaper: list[PricedSaving]) -> None:
        assert not [saved for saved in cheaper if saved.saving.changes.get("mwaa_class") == "mw1.small"]
        large = settings(mwaa_class="mw1.large")
        first = next(savings(large, estimate_of(large, PRICES, TODAY), PRICES, TODAY))
        assert first.saving.changes == {"mwaa_class": "mw1.small"}
        smallest = settings(mwaa_class="mw1.micro", mwaa_max_workers=1)
        first = next(savings(smallest, estimate_of(smallest, PRICES, TODAY), PRICES, TODAY))
        assert first.saving.changes == {"eks_nodes": 1}

    def test_the_smallest_airflow_is_the_dearest_things_saving(self, cheaper: list[PricedSaving], default: Estimate) -> None:
        first = cheaper[0]
        assert first.saving.changes == {"mwaa_class": "mw1.micro", "mwaa_max_workers": 1}
        assert default.idle() - first.estimate.idle() == pytest.approx(730 * (0.49 - 0.29))

    def test_a_deployment_without_marquez_is_offered_no_nodes(self) -> None:
        bare = settings(**EXISTING_VPC, lineage_url="http://lineage.example.com:5000", mwaa_class="mw1.micro", mwaa_max_workers=1)
        assert list(savings(bare, estimate_of(bare, PRICES, TODAY), PRICES, TODAY)) == []

    def test_all_are_settings_that_there_are(self) -> None:
        assert {name for saving in SAVINGS for name in saving.changes} <= Settings.model_fields.keys()


class TestReport:
    @pytest.fixture(scope="class")
    def text(self, default: Estimate, cheaper: list[PricedSaving]) -> str:
        return printed(lambda console: show(default, cheaper, "us-east-1", console))

    def test_it_shows_every_stack_and_the_total(self, text: str, default: Estimate) -> None:
        words = [row.split() for row in text.splitlines()]
        for stack in default.stacks:
            assert [stack, f"{default.idle(stack):,.2f}"] in [row[:2] for row in words]
        assert ["total", f"{default.idle():,.2f}"] in words

    def test_it_shows_every_line(self, text: str, default: Estimate) -> None:
        assert all(line.what in text for line in default.lines)

    def test_it_says_what_an_hour_a_day_and_a_demo_cost(self, text: str, default: Estimate) -> None:
        assert f"Idle it costs {default.an_hour:.2f} an hour, {default.an_hour * 24:.2f} a day" in text
        assert f"destroyed, costs about {default.demo:.2f}" in text

    def test_it_says_what_runs_up(self, text: str) -> None:
        assert "What runs up most, used or not: Airflow mw1.small (357.70), interface endpoints (153.30)" in text

    def test_another_regions_prices_are_a_guess(self, default: Estimate, text: str) -> None:
        elsewhere = printed(lambda console: show(default, [], "eu-central-1", console))
        assert "eu-central-1 is priced as us-east-1" in elsewhere
        assert "is priced as" not in text

    def test_a_price_that_is_not_confirmed_is_named(self, default: Estimate) -> None:
        assert "Not confirmed" not in markdown(default, [], "us-east-1")
        prices = {name: replace(price, checked="no") if name == "EKS hour" else price for name, price in PRICES.prices.items()}
        doubtful: PriceList = replace(PRICES, prices=prices)
        found = estimate([stack("aws_eks_cluster", version="1.35")], doubtful, TODAY)
        text = markdown(found, [], "us-east-1")
        assert "Not confirmed, to be looked up: the price of EKS hour." in text
        assert "| 73.00 | EKS 1.35 (73.00, not confirmed) |" in text

    def test_the_documentation_has_the_totals_and_the_savings(self, default: Estimate, cheaper: list[PricedSaving]) -> None:
        text = markdown(default, cheaper, "us-east-1")
        assert text.startswith(f"Estimated cost in US dollars, at the prices of us-east-1 on {PRICES.as_of}.\n\n| stack |")
        assert f"| **total** | **{default.idle():,.2f}** |" in text
        assert "| `eks_nodes = 1, eks_spot = true` |" in text


class TestCommand:
    @pytest.mark.system
    def test_it_needs_no_deployment_and_no_aws(self, deployment: Deploy) -> None:
        text, code = run(deployment())
        assert code == 0
        assert "Cheaper, and it still works" in text

    @pytest.mark.system
    def test_the_examples_bill_is_that_of_the_prices_day(self, default: Estimate, cheaper: list[PricedSaving]) -> None:
        assert command.example_markdown() == markdown(default, cheaper, "us-east-1")

    def test_what_has_no_price_is_a_problem_with_its_cure(self, deployment: Deploy) -> None:
        text, code = run(deployment(eks_node_type="u-24tb1.metal"))
        assert code == 1
        assert 'no price "u-24tb1.metal hour"' in text
        assert "add it there, with its source and date" in text


def printed(show_on: Callable[[Console], None]) -> str:
    console = Console(file=io.StringIO(), width=200)
    show_on(console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def run(deployed: Deployment) -> tuple[str, int]:
    codes: list[int] = []
    text = printed(lambda console: codes.append(command.cost(deployed, console)))
    return text, codes[0]
