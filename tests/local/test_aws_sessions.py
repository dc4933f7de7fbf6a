"""The Airflow behind an emulated MWAA asks in the environment's execution role: for its secrets, and to be let into the warehouse."""

import json
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from local.aws.machine import Aws
from tests.local.aws_network import ADMIN, make_network, make_role, trust
from tests.local.signed import serverless
from tests.local.test_mwaa_needs import outcome, without

pytestmark = pytest.mark.system

SESSION = "arn:aws:sts::123456789012:assumed-role/airflow/airflow"


def airflow(aws: Aws, policy: dict[str, Any]) -> dict[str, str]:
    """The keys of an Airflow in a role with that policy."""
    role = make_role(aws, "airflow", "airflow", "airflow-env", policy=policy)
    assert outcome(aws, make_network(aws), role) == ""
    return aws.keys_of_environment("one")


def refused(call: Any, **asked: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**asked)
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
    return str(error.value.response["Error"]["Message"])


def test_a_secret_is_read_by_whoever_may_read_it_and_open_its_key(aws: Aws) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    arn = aws.client("secretsmanager").create_secret(Name="airflow/variables/X", SecretString="x", KmsKeyId=key)["ARN"]
    manager = aws.client("secretsmanager", airflow(aws, ADMIN))
    put = aws.client("iam").put_role_policy
    for asked in ("airflow/variables/X", arn):
        assert manager.get_secret_value(SecretId=asked)["SecretString"] == "x"
    put(RoleName="airflow", PolicyName="own", PolicyDocument=json.dumps(without("secretsmanager:GetSecretValue")))
    for asked in ("airflow/variables/X", arn):
        said = f"User: {SESSION} is not authorized to perform: secretsmanager:GetSecretValue on resource: {arn}"
        assert refused(manager.get_secret_value, SecretId=asked).startswith(said)
    put(RoleName="airflow", PolicyName="own", PolicyDocument=json.dumps(without("kms:Decrypt")))
    assert f"perform: kms:Decrypt on resource: {key}" in refused(manager.get_secret_value, SecretId=arn)
    assert aws.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"] == "x"


def test_a_secret_that_is_not_there_is_missing_to_those_only_who_might_read_it(aws: Aws) -> None:
    ours = "arn:aws:secretsmanager:us-east-1:123456789012:secret:airflow/*"
    others = {"Effect": "Deny", "Action": "secretsmanager:*", "NotResource": ours}
    manager = aws.client("secretsmanager", airflow(aws, {**ADMIN, "Statement": [*ADMIN["Statement"], others]}))
    with pytest.raises(manager.exceptions.ResourceNotFoundException):
        manager.get_secret_value(SecretId="airflow/variables/NONE")
    assert "secret:payroll" in refused(manager.get_secret_value, SecretId="payroll")


@pytest.mark.parametrize("tag", ["tickit", "payroll"])
def test_the_warehouse_lets_in_by_its_tag(aws: Aws, tag: str) -> None:
    keys = airflow(aws, _only_tagged("redshift-serverless:GetCredentials", "tickit"))
    serverless(aws, "CreateNamespace", namespaceName="tickit", adminUsername="admin", manageAdminPassword=True)
    subnets = [subnet["SubnetId"] for subnet in aws.client("ec2").describe_subnets()["Subnets"] if subnet["CidrBlock"].startswith("10.20.")]
    named = {"workgroupName": "tickit", "namespaceName": "tickit", "baseCapacity": 8, "subnetIds": subnets}
    serverless(aws, "CreateWorkgroup", tags=[{"key": "deployment", "value": tag}], **named)
    asks = aws.client("redshift-serverless", keys).get_credentials
    if tag == "tickit":
        assert asks(workgroupName="tickit", dbName="dev")["dbPassword"]
    else:
        assert "perform: redshift-serverless:GetCredentials on resource: arn:aws:" in refused(asks, workgroupName="tickit", dbName="dev")


def _only_tagged(action: str, deployment: str) -> dict[str, Any]:
    other = {"StringNotEquals": {"aws:ResourceTag/deployment": deployment}}
    denied = {"Effect": "Deny", "Action": action, "Resource": "*", "Condition": other}
    return {**ADMIN, "Statement": [*ADMIN["Statement"], denied]}


def test_a_role_that_no_longer_trusts_mwaa_gives_no_keys(aws: Aws) -> None:
    airflow(aws, ADMIN)
    aws.client("iam").update_assume_role_policy(RoleName="airflow", PolicyDocument=trust("airflow-env"))
    with pytest.raises(httpx.HTTPStatusError) as error:
        aws.keys_of_environment("one")
    assert "airflow.amazonaws.com may not take on arn:aws:iam::123456789012:role/airflow" in error.value.response.text
