"""The emulated MWAA: what AWS checks before it makes an environment, and the way to its Airflow."""

import base64
import json
import ssl
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from local.aws.emulator import mwaa as emulated
from local.aws.emulator.place import Place
from local.aws.machine import Aws
from tests.local.aws_network import Network, make_network, make_role
from tests.local.signed import SECONDS

pytestmark = pytest.mark.system

AIRFLOW = """
import os, sys
print("runs", *sys.argv[1:], os.environ["STAGE"])
print("a warning", file=sys.stderr)
sys.exit("fail" in sys.argv)
"""
RUNTIMES = tomllib.loads(Path(emulated.RUNTIMES).read_text(encoding="utf-8"))


@pytest.fixture
def network(aws: Aws) -> Network:
    return make_network(aws)


@pytest.fixture
def request_(aws: Aws, network: Network) -> dict[str, Any]:
    """What is needed to make an environment, made."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="airflow")
    s3.put_bucket_versioning(Bucket="airflow", VersioningConfiguration={"Status": "Enabled"})
    closed = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket="airflow", PublicAccessBlockConfiguration=closed)
    plugins = s3.put_object(Bucket="airflow", Key="plugins.zip", Body=b"zip")["VersionId"]
    return {
        "Name": "one",
        "AirflowVersion": RUNTIMES["default"],
        "ExecutionRoleArn": make_role(aws, "airflow", "airflow", "airflow-env"),
        "SourceBucketArn": "arn:aws:s3:::airflow",
        "DagS3Path": "dags/",
        "PluginsS3Path": "plugins.zip",
        "PluginsS3ObjectVersion": plugins,
        "NetworkConfiguration": {"SubnetIds": network.subnets[:2], "SecurityGroupIds": [network.group]},
        "LoggingConfiguration": {"TaskLogs": {"Enabled": True, "LogLevel": "INFO"}},
        "WebserverAccessMode": "PUBLIC_ONLY",
        "Tags": {"owner": "me"},
    }


@pytest.fixture
def client(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Any:
    """As people have it: every variable set, and the SDK's own prefix before the host."""
    for name, value in aws.environment.items():
        monkeypatch.setenv(name, value)
    import boto3  # noqa: PLC0415 - reads the variables

    return boto3.Session().client("mwaa")


@pytest.fixture
def environment(client: Any, request_: dict[str, Any]) -> Any:
    client.create_environment(**request_)
    return client.get_environment(Name="one")["Environment"]


@pytest.fixture
def airflow(aws: Aws) -> Any:
    """A program that takes Airflow's place behind the environments."""
    assert aws.airflow is not None
    told = {"command": [sys.executable, "-c", AIRFLOW], "environment": {"STAGE": "behind"}}
    aws.airflow.write_text(json.dumps(told), encoding="utf-8")
    yield
    aws.airflow.unlink()


@pytest.fixture
def browser(aws: Aws) -> Any:
    trusted = ssl.create_default_context(cafile=str(aws.trusted))
    with httpx.Client(verify=trusted, trust_env=False, timeout=SECONDS) as made:
        yield made


Run = Callable[..., httpx.Response]


@pytest.fixture
def run(client: Any, environment: dict[str, Any], browser: httpx.Client) -> Run:
    """Send a line of Airflow's command line, with a fresh token or the one given."""

    def send(line: str, token: str = "") -> httpx.Response:
        admitted = client.create_cli_token(Name="one")
        headers = {"Authorization": f"Bearer {token or admitted['CliToken']}", "Content-Type": "text/plain"}
        return browser.post(f"https://{admitted['WebServerHostname']}/aws_mwaa/cli", headers=headers, content=line)

    return send


def test_an_environment_as_aws_describes_it(aws: Aws, client: Any, environment: dict[str, Any]) -> None:
    assert (environment["Status"], environment["AirflowVersion"], environment["Tags"]) == (
        "AVAILABLE",
        RUNTIMES["default"],
        {"owner": "me"},
    )
    assert (environment["EnvironmentClass"], environment["MaxWorkers"]) == ("mw1.small", 10)
    assert environment["LoggingConfiguration"]["TaskLogs"]["CloudWatchLogGroupArn"].endswith(":log-group:airflow-one-Task")
    assert client.list_environments()["Environments"] == ["one"]
    assert aws.inventory()["mwaa"] == ["environment one"]
    assert aws.refusals() == []


def test_its_log_groups_are_made_and_survive_it(aws: Aws, client: Any, environment: dict[str, Any]) -> None:
    client.delete_environment(Name=environment["Name"])
    assert [group["logGroupName"] for group in aws.client("logs").describe_log_groups()["logGroups"]] == ["airflow-one-Task"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_environment(Name="one")


def test_a_log_group_that_is_there_stays_as_it_is(aws: Aws, client: Any, request_: dict[str, Any]) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="airflow-one-Task")
    logs.put_retention_policy(logGroupName="airflow-one-Task", retentionInDays=365)
    client.create_environment(**request_)
    assert [group["retentionInDays"] for group in logs.describe_log_groups()["logGroups"]] == [365]


def test_an_environment_that_is_held_is_being_created(aws: Aws, client: Any, request_: dict[str, Any]) -> None:
    aws.hold_environments()
    client.create_environment(**request_)
    assert client.get_environment(Name="one")["Environment"]["Status"] == "CREATING"
    with pytest.raises(ClientError, match="not available"):
        client.create_cli_token(Name="one")
    aws.release_environments()
    client.create_environment(**request_ | {"Name": "two"})
    assert [client.get_environment(Name=name)["Environment"]["Status"] for name in ("one", "two")] == ["AVAILABLE", "AVAILABLE"]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "version": ({"AirflowVersion": "2.4.3"}, "AirflowVersion 2.4.3: must be one of"),
    "class": ({"EnvironmentClass": "mw1.colossal"}, "EnvironmentClass mw1.colossal"),
    "workers": ({"MinWorkers": 5, "MaxWorkers": 2}, "MinWorkers 5 is above MaxWorkers 2"),
    "workers of micro": ({"EnvironmentClass": "mw1.micro", "MaxWorkers": 2}, "MaxWorkers: must be 1 with mw1.micro"),
    "schedulers of micro": ({"EnvironmentClass": "mw1.micro", "Schedulers": 2}, "Schedulers: must be 1 with mw1.micro"),
    "role": ({"ExecutionRoleArn": "arn:aws:iam::123456789012:role/none"}, "role/none does not exist"),
    "bucket": ({"SourceBucketArn": "arn:aws:s3:::none"}, "The bucket none does not exist"),
    "object": ({"PluginsS3Path": "none.zip"}, "s3://airflow/none.zip"),
    "object version": ({"PluginsS3ObjectVersion": "none"}, "Unable to read version none of s3://airflow/plugins.zip"),
    "subnet": ({"NetworkConfiguration": {"SubnetIds": ["subnet-a", "subnet-b"], "SecurityGroupIds": ["sg-a"]}}, "subnet-a"),
    "key": ({"KmsKey": "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"}, "KMS key"),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_environment_that_aws_refuses(case: str, client: Any, request_: dict[str, Any]) -> None:
    wrong, message = WRONG[case]
    with pytest.raises(ClientError, match="ValidationException") as caught:
        client.create_environment(**request_ | wrong)
    assert message in str(caught.value)
    assert client.list_environments()["Environments"] == []


def test_its_bucket_must_be_versioned(aws: Aws, client: Any, request_: dict[str, Any]) -> None:
    aws.client("s3").put_bucket_versioning(Bucket="airflow", VersioningConfiguration={"Status": "Suspended"})
    with pytest.raises(ClientError, match="must have versioning enabled"):
        client.create_environment(**request_)


def test_its_bucket_must_be_closed(aws: Aws, client: Any, request_: dict[str, Any]) -> None:
    aws.client("s3").delete_public_access_block(Bucket="airflow")
    with pytest.raises(ClientError, match="must block all public access"):
        client.create_environment(**request_)


def test_its_subnets_lie_in_two_zones(aws: Aws, client: Any, network: Network, request_: dict[str, Any]) -> None:
    near = aws.client("ec2").create_subnet(VpcId=network.vpc, CidrBlock="10.20.9.0/24", AvailabilityZone="us-east-1a")["Subnet"]["SubnetId"]
    place = {"SubnetIds": [network.subnets[0], near], "SecurityGroupIds": [network.group]}
    with pytest.raises(ClientError, match="different availability zones"):
        client.create_environment(**request_ | {"NetworkConfiguration": place})


def test_without_a_way_out_the_creation_fails_later(aws: Aws, client: Any, network: Network, request_: dict[str, Any]) -> None:
    aws.client("ec2").delete_route(RouteTableId=network.route_table, DestinationCidrBlock="0.0.0.0/0")
    client.create_environment(**request_)
    environment = client.get_environment(Name="one")["Environment"]
    assert environment["Status"] == "CREATE_FAILED"
    assert environment["LastUpdate"]["Error"]["ErrorCode"] == "INCORRECT_CONFIGURATION"
    assert network.subnets[0] in environment["LastUpdate"]["Error"]["ErrorMessage"]
    with pytest.raises(ClientError, match="not available"):
        client.create_cli_token(Name="one")


def test_endpoints_are_a_way_out(aws: Aws, client: Any, network: Network, request_: dict[str, Any]) -> None:
    ec2 = aws.client("ec2")
    ec2.delete_route(RouteTableId=network.route_table, DestinationCidrBlock="0.0.0.0/0")
    for service in ("s3", "sqs", "logs", "monitoring"):
        name = f"com.amazonaws.us-east-1.{service}"
        ec2.create_vpc_endpoint(VpcId=network.vpc, ServiceName=name, VpcEndpointType="Interface", SubnetIds=network.subnets)
    client.create_environment(**request_)
    assert client.get_environment(Name="one")["Environment"]["Status"] == "AVAILABLE"


def test_a_group_that_does_not_admit_itself_fails_later(aws: Aws, client: Any, network: Network, request_: dict[str, Any]) -> None:
    group = aws.client("ec2").create_security_group(GroupName="closed", Description="Closed", VpcId=network.vpc)["GroupId"]
    place = {"SubnetIds": network.subnets[:2], "SecurityGroupIds": [group]}
    client.create_environment(**request_ | {"NetworkConfiguration": place})
    error = client.get_environment(Name="one")["Environment"]["LastUpdate"]["Error"]
    assert "do not admit their own members" in error["ErrorMessage"]


def test_what_can_change_changes(client: Any, network: Network, environment: dict[str, Any]) -> None:
    client.update_environment(
        Name="one", EnvironmentClass="mw1.medium", LoggingConfiguration={"TaskLogs": {"Enabled": True, "LogLevel": "DEBUG"}}
    )
    client.tag_resource(ResourceArn=environment["Arn"], Tags={"cost-centre": "4711"})
    client.untag_resource(ResourceArn=environment["Arn"], tagKeys=["owner"])
    found = client.get_environment(Name="one")["Environment"]
    assert (found["EnvironmentClass"], found["LoggingConfiguration"]["TaskLogs"]["LogLevel"]) == ("mw1.medium", "DEBUG")
    assert found["NetworkConfiguration"]["SubnetIds"] == network.subnets[:2]
    assert (found["Tags"], found["LastUpdate"]["Status"]) == ({"cost-centre": "4711"}, "SUCCESS")


def test_the_smallest_class_has_one_of_each_and_stays(client: Any, request_: dict[str, Any]) -> None:
    client.create_environment(**request_ | {"EnvironmentClass": "mw1.micro"})
    environment = client.get_environment(Name="one")["Environment"]
    assert [environment[name] for name in ("MinWorkers", "MaxWorkers", "Schedulers")] == [1, 1, 1]
    with pytest.raises(ClientError, match=r"to or from mw1\.micro, the emulator does not know"):
        client.update_environment(Name="one", EnvironmentClass="mw1.small")


@pytest.mark.parametrize(
    ("present", "version"),
    [("2.7.2", "2.10.3"), ("2.10.3", "2.7.2"), ("3.0.6", "3.3.1"), ("3.3.1", "3.0.6"), ("2.11.0", "3.0.6"), ("3.3.1", "2.11.2")],
)
def test_airflow_moves_within_a_major_version_and_between_2_11_and_3(
    client: Any, request_: dict[str, Any], present: str, version: str
) -> None:
    client.create_environment(**request_ | {"AirflowVersion": present})
    client.update_environment(Name="one", AirflowVersion=version)
    assert client.get_environment(Name="one")["Environment"]["AirflowVersion"] == version


@pytest.mark.parametrize(("present", "version"), [("2.7.2", "3.3.1"), ("2.10.3", "3.0.6"), ("3.0.6", "2.10.3"), ("3.3.1", "2.7.2")])
def test_airflow_does_not_move_otherwise(client: Any, request_: dict[str, Any], present: str, version: str) -> None:
    client.create_environment(**request_ | {"AirflowVersion": present})
    with pytest.raises(ClientError, match=rf"ValidationException.*{present} does not move to {version}"):
        client.update_environment(Name="one", AirflowVersion=version)
    assert client.get_environment(Name="one")["Environment"]["AirflowVersion"] == present


@pytest.mark.usefixtures("airflow")
def test_a_command_runs_in_the_airflow_behind(run: Run) -> None:
    answer = run("dags trigger 'one dag'")
    assert answer.status_code == httpx.codes.OK
    outputs = {name: base64.b64decode(output).decode() for name, output in answer.json().items()}
    assert outputs == {"stdout": "runs dags trigger one dag behind\n", "stderr": "a warning\n"}


@pytest.mark.usefixtures("airflow")
def test_a_command_that_fails_is_a_bad_request_with_its_output(run: Run) -> None:
    answer = run("dags trigger fail")
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert base64.b64decode(answer.json()["stdout"]) == b"runs dags trigger fail behind\n"


@pytest.mark.usefixtures("airflow")
@pytest.mark.parametrize("line", ["dags details one", "pools list", "users create", "scheduler", "dags", ""])
def test_a_command_that_aws_does_not_list_is_an_error(run: Run, line: str) -> None:
    answer = run(line)
    assert answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR
    assert f"MWAA runs no `airflow {line.removesuffix(' one')}` on Airflow {RUNTIMES['default']}" in answer.json()["message"]


def test_no_airflow_behind_is_said(run: Run) -> None:
    answer = run("dags list")
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert answer.json()["message"] == "no Airflow stands behind this environment"


@pytest.mark.usefixtures("airflow")
def test_a_token_of_nobody_or_for_the_pages_runs_nothing(client: Any, run: Run) -> None:
    assert run("dags list", token="nobody").status_code == httpx.codes.FORBIDDEN
    assert run("dags list", token=client.create_web_login_token(Name="one")["WebToken"]).status_code == httpx.codes.FORBIDDEN


def test_a_token_does_not_outlive_its_environment(client: Any, environment: dict[str, Any], browser: httpx.Client) -> None:
    admitted = client.create_cli_token(Name=environment["Name"])
    client.delete_environment(Name="one")
    headers = {"Authorization": f"Bearer {admitted['CliToken']}"}
    assert browser.post(f"https://{admitted['WebServerHostname']}/aws_mwaa/cli", headers=headers).status_code == httpx.codes.NOT_FOUND
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.create_cli_token(Name="one")


def test_a_token_lives_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a clock of the test's own: nobody wants to wait."""
    now = 1000.0
    monkeypatch.setattr("local.aws.emulator.mwaa.time.monotonic", lambda: now)
    mwaa = emulated.Mwaa(Place("us-east-1", own=lambda _: None))
    mwaa._environments["one"] = {"Name": "one", "Status": "AVAILABLE", "AirflowVersion": RUNTIMES["default"]}
    token = mwaa.create_cli_token({"Name": "one"})["CliToken"]
    now += 59
    assert mwaa.redeem(token, "cli") == "one"
    now += 2
    assert mwaa.redeem(token, "cli") is None


def test_a_web_token_becomes_a_session(client: Any, environment: dict[str, Any], browser: httpx.Client) -> None:
    admitted = client.create_web_login_token(Name=environment["Name"])
    answer = browser.post(f"https://{admitted['WebServerHostname']}/aws_mwaa/login", data={"token": admitted["WebToken"]})
    assert answer.cookies["session"]
    refused = browser.post(f"https://{admitted['WebServerHostname']}/aws_mwaa/login", data={"token": "nobody"})
    assert refused.status_code == httpx.codes.FORBIDDEN


def test_airflow_3_has_another_page_to_sign_in(client: Any, request_: dict[str, Any], browser: httpx.Client) -> None:
    client.create_environment(**request_ | {"AirflowVersion": "3.3.1"})
    admitted = client.create_web_login_token(Name="one")
    host, token = admitted["WebServerHostname"], {"token": admitted["WebToken"]}
    assert browser.post(f"https://{host}/aws_mwaa/login", data=token).status_code == httpx.codes.NOT_FOUND
    assert browser.post(f"https://{host}/pluginsv2/aws_mwaa/login", data=token).cookies["_token"]


def test_the_web_server_is_trusted_by_those_who_were_told(aws: Aws, client: Any, environment: dict[str, Any]) -> None:
    host = client.create_cli_token(Name=environment["Name"])["WebServerHostname"]
    assert environment["WebserverUrl"] == host
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.post(f"https://{host}/aws_mwaa/cli", trust_env=False, timeout=SECONDS)
    assert httpx.post(f"https://{host}/aws_mwaa/cli", timeout=SECONDS).status_code == httpx.codes.FORBIDDEN  # trusts by SSL_CERT_FILE
    assert aws.environment["SSL_CERT_FILE"] == str(aws.trusted)


@pytest.mark.parametrize("page", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-site"}], ids=str)
def test_no_page_in_a_browser_reaches_the_web_server(
    client: Any, environment: dict[str, Any], browser: httpx.Client, page: dict[str, str]
) -> None:
    host = client.create_cli_token(Name=environment["Name"])["WebServerHostname"]
    for path in ("/aws_mwaa/cli", "/aws_mwaa/login", "/pluginsv2/aws_mwaa/login"):
        refused = browser.post(f"https://{host}{path}", headers=page, data={"token": "x"})
        assert (refused.status_code, refused.headers.get("x-amzn-ErrorType")) == (403, "AccessDeniedException")
        assert browser.post(f"https://{host}{path}", data={"token": "x"}).json() == {"message": "Forbidden"}
