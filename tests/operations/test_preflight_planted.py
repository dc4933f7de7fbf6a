"""What AWS can answer before a deploy, with a fault of each kind planted in the emulated AWS: each names its cause and its cure."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from local.aws.machine import Aws
from operations.deployment import Deployment
from operations.findings import Finding, Level
from operations.permissions.documents import documents, grants
from operations.preflight import addresses, lake_formation, permissions, quotas, zones
from operations.preflight.synthesized import stacks
from tests.operations.answering import answering, operations
from tests.operations.synthesis import synthesize

pytestmark = pytest.mark.system
Deploy = Callable[..., Deployment]

ACCOUNT = "123456789012"
KMS = "com.amazonaws.us-east-1.kms"
EVERYBODY = {"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}


def only(findings: Iterable[Finding]) -> Finding:
    (finding,) = findings
    return finding


def hold(deployment: Deployment, stack: str, *resources: tuple[str, str, str]) -> Deployment:
    """Write a stack's state that holds these (type, name, id)."""
    held = [{"mode": "managed", "type": kind, "name": name, "instances": [{"attributes": {"id": id_}}]} for kind, name, id_ in resources]
    (deployment.root / f"tickit.{stack}.tfstate").write_text(json.dumps({"resources": held}))
    return deployment


def subnets(aws: Aws, block: str = "10.60.{}.0/24") -> dict[str, list[str]]:
    """A VPC with three private and three public subnets, in zones a, b and c: what a deployment into it is told."""
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.60.0.0/16")["Vpc"]["VpcId"]
    made = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=block.format(number), AvailabilityZone=f"us-east-1{zone}")["Subnet"]["SubnetId"]
        for number, zone in enumerate("abcabc")
    ]
    return {"existing_vpc_id": vpc, "existing_private_subnet_ids": made[:3], "existing_public_subnet_ids": made[3:]}


# Zones


def test_a_zone_without_eks_is_passed_over(aws: Aws, deployment: Deploy) -> None:
    aws.put_zone("us-east-1a", "use1-az3")
    found = only(zones.zones(deployment()))
    assert found.level is Level.OK
    assert "us-east-1b (" in found.detail
    assert "use1-az3" not in found.detail


def test_too_few_zones_are_a_problem(aws: Aws, deployment: Deploy) -> None:
    found = only(zones.zones(deployment(region="us-west-1")))
    assert (found.level, "needed" in found.detail, "region" in found.cure) == (Level.PROBLEM, True, True)


def test_a_subnet_where_eks_makes_no_cluster_is_a_problem(aws: Aws, deployment: Deploy) -> None:
    aws.put_zone("us-east-1a", "use1-az3")
    found = only(zones.clusters(deployment(**subnets(aws))))
    assert (found.level, found.detail) == (Level.PROBLEM, "makes no cluster in us-east-1a (use1-az3), where a private subnet is")
    assert "existing_private_subnet_ids" in found.cure


def test_an_own_subnet_in_such_a_zone_cannot_move(aws: Aws, deployment: Deploy) -> None:
    aws.put_zone("us-east-1a", "use1-az3")
    private = subnets(aws)["existing_private_subnet_ids"]
    one = hold(deployment(), "network", *(("aws_subnet", f"vpc_private_{id_}", id_) for id_ in private))
    assert list(zones.zones(one)) == []
    found = only(zones.clusters(one))
    assert "us-east-1a (use1-az3)" in found.detail
    assert "make destroy" in found.cure


def test_what_stands_is_not_asked_for_again(aws: Aws, deployment: Deploy) -> None:
    aws.put_zone("us-east-1a", "use1-az3")
    one = hold(deployment(**subnets(aws)), "marquez", ("aws_eks_cluster", "cluster", "tickit-marquez"))
    assert [*zones.clusters(one), *zones.nodes(one)] == []


def test_nodes_that_a_zone_does_not_have_are_a_problem(aws: Aws, deployment: Deploy) -> None:
    assert only(zones.nodes(deployment())).level is Level.OK
    aws.put_zone("us-east-1a", "use1-az3")
    found = only(zones.nodes(deployment(**subnets(aws))))
    assert (found.level, found.detail) == (Level.PROBLEM, "EC2 does not offer t3.medium in us-east-1a (use1-az3)")
    assert "aws ec2 describe-instance-type-offerings" in found.cure
    assert only(zones.nodes(deployment(eks_node_type="t9.medium"))).detail.count("us-east-1") == 3


def test_an_endpoint_service_that_a_zone_does_not_have_is_a_problem(aws: Aws, deployment: Deploy) -> None:
    one = synthesize(deployment())
    found = only(zones.endpoints(one))
    assert (found.level, "all 7 services" in found.detail) == (Level.OK, True)
    zone = next(zone for zone in zones.usable(one) if zone.name == "us-east-1b")
    aws.withhold(KMS, zone.id)
    found = only(zones.endpoints(one))
    assert (found.level, found.detail) == (Level.PROBLEM, f"{KMS} is not offered in us-east-1b ({zone.id})")
    assert found.cure


# Lake Formation


def test_lake_formation_leaves_it_to_iam(aws: Aws, deployment: Deploy) -> None:
    assert only(lake_formation.defaults(deployment())).level is Level.OK


@pytest.mark.parametrize(
    ("settings", "governed"),
    [
        ({}, "new databases and tables are"),
        ({"CreateDatabaseDefaultPermissions": [EVERYBODY]}, "new tables are"),
        ({"CreateTableDefaultPermissions": [EVERYBODY]}, "new databases are"),
    ],
)
def test_settings_without_the_defaults_are_a_problem(aws: Aws, deployment: Deploy, settings: dict[str, Any], governed: str) -> None:
    empty: dict[str, Any] = {"CreateDatabaseDefaultPermissions": [], "CreateTableDefaultPermissions": []}
    aws.client("lakeformation").put_data_lake_settings(DataLakeSettings=empty | settings)
    found = only(lake_formation.defaults(deployment()))
    assert (found.level, found.detail.startswith(governed)) == (Level.PROBLEM, True)
    assert "data lake administrator" in found.cure
    stands = hold(deployment(), "lake", ("aws_glue_catalog_database", "crawl_database", "tickit_lake"))
    assert list(lake_formation.defaults(stands)) == []


# Free addresses


def test_an_existing_subnet_with_room_is_fine(aws: Aws, deployment: Deploy) -> None:
    found = list(addresses.addresses(deployment(**subnets(aws))))
    assert [finding.level for finding in found] == [Level.OK] * 6
    assert list(addresses.addresses(deployment())) == []


def test_a_subnet_with_five_free_addresses_is_a_problem(aws: Aws, deployment: Deploy) -> None:
    made = subnets(aws, "10.60.{}.0/28")
    full = made["existing_private_subnet_ids"][1]
    for _ in range(6):
        aws.client("ec2").create_network_interface(SubnetId=full)
    found = {finding.subject: finding for finding in addresses.addresses(deployment(**made))}
    assert found[full].level is Level.PROBLEM
    assert found[full].detail.startswith("5 addresses free, ")
    assert "Redshift 9, MWAA 8, EKS 18" in found[full].detail
    assert "existing_private_subnet_ids" in found[full].cure
    public = found[made["existing_public_subnet_ids"][0]]
    assert (public.level, public.detail) == (Level.OK, "11 addresses free, 8 needed (Marquez's load balancer 8)")


def test_stacks_that_stand_have_their_addresses(aws: Aws, deployment: Deploy) -> None:
    one = deployment(**subnets(aws, "10.60.{}.0/28"))
    for stack in ("redshift", "mwaa", "marquez"):
        hold(one, stack, ("terraform_data", "first", "1"))
    assert list(addresses.addresses(one)) == []


# Quotas of an existing VPC


def test_endpoints_of_an_existing_vpc_count(aws: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    made = subnets(aws)
    aws.client("ec2").create_vpc_endpoint(VpcEndpointType="Interface", VpcId=made["existing_vpc_id"], ServiceName=KMS)
    with answering(operations({"GetServiceQuota": {"Quota": {"Value": 2.0}}})) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SERVICE_QUOTAS", url)
        assert only(quotas.INTERFACES.ask(deployment(**made))).detail == "1 of 2 used, 1 more needed"
        found = only(quotas.INTERFACES.ask(deployment(**made, mwaa_webserver="private")))
    assert (found.level, found.detail) == (Level.PROBLEM, "1 of 2 used, 2 more needed")


# The deployer's permissions


@pytest.fixture
def deployer(aws: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[dict[str, Any]], Any]], Deployment]:
    """A deployment by a role that has the printed policies, after a change to their statements; who asks is a session of the role."""
    one = synthesize(deployment())

    def become(change: Callable[[dict[str, Any]], Any]) -> Deployment:
        iam = aws.client("iam")
        trusted = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [trusted]})
        role = iam.create_role(RoleName="deployer", Path="/people/", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        for number, document in enumerate(documents(grants(stacks(one), one.settings, ACCOUNT, "aws"))):
            if statements := [statement for statement in document["Statement"] if change(statement) is not False]:
                policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
                iam.put_role_policy(RoleName="deployer", PolicyName=f"deployer-{number}", PolicyDocument=policy)
        session = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="somebody")["Credentials"]
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", session["AccessKeyId"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", session["SecretAccessKey"])
        monkeypatch.setenv("AWS_SESSION_TOKEN", session["SessionToken"])
        return one

    return become


def test_an_administrator_may_do_all(aws: Aws, deployment: Deploy) -> None:
    found = only(permissions.permissions(synthesize(deployment())))
    assert (found.level, "may do all" in found.detail) == (Level.OK, True)


def test_the_printed_policies_are_enough(deployer: Callable[..., Deployment]) -> None:
    found = only(permissions.permissions(deployer(lambda _: None)))
    assert (found.level, found.detail.startswith(f"arn:aws:iam::{ACCOUNT}:role/people/deployer may do all")) == (Level.OK, True)


def test_a_deployer_without_pass_role_is_a_problem(deployer: Callable[..., Deployment]) -> None:
    found = only(permissions.permissions(deployer(lambda statement: "iam:PassRole" not in statement["Action"])))
    assert found.level is Level.PROBLEM
    assert found.detail == f"arn:aws:iam::{ACCOUNT}:role/people/deployer may not iam:PassRole on arn:aws:iam::{ACCOUNT}:role/tickit-airflow"
    assert "make permissions" in found.cure


def test_a_role_that_may_be_passed_to_one_of_two_services_is_a_problem(deployer: Callable[..., Deployment]) -> None:
    def narrow(statement: dict[str, Any]) -> None:
        services = statement.get("Condition", {}).get("StringEquals", {}).get("iam:PassedToService", [])
        if "airflow-env.amazonaws.com" in services:
            services.remove("airflow-env.amazonaws.com")

    assert "iam:PassRole on" in only(permissions.permissions(deployer(narrow))).detail


def test_whoever_may_do_nothing_gets_no_endless_list(deployer: Callable[..., Deployment]) -> None:
    def little(statement: dict[str, Any]) -> bool:
        return "iam:SimulatePrincipalPolicy" in statement["Action"]

    found = only(permissions.permissions(deployer(little)))
    assert found.level is Level.PROBLEM
    assert "more actions" in found.detail
    assert len(found.detail) < 1500


@pytest.fixture
def simulator(aws: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[Finding]]:
    """What is found where IAM's simulator says one thing of everything, as the XML of a result's members."""

    def say(members: str) -> list[Finding]:
        result = f"<EvaluationResults><member><EvalActionName>iam:PassRole</EvalActionName>{members}</member></EvaluationResults>"
        name = "SimulatePrincipalPolicy"
        answer = f"<{name}Response><{name}Result>{result}<IsTruncated>false</IsTruncated></{name}Result></{name}Response>"
        with answering(operations({name: answer})) as url:
            monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", url)
            return list(permissions.permissions(synthesize(deployment())))

    return say


def test_what_depends_on_the_request_is_a_warning(simulator: Callable[[str], list[Finding]]) -> None:
    members = "<EvalDecision>implicitDeny</EvalDecision><MissingContextValues><member>aws:SourceIp</member></MissingContextValues>"
    found = only(simulator(members))
    assert (found.level, "depends on aws:SourceIp" in found.detail) == (Level.WARNING, True)


def test_what_an_organization_forbids_is_said_so(simulator: Callable[[str], list[Finding]]) -> None:
    forbids = "<OrganizationsDecisionDetail><AllowedByOrganizations>false</AllowedByOrganizations></OrganizationsDecisionDetail>"
    found = only(simulator(f"<EvalDecision>explicitDeny</EvalDecision>{forbids}"))
    assert (found.level, "organization" in found.cure) == (Level.PROBLEM, True)


def test_a_deployer_who_may_not_simulate_is_warned(aws: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(operations({}, refusal="AccessDenied")) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", url)
        found = only(permissions.permissions(synthesize(deployment())))
    assert (found.level, found.detail) == (Level.WARNING, "could not be read: needs iam:SimulatePrincipalPolicy")
    assert "make permissions" in found.cure


@pytest.mark.parametrize(
    ("arn", "level"), [(f"arn:aws:iam::{ACCOUNT}:root", Level.OK), (f"arn:aws:sts::{ACCOUNT}:federated-user/bob", Level.WARNING)]
)
def test_whom_iam_does_not_simulate(aws: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch, arn: str, level: Level) -> None:
    identity = f"<Arn>{arn}</Arn><UserId>1</UserId><Account>{ACCOUNT}</Account>"
    answer = f"<GetCallerIdentityResponse><GetCallerIdentityResult>{identity}</GetCallerIdentityResult></GetCallerIdentityResponse>"
    with answering(operations({"GetCallerIdentity": answer})) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
        assert only(permissions.permissions(synthesize(deployment()))).level is level
