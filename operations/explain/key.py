"""The environment's encryption key: it works, and those who need it may use it.

docs.aws.amazon.com/mwaa/latest/userguide/custom-keys-certs.html
"""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase

from botocore.exceptions import ClientError

from operations.explain.case import Case
from operations.explain.policies import allowing, conditions, principals
from operations.findings import Finding, ok, problem

DEPLOY = "make deploy STACK=network puts the key's policy right"


def check(case: Case) -> Iterator[Finding]:
    """Its state, its region, and whom its policy admits; AWS's own key needs no check."""
    if not case.kms_key:
        yield ok("Key", "AWS's own")
        return
    try:
        key = case.client("kms").describe_key(KeyId=case.kms_key)["KeyMetadata"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
        yield problem(
            "Key", f"{case.kms_key} is not there", "make deploy STACK=network, then `make destroy STACK=mwaa` and deploy it again"
        )
        return
    if key["KeyState"] != "Enabled":
        yield problem("Key", f"{case.kms_key} is {key['KeyState']}", _revive(case.kms_key, key["KeyState"]))
    yield from _policy(case)


def _revive(key: str, state: str) -> str:
    cancel = f"aws kms cancel-key-deletion --key-id {key} && " if state == "PendingDeletion" else ""
    return f"{cancel}aws kms enable-key --key-id {key}"


def _policy(case: Case) -> Iterator[Finding]:
    policy = json.loads(case.client("kms").get_key_policy(KeyId=case.kms_key, PolicyName="default")["Policy"])
    allowed = [*allowing(policy, "kms:GenerateDataKey"), *allowing(policy, "kms:GenerateDataKeyWithoutPlaintext")]
    logs = f"logs.{case.region}.amazonaws.com"
    for_logs = [statement for statement in allowed if logs in principals(statement, "Service")]
    root = case.environment["ExecutionRoleArn"].partition(":role/")[0] + ":root"
    airflow = {root, case.account, case.environment["ExecutionRoleArn"], "*"}
    wrong = []
    if not for_logs:
        wrong.append(f"does not admit {logs}: Airflow's logs cannot be encrypted")
    elif not any(_concerns_logs(case, conditions(statement, "kms:EncryptionContext:aws:logs:arn")) for statement in for_logs):
        wrong.append(f"admits {logs} for other log groups than airflow-{case.name}-*")
    if not any(airflow & set(principals(statement, "AWS")) for statement in allowed):
        wrong.append("admits neither the account's IAM policies nor the execution role")
    for what in wrong:
        yield problem("Key", f"the policy of {case.kms_key} {what}", DEPLOY)
    if not wrong:
        yield ok("Key", f"{case.kms_key} admits CloudWatch Logs and Airflow")


def _concerns_logs(case: Case, patterns: list[str]) -> bool:
    group = f"arn:{case.environment['Arn'].split(':')[1]}:logs:{case.region}:{case.account}:log-group:airflow-{case.name}-Task"
    return not patterns or any(fnmatchcase(group, pattern) for pattern in patterns)
