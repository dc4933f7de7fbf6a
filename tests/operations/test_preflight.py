"""The preflight's questions to AWS, and the whole of it."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any

import pytest
from rich.console import Console

from local.aws.machine import Aws
from local.dag_folder import DagFolder
from modules.settings import load
from operations import preflight
from operations.deployment import ROOT, Deployment
from operations.findings import Finding, Level, ok
from operations.preflight import account, certificate, dags, existing_vpc, external_ip, names, quotas, region, state_bucket, versions
from operations.question import Question
from tests.mwaa_lineage.transport.endpoint import nobody
from tests.operations import abandoned
from tests.operations.answering import Answer, answering, operations
from tests.operations.synthesis import build, synthesize

pytestmark = pytest.mark.system
Deploy = Callable[..., Deployment]

ROOT_USER = """<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:root</Arn><UserId>1</UserId>
<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""
UNTOUCHED = "eu-west-1"
"""No test makes anything there."""
NAMES = {question.subject: question for question in names.QUESTIONS}
TAKEN = {
    "Secrets": "airflow/variables/OPENLINEAGE_URL exists",
    "Log groups": "airflow-tickit-airflow-Task exists",
    "IAM roles": "tickit-airflow exists",
    "IAM policies": "tickit-airflow-sign-in exists",
    "Redshift namespace": "tickit exists (AVAILABLE)",
    "Redshift workgroup": "tickit exists (AVAILABLE)",
    "EKS cluster": "tickit-marquez exists (ACTIVE)",
    "MWAA environment": "tickit-airflow exists (",
    "RDS instance": "tickit-marquez exists (available)",
    "KMS alias": "alias/tickit exists (Enabled)",
    "RDS subnet group": "tickit-marquez exists",
    "RDS parameter group": "tickit-marquez",  # and perhaps a version
    "Load balancers": "tickit-lineage exists",
    "Target groups": "tickit-lineage exists",
    "Launch template": "tickit-marquez-nodes exists",
    "Glue database": "tickit_lake exists",
    "Glue crawler": "tickit-lake exists",
    "Glue workflow": "tickit-crawl exists",
    "Glue trigger": "tickit-crawl exists",
    "Glue security configuration": "tickit-lake exists",
    "Budget": "tickit-monthly exists",
}


@pytest.fixture(autouse=True)
def _one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """On which the versions are supported; nobody on the internet is asked for the caller's address, and no Airflow reads the DAGs."""
    monkeypatch.setattr(versions, "_today", lambda: date(2026, 11, 1))
    monkeypatch.setattr(external_ip, "WHO_AM_I", nobody())
    monkeypatch.setattr(dags, "read_alone", lambda _, folder: DagFolder(folder, ()))


@pytest.fixture
def running(aws_process: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """It holds what earlier tests have made: emptying it takes seconds, and who asks for things of its own name can do without."""
    for name, value in aws_process.environment.items():
        monkeypatch.setenv(name, value)
    return aws_process


@contextmanager
def _account(aws: Aws, paths: pytest.TempPathFactory, **overrides: Any) -> Iterator[Deployment]:
    """The example's deployment in an emptied account."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in aws.environment.items():
            patch.setenv(name, value)
        aws.reset()
        settings = load(ROOT / "settings.example.toml", {}).model_copy(update=overrides)
        yield Deployment(settings, paths.mktemp("account"))


def said(findings: Iterable[Finding]) -> list[tuple[Level, str]]:
    return [(finding.level, finding.detail) for finding in findings]


def only(findings: Iterable[Finding]) -> Finding:
    (finding,) = findings
    return finding


def hold(deployment: Deployment, stack: str, *addresses: str) -> None:
    """Write a stack's state that holds these."""
    parts = [address.split(".") for address in addresses]
    resources = [{"mode": "managed", "type": kind, "name": name, "instances": [{"attributes": {}}]} for kind, name in parts]
    (deployment.root / f"tickit.{stack}.tfstate").write_text(json.dumps({"resources": resources}))


# Credentials and account


def test_the_account_is_named(running: Aws, deployment: Deploy) -> None:
    finding = only(account.findings(deployment(account_id="123456789012")))
    assert finding.level is Level.OK
    assert finding.detail.startswith("123456789012, as arn:aws:")


def test_another_account_is_a_problem(running: Aws, deployment: Deploy) -> None:
    finding = account.findings(deployment(account_id="210987654321"))[0]
    assert (finding.level, finding.detail) == (
        Level.PROBLEM,
        "the credentials are for 123456789012, the settings say account_id = 210987654321",
    )


def test_the_root_user_is_a_warning(running: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(operations({"GetCallerIdentity": ROOT_USER})) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
        found = account.findings(deployment())
    assert [finding.level for finding in found] == [Level.OK, Level.WARNING]
    assert "root user" in found[1].detail


@pytest.mark.parametrize(
    ("code", "detail"), [("ExpiredToken", "they have expired"), ("InvalidClientTokenId", "AWS does not accept them: ")]
)
def test_credentials_that_aws_refuses_are_a_problem(
    running: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch, code: str, detail: str
) -> None:
    with answering(operations({}, refusal=code)) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
        finding = only(account.findings(deployment()))
    assert finding.level is Level.PROBLEM
    assert finding.detail.startswith(detail)
    assert "aws sso login" in finding.cure


def test_missing_credentials_are_a_problem(running: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert said(account.findings(deployment())) == [(Level.PROBLEM, "there are none")]


def test_an_unknown_profile_is_a_problem(running: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobodys")
    assert "nobodys" in only(account.findings(deployment())).detail


def test_an_aws_out_of_reach_is_a_problem(running: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", nobody())
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert only(account.findings(deployment())).detail.startswith("AWS cannot be reached")


# Region


def test_the_region_offers_all(running: Aws, deployment: Deploy) -> None:
    assert said(region.services(deployment())) == [(Level.OK, "us-east-1 offers all 8")]
    assert said(region.services(deployment(lineage_url="https://lineage.example.com:443"))) == [(Level.OK, "us-east-1 offers all 5")]


def test_a_region_without_one_of_the_services_is_a_problem(running: Aws, deployment: Deploy) -> None:
    assert said(region.services(deployment(region="me-south-1"))) == [(Level.PROBLEM, "me-south-1 does not offer redshift-serverless")]


def test_what_may_not_be_read_of_the_region_the_sdk_knows(running: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(operations({})) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", url)
        known, unknown = only(region.services(deployment())), only(region.services(deployment(region="me-south-1")))
    assert known.level is Level.OK
    assert "needs ssm:GetParameters" in known.detail
    assert unknown.level is Level.WARNING
    assert "the SDK knows no mwaa, redshift-serverless in me-south-1" in unknown.detail


# Quotas


@pytest.fixture
def limit(running: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Every quota is this."""
    with answering(operations({"GetServiceQuota": {"Quota": {"Value": 2.0}}})) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SERVICE_QUOTAS", url)
        yield 2


QUOTAS = {question.subject: question for question in quotas.QUESTIONS}


@pytest.mark.parametrize("subject", [subject for subject in QUOTAS if subject not in ("vCPUs", "Interface endpoints")])
def test_a_quota_leaves_room(limit: int, deployment: Deploy, subject: str) -> None:
    detail = only(QUOTAS[subject].answer(deployment(region=UNTOUCHED))).detail
    others = {"VPCs": "1 of 2 used, 1 more needed", "Load balancers": "0 of 2 used, 2 more needed"}
    assert detail == others.get(subject, "0 of 2 used, 1 more needed")


def _fill_vpcs(client: Callable[[str], Any]) -> None:
    client("ec2").create_vpc(CidrBlock="10.1.0.0/16")


def _fill_addresses(client: Callable[[str], Any]) -> None:
    for _ in range(2):
        client("ec2").allocate_address(Domain="vpc")


def _fill_gateways(client: Callable[[str], Any]) -> None:
    """The first zone is full, and others do not count."""
    ec2 = client("ec2")
    for zone in ("us-east-1a", "us-east-1a", "us-east-1b"):
        subnets = ec2.describe_subnets(Filters=[{"Name": "availability-zone", "Values": [zone]}])["Subnets"]
        ec2.create_nat_gateway(SubnetId=subnets[0]["SubnetId"], ConnectivityType="private")


def _fill_environments(client: Callable[[str], Any]) -> None:
    made = abandoned.network(client)
    abandoned.airflow(client, made)
    copy = client("mwaa").get_environment(Name="tickit-airflow")["Environment"]
    wanted = ("ExecutionRoleArn", "SourceBucketArn", "DagS3Path", "NetworkConfiguration")
    client("mwaa").create_environment(Name="other", **{member: copy[member] for member in wanted})


def _fill_clusters(client: Callable[[str], Any]) -> None:
    abandoned.cluster(client, abandoned.network(client))
    copy = client("eks").describe_cluster(name="tickit-marquez")["cluster"]
    vpc = {"subnetIds": copy["resourcesVpcConfig"]["subnetIds"]}
    client("eks").create_cluster(name="other", roleArn=copy["roleArn"], resourcesVpcConfig=vpc)


def _fill_gateway_endpoints(client: Callable[[str], Any]) -> None:
    ec2 = client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    for service in ("s3", "dynamodb"):
        ec2.create_vpc_endpoint(VpcEndpointType="Gateway", VpcId=vpc, ServiceName=f"com.amazonaws.us-east-1.{service}")


def _fill_databases(client: Callable[[str], Any]) -> None:
    for name in ("one", "two"):
        client("rds").create_db_instance(DBInstanceIdentifier=name, DBInstanceClass="db.t4g.micro", Engine="postgres")


FULL = {
    "Gateway endpoints": _fill_gateway_endpoints,
    "RDS instances": _fill_databases,
    "VPCs": _fill_vpcs,
    "Elastic addresses": _fill_addresses,
    "NAT gateways in a zone": _fill_gateways,
    "MWAA environments": _fill_environments,
    "EKS clusters": _fill_clusters,
}


@pytest.fixture(scope="module")
def of_full_quotas(aws_process: Aws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Finding]]]:
    """What is said of quotas that are used up, each in turn."""
    with (
        _account(aws_process, tmp_path_factory) as one,
        answering(operations({"GetServiceQuota": {"Quota": {"Value": 2.0}}})) as url,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("AWS_ENDPOINT_URL_SERVICE_QUOTAS", url)
        found = {}
        for subject, fill in FULL.items():
            fill(one.client)
            found[subject] = QUOTAS[subject].answer(one)
        yield found


@pytest.mark.parametrize("subject", FULL)
def test_a_full_quota_is_a_problem(of_full_quotas: dict[str, list[Finding]], subject: str) -> None:
    finding = only(of_full_quotas[subject])
    assert (finding.level, finding.detail) == (Level.PROBLEM, "2 of 2 used, 1 more needed")
    assert "aws service-quotas request-service-quota-increase --service-code" in finding.cure
    assert "--desired-value 3 --region us-east-1" in finding.cure


def test_nodes_need_vcpus_at_their_own_price(limit: int, deployment: Deploy) -> None:
    one = deployment(region="eu-west-2")
    image = {"ImageId": "ami-12c6146b", "MinCount": 1, "MaxCount": 1}
    one.client("ec2").run_instances(InstanceType="m5.large", **image)
    one.client("ec2").run_instances(InstanceType="g4dn.xlarge", **image)
    finding = only(QUOTAS["vCPUs"].answer(one))
    assert (finding.level, finding.detail, "L-1216C47A" in finding.cure) == (Level.PROBLEM, "2 of 2 used, 4 more needed", True)
    finding = only(QUOTAS["vCPUs"].answer(deployment(region="eu-west-2", eks_spot=True)))
    assert (finding.detail, "L-34B43A08" in finding.cure) == ("0 of 2 used, 4 more needed", True)
    spot = deployment(region="eu-west-2", eks_nodes=1, eks_spot=True)
    assert said(QUOTAS["vCPUs"].answer(spot)) == [(Level.OK, "0 of 2 used, 2 more needed")]


def test_a_family_with_a_quota_of_its_own_is_said_not_to_be_looked_at(limit: int, deployment: Deploy) -> None:
    finding = only(QUOTAS["vCPUs"].answer(deployment(eks_node_type="g4dn.xlarge")))
    assert (finding.level, finding.detail) == (Level.WARNING, "the family g4dn has a quota of its own, which is not looked at here")


@pytest.mark.parametrize("subject", QUOTAS)
def test_what_stands_or_is_not_wanted_needs_no_room(limit: int, deployment: Deploy, subject: str) -> None:
    one = deployment(lineage_url="https://lineage.example.com:443")
    for stack in ("network", "mwaa"):
        hold(one, stack, "aws_vpc.vpc")
    assert QUOTAS[subject].answer(one) == []


def test_a_vpc_that_exists_needs_no_quota(limit: int, deployment: Deploy) -> None:
    subnets = {
        "existing_private_subnet_ids": ["subnet-0a1", "subnet-0a2", "subnet-0a3"],
        "existing_public_subnet_ids": ["subnet-0b1", "subnet-0b2", "subnet-0b3"],
    }
    one = deployment(existing_vpc_id="vpc-0a", **subnets)
    assert [finding for subject in ("VPCs", "Elastic addresses") for finding in QUOTAS[subject].answer(one)] == []


def test_a_quota_that_was_never_changed_is_the_default(running: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(operations({"GetAWSDefaultServiceQuota": {"Quota": {"Value": 5.0}}}, refusal="NoSuchResourceException")) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SERVICE_QUOTAS", url)
        assert said(QUOTAS["VPCs"].answer(deployment(region=UNTOUCHED))) == [(Level.OK, "1 of 5 used, 1 more needed")]


def test_a_quota_that_may_not_be_read_is_a_warning(running: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(operations({})) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SERVICE_QUOTAS", url)
        found = QUOTAS["VPCs"].answer(deployment())
    assert said(found) == [(Level.WARNING, "could not be read: needs servicequotas:GetServiceQuota")]


# Names


@pytest.fixture(scope="module")
def of_taken_names(aws_process: Aws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Finding]]]:
    """What is said of names when everything of the deployment's is there and no state of it."""
    with _account(aws_process, tmp_path_factory, budget_usd=900) as one:
        abandoned.everything(one.client)
        synthesize(one)
        _make_parameter_group(one)
        yield {subject: question.answer(one) for subject, question in NAMES.items()}


def _make_parameter_group(deployment: Deployment) -> None:
    """Under the name that the stack gives it."""
    terraform = json.loads((deployment.root / "cdktf.out/stacks/marquez/cdk.tf.json").read_text())["resource"]
    ((_, group),) = terraform["aws_db_parameter_group"].items()
    rds = deployment.client("rds")
    with suppress(rds.exceptions.DBParameterGroupAlreadyExistsFault):
        rds.create_db_parameter_group(DBParameterGroupName=group["name"], DBParameterGroupFamily=group["family"], Description="-")


@pytest.mark.parametrize("subject", TAKEN)
def test_a_taken_name_is_a_problem(of_taken_names: dict[str, list[Finding]], subject: str) -> None:
    problem = next(finding for finding in of_taken_names[subject] if finding.detail.startswith(TAKEN[subject]))
    assert problem.level is Level.PROBLEM
    assert problem.detail.endswith(", and not in this deployment's state")
    assert "aws " in problem.cure


def test_a_name_that_waits_for_deletion_is_a_problem(of_taken_names: dict[str, list[Finding]]) -> None:
    cures = {finding.detail: finding.cure for finding in of_taken_names["Secrets"]}
    pending = "tickit-marquez-password is scheduled for deletion, and not in this deployment's state"
    assert "secretsmanager delete-secret --force-delete-without-recovery --secret-id tickit-marquez-password" in cures[pending]


def test_a_second_private_zone_is_a_warning(of_taken_names: dict[str, list[Finding]]) -> None:
    finding = only(of_taken_names["Route 53 zone"])
    assert finding.level is Level.WARNING
    assert "aws route53 delete-hosted-zone --id " in finding.cure


@pytest.mark.parametrize("subject", [*TAKEN, "Route 53 zone"])
def test_free_names_are_fine(running: Aws, deployment: Deploy, subject: str) -> None:
    settings = {"deployment_id": "free", "region": UNTOUCHED, "budget_usd": 900}
    finding = only(NAMES[subject].answer(synthesize(deployment(**settings))))
    assert finding.level is Level.OK
    assert "free" in finding.detail


def test_without_a_budget_nobody_is_asked_for_one(deployment: Deploy) -> None:
    assert NAMES["Budget"].answer(synthesize(deployment())) == []


def test_names_in_the_deployments_own_state_are_fine(aws: Aws, deployment: Deploy) -> None:
    one = synthesize(deployment())
    abandoned.keys(one.client)
    abandoned.zone(one.client, abandoned.network(one.client))
    terraform = json.loads((one.root / "cdktf.out/stacks/network/cdk.tf.json").read_text())["resource"]
    hold(one, "network", *(f"{kind}.{name}" for kind in ("aws_kms_alias", "aws_route53_zone") for name in terraform[kind]))
    assert said(NAMES["KMS alias"].answer(one)) == [(Level.OK, "1 this deployment's own")]
    assert said(NAMES["Route 53 zone"].answer(one)) == [(Level.OK, "tickit.internal is this deployment's own")]


def test_a_last_snapshot_in_the_way_of_a_later_destroy_is_a_warning(aws: Aws, deployment: Deploy) -> None:
    one = synthesize(deployment(protect=True))
    assert said(NAMES["RDS snapshot"].answer(one)) == [(Level.OK, "tickit-marquez-final is free")]
    abandoned.database(one.client, abandoned.network(one.client))
    one.client("rds").create_db_snapshot(DBInstanceIdentifier="tickit-marquez", DBSnapshotIdentifier="tickit-marquez-final")
    finding = only(NAMES["RDS snapshot"].answer(one))
    assert finding.level is Level.WARNING
    assert "aws rds delete-db-snapshot --db-snapshot-identifier tickit-marquez-final --region us-east-1" in finding.cure


def test_names_that_may_not_be_looked_up_are_a_warning(running: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(operations({})) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", url)
        found = NAMES["Glue database"].answer(synthesize(deployment()))
    assert said(found) == [(Level.WARNING, "could not be read: needs glue:GetDatabase")]


# The state's bucket


def test_the_bucket_of_the_state_is_there(running: Aws, deployment: Deploy) -> None:
    one = deployment(state_backend="s3://preflight-states/tickit")
    finding = only(state_bucket.QUESTIONS[0].answer(one))
    assert (finding.level, finding.detail) == (Level.PROBLEM, "preflight-states is not there")
    assert finding.cure == "Run `make bootstrap`."
    running.client("s3").create_bucket(Bucket="preflight-states")
    assert said(state_bucket.QUESTIONS[0].answer(one)) == [(Level.OK, "preflight-states")]


def test_a_bucket_of_somebody_else_holds_no_state(running: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda _: Answer(403)) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", url)
        finding = only(state_bucket.QUESTIONS[0].answer(deployment(state_backend="s3://preflight-states/tickit")))
    assert finding.level is Level.PROBLEM
    assert finding.detail.startswith("the bucket preflight-states belongs to another account")


def test_a_state_in_files_needs_no_bucket(deployment: Deploy) -> None:
    assert state_bucket.QUESTIONS[0].answer(deployment()) == []


# An existing VPC


def _vpc(client: Callable[[str], Any]) -> dict[str, list[str]]:
    """Three private subnets with NAT and three public ones: {private, public, vpc, tables: their ids}."""
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    for attribute in ("EnableDnsSupport", "EnableDnsHostnames"):
        ec2.modify_vpc_attribute(VpcId=vpc, **{attribute: {"Value": True}})
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    made: dict[str, list[str]] = {"vpc": [vpc], "tables": [], "gateway": [gateway]}
    for number, kind in enumerate(("public", "private")):
        blocks = [(f"10.40.{number * 3 + i}.0/24", f"us-east-1{zone}") for i, zone in enumerate("abc")]
        subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone)["Subnet"] for block, zone in blocks]
        made[kind] = [subnet["SubnetId"] for subnet in subnets]
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        made["tables"].append(table)
        for subnet in made[kind]:
            ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    nat = ec2.create_nat_gateway(SubnetId=made["public"][0], ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    ec2.create_route(RouteTableId=made["tables"][0], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.create_route(RouteTableId=made["tables"][1], DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    return made


@pytest.fixture
def existing(running: Aws, deployment: Deploy) -> Callable[..., list[Finding]]:
    """What is found of a VPC that exists, after a change to it: existing(made, **settings)."""

    def find(made: dict[str, list[str]], **settings: Any) -> list[Finding]:
        subnets = {"existing_private_subnet_ids": made["private"], "existing_public_subnet_ids": made["public"]}
        one = deployment(**{"existing_vpc_id": made["vpc"][0]} | subnets | settings)
        return [finding for question in existing_vpc.QUESTIONS for finding in question.answer(one)]

    return find


def _problems(findings: list[Finding]) -> dict[str, str]:
    return {finding.subject: finding.detail for finding in findings if finding.level is Level.PROBLEM}


def test_a_vpc_with_everything_is_fine(running: Aws, existing: Callable[..., list[Finding]]) -> None:
    found = existing(_vpc(running.client))
    assert {finding.level for finding in found} == {Level.OK}
    assert len(found) == 9  # DNS, and for both kinds of subnets their zones and three ways out


def test_without_an_existing_vpc_nothing_is_asked(running: Aws, deployment: Deploy) -> None:
    assert existing_vpc.QUESTIONS[0].answer(deployment()) == []


def test_a_vpc_that_is_not_there_is_a_problem(running: Aws, existing: Callable[..., list[Finding]]) -> None:
    found = existing(_vpc(running.client), existing_vpc_id="vpc-0123456789abcdef0")
    assert said(found) == [(Level.PROBLEM, "there is no such VPC in us-east-1")]


def test_a_vpc_that_resolves_no_names_is_a_problem(running: Aws, existing: Callable[..., list[Finding]]) -> None:
    made = _vpc(running.client)
    running.client("ec2").modify_vpc_attribute(VpcId=made["vpc"][0], EnableDnsHostnames={"Value": False})
    finding = existing(made)[0]
    assert (finding.subject, finding.detail) == ("DNS", f"enableDnsHostnames off in {made['vpc'][0]}")
    assert finding.cure == f"aws ec2 modify-vpc-attribute --vpc-id {made['vpc'][0]} --enable-dns-hostnames"


def test_a_private_web_server_wants_its_api_in_the_vpc(running: Aws, existing: Callable[..., list[Finding]]) -> None:
    made, service = _vpc(running.client), "com.amazonaws.us-east-1.airflow.env"
    endpoint = {"VpcId": made["vpc"][0], "ServiceName": service, "VpcEndpointType": "Interface", "SubnetIds": made["private"]}
    running.client("ec2").create_vpc_endpoint(**endpoint, PrivateDnsEnabled=False)
    missing = existing(made, mwaa_webserver="private")[1]
    assert missing.level is Level.WARNING
    assert f"an interface endpoint {service} with private DNS" in missing.cure
    running.client("ec2").create_vpc_endpoint(**endpoint, PrivateDnsEnabled=True)
    assert existing(made, mwaa_webserver="private")[1] == ok("Airflow's API", f"{service} is in {made['vpc'][0]}")


def test_subnets_of_another_vpc_are_a_problem(running: Aws, existing: Callable[..., list[Finding]]) -> None:
    made = _vpc(running.client)
    foreign = ["subnet-0123456789abcdef0", *made["private"][1:]]
    assert _problems(existing(made, existing_private_subnet_ids=foreign)) == {
        "private subnets": f"subnet-0123456789abcdef0 not in {made['vpc'][0]}"
    }


def test_subnets_in_too_few_zones_are_a_problem(running: Aws, existing: Callable[..., list[Finding]]) -> None:
    made = _vpc(running.client)
    fourth = running.client("ec2").create_subnet(VpcId=made["vpc"][0], CidrBlock="10.40.9.0/24", AvailabilityZone="us-east-1a")
    running.client("ec2").associate_route_table(RouteTableId=made["tables"][0], SubnetId=fourth["Subnet"]["SubnetId"])
    public = [*made["public"][:2], fourth["Subnet"]["SubnetId"]]
    assert _problems(existing(made, existing_public_subnet_ids=public)) == {"public subnets": "are in 2 zones only: us-east-1a, us-east-1b"}


def test_a_private_subnet_without_a_way_out_is_a_problem(running: Aws, existing: Callable[..., list[Finding]]) -> None:
    made = _vpc(running.client)
    running.client("ec2").delete_route(RouteTableId=made["tables"][1], DestinationCidrBlock="0.0.0.0/0")
    found = existing(made)
    assert _problems(found) == dict.fromkeys(made["private"], "its route to 0.0.0.0/0 is missing")
    (cure,) = {finding.cure for finding in found if finding.subject in made["private"]}
    assert cure.startswith("Give its route table one to a NAT gateway: by it Airflow asks a package index")
    assert cure.endswith("Glue, if the VPC has no endpoint glue.")


def test_private_and_public_taken_for_each_other_are_problems(running: Aws, existing: Callable[..., list[Finding]]) -> None:
    made = _vpc(running.client)
    swapped = {"existing_private_subnet_ids": made["public"], "existing_public_subnet_ids": made["private"]}
    assert _problems(existing(made, **swapped)) == {
        **dict.fromkeys(made["public"], "is public: its default route goes to an internet gateway"),
        **dict.fromkeys(made["private"], "has no internet gateway, so it is not public"),
    }


def test_a_route_to_something_that_is_gone_is_a_problem() -> None:
    table = {
        "Associations": [{"Main": True}],
        "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "blackhole"}],
    }
    finding = existing_vpc.way_out("private", "subnet-1", [table])
    assert (finding.level, finding.detail) == (Level.PROBLEM, "its route to 0.0.0.0/0 leads to something that is gone")


# The certificate and the cluster's version

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d"


def _certificate(status: str, *names: str) -> dict[str, Any]:
    return {"Status": status, "DomainName": names[0], "SubjectAlternativeNames": list(names)}


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        (_certificate("ISSUED", "*.data.example.com"), [(Level.OK, "issued"), (Level.OK, "covered"), (Level.OK, "covered")]),
        (
            _certificate("PENDING_VALIDATION", "marquez.data.example.com"),
            [
                (Level.PROBLEM, "is PENDING_VALIDATION, not ISSUED"),
                (Level.OK, "covered"),
                (Level.PROBLEM, "the certificate is for marquez.data.example.com"),
            ],
        ),
    ],
)
def test_the_certificate_is_issued_for_both_names(
    running: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch, described: dict[str, Any], expected: list[tuple[Level, str]]
) -> None:
    with answering(operations({"DescribeCertificate": {"Certificate": described}})) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_ACM", url)
        assert said(certificate.certificate(deployment(domain="data.example.com", certificate_arn=CERTIFICATE))) == expected


def test_a_certificate_that_is_not_there_is_a_problem(running: Aws, deployment: Deploy) -> None:
    found = certificate.certificate(deployment(domain="data.example.com", certificate_arn=CERTIFICATE))
    assert said(found) == [(Level.PROBLEM, f"there is no {CERTIFICATE}")]


@pytest.mark.parametrize(("version", "level"), [("1.35", Level.OK), ("1.37", Level.PROBLEM)])
def test_eks_has_the_version(running: Aws, deployment: Deploy, version: str, level: Level) -> None:
    assert only(versions.kubernetes(deployment(eks_version=version))).level is level


def test_without_marquez_no_version_of_eks_matters(running: Aws, deployment: Deploy) -> None:
    assert list(versions.kubernetes(deployment(lineage_url="https://lineage.example.com:443"))) == []


# The whole


def test_everything_is_found_at_once(running: Aws, deployment: Deploy) -> None:
    found = preflight.by_subject(build(synthesize(deployment())))
    assert list(found) == [
        "Credentials and account",
        *(subject for subject in preflight.SUBJECTS if subject not in ("Expiry", "State", "Existing VPC", "Certificate")),
    ]
    unread = [finding for findings in found.values() for finding in findings if "could not be read" in finding.detail]
    assert unread == []
    assert preflight.check(deployment())[0].subject == "Account"


def test_the_sum_and_the_exit_code_say_whether_to_deploy(running: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(record=True, width=200, highlight=False)
    assert preflight.run(deployment(), console) == 1
    text = console.export_text()
    assert "Programs\n" in text
    assert "  ✗ cdktf.out: is missing: neither files nor names can be looked at\n      Run `make synth`.\n" in text
    assert text.splitlines()[-1].startswith("Not ready to deploy: ")

    fine: dict[str, tuple[Question[Deployment], ...]] = {
        "Programs": (Question("a", lambda _: [Finding(Level.OK, "a"), Finding(Level.WARNING, "b", "c", "d")]),)
    }
    monkeypatch.setattr(preflight, "SUBJECTS", fine)
    assert preflight.run(deployment(), console) == 0
    assert console.export_text().splitlines()[-1] == "Ready to deploy: 2 ok, 1 warning, 0 problems"


def test_without_credentials_the_machine_is_looked_at_all_the_same(
    running: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(operations({}, refusal="ExpiredToken")) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
        found = preflight.by_subject(deployment())
    assert {"Programs", "Artefacts", "EXTERNAL_IP"} <= found.keys()
    assert not {"Region", "Quotas", "Names"} & found.keys()


def test_a_question_that_breaks_is_a_warning(deployment: Deploy) -> None:
    def broken(_: Deployment) -> list[Finding]:
        raise KeyError("Subnets")

    finding = only(Question("Subnets", broken).answer(deployment()))
    assert (finding.level, finding.subject, finding.detail) == (Level.WARNING, "Subnets", "could not be read: KeyError: 'Subnets'")
