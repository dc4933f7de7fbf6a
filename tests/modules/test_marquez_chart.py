"""The stack `marquez-chart` on the synthesized JSON, and what it sets in the chart; test_chart_properties.py has the chart itself."""

import json
from collections.abc import Callable

import pytest

from modules.lineage_secrets import KEY_VERSION
from modules.marquez.database import PASSWORD_VERSION
from modules.marquez.workload import API, MIGRATION_SERVICE_ACCOUNT, NAMESPACE, RELEASE, SERVICE_ACCOUNT, WEB
from tests.modules.chart import DEFAULT, HARDENED, Values, lint, template
from tests.modules.terraform_json import Stack, block
from tests.modules.test_network import EXISTING

Synthesize = Callable[..., dict[str, Stack]]
NETWORK, MARQUEZ = "${data.terraform_remote_state.network.outputs.", "${data.terraform_remote_state.marquez.outputs."


@pytest.fixture
def chart(synthesized: dict[str, Stack]) -> Stack:
    return synthesized["marquez-chart"]


@pytest.fixture
def release(chart: Stack) -> Stack:
    return block(chart, "helm_release")


def set_by(release: Stack) -> Values:
    (text,) = release["values"]
    parsed: Values = json.loads(text)
    return parsed


@pytest.fixture
def values(release: Stack) -> Values:
    return set_by(release)


@pytest.fixture
def choices(chosen: dict[str, Stack]) -> Values:
    """The values of a deployment that has made its choices."""
    return set_by(block(chosen["marquez-chart"], "helm_release"))


class TestRelease:
    def test_it_is_the_stacks_only_resource(self, chart: Stack) -> None:
        assert list(chart["resource"]) == ["helm_release"]
        assert len(chart["resource"]["helm_release"]) == 1

    def test_its_chart_is_ours(self, release: Stack) -> None:
        assert release["chart"].startswith("assets/chart/")
        assert not {"repository", "dependency_update"} & release.keys()

    def test_it_waits_and_rolls_back(self, release: Stack) -> None:
        assert (release["name"], release["namespace"], release["create_namespace"]) == (RELEASE, NAMESPACE, True)
        assert release["atomic"] is True

    def test_values_are_passed_whole(self, release: Stack, values: Stack) -> None:
        assert not {"set", "set_list", "set_sensitive"} & release.keys()
        assert values["region"] == "us-east-1"

    def test_the_cluster_is_read_from_the_marquez_stack(self, chart: Stack) -> None:
        (helm,) = chart["provider"]["helm"]
        assert helm["kubernetes"]["host"] == MARQUEZ + "cluster_endpoint}"
        assert helm["kubernetes"]["cluster_ca_certificate"] == MARQUEZ + "cluster_ca}"

    def test_it_signs_in_with_a_token_that_is_never_kept(self, chart: Stack) -> None:
        (helm,) = chart["provider"]["helm"]
        assert helm["kubernetes"]["exec"] == {
            "api_version": "client.authentication.k8s.io/v1beta1",
            "command": "aws",
            "args": ["eks", "get-token", "--cluster-name", MARQUEZ + "cluster_name}", "--region", "us-east-1"],
        }
        assert not {"token", "password", "client_key"} & helm["kubernetes"].keys()

    def test_it_is_deployed_after_what_it_reads(self, chart: Stack) -> None:
        assert sorted(chart["data"]["terraform_remote_state"]) == ["marquez", "network"]


class TestValues:
    def test_secrets_are_named_and_never_set(self, values: Values) -> None:
        assert values["database"]["passwordSecret"] == MARQUEZ + "database_secret_arn}"
        assert values["ingestion"] == {"keySecret": NETWORK + "lineage_api_key_secret_arn}"}
        assert "password" not in values["database"]

    def test_ports_and_service_accounts_are_those_of_the_marquez_stack(self, values: Values) -> None:
        assert values["serviceAccounts"] == {"api": SERVICE_ACCOUNT, "migration": MIGRATION_SERVICE_ACCOUNT}
        assert (values["api"]["nodePort"], values["web"]["nodePort"]) == (API.node_port, WEB.node_port)

    def test_the_networks_addresses_are_the_vpcs(self, values: Values) -> None:
        assert values["network"]["vpcCidr"] == NETWORK + "vpc_cidr}"

    def test_secrets_are_looked_for_in_the_vpc_unless_its_endpoints_are_not_known(self, values: Values, synthesize: Synthesize) -> None:
        assert values["network"]["secretsCidr"] == NETWORK + "vpc_cidr}"
        existing = set_by(block(synthesize(**EXISTING)["marquez-chart"], "helm_release"))
        assert existing["network"] == {"vpcCidr": NETWORK + "vpc_cidr}", "secretsCidr": "0.0.0.0/0"}

    def test_the_ui_reads_only_and_lineage_stays_by_default(self, values: Values) -> None:
        assert values["web"]["readOnly"] is True
        assert values["retention"] == {"days": None}
        assert values["images"] == {}

    def test_the_choices_are_settings(self, choices: Values) -> None:
        assert choices["web"]["readOnly"] is False
        assert choices["retention"] == {"days": 365}
        assert choices["images"] == HARDENED["images"]

    def test_a_new_key_or_password_is_another_revision(self, values: Values) -> None:
        assert values["credentials"]["revision"] == f"key {KEY_VERSION}, password {PASSWORD_VERSION}"

    @pytest.mark.parametrize("case", ["values", "choices"])
    def test_the_chart_takes_them(self, case: str, request: pytest.FixtureRequest) -> None:
        found: Values = request.getfixturevalue(case)
        deployed = found | {
            "database": found["database"] | DEFAULT["database"],
            "ingestion": DEFAULT["ingestion"],
            "network": DEFAULT["network"],
        }
        for done in (template(deployed), lint(deployed)):
            assert done.returncode == 0, done.stderr + done.stdout
