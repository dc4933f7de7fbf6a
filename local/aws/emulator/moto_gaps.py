"""Where moto 5.2 answers differently from AWS, in what this project uses: each gap with a function that closes it in moto's own classes."""

# ruff: noqa: PLC0415 - a service of moto takes its time to import, and few are used

import json
import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from local.aws.emulator.caller import CALLER
from local.aws.emulator.gaps import gap_in, replace

DEFAULT_QUOTAS = {
    ("ec2", "L-0263D0A3"): 5.0,  # elastic addresses
    ("ec2", "L-1216C47A"): 5.0,  # vCPUs of standard instances, on demand
    ("ec2", "L-34B43A08"): 5.0,  # the same, spot
    ("airflow", "L-67D41C6B"): 10.0,  # environments
    ("eks", "L-1194D53C"): 100.0,  # clusters
}
"""{(service, quota): what a new account may have}, by each service's page of endpoints and quotas in the AWS General Reference."""

# AWS has its own policies, moto only if it is asked to before it makes the account; other services make the account, too.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
# Of Amazon's images nobody asks for one, and 1,300 of them take seconds to make, for each region and again after each reset.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"


@gap_in("s3")
def _judge_by_bucket_policies() -> None:
    """moto reads neither a Condition nor a Principal: "deny what comes without TLS" would deny everything."""
    from moto.iam.access_control import PermissionResult
    from moto.s3.models import FakeBucket

    from local.aws.emulator import permissions

    @replace(FakeBucket, "get_permission")
    def get_permission(_: Any, bucket: Any, action: str, resource: str) -> Any:
        if bucket.policy is None:
            return PermissionResult.NEUTRAL
        policy = permissions.document(bucket.policy.decode())
        if not permissions.caller_may(bucket.account_id, action, resource, policy):
            return PermissionResult.DENIED
        anybody = permissions.anybody_may(bucket.account_id, action, resource, policy)
        return PermissionResult.PERMITTED if anybody else PermissionResult.NEUTRAL


@gap_in("s3")
def _look_for_log_delivery_among_statements_for_services() -> None:
    """moto breaks at a statement for everybody in the policy of a bucket that is to take another one's access logs."""
    from moto.s3.models import FakeBucket

    @replace(FakeBucket, "_log_permissions_enabled_policy")
    def permitted(old: Callable[..., bool], _: Any, target_bucket: Any, target_prefix: str | None) -> bool:
        document = json.loads(target_bucket.policy or '{"Statement": []}')
        document["Statement"] = [statement for statement in document["Statement"] if isinstance(statement.get("Principal"), dict)]
        policy = json.dumps(document).encode()
        return old(SimpleNamespace(policy=policy, name=target_bucket.name, partition=target_bucket.partition), target_prefix)


@gap_in("s3")
def _tell_of_event_bridge() -> None:
    """moto keeps that a bucket notifies EventBridge to itself."""
    from moto.core.responses import ActionResult
    from moto.s3.responses import S3Response

    @replace(S3Response, "get_bucket_notification")
    def get_bucket_notification(old: Callable[..., Any], response: Any) -> Any:
        configured = response.backend.get_bucket_notification_configuration(response.bucket_name)
        if configured is None or configured.event_bridge is None:
            return old(response)
        serialized = response.serialized
        response.serialized = lambda result: serialized(ActionResult({**result.result, "EventBridgeConfiguration": {}}))
        return old(response)


@gap_in("rds")
def _know_parameters() -> None:
    """moto tells of a parameter what it was told, without `Source` even: Terraform would set all of them again in every run."""
    from moto.rds.models import DBParameterGroup

    from local.aws.emulator import rds_parameters

    @replace(DBParameterGroup, "update_parameters")
    def update_parameters(old: Callable[..., None], group: Any, new_parameters: Any) -> None:
        rds_parameters.check(group.family, new_parameters)
        old(group, new_parameters)
        for parameter in group.parameters.values():
            parameter.update(rds_parameters.reported(group.family, parameter))


@gap_in("rds")
def _know_more_of_databases() -> None:
    """moto forgets what it was told of Performance Insights.

    And RDS makes the log groups that it exports to if nobody has, and leaves them behind.
    """
    from moto.logs.models import logs_backends
    from moto.rds.models import RDSBackend

    kept = {
        "enable_performance_insights": "performance_insights_enabled",
        "performance_insights_kms_key_id": "performance_insights_kms_key_id",
        "performance_insights_retention_period": "performance_insights_retention_period",
    }

    def know(backend: Any, database: Any, told: dict[str, Any]) -> Any:
        for parameter, attribute in kept.items():
            if parameter in told:
                setattr(database, attribute, told[parameter])
        for log in database.enabled_cloudwatch_logs_exports:
            group = f"/aws/rds/instance/{database.db_instance_identifier}/{log}"
            logs_backends[backend.account_id][backend.region_name].ensure_log_group(group)
        return database

    @replace(RDSBackend, "create_db_instance")
    def create_db_instance(old: Callable[..., Any], backend: Any, told: dict[str, Any]) -> Any:
        return know(backend, old(backend, told), told)

    @replace(RDSBackend, "modify_db_instance")
    def modify_db_instance(old: Callable[..., Any], backend: Any, name: str, told: dict[str, Any]) -> Any:
        return know(backend, old(backend, name, dict(told)), told)


@gap_in("route53")
def _keep_zones_in_their_vpc() -> None:
    """A zone that is made with a VPC is private, for moto only one that says so, which clients need not."""
    from moto.route53.responses import Route53

    @replace(Route53, "_get_bool_param")
    def get_bool_param(old: Callable[..., bool], request: Any, name: str, *given: Any) -> bool:
        return old(request, name, *given) or (name == "HostedZoneConfig.PrivateZone" and bool(request._get_param("VPC.VPCId")))


@gap_in("sts")
def _be_a_user() -> None:
    """moto answers with an ARN of STS, which no user has: nothing that wants a principal of IAM takes it."""
    from moto.sts.models import STSBackend

    @replace(STSBackend, "get_caller_identity")
    def get_caller_identity(old: Callable[..., tuple[str, str, str]], backend: Any, *given: Any, **named: Any) -> tuple[str, str, str]:
        id_, arn, account = old(backend, *given, **named)
        nobody = f":sts::{account}:user/moto" in arn
        return ("AIDAIOSFODNN7EXAMPLE", CALLER.format(account=account), account) if nobody else (id_, arn, account)


@gap_in("servicequotas")
def _know_default_quotas() -> None:
    """moto knows none but those of VPCs, and none as defaults."""
    from moto.servicequotas.responses import ServiceQuotasResponse

    def get_aws_default_service_quota(response: Any) -> str:
        service, code = (str(response._get_param(name)) for name in ("ServiceCode", "QuotaCode"))
        value = DEFAULT_QUOTAS.get((service, code))
        known = {"ServiceCode": service, "QuotaCode": code, "Value": value}
        return json.dumps({"Quota": known if value is not None else response.backend.get_service_quota(service, code)})

    ServiceQuotasResponse.get_aws_default_service_quota = get_aws_default_service_quota  # type: ignore[attr-defined]


@gap_in("budgets")
def _change_and_tag_budgets() -> None:
    """moto only makes and deletes them."""
    from moto.budgets.responses import BudgetsResponse

    from local.aws.emulator import budgets

    for operation in budgets.OPERATIONS:
        setattr(BudgetsResponse, operation.__name__, operation)

    @replace(BudgetsResponse, "create_budget")
    def create_budget(old: Callable[[Any], str], request: Any) -> str:
        answer = old(request)
        budgets.keep_tags(request)
        return answer
