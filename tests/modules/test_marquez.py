"""The stack `marquez`, as Terraform gets it: one test for each control and each line of the mission."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from modules.marquez.workload import API, MIGRATION_SERVICE_ACCOUNT, NAMESPACE, SERVICE_ACCOUNT, WEB, Service
from tests.modules.conftest import CHOSEN
from tests.modules.terraform_json import Stack, address, before, block, blocks, outputs, statements

Synthesize = Callable[..., dict[str, Stack]]
NETWORK = "${data.terraform_remote_state.network.outputs."
KEY = NETWORK + "kms_key_arn}"
PRIVATE = [f"{NETWORK}private_subnet_ids[{zone}]}}" for zone in range(3)]
PUBLIC = [f"{NETWORK}public_subnet_ids[{zone}]}}" for zone in range(3)]
CLUSTER, GROUP, INSTANCE = "aws_eks_cluster", "aws_eks_node_group", "aws_db_instance"
INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"


def reference(stack: Stack, kind: str, path: str, attribute: str) -> str:
    """How one resource of the stack refers to another."""
    return f"${{{address(stack, kind, path)}.{attribute}}}"


def rules(stack: Stack, kind: str, group: str) -> list[Stack]:
    """The rules of one of the stack's security groups, by the path of its construct."""
    owner = reference(stack, "aws_security_group", group, "id")
    return [rule for rule in blocks(stack, kind).values() if rule["security_group_id"] == owner]


@pytest.fixture
def marquez(synthesized: dict[str, Stack]) -> Stack:
    return synthesized["marquez"]


@pytest.fixture
def with_tls(chosen: dict[str, Stack]) -> Stack:
    return chosen["marquez"]


@pytest.fixture
def cluster(marquez: Stack) -> Stack:
    return block(marquez, CLUSTER)


@pytest.fixture
def template(marquez: Stack) -> Stack:
    return block(marquez, "aws_launch_template")


@pytest.fixture
def instance(marquez: Stack) -> Stack:
    return block(marquez, INSTANCE)


# Cluster


def test_the_kubernetes_version_is_the_setting(chosen: dict[str, Stack]) -> None:
    assert block(chosen["marquez"], CLUSTER)["version"] == "1.36"


def test_nodes_and_addons_follow_the_control_planes_version(marquez: Stack) -> None:
    """By reference, so that they wait for it; test_life_cycle.py sees them move."""
    version = reference(marquez, CLUSTER, "cluster/eks", "version")
    assert block(marquez, GROUP)["version"] == version
    suiting = blocks(marquez, "aws_eks_addon_version", "data")
    for path, addon in blocks(marquez, "aws_eks_addon").items():
        assert suiting[f"{path}_version"] == {"addon_name": addon["addon_name"], "kubernetes_version": version}
        assert addon["addon_version"] == f"${{data.{address(marquez, 'aws_eks_addon_version', f'{path}_version', 'data')}.version}}"


def test_the_clusters_endpoint_is_private_and_public_for_external_ip_only(cluster: Stack) -> None:
    assert cluster["vpc_config"] == {
        "endpoint_private_access": True,
        "endpoint_public_access": True,
        "public_access_cidrs": ["203.0.113.7/32"],
        "subnet_ids": PRIVATE,
    }


def test_all_control_plane_logs_are_on(cluster: Stack) -> None:
    assert cluster["enabled_cluster_log_types"] == ["api", "audit", "authenticator", "controllerManager", "scheduler"]


def test_the_clusters_log_group_is_the_stacks_own_and_comes_first(marquez: Stack, cluster: Stack) -> None:
    group = blocks(marquez, "aws_cloudwatch_log_group")["cluster/logs"]
    assert group == {"name": f"/aws/eks/{cluster['name']}/cluster", "retention_in_days": 365, "kms_key_id": KEY}
    assert address(marquez, "aws_cloudwatch_log_group", "cluster/logs") in cluster["depends_on"]


def test_kubernetes_secrets_are_encrypted_with_the_customer_key(cluster: Stack) -> None:
    assert cluster["encryption_config"] == {"provider": {"key_arn": KEY}, "resources": ["secrets"]}


def test_the_cluster_takes_access_entries_only(cluster: Stack) -> None:
    assert cluster["access_config"] == {"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": False}


def test_the_deployer_alone_administers_the_cluster(marquez: Stack) -> None:
    entry = block(marquez, "aws_eks_access_entry")
    association = block(marquez, "aws_eks_access_policy_association")
    assert entry["principal_arn"] == "${data.aws_iam_session_context.deployer.issuer_arn}"
    assert association["principal_arn"] == reference(marquez, "aws_eks_access_entry", "cluster/administrator", "principal_arn")
    assert association["policy_arn"].endswith(":cluster-access-policy/AmazonEKSClusterAdminPolicy")


def test_the_clusters_role_is_taken_on_for_this_cluster_only(marquez: Stack, cluster: Stack) -> None:
    trust = statements(marquez, "cluster/role/trust")["Trust"]
    (condition,) = trust["condition"]
    (source,) = condition["values"]
    assert trust["principals"] == [{"type": "Service", "identifiers": ["eks.amazonaws.com"]}]
    assert (condition["test"], condition["variable"]) == ("ArnLike", "aws:SourceArn")
    assert source.endswith(f":cluster/{cluster['name']}")


def test_aws_raises_the_version_when_its_standard_support_ends(cluster: Stack) -> None:
    """AWS's own default is extended support, at six times the price."""
    assert cluster["upgrade_policy"] == {"support_type": "STANDARD"}


def test_extended_support_is_a_choice(chosen: dict[str, Stack]) -> None:
    cluster = block(chosen["marquez"], "aws_eks_cluster")
    assert cluster["upgrade_policy"] == {"support_type": "EXTENDED"}


# Add-ons


def test_nothing_in_the_cluster_is_installed_unmanaged(marquez: Stack, cluster: Stack) -> None:
    assert cluster["bootstrap_self_managed_addons"] is False
    names = {addon["addon_name"] for addon in blocks(marquez, "aws_eks_addon").values()}
    assert names == {"vpc-cni", "kube-proxy", "eks-pod-identity-agent", "coredns"}


@pytest.mark.parametrize("name", ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"])
def test_what_makes_a_node_ready_comes_before_the_nodes(marquez: Stack, name: str) -> None:
    addon, nodes = address(marquez, "aws_eks_addon", f"cluster/{name}"), address(marquez, GROUP, "nodes/group")
    assert addon in before(marquez, nodes)
    assert nodes not in before(marquez, addon)


def test_what_runs_on_nodes_comes_after_them(marquez: Stack) -> None:
    assert address(marquez, GROUP, "nodes/group") in before(marquez, address(marquez, "aws_eks_addon", "nodes/coredns"))


# Nodes


def test_two_nodes_spread_over_the_private_subnets(marquez: Stack) -> None:
    group = block(marquez, GROUP)
    assert group["scaling_config"] == {"desired_size": 2, "min_size": 2, "max_size": 3}
    assert group["subnet_ids"] == PRIVATE


def test_number_and_type_of_nodes_are_settings(chosen: dict[str, Stack]) -> None:
    group = block(chosen["marquez"], GROUP)
    assert (group["scaling_config"]["desired_size"], group["instance_types"]) == (4, ["m7i.large"])


def test_spot_nodes_are_a_setting(chosen: dict[str, Stack], marquez: Stack) -> None:
    assert block(marquez, GROUP)["capacity_type"] == "ON_DEMAND"
    assert block(chosen["marquez"], GROUP)["capacity_type"] == "SPOT"


def test_nodes_answer_imdsv2_only_and_no_pod(template: Stack) -> None:
    assert template["metadata_options"] == {"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1}


def test_the_nodes_volumes_are_encrypted_with_the_customer_key(template: Stack) -> None:
    (device,) = template["block_device_mappings"]
    assert (device["ebs"]["encrypted"], device["ebs"]["kms_key_id"]) == ("true", KEY)


def test_a_changed_template_changes_the_nodes(marquez: Stack) -> None:
    template = address(marquez, "aws_launch_template", "nodes/template")
    assert block(marquez, GROUP)["launch_template"] == {"id": f"${{{template}.id}}", "version": f"${{{template}.latest_version}}"}


def test_instances_and_volumes_carry_the_mandatory_tags(template: Stack) -> None:
    tags = {entry["resource_type"]: entry["tags"] for entry in template["tag_specifications"]}
    assert tags.keys() == {"instance", "volume"}
    assert all({"owner", "deployment", "managed-by"} <= those.keys() for those in tags.values())


def test_only_the_load_balancers_reach_the_nodes_each_on_its_own_port(marquez: Stack) -> None:
    ui = reference(marquez, "aws_security_group", "ui/security_group", "id")
    admitted = {
        (rule["referenced_security_group_id"], rule["from_port"], rule["to_port"])
        for rule in rules(marquez, INGRESS, "nodes/security_group")
    }
    assert admitted == {(NETWORK + "lineage_security_group_id}", 30500, 30500), (ui, 30300, 30300)}


def test_the_control_plane_reaches_the_nodes_through_the_clusters_own_group(marquez: Stack, template: Stack) -> None:
    assert template["vpc_security_group_ids"] == [
        reference(marquez, CLUSTER, "cluster/eks", "vpc_config[0].cluster_security_group_id"),
        reference(marquez, "aws_security_group", "nodes/security_group", "id"),
    ]


def test_network_policies_are_enforced(marquez: Stack) -> None:
    addons = blocks(marquez, "aws_eks_addon").values()
    configured = {addon["addon_name"]: json.loads(addon["configuration_values"]) for addon in addons if "configuration_values" in addon}
    assert configured == {"vpc-cni": {"enableNetworkPolicy": "true"}}


# Pod Identity

IDENTITIES = {"identity": SERVICE_ACCOUNT, "migration_identity": MIGRATION_SERVICE_ACCOUNT}


@pytest.mark.parametrize("identity", IDENTITIES)
def test_a_role_is_bound_to_its_service_account(marquez: Stack, identity: str) -> None:
    association = blocks(marquez, "aws_eks_pod_identity_association")[f"{identity}/association"]
    assert (association["namespace"], association["service_account"]) == (NAMESPACE, IDENTITIES[identity])
    assert association["role_arn"] == reference(marquez, "aws_iam_role", f"{identity}/role/role", "arn")


def test_no_other_service_account_has_a_role(marquez: Stack) -> None:
    assert len(blocks(marquez, "aws_eks_pod_identity_association")) == len(IDENTITIES)


@pytest.mark.parametrize("identity", IDENTITIES)
def test_pods_of_this_cluster_alone_take_the_role_on(marquez: Stack, identity: str) -> None:
    source = {"test": "ArnLike", "variable": "aws:SourceArn", "values": [reference(marquez, CLUSTER, "cluster/eks", "arn")]}
    assert statements(marquez, f"{identity}/role/trust")["Trust"] == {
        "sid": "Trust",
        "actions": ["sts:AssumeRole", "sts:TagSession"],
        "principals": [{"type": "Service", "identifiers": ["pods.eks.amazonaws.com"]}],
        "condition": [source],
    }


@pytest.mark.parametrize(("identity", "sids"), [("identity", ["Password", "LineageApiKey"]), ("migration_identity", ["Password"])])
def test_pods_read_the_secrets_that_they_start_with_and_nothing_else(marquez: Stack, identity: str, sids: list[str]) -> None:
    secrets = {
        "Password": reference(marquez, "aws_secretsmanager_secret", "database/password/secret", "arn"),
        "LineageApiKey": NETWORK + "lineage_api_key_secret_arn}",
    }
    via = {"test": "StringEquals", "variable": "kms:ViaService", "values": ["secretsmanager.us-east-1.amazonaws.com"]}
    assert statements(marquez, f"{identity}/role/policy") == {
        **{sid: {"sid": sid, "actions": ["secretsmanager:GetSecretValue"], "resources": [secrets[sid]]} for sid in sids},
        "Decrypt": {"sid": "Decrypt", "actions": ["kms:Decrypt"], "resources": [KEY], "condition": [via]},
    }
    assert not [path for path in blocks(marquez, "aws_iam_role_policy_attachment") if path.startswith(f"{identity}/")]


# Password


def test_the_password_is_ephemeral_and_written_by_write_only_arguments(marquez: Stack, instance: Stack) -> None:
    version = block(marquez, "aws_secretsmanager_secret_version")
    assert version["secret_string_wo"] == "${ephemeral.aws_secretsmanager_random_password.marquez_database.random_password}"
    assert instance["password_wo"] == "${ephemeral.aws_secretsmanager_secret_version.marquez_database.secret_string}"
    assert not {"secret_string", "secret_binary"} & version.keys()
    assert not {"password", "manage_master_user_password"} & instance.keys()


def test_one_version_bump_writes_the_password_in_both_places(marquez: Stack, instance: Stack) -> None:
    assert instance["password_wo_version"] == block(marquez, "aws_secretsmanager_secret_version")["secret_string_wo_version"]


def test_the_database_takes_the_password_that_the_secret_holds(marquez: Stack) -> None:
    version = address(marquez, "aws_secretsmanager_secret_version", "database/password/version")
    held = marquez["ephemeral"]["aws_secretsmanager_secret_version"]["marquez_database"]
    assert held == {"secret_id": f"${{{version}.secret_id}}", "version_id": f"${{{version}.version_id}}"}


def test_the_password_fits_into_marquez_configuration_file(marquez: Stack) -> None:
    random = marquez["ephemeral"]["aws_secretsmanager_random_password"]["marquez_database"]
    assert random == {"password_length": 40, "exclude_punctuation": True}


def test_no_output_and_no_data_source_reads_the_password(marquez: Stack) -> None:
    assert "ephemeral." not in json.dumps(marquez["output"])
    assert not [kind for kind in marquez["data"] if "secret" in kind]


def test_the_passwords_secret_is_encrypted_and_can_be_made_again(marquez: Stack) -> None:
    secret = block(marquez, "aws_secretsmanager_secret")
    assert (secret["kms_key_id"], secret["recovery_window_in_days"]) == (KEY, 0)


# Database


def test_the_database_is_a_postgresql_that_marquez_runs_on(marquez: Stack, instance: Stack) -> None:
    assert instance["engine"] == "postgres"
    assert int(instance["engine_version"]) >= 14
    assert block(marquez, "aws_db_parameter_group")["family"] == f"postgres{instance['engine_version']}"


def test_another_major_postgresql_is_an_upgrade_in_place(marquez: Stack, instance: Stack) -> None:
    """A parameter group belongs to one major version: the next one's is there before the instance changes, under a name of its own."""
    assert instance["allow_major_version_upgrade"] is True
    group = block(marquez, "aws_db_parameter_group")
    assert group["name"] == f"{instance['identifier']}-postgres{instance['engine_version']}"
    assert group["lifecycle"] == {"create_before_destroy": True}


def test_a_change_of_the_database_is_not_left_for_later(instance: Stack) -> None:
    assert instance["apply_immediately"] is True


def test_the_database_is_encrypted_with_the_customer_key(instance: Stack) -> None:
    assert (instance["storage_encrypted"], instance["kms_key_id"]) == (True, KEY)


def test_the_databases_parameters_have_values_of_postgresql(marquez: Stack) -> None:
    """PostgreSQL's manual, "Error Reporting and Logging"; RDS refuses another value."""
    given = {each["name"]: each["value"] for each in block(marquez, "aws_db_parameter_group")["parameter"]}
    assert given["log_statement"] in ("none", "ddl", "mod", "all")
    assert given["log_min_duration_statement"].isdigit()


def test_the_database_takes_tls_only(marquez: Stack, instance: Stack) -> None:
    # RDS reports pending-reboot whatever is asked, so another apply method would differ at every plan.
    assert {"name": "rds.force_ssl", "value": "1", "apply_method": "pending-reboot"} in block(marquez, "aws_db_parameter_group")[
        "parameter"
    ]
    assert instance["parameter_group_name"] == reference(marquez, "aws_db_parameter_group", "database/parameters", "name")


def test_the_databases_certificate_authority_is_a_known_one(instance: Stack) -> None:
    assert instance["ca_cert_identifier"] == "rds-ca-rsa2048-g1"


def test_the_database_is_not_public(marquez: Stack, instance: Stack) -> None:
    assert instance["publicly_accessible"] is False
    assert block(marquez, "aws_db_subnet_group")["subnet_ids"] == PRIVATE


def test_only_the_nodes_connect_to_the_database(marquez: Stack, instance: Stack) -> None:
    (rule,) = rules(marquez, INGRESS, "database/security_group")
    assert rule["referenced_security_group_id"] == reference(marquez, "aws_security_group", "nodes/security_group", "id")
    assert (rule["from_port"], rule["to_port"]) == (5432, 5432)
    assert instance["vpc_security_group_ids"] == [reference(marquez, "aws_security_group", "database/security_group", "id")]


def test_the_database_is_backed_up(instance: Stack) -> None:
    assert instance["backup_retention_period"] == 7


def test_a_demos_database_is_destroyed_without_a_trace(instance: Stack) -> None:
    assert not instance["deletion_protection"]
    assert (instance["skip_final_snapshot"], instance["delete_automated_backups"]) == (True, True)


def test_protect_refuses_the_databases_destroy_and_keeps_a_snapshot(chosen: dict[str, Stack]) -> None:
    instance = block(chosen["marquez"], INSTANCE)
    assert instance["deletion_protection"]
    assert (instance["skip_final_snapshot"], instance["final_snapshot_identifier"]) == (False, "tickit-marquez-final")
    assert not instance["delete_automated_backups"]


def test_the_databases_log_groups_are_the_stacks_own_and_come_first(marquez: Stack, instance: Stack) -> None:
    for log in instance["enabled_cloudwatch_logs_exports"]:
        group = blocks(marquez, "aws_cloudwatch_log_group")[f"database/{log}"]
        name = f"/aws/rds/instance/{instance['identifier']}/{log}"
        assert group == {"name": name, "retention_in_days": 365, "kms_key_id": KEY}
        assert address(marquez, "aws_cloudwatch_log_group", f"database/{log}") in instance["depends_on"]


def test_the_database_is_monitored(marquez: Stack, instance: Stack) -> None:
    assert (instance["monitoring_interval"], instance["monitoring_role_arn"]) == (
        60,
        reference(marquez, "aws_iam_role", "database/monitoring/role", "arn"),
    )
    assert (instance["performance_insights_enabled"], instance["performance_insights_kms_key_id"]) == (True, KEY)


# Lineage API


def test_the_lineage_api_is_inside_the_vpc(marquez: Stack) -> None:
    balancer = blocks(marquez, "aws_lb")["lineage/balancer"]
    assert (balancer["internal"], balancer["subnets"]) == (True, PRIVATE)


def test_the_network_decides_who_reaches_the_lineage_api(marquez: Stack) -> None:
    assert blocks(marquez, "aws_lb")["lineage/balancer"]["security_groups"] == [NETWORK + "lineage_security_group_id}"]
    assert {rule["security_group_id"] for path, rule in blocks(marquez, INGRESS).items() if path.startswith("lineage/")} == {
        reference(marquez, "aws_security_group", "nodes/security_group", "id")
    }


def test_the_lineage_apis_private_name_is_known_beforehand(marquez: Stack) -> None:
    record = block(marquez, "aws_route53_record")
    assert (record["name"], record["zone_id"]) == ("marquez.tickit.internal", NETWORK + "private_zone_id}")
    assert record["alias"]["name"] == reference(marquez, "aws_lb", "lineage/balancer", "dns_name")


def test_the_lineage_api_listens_where_airflow_sends(synthesized: dict[str, Stack]) -> None:
    listener = blocks(synthesized["marquez"], "aws_lb_listener")["lineage/listener"]
    record = block(synthesized["marquez"], "aws_route53_record")
    assert listener["protocol"] == "HTTP"
    assert outputs(synthesized["network"])["lineage_endpoint"] == f"http://{record['name']}:{listener['port']}"


def test_with_a_domain_the_lineage_api_speaks_tls(chosen: dict[str, Stack]) -> None:
    listener = blocks(chosen["marquez"], "aws_lb_listener")["lineage/listener"]
    assert (listener["port"], listener["protocol"], listener["certificate_arn"]) == (443, "HTTPS", CHOSEN["certificate_arn"])
    assert listener["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    assert outputs(chosen["network"])["lineage_endpoint"] == "https://lineage.data.example.com:443"


def test_with_a_domain_the_certificates_name_is_known_in_the_vpc(with_tls: Stack) -> None:
    assert block(with_tls, "aws_route53_zone") == {"name": "lineage.data.example.com", "vpc": [{"vpc_id": NETWORK + "vpc_id}"}]}
    record = blocks(with_tls, "aws_route53_record")["names/tls_host"]
    assert record["name"] == "lineage.data.example.com"
    assert record["zone_id"] == reference(with_tls, "aws_route53_zone", "names/tls_zone", "zone_id")
    assert record["alias"]["name"] == reference(with_tls, "aws_lb", "lineage/balancer", "dns_name")


# Web UI


def test_the_ui_is_in_the_public_subnets(marquez: Stack) -> None:
    balancer = blocks(marquez, "aws_lb")["ui/external/balancer"]
    assert (balancer["internal"], balancer["subnets"]) == (False, PUBLIC)


def test_only_external_ip_reaches_the_ui(chosen: dict[str, Stack], marquez: Stack) -> None:
    for stack, addresses, ports in ((marquez, ["203.0.113.7/32"], [80]), (chosen["marquez"], CHOSEN["external_ip"], [80, 443])):
        group = reference(stack, "aws_security_group", "ui/security_group", "id")
        assert blocks(stack, "aws_lb")["ui/external/balancer"]["security_groups"] == [group]
        admitted = [(rule["cidr_ipv4"], rule["from_port"], rule["to_port"]) for rule in rules(stack, INGRESS, "ui/security_group")]
        assert sorted(admitted) == sorted((address, port, port) for address in addresses for port in ports)


def test_the_uis_url_is_an_output(marquez: Stack) -> None:
    assert outputs(marquez)["marquez_ui_url"] == f"http://{reference(marquez, 'aws_lb', 'ui/external/balancer', 'dns_name')}"


def test_plain_http_is_said_aloud(marquez: Stack) -> None:
    assert "plain HTTP" in outputs(marquez)["marquez_warning"]


def test_with_a_domain_the_ui_speaks_tls_and_there_is_nothing_to_warn_of(with_tls: Stack) -> None:
    listener = blocks(with_tls, "aws_lb_listener")["ui/external/listener"]
    assert (listener["port"], listener["protocol"], listener["certificate_arn"]) == (443, "HTTPS", CHOSEN["certificate_arn"])
    assert outputs(with_tls)["marquez_ui_url"] == "https://marquez.data.example.com"
    assert "marquez_warning" not in outputs(with_tls)


def test_with_a_domain_plain_http_only_leads_to_tls(with_tls: Stack) -> None:
    listener = blocks(with_tls, "aws_lb_listener")["ui/external/redirect"]
    (action,) = listener["default_action"]
    assert (listener["port"], action["type"]) == (80, "redirect")
    assert action["redirect"] == {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}
    assert {rule["from_port"] for rule in rules(with_tls, INGRESS, "ui/security_group")} == {80, 443}


# Load balancers


@pytest.mark.parametrize(("path", "service"), [("lineage", API), ("ui/external", WEB)])
def test_a_load_balancer_sends_to_a_fixed_port_of_every_node(marquez: Stack, path: str, service: Service) -> None:
    group = blocks(marquez, "aws_lb_target_group")[f"{path}/targets"]
    assert (group["target_type"], group["port"]) == ("instance", service.node_port)
    assert group["health_check"]["path"] == service.health_path
    assert blocks(marquez, "aws_autoscaling_attachment")[f"{path}/nodes"] == {
        "autoscaling_group_name": reference(marquez, GROUP, "nodes/group", "resources[0].autoscaling_groups[0].name"),
        "lb_target_group_arn": reference(marquez, "aws_lb_target_group", f"{path}/targets", "arn"),
    }


def test_a_load_balancer_may_send_nowhere_else(marquez: Stack) -> None:
    nodes = reference(marquez, "aws_security_group", "nodes/security_group", "id")
    sending = {(rule["referenced_security_group_id"], rule["from_port"], rule["to_port"]) for rule in blocks(marquez, EGRESS).values()}
    assert sending == {(nodes, 30500, 30500), (nodes, 30300, 30300)}


def test_load_balancers_drop_malformed_headers(marquez: Stack) -> None:
    assert [balancer["drop_invalid_header_fields"] for balancer in blocks(marquez, "aws_lb").values()] == [True, True]


def test_protect_refuses_the_load_balancers_destroy(chosen: dict[str, Stack], marquez: Stack) -> None:
    for stack, protect in ((chosen["marquez"], True), (marquez, False)):
        assert [balancer["enable_deletion_protection"] for balancer in blocks(stack, "aws_lb").values()] == [protect, protect]


# The stack


def test_no_security_group_has_rules_that_are_not_resources(marquez: Stack) -> None:
    groups: list[dict[str, Any]] = list(blocks(marquez, "aws_security_group").values())
    assert len(groups) == 3
    assert not [group for group in groups if {"ingress", "egress"} & group.keys()]


def test_the_stack_says_where_things_are(marquez: Stack) -> None:
    assert {"marquez_ui_url", "cluster_name", "database_host"} <= outputs(marquez).keys()


def test_it_waits_for_the_network_only(marquez: Stack) -> None:
    assert list(marquez["data"]["terraform_remote_state"]) == ["network"]


def test_an_existing_lineage_endpoint_makes_the_stacks_fall_away(synthesize: Synthesize) -> None:
    assert not {"marquez", "marquez-chart"} & synthesize(lineage_url="https://lineage.example.com:443").keys()
