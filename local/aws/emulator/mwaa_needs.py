"""What MWAA needs to bring an environment up: what its execution role may, and whom the VPC's endpoints let through.

The role: docs.aws.amazon.com/mwaa/latest/userguide/mwaa-create-role.html. The endpoints: .../vpc-vpe-create-access.html ("Choose Full
Access in Policy") and .../vpc-security.html. MWAA's own tasks are not in the customer's account: they run in a role of one of AWS's, to
fetch images and to write their own logs, so a policy for principals of this account alone keeps them out.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from local.aws.emulator import permissions, roles
from local.aws.emulator.permissions import Wanted
from local.aws.emulator.place import Place
from local.aws.iam import Policies, PolicyError, Principal, Request, decide

SERVICES = ("airflow.amazonaws.com", "airflow-env.amazonaws.com")
AWSS_ACCOUNT = "000000000000"
AWSS_TASKS = f"arn:aws:iam::{AWSS_ACCOUNT}:role/airflow-environment-tasks"
"""Somebody in an account of AWS's."""
QUEUE = ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes", "GetQueueUrl")
KEY = ("Decrypt", "DescribeKey", "GenerateDataKey", "Encrypt")


def refusal(place: Place, environment: Mapping[str, Any]) -> str:
    """Why an environment with this role, and in this VPC, does not come up; empty if it does."""
    if reason := cannot_assume(place, environment):
        return reason
    role, arn = environment["ExecutionRoleArn"], environment["Arn"]
    wanted = [*_bucket(environment), *_logs(environment), *_queue(place, environment), *_others(arn)]
    return permissions.first_refusal(place, role, wanted) or _kept_out(place, environment)


def cannot_assume(place: Place, environment: Mapping[str, Any]) -> str:
    """Why MWAA may not take the execution role on for an environment; empty if it may."""
    refusals = (roles.refusal(place, environment["ExecutionRoleArn"], service, source=environment["Arn"]) for service in SERVICES)
    return next(filter(None, refusals), "")


def _bucket(environment: Mapping[str, Any]) -> Wanted:
    bucket = environment["SourceBucketArn"]
    names = [environment[name] for name in ("PluginsS3Path", "RequirementsS3Path", "StartupScriptS3Path") if name in environment]
    objects = [f"{bucket}/{name}" for name in [*names, f"{environment['DagS3Path'].rstrip('/')}/a_dag.py"]]
    wanted: Wanted = [(action, bucket, {}) for action in ("s3:GetBucketPublicAccessBlock", "s3:ListBucket")]
    wanted += [("s3:GetAccountPublicAccessBlock", "*", {})]
    return [*wanted, *[(action, one, {}) for one in objects for action in ("s3:GetObject", "s3:GetObjectVersion")]]


def _logs(environment: Mapping[str, Any]) -> Wanted:
    groups = [log["CloudWatchLogGroupArn"] for log in environment["LoggingConfiguration"].values() if log["Enabled"]]
    actions = ("logs:CreateLogStream", "logs:PutLogEvents", "logs:GetLogEvents")
    return [(action, f"{group}:log-stream:one", {}) for group in groups for action in actions]


def _queue(place: Place, environment: Mapping[str, Any]) -> Wanted:
    """Celery's queue, in AWS's account, and the key through SQS and S3."""
    wanted: Wanted = [(f"sqs:{action}", environment["CeleryExecutorQueue"], {}) for action in QUEUE]
    if key := permissions.key_arn(place, environment.get("KmsKey", "")):
        bucket = {"aws:s3:arn": environment["SourceBucketArn"]}
        wanted += [(f"kms:{action}", key, permissions.through_key(place, "sqs")) for action in KEY]
        wanted += [("kms:Decrypt", key, permissions.through_key(place, "s3", bucket))]
    return wanted


def _others(arn: str) -> Wanted:
    return [("airflow:PublishMetrics", arn, {}), ("cloudwatch:PutMetricData", "*", {})]


def _kept_out(place: Place, environment: Mapping[str, Any]) -> str:
    """Which endpoint of the VPC does not let the role, or AWS's own tasks, through."""
    ec2 = place.moto("ec2")
    vpc = ec2.get_subnet(environment["NetworkConfiguration"]["SubnetIds"][0]).vpc_id
    callers = _callers(place, environment)
    for endpoint in ec2.vpc_end_points.values():
        service = endpoint.service_name.removeprefix(f"com.amazonaws.{place.region}.")
        for request in callers.get(service, ()) if endpoint.vpc_id == vpc else ():
            if reason := _stopped(endpoint, request):
                who = f"{request.principal} from {request.action} on {request.resource}"
                return f"The policy of the endpoint {endpoint.service_name} keeps {who}: {reason}"
    return ""


def _callers(place: Place, environment: Mapping[str, Any]) -> dict[str, Iterable[Request]]:
    """{endpoint service: what goes through it}."""
    here = place.account

    def role(action: str, resource: str, owner: str = here) -> Request:
        return Request(Principal.role(environment["ExecutionRoleArn"]), action, resource, permissions.TLS, owner)

    def tasks(action: str, resource: str, owner: str = AWSS_ACCOUNT) -> Request:
        return Request(Principal.role(AWSS_TASKS), action, resource, permissions.TLS, owner)

    log = next(iter(environment["LoggingConfiguration"].values()))["CloudWatchLogGroupArn"] + ":log-stream:one"
    awss = f"{place.region}:{AWSS_ACCOUNT}"
    key = permissions.key_arn(place, environment.get("KmsKey", "")) or place.arn("kms", "key/any")
    return {
        "s3": [role("s3:GetObject", f"{environment['SourceBucketArn']}/dags/a_dag.py")],
        "sqs": [role("sqs:SendMessage", environment["CeleryExecutorQueue"], AWSS_ACCOUNT)],
        "kms": [role("kms:Decrypt", key), tasks("kms:Decrypt", key, here)],
        "logs": [role("logs:PutLogEvents", log), tasks("logs:PutLogEvents", f"arn:aws:logs:{awss}:log-group:containers:log-stream:one")],
        "monitoring": [role("cloudwatch:PutMetricData", "*"), tasks("cloudwatch:PutMetricData", "*")],
        "ecr.api": [tasks("ecr:GetAuthorizationToken", "*")],
        "ecr.dkr": [tasks("ecr:BatchGetImage", f"arn:aws:ecr:{awss}:repository/airflow")],
    }


def _stopped(endpoint: Any, request: Request) -> str:
    """Why an endpoint's policy stops a request that every other policy lets through."""
    try:
        through = permissions.document(endpoint.policy_document)
    except PolicyError as error:
        return f"it cannot be read: {error}"
    decision = decide(request, Policies([permissions.ANYTHING], permissions.OPEN, through, key=permissions.OPEN))
    return "" if decision.allowed else decision.reason
