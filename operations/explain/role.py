"""The environment's execution role: MWAA may take it on, and it may do what MWAA does in it.

docs.aws.amazon.com/mwaa/latest/userguide/mwaa-create-role.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from botocore.exceptions import ClientError

from operations.explain.case import Case, Json
from operations.explain.policies import allowing, conditions, principals
from operations.findings import Finding, ok, problem

SERVICES = ("airflow.amazonaws.com", "airflow-env.amazonaws.com")
DEPLOY = "make deploy STACK=mwaa puts the role right"


@dataclass(frozen=True)
class Need:
    """What MWAA does in the role, to what, and by way of which services."""

    what: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    via: tuple[str, ...] = field(default=())


def check(case: Case) -> Iterator[Finding]:
    """Who may take the role on, and what IAM says that it may do."""
    arn = case.environment["ExecutionRoleArn"]
    try:
        role = case.client("iam").get_role(RoleName=arn.rpartition("/")[2])["Role"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        yield problem("Execution role", f"{arn} is not there", DEPLOY)
        return
    yield from _trust(case, role)
    yield from _permissions(case, arn)


def needs(case: Case) -> list[Need]:
    """What MWAA demands of the role of this environment."""
    partition = case.environment["Arn"].split(":")[1]
    bucket, everything = case.environment["SourceBucketArn"], ("*",)
    logs = (f"arn:{partition}:logs:{case.region}:{case.account}:log-group:airflow-{case.name}-Task",)
    groups = (f"arn:{partition}:logs:{case.region}:{case.account}:log-group:*",)
    queue = (f"arn:{partition}:sqs:{case.region}:{case.account}:airflow-celery-{case.name}",)
    found = [
        Need("report its health", ("airflow:PublishMetrics",), (case.environment["Arn"],)),
        Need("list the bucket", ("s3:ListBucket", "s3:GetBucketVersioning", "s3:GetBucketPublicAccessBlock"), (bucket,)),
        Need("read the bucket", ("s3:GetObject", "s3:GetObjectVersion"), (f"{bucket}/*",)),
        Need("see that public access is blocked", ("s3:GetAccountPublicAccessBlock",), everything),
        Need("write logs", ("logs:CreateLogStream", "logs:CreateLogGroup", "logs:PutLogEvents", "logs:GetLogEvents"), logs),
        Need("find log groups", ("logs:DescribeLogGroups",), groups),
        Need("write metrics", ("cloudwatch:PutMetricData",), everything),
        Need("pass tasks on", ("sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"), queue),
        Need("find its queue", ("sqs:GetQueueAttributes", "sqs:GetQueueUrl"), queue),
    ]
    if case.kms_key:
        via = tuple(f"{service}.{case.region}.amazonaws.com" for service in ("s3", "sqs"))
        actions = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
        found.append(Need("use the key", actions, (case.kms_key,), via))
    return found


def _trust(case: Case, role: Json) -> Iterator[Finding]:
    statements = list(allowing(role["AssumeRolePolicyDocument"], "sts:AssumeRole"))
    wrong = [
        f"does not let {service} take it on"
        for service in SERVICES
        if not any(service in principals(statement, "Service") for statement in statements)
    ]
    for key, value in (("aws:SourceAccount", case.account), ("aws:SourceArn", case.environment["Arn"])):
        patterns = [pattern for statement in statements for pattern in conditions(statement, key)]
        if patterns and not any(fnmatchcase(value, pattern) for pattern in patterns):
            wrong.append(f"demands {key} {', '.join(patterns)}, and the environment's is {value}")
    for what in wrong:
        yield problem("Execution role", f"the trust policy of {role['RoleName']} {what}", DEPLOY)
    if not wrong:
        yield ok("Execution role", f"{role['RoleName']} trusts MWAA")


def _permissions(case: Case, arn: str) -> Iterator[Finding]:
    wanted = needs(case)
    denied = [(need, actions) for need in wanted if (actions := sorted(_denied(case, arn, need)))]
    for need, actions in denied:
        detail = f"may not {need.what}: {', '.join(actions)} on {', '.join(need.resources)}"
        yield problem("Execution role", detail, f"{DEPLOY}; if it is right, an organization's policy or a permissions boundary forbids it")
    if not denied:
        yield ok("Execution role", f"may do all that MWAA demands ({len(wanted)} kinds of access)")


def _denied(case: Case, arn: str, need: Need) -> set[str]:
    """What IAM's simulator of policies refuses, by way of any of the services."""
    refused = set()
    for service in need.via or (None,):
        context = [{"ContextKeyName": "kms:ViaService", "ContextKeyValues": [service], "ContextKeyType": "string"}] if service else []
        answer = case.client("iam").simulate_principal_policy(
            PolicySourceArn=arn, ActionNames=list(need.actions), ResourceArns=list(need.resources), ContextEntries=context
        )
        refused |= {result["EvalActionName"] for result in answer["EvaluationResults"] if result["EvalDecision"] != "allowed"}
    return refused
