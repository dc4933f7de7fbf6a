"""The stack `network`: one test for each control and each line of the mission."""

import json
from collections.abc import Callable
from ipaddress import IPv4Network
from typing import Any

import pytest

from tests.modules.terraform_json import Stack, address, block, blocks, outputs, statements

Synthesize = Callable[..., dict[str, Stack]]
EXISTING = {
    "existing_vpc_id": "vpc-0a1b",
    "existing_private_subnet_ids": ["subnet-0aa1", "subnet-0aa2", "subnet-0aa3"],
    "existing_public_subnet_ids": ["subnet-0bb1", "subnet-0bb2", "subnet-0bb3"],
}
INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
ACCOUNT = "${data.aws_caller_identity.account.account_id}"


@pytest.fixture
def network(synthesized: dict[str, Stack]) -> Stack:
    return synthesized["network"]


def reference(stack: Stack, kind: str, path: str, attribute: str = "id") -> str:
    return f"${{{address(stack, kind, path)}.{attribute}}}"


def group(stack: Stack, name: str) -> str:
    return reference(stack, "aws_security_group", f"security_groups/{name}")


class TestVpc:
    def test_it_is_the_deployments_own(self, network: Stack) -> None:
        vpc = block(network, "aws_vpc")
        assert (vpc["cidr_block"], vpc["enable_dns_support"], vpc["enable_dns_hostnames"]) == ("10.20.0.0/16", True, True)

    def test_three_zones_have_a_private_and_a_public_subnet_each(self, network: Stack) -> None:
        subnets = blocks(network, "aws_subnet")
        assert sorted(subnets) == [f"vpc/{kind}_{number}" for kind in ("private", "public") for number in (1, 2, 3)]
        zones = [subnet["availability_zone"] for subnet in subnets.values()]
        assert len(set(zones)) == 3
        assert all(zones.count(zone) == 2 for zone in zones)

    def test_zones_where_eks_makes_no_cluster_are_left_out_by_their_ids(self, network: Stack) -> None:
        """Amazon EKS User Guide, "View Amazon EKS networking requirements for VPC and subnets"."""
        zones = block(network, "aws_availability_zones", "data")
        assert zones["exclude_zone_ids"] == ["use1-az3", "usw1-az2", "cac1-az3"]
        assert zones["filter"] == [{"name": "opt-in-status", "values": ["opt-in-not-required"]}]

    def test_subnets_are_in_the_vpc_and_do_not_overlap(self, chosen: dict[str, Stack]) -> None:
        subnets = [IPv4Network(subnet["cidr_block"]) for subnet in blocks(chosen["network"], "aws_subnet").values()]
        assert all(subnet.subnet_of(IPv4Network("172.16.0.0/20")) for subnet in subnets)
        assert not [1 for one in subnets for other in subnets if one is not other and one.overlaps(other)]

    def test_a_subnet_stays_in_its_zone(self, network: Stack) -> None:
        assert all(subnet["lifecycle"] == {"ignore_changes": ["availability_zone"]} for subnet in blocks(network, "aws_subnet").values())

    def test_no_subnet_gives_out_public_addresses(self, network: Stack) -> None:
        assert not any(subnet["map_public_ip_on_launch"] for subnet in blocks(network, "aws_subnet").values())

    def test_private_subnets_reach_out_through_nat(self, network: Stack) -> None:
        routes = blocks(network, "aws_route")
        private = reference(network, "aws_route_table", "vpc/private")
        assert routes["vpc/to_nat"]["nat_gateway_id"] == reference(network, "aws_nat_gateway", "vpc/nat")
        assert routes["vpc/to_nat"]["route_table_id"] == private
        assert routes["vpc/to_internet"]["route_table_id"] != private
        tables = {path: association["route_table_id"] for path, association in blocks(network, "aws_route_table_association").items()}
        assert [path for path, table in tables.items() if table == private] == [f"vpc/private_route_{number}" for number in (1, 2, 3)]

    def test_the_default_security_group_is_closed(self, network: Stack) -> None:
        default = block(network, "aws_default_security_group")
        assert default["vpc_id"] == reference(network, "aws_vpc", "vpc/vpc")
        assert not {"ingress", "egress"} & default.keys()

    def test_flow_logs_hold_all_traffic(self, network: Stack) -> None:
        log = block(network, "aws_flow_log")
        assert log["traffic_type"] == "ALL"
        assert log["log_destination"] == reference(network, "aws_cloudwatch_log_group", "flow_logs/logs", "arn")
        logs = blocks(network, "aws_cloudwatch_log_group")["flow_logs/logs"]
        assert (logs["retention_in_days"], logs["kms_key_id"]) == (365, reference(network, "aws_kms_key", "key/key", "arn"))

    def test_the_flow_logs_role_has_its_policy_and_serves_this_account_only(self, network: Stack) -> None:
        documents = blocks(network, "aws_iam_policy_document", "data")
        writing, finding = documents["flow_logs/writing"]["statement"]
        assert (finding["actions"], finding["resources"]) == (["logs:DescribeLogGroups"], ["*"])
        assert writing["resources"] == [reference(network, "aws_cloudwatch_log_group", "flow_logs/logs", "arn") + ":*"]
        (trust,) = documents["flow_logs/trust"]["statement"]
        assert trust["principals"] == [{"type": "Service", "identifiers": ["vpc-flow-logs.amazonaws.com"]}]
        assert trust["condition"] == [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": [ACCOUNT]}]


class TestEndpoints:
    def test_s3_has_a_gateway_in_the_private_routes(self, network: Stack) -> None:
        gateway = blocks(network, "aws_vpc_endpoint")["endpoints/s3"]
        assert (gateway["vpc_endpoint_type"], gateway["service_name"]) == ("Gateway", "com.amazonaws.us-east-1.s3")
        assert gateway["route_table_ids"] == [reference(network, "aws_route_table", "vpc/private")]

    def test_secrets_logs_and_queues_have_interfaces(self, network: Stack) -> None:
        interfaces = {path: end for path, end in blocks(network, "aws_vpc_endpoint").items() if end["vpc_endpoint_type"] == "Interface"}
        assert {"endpoints/secretsmanager", "endpoints/kms", "endpoints/logs", "endpoints/monitoring", "endpoints/sqs"} <= interfaces.keys()
        assert all(end["private_dns_enabled"] and len(end["subnet_ids"]) == 3 for end in interfaces.values())

    def test_a_private_web_server_has_its_api_in_the_vpc(self, network: Stack, chosen: dict[str, Stack]) -> None:
        path = "endpoints/airflow.env"
        assert path not in blocks(network, "aws_vpc_endpoint")
        private = chosen["network"]
        assert blocks(private, "aws_vpc_endpoint")[path]["service_name"] == "com.amazonaws.us-east-1.airflow.env"
        assert statements(private, f"{path}_policy")["OwnAccount"]["actions"] == ["airflow:*"]

    @pytest.mark.parametrize("service", ["s3", "monitoring", "logs", "sqs", "kms", "secretsmanager", "sts"])
    def test_what_awss_own_principals_call_has_full_access(self, service: str, network: Stack) -> None:
        """Without a policy of one's own an endpoint has AWS's default one, full access, which MWAA asks for."""
        assert "policy" not in blocks(network, "aws_vpc_endpoint")[f"endpoints/{service}"]

    def test_what_only_the_deployments_roles_call_lets_this_account_through_only(self, network: Stack) -> None:
        own = {path for path, endpoint in blocks(network, "aws_vpc_endpoint").items() if "policy" in endpoint}
        assert own == {"endpoints/redshift-serverless"}
        (statement,) = statements(network, "endpoints/redshift-serverless_policy").values()
        assert statement["condition"] == [{"test": "StringEquals", "variable": "aws:PrincipalAccount", "values": [ACCOUNT]}]
        assert statement["actions"] == ["redshift-serverless:*"]

    def test_images_come_through_nat_which_costs_less_than_endpoints(self, network: Stack) -> None:
        assert not [end for end in blocks(network, "aws_vpc_endpoint").values() if ".ecr." in end["service_name"]]

    def test_they_are_reached_from_inside_the_vpc(self, network: Stack) -> None:
        rule = blocks(network, INGRESS)["endpoints/https"]
        assert (rule["cidr_ipv4"], rule["from_port"], rule["to_port"]) == ("10.20.0.0/16", 443, 443)


class TestSecurityGroups:
    def test_airflow_is_open_to_itself_only(self, network: Stack) -> None:
        mwaa = group(network, "mwaa")
        rules = [rule for rule in blocks(network, INGRESS).values() if rule["security_group_id"] == mwaa]
        assert [(rule["referenced_security_group_id"], rule["ip_protocol"]) for rule in rules] == [(mwaa, "-1")]

    @pytest.mark.parametrize(("name", "port"), [("redshift", 5439), ("lineage", 5000)])
    def test_only_airflow_reaches_it_on_its_port(self, name: str, port: int, network: Stack) -> None:
        rules = [rule for rule in blocks(network, INGRESS).values() if rule["security_group_id"] == group(network, name)]
        assert [(rule["referenced_security_group_id"], rule["ip_protocol"], rule["from_port"], rule["to_port"]) for rule in rules] == [
            (group(network, "mwaa"), "tcp", port, port)
        ]

    def test_outside_only_https_is_reached(self, network: Stack) -> None:
        out = [rule for rule in blocks(network, EGRESS).values() if "cidr_ipv4" in rule]
        assert {rule["security_group_id"] for rule in out} == {group(network, "mwaa"), group(network, "redshift")}
        assert all((rule["ip_protocol"], rule["from_port"], rule["to_port"]) == ("tcp", 443, 443) for rule in out)

    def test_airflow_reaches_an_existing_lineage_endpoint_on_its_port(self, synthesize: Synthesize) -> None:
        network = synthesize(lineage_url="http://lineage.example.com:5000")["network"]
        rule = blocks(network, EGRESS)["security_groups/mwaa_to_lineage"]
        assert (rule["security_group_id"], rule["from_port"], rule["cidr_ipv4"]) == (group(network, "mwaa"), 5000, "0.0.0.0/0")
        assert "security_groups/lineage_from_mwaa" not in blocks(network, INGRESS)


class TestKey:
    def test_it_is_renewed_every_year(self, network: Stack) -> None:
        assert block(network, "aws_kms_key")["enable_key_rotation"] is True

    def test_cloudwatch_may_use_it_for_log_groups_of_this_account(self, network: Stack) -> None:
        logs = statements(network, "key/policy")["Logs"]
        assert logs["principals"] == [{"type": "Service", "identifiers": ["logs.us-east-1.amazonaws.com"]}]
        (condition,) = logs["condition"]
        assert condition["variable"] == "kms:EncryptionContext:aws:logs:arn"
        assert condition["values"] == [f"arn:${{data.aws_partition.partition.partition}}:logs:us-east-1:{ACCOUNT}:log-group:*"]

    def test_whoever_else_uses_it_is_of_this_account(self, network: Stack) -> None:
        policy = statements(network, "key/policy")
        assert policy.keys() == {"Account", "Logs", "Volumes", "Alarms"}
        assert policy["Account"]["principals"][0]["identifiers"] == [f"arn:${{data.aws_partition.partition.partition}}:iam::{ACCOUNT}:root"]
        assert {"test": "StringEquals", "variable": "kms:CallerAccount", "values": [ACCOUNT]} in policy["Volumes"]["condition"]
        assert policy["Alarms"]["condition"] == [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": [ACCOUNT]}]


class TestLineageSecrets:
    def test_their_names_are_those_that_the_plugin_reads(self, network: Stack) -> None:
        names = {secret["name"] for secret in blocks(network, "aws_secretsmanager_secret").values()}
        assert names == {f"airflow/variables/OPENLINEAGE_{name}" for name in ("URL", "NAMESPACE", "API_KEY")}

    def test_the_url_names_protocol_host_and_port(self, network: Stack) -> None:
        versions = blocks(network, "aws_secretsmanager_secret_version")
        assert versions["lineage_secrets/openlineage_url_value"]["secret_string"] == "http://marquez.tickit.internal:5000"
        assert versions["lineage_secrets/openlineage_namespace_value"]["secret_string"] == "tickit"

    def test_the_key_is_made_while_terraform_applies_and_kept_in_no_state(self, network: Stack) -> None:
        maker = network["ephemeral"]["aws_secretsmanager_random_password"]["lineage_api_key"]
        assert maker == {"password_length": 48, "exclude_punctuation": True}
        version = blocks(network, "aws_secretsmanager_secret_version")["lineage_secrets/api_key_value"]
        assert version["secret_string_wo"] == "${ephemeral.aws_secretsmanager_random_password.lineage_api_key.random_password}"
        assert version["secret_string_wo_version"] == 1
        assert "secret_string" not in version

    def test_an_endpoint_elsewhere_has_its_own_key(self, synthesize: Synthesize) -> None:
        network = synthesize(lineage_url="https://lineage.example.com:443")["network"]
        assert "ephemeral" not in network
        assert "lineage_secrets/api_key_value" not in blocks(network, "aws_secretsmanager_secret_version")
        assert "lineage_secrets/openlineage_api_key" in blocks(network, "aws_secretsmanager_secret")
        assert "lineage_secrets/openlineage_endpoint" not in blocks(network, "aws_secretsmanager_secret")

    def test_a_catalog_elsewhere_has_its_path_and_its_headers(self, synthesize: Synthesize) -> None:
        network = synthesize(lineage_url="https://gms.example.com:8080/openapi/openlineage/api/v1/lineage")["network"]
        versions = blocks(network, "aws_secretsmanager_secret_version")
        told = {path.partition("/openlineage_")[2]: version["secret_string"] for path, version in versions.items()}
        assert told["url_value"] == "https://gms.example.com:8080"
        assert told["endpoint_value"] == "openapi/openlineage/api/v1/lineage"
        assert told.keys() == {"url_value", "namespace_value", "endpoint_value"}, "the values of key and headers stand in no state"
        secrets = {secret["name"].rpartition("/")[2] for secret in blocks(network, "aws_secretsmanager_secret").values()}
        assert {"OPENLINEAGE_API_KEY", "OPENLINEAGE_HEADERS"} <= secrets
        assert outputs(network)["lineage_endpoint"].endswith(":8080/openapi/openlineage/api/v1/lineage")

    def test_they_are_encrypted_with_the_deployments_key(self, network: Stack) -> None:
        keys = {secret["kms_key_id"] for secret in blocks(network, "aws_secretsmanager_secret").values()}
        assert keys == {reference(network, "aws_kms_key", "key/key", "arn")}


def test_the_private_zone_is_known_before_marquez_is(network: Stack) -> None:
    zone = block(network, "aws_route53_zone")
    assert zone["name"] == "tickit.internal"
    assert zone["vpc"] == [{"vpc_id": reference(network, "aws_vpc", "vpc/vpc")}]
    assert zone["force_destroy"] is True


class TestExistingVpc:
    @pytest.fixture
    def existing(self, synthesize: Synthesize) -> Stack:
        return synthesize(**EXISTING)["network"]

    def test_nothing_in_it_is_made_or_changed(self, existing: Stack) -> None:
        made = {"aws_vpc", "aws_subnet", "aws_route", "aws_nat_gateway", "aws_default_security_group", "aws_vpc_endpoint", "aws_flow_log"}
        assert not made & existing["resource"].keys()

    def test_its_subnets_are_the_deployments(self, existing: Stack) -> None:
        published: dict[str, Any] = outputs(existing)
        assert published["private_subnet_ids"] == EXISTING["existing_private_subnet_ids"]
        assert published["public_subnet_ids"] == EXISTING["existing_public_subnet_ids"]
        (vpc,) = existing["data"]["aws_vpc"]
        assert published["vpc_cidr"] == f"${{data.aws_vpc.{vpc}.cidr_block}}"

    def test_groups_key_zone_and_secrets_are_made_as_ever(self, existing: Stack, network: Stack) -> None:
        kept = {"aws_security_group", "aws_kms_key", "aws_route53_zone", "aws_secretsmanager_secret"}
        assert kept <= existing["resource"].keys()
        assert '"vpc-0a1b"' in json.dumps(block(existing, "aws_route53_zone"))
        assert outputs(existing).keys() == outputs(network).keys()
