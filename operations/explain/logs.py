"""The environment's log groups: those that are on exist, can be written to, and have something in them.

docs.aws.amazon.com/mwaa/latest/userguide/monitoring-airflow.html
"""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from operations.explain.case import Case, Json
from operations.findings import Finding, ok, problem, warning


def enabled_groups(case: Case) -> list[str]:
    """The names of the log groups of the logs that are on."""
    logs = case.environment.get("LoggingConfiguration", {}).values()
    return [log["CloudWatchLogGroupArn"].split(":")[6] for log in logs if log.get("Enabled")]


def check(case: Case) -> Iterator[Finding]:
    """Each log group, and whether anything was ever written."""
    pages = case.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=f"airflow-{case.name}-")
    present = {group["logGroupName"]: group for page in pages for group in page["logGroups"]}
    wanted = enabled_groups(case)
    for name in wanted:
        if name not in present:
            cure = "the execution role must be allowed logs:CreateLogGroup: make deploy STACK=mwaa makes group and role"
            yield problem("Log groups", f"{name} is not there", cure)
        else:
            yield from _key(case, present[name])
    if not wanted:
        yield warning("Log groups", "all logs are off: nothing tells what goes wrong", "switch them on: make deploy STACK=mwaa")
    elif not any(_has_streams(case, name) for name in wanted if name in present):
        detail = "nothing was ever written: Airflow's machines never started, or may not write"
        yield warning("Log groups", detail, "look at the network, the role and the key first")
    else:
        yield ok("Log groups", ", ".join(wanted))


def _key(case: Case, group: Json) -> Iterator[Finding]:
    key = group.get("kmsKeyId")
    if not key or key == case.kms_key:
        return
    try:
        state = case.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
        state = "gone"
    if state != "Enabled":
        name = group["logGroupName"]
        cure = f"aws logs disassociate-kms-key --log-group-name {name}, then make deploy STACK=mwaa"
        yield problem("Log groups", f"{name} is encrypted by {key}, which is {state}", cure)


def _has_streams(case: Case, name: str) -> bool:
    return bool(case.client("logs").describe_log_streams(logGroupName=name, limit=1)["logStreams"])
