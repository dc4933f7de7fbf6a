"""What no AWS would take, the emulated one does not take either: in each protocol, for its own services and for moto's."""

import re
from collections.abc import Callable
from functools import partial

import httpx
import pytest

from local.aws.machine import Aws
from tests.local.signed import SECONDS, send, send_json, send_query

pytestmark = pytest.mark.system

Send = Callable[[Aws], httpx.Response]
XML = '<{0} xmlns="https://route53.amazonaws.com/doc/2013-04-01/">{1}</{0}>'.format
LIMIT = {"resourceArn": "arn", "usageType": "serverless-compute", "amount": 5}
ZONE = "<Name>example.com</Name>"


def glue(**parameters: object) -> Send:
    return lambda aws: send_json(aws, "glue", "AWSGlue.CreateDatabase", **parameters)


def limit(**parameters: object) -> Send:
    return lambda aws: send_json(aws, "redshift-serverless", "RedshiftServerless.CreateUsageLimit", **LIMIT | parameters)


def iam(action: str, **parameters: str) -> Send:
    return lambda aws: send_query(aws, "iam", action, **parameters)


def ec2(action: str, **parameters: str) -> Send:
    return lambda aws: send_query(aws, "ec2", action, **parameters)


def mwaa(body: str) -> Send:
    return partial(send, service="airflow", method="PUT", path="/environments/one", body=body)


def backup(body: str) -> Send:
    return partial(send, service="backup", method="PUT", path="/backup-vaults/one", body=body)


def s3(path: str, body: str = "", method: str = "PUT", **headers: str) -> Send:
    return partial(send, service="s3", method=method, path=path, body=body, headers=headers)


def zone(body: str) -> Send:
    return partial(send, service="route53", path="/2013-04-01/hostedzone", body=XML("CreateHostedZoneRequest", body))


ENVIRONMENT = '"ExecutionRoleArn": "arn:aws:iam::123456789012:role/r", "SourceBucketArn": "arn:aws:s3:::raw", "DagS3Path": "dags/"'
NETWORK = '"NetworkConfiguration": {"SubnetIds": ["a", "b"]}'

WRONG: dict[str, tuple[Send, str]] = {
    # A parameter that does not exist.
    "json name": (glue(DatabaseInput={"Name": "one", "Colour": "red"}), 'DatabaseInput.* "Colour"'),
    "own json name": (limit(colour="red"), '"colour"'),
    "query name": (iam("CreateUser", UserName="one", Colour="red"), '"Colour"'),
    "query name in a list": (iam("CreateUser", UserName="one", **{"Tags.member.1.Kez": "a"}), '"Tags.member.1.Kez"'),
    "ec2 name": (ec2("CreateVpc", CidrBlock="10.0.0.0/16", Colour="red"), '"Colour"'),
    "rest-json name": (backup('{"Colour": "red"}'), '"Colour"'),
    "own rest-json name": (mwaa(f'{{{ENVIRONMENT}, {NETWORK}, "Colour": "red"}}'), '"Colour"'),
    "rest-xml name": (zone(f"{ZONE}<CallerReference>1</CallerReference><Colour>red</Colour>"), '"Colour"'),
    "s3 name in the body": (s3("/raw?versioning", "<VersioningConfiguration><Colour>red</Colour></VersioningConfiguration>"), '"Colour"'),
    "s3 name in the query": (s3("/raw?list-type=2&colour=red", method="GET"), '"colour"'),
    "s3 name among the headers": (s3("/raw/key", **{"x-amz-storage-colour": "red"}), "(?i)x-amz-storage-colour"),
    # A value of another type.
    "json type": (glue(DatabaseInput={"Name": 5}), "DatabaseInput.Name, value: 5"),
    "own json type": (limit(amount="5"), "amount, value: 5"),
    "query type": (iam("ListUsers", MaxItems="ten"), "ten"),
    "ec2 type": (ec2("CreateVpc", CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock="yes"), "AmazonProvidedIpv6CidrBlock, value: yes"),
    "rest-json type": (backup('{"BackupVaultTags": ["a"]}'), "BackupVaultTags, value"),
    "own rest-json type": (mwaa(f'{{{ENVIRONMENT}, {NETWORK}, "MaxWorkers": "2"}}'), "MaxWorkers, value: 2"),
    "rest-xml type": (
        zone(f"{ZONE}<CallerReference>1</CallerReference><HostedZoneConfig><PrivateZone>1</PrivateZone></HostedZoneConfig>"),
        "PrivateZone, value: 1",
    ),
    "s3 type": (s3("/raw?list-type=2&max-keys=ten", method="GET"), "max-keys, value: ten"),
    # One that is needed.
    "json missing": (glue(), 'Missing required parameter in input: "DatabaseInput"'),
    "own json missing": (
        partial(send_json, service="redshift-serverless", target="RedshiftServerless.CreateNamespace"),
        'Missing required parameter in input: "namespaceName"',
    ),
    "query missing": (iam("CreateUser"), 'Missing required parameter in input: "UserName"'),
    "ec2 missing": (ec2("CreateSubnet", CidrBlock="10.0.0.0/24"), 'Missing required parameter in input: "VpcId"'),
    "own rest-json missing": (mwaa(f"{{{ENVIRONMENT}}}"), 'Missing required parameter in input: "NetworkConfiguration"'),
    "rest-xml missing": (zone(ZONE), 'Missing required parameter in input: "CallerReference"'),
    # A value outside its enumeration, range or pattern.
    "json enumeration": (
        partial(send_json, service="logs", target="Logs_20140328.CreateLogGroup", logGroupName="one", logGroupClass="RED"),
        "logGroupClass, value: RED, must be one of: STANDARD",
    ),
    "own json enumeration": (limit(breachAction="explode"), "breachAction, value: explode, must be one of: log"),
    "query enumeration": (
        partial(send_query, service="elasticloadbalancing", action="CreateLoadBalancer", Name="one", Scheme="sideways"),
        "Scheme, value: sideways",
    ),
    "ec2 enumeration": (ec2("CreateVpc", CidrBlock="10.0.0.0/16", InstanceTenancy="shared"), "InstanceTenancy, value: shared"),
    "own rest-json enumeration": (mwaa(f'{{{ENVIRONMENT}, {NETWORK}, "WebserverAccessMode": "OPEN"}}'), "value: OPEN"),
    "s3 enumeration": (
        s3("/raw?versioning", "<VersioningConfiguration><Status>Perhaps</Status></VersioningConfiguration>"),
        "Status, value: Perhaps",
    ),
    "own rest-json range": (mwaa(f'{{{ENVIRONMENT}, "NetworkConfiguration": {{"SubnetIds": ["a"]}}}}'), "SubnetIds, value"),
    "own json pattern": (
        partial(send_json, service="redshift-serverless", target="RedshiftServerless.CreateNamespace", namespaceName="Upper"),
        "namespaceName, value: Upper, must match",
    ),
    # AWS means the whole text, also where its pattern has no ^ and $.
    "query pattern": (iam("GetRole", RoleName="two words"), r"RoleName, value: two words, must match \[\\w"),
    # A rule of AWS's reference that its model lacks.
    "ec2 documented": (
        ec2("CreateSecurityGroup", GroupName="one", GroupDescription="Airflow's", VpcId="vpc-1"),
        "Description, value: Airflow's, must match",
    ),
    "ec2 documented in a list": (
        ec2(
            "AuthorizeSecurityGroupIngress",
            GroupId="sg-1",
            **{
                "IpPermissions.1.IpProtocol": "-1",
                "IpPermissions.1.Groups.1.GroupId": "sg-1",
                "IpPermissions.1.Groups.1.Description": "a > b",
            },
        ),
        r"UserIdGroupPairs\[0\].Description, value: a > b, must match",
    ),
    # No JSON, no XML.
    "json": (partial(send, service="glue", body="{", headers={"X-Amz-Target": "AWSGlue.CreateDatabase"}), "cannot be read as json"),
    "rest-xml": (s3("/raw?versioning", "<Versioning"), "cannot be read as rest-xml"),
}
UNKNOWN: dict[str, tuple[Send, str]] = {
    "json": (partial(send_json, service="glue", target="AWSGlue.Explode"), "glue.*AWSGlue.Explode"),
    "own json": (partial(send_json, service="redshift-data", target="RedshiftData.Explode"), "redshift-data.*RedshiftData.Explode"),
    "query": (iam("Explode"), "iam.*Explode"),
    "ec2": (ec2("Explode"), "ec2.*Explode"),
    "own rest-json": (partial(send, service="airflow", method="PUT", path="/explode/one"), "mwaa.*PUT /explode/one"),
    "rest-xml": (partial(send, service="route53", method="PUT", path="/explode"), "route53.*PUT /explode"),
    "a service": (partial(send, service="explosives"), "explosives"),
    "moto": (partial(send_json, service="glue", target="AWSGlue.ListBlueprints"), "glue.ListBlueprints"),
    "our own": (
        partial(send_json, service="redshift-serverless", target="RedshiftServerless.ListTracks"),
        "redshift-serverless.ListTracks",
    ),
    "a parameter that is only known": (
        partial(
            send_json,
            service="redshift-serverless",
            target="RedshiftServerless.CreateNamespace",
            namespaceName="one",
            redshiftIdcApplicationArn="arn:aws:sso::123456789012:application/one",
        ),
        "redshiftIdcApplicationArn",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_the_model_does_not_know_is_refused(case: str, aws: Aws) -> None:
    sending, message = WRONG[case]
    answer = sending(aws)
    assert answer.status_code == httpx.codes.BAD_REQUEST, answer.text
    (refusal,) = aws.refusals()
    assert re.search(message, refusal["message"])
    assert aws.inventory() == {}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_nobody_emulates_is_an_error(case: str, aws: Aws) -> None:
    sending, message = UNKNOWN[case]
    answer = sending(aws)
    assert answer.status_code == httpx.codes.NOT_IMPLEMENTED, answer.text
    (refusal,) = aws.refusals()
    assert refusal["code"] == "NotImplemented"
    assert re.search(message, refusal["message"])


def test_a_refusal_reaches_the_client_as_an_error_of_its_protocol(aws: Aws) -> None:
    assert '"__type": "ValidationException"' in glue()(aws).text
    assert "<Code>ValidationError</Code>" in iam("CreateUser")(aws).text
    assert "<Errors><Error><Code>InvalidParameterValue</Code>" in ec2("CreateSubnet")(aws).text
    assert "<Code>InvalidArgument</Code>" in s3("/raw?max-keys=ten", method="GET")(aws).text


def test_an_unsigned_request_is_refused(aws: Aws) -> None:
    assert httpx.post(f"{aws.url}/", trust_env=False, timeout=SECONDS).status_code == httpx.codes.FORBIDDEN
    assert [refusal["code"] for refusal in aws.refusals()] == ["MissingAuthenticationToken"]


def test_an_error_of_a_service_is_none_of_the_emulator(aws: Aws) -> None:
    assert send_json(aws, "glue", "AWSGlue.GetDatabase", Name="none").status_code == httpx.codes.BAD_REQUEST
    assert aws.refusals() == []
    assert [(error["operation"], error["code"]) for error in aws.errors()] == [("GetDatabase", "EntityNotFoundException")]


def test_calls_are_counted_and_a_reset_forgets_them(aws: Aws) -> None:
    iam("CreateUser", UserName="one")(aws)
    iam("ListUsers")(aws)
    iam("ListUsers")(aws)
    assert aws.calls() == {"iam.CreateUser": 1, "iam.ListUsers": 2}
    aws.reset()
    assert aws.calls() == {}
    assert "<member>" not in iam("ListUsers")(aws).text


@pytest.mark.parametrize(("source", "status"), [("copied/from", 200), ("copied%2Ffrom", 200), ("copied%2F", 400)])
def test_what_is_copied_in_s3_may_come_encoded(source: str, status: int, aws: Aws) -> None:
    """As Terraform's provider sends it; it is judged decoded (S3 API Reference, CopyObject)."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="copied")
    s3.put_object(Bucket="copied", Key="from", Body=b"it")
    assert send(aws, "s3", "PUT", "/copied/to", headers={"x-amz-copy-source": source}).status_code == status
