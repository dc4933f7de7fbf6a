"""Where moto gives a role to a service without asking whether the service may take it on, and encrypts with a key that keeps it out."""

# ruff: noqa: PLC0415 - a service of moto takes its time to import, and few are used

from collections.abc import Callable
from typing import Any

from local.aws.emulator.gaps import gap_in, replace
from local.aws.emulator.place import Place


def _place(backend: Any) -> Place:
    return Place(backend.region_name, account=backend.account_id)


@gap_in("ec2")
def _try_a_flow_logs_role() -> None:
    """EC2 takes the role on when the flow log is made, and says later that it cannot deliver."""
    from moto.ec2.exceptions import InvalidParameter
    from moto.ec2.models import EC2Backend

    from local.aws.emulator import permissions, roles

    @replace(EC2Backend, "create_flow_logs")
    def create_flow_logs(old: Callable[..., Any], backend: Any, *given: Any, **named: Any) -> Any:
        place, role = _place(backend), named.get("deliver_logs_permission_arn") or ""
        source = place.arn("ec2", "vpc-flow-log/fl-01234567890abcdef")
        if role and (reason := roles.refusal(place, role, "vpc-flow-logs.amazonaws.com", source=source)):
            raise InvalidParameter(f"Unable to assume given IAM role: {reason}")
        made, unsuccessful = old(backend, *given, **named)
        for flow_log in made if role else ():
            group = flow_log.log_group_name or flow_log.log_destination.partition(":log-group:")[2].removesuffix(":*")
            stream = place.arn("logs", f"log-group:{group}:log-stream:one")
            wanted: permissions.Wanted = [(f"logs:{action}", stream, {}) for action in ("CreateLogStream", "PutLogEvents")]
            if permissions.first_refusal(place, role, wanted):
                flow_log.deliver_logs_status, flow_log.deliver_logs_error_message = "FAILED", "Access error"
        return made, unsuccessful


@gap_in("rds")
def _try_a_databases_role() -> None:
    """RDS takes on the role for its enhanced monitoring when the instance is made or changed."""
    from moto.rds.exceptions import InvalidParameterValue
    from moto.rds.models import RDSBackend

    from local.aws.emulator import roles

    def try_role(backend: Any, name: str, role: str | None) -> None:
        place = _place(backend)
        source = place.arn("rds", f"db:{name}")
        if role and (reason := roles.refusal(place, role, "monitoring.rds.amazonaws.com", source=source)):
            raise InvalidParameterValue(f"IAM role ARN value is invalid or does not include the required permissions: {reason}")

    @replace(RDSBackend, "create_db_instance")
    def create_db_instance(old: Callable[..., Any], backend: Any, told: dict[str, Any]) -> Any:
        try_role(backend, told["db_instance_identifier"], told.get("monitoring_role_arn"))
        return old(backend, told)

    @replace(RDSBackend, "modify_db_instance")
    def modify_db_instance(old: Callable[..., Any], backend: Any, name: str, told: dict[str, Any]) -> Any:
        try_role(backend, name, told.get("monitoring_role_arn"))
        return old(backend, name, told)


@gap_in("logs")
def _try_a_log_groups_key() -> None:
    """CloudWatch Logs uses the key as itself: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html."""
    from moto.logs.exceptions import InvalidParameterException
    from moto.logs.models import LogsBackend

    from local.aws.emulator import permissions

    @replace(LogsBackend, "create_log_group")
    def create_log_group(old: Callable[..., Any], backend: Any, name: str, tags: Any, **named: Any) -> Any:
        place = _place(backend)
        group = place.arn("logs", f"log-group:{name}")
        if (key := named.get("kmsKeyId")) and not permissions.service_may_use(
            place, f"logs.{place.region}.amazonaws.com", key, {"kms:EncryptionContext:aws:logs:arn": group}
        ):
            raise InvalidParameterException(f"The specified KMS key does not exist or is not allowed to be used with Arn '{group}'")
        return old(backend, name, tags, **named)


@gap_in("events")
def _try_a_targets_role() -> None:
    """EventBridge takes a target's role on when it gets the target."""
    from moto.events.exceptions import ValidationException
    from moto.events.models import EventsBackend

    from local.aws.emulator import roles

    @replace(EventsBackend, "put_targets")
    def put_targets(old: Callable[..., None], backend: Any, name: str, event_bus_arn: str | None, targets: list[dict[str, Any]]) -> None:
        place = _place(backend)
        for target in targets:
            if ":workflow/" in target["Arn"] and "RoleArn" not in target:
                raise ValidationException(f"RoleArn is required for target {target['Arn']}.")
            source = place.arn("events", f"rule/{name}")
            if "RoleArn" in target and (reason := roles.refusal(place, target["RoleArn"], "events.amazonaws.com", source=source)):
                message = f"Provided role '{target['RoleArn']}' cannot be assumed by principal 'events.amazonaws.com': {reason}"
                raise ValidationException(message)
        old(backend, name, event_bus_arn, targets)


@gap_in("sts")
def _assume_only_what_trusts_the_caller() -> None:
    """moto lets anybody take on any role, even one that does not exist."""
    from moto.sts.exceptions import STSClientError
    from moto.sts.models import STSBackend

    from local.aws.emulator import roles
    from local.aws.emulator.caller import CALLER

    @replace(STSBackend, "assume_role")
    def assume_role(old: Callable[..., Any], backend: Any, *given: Any, **named: Any) -> Any:
        role, caller = named["role_arn"], CALLER.format(account=backend.account_id)
        context = {"sts:ExternalId": named["external_id"]} if named.get("external_id") else {}
        if reason := roles.user_refusal(_place(backend), role, caller, context):
            message = f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role}: {reason}"
            raise STSClientError("AccessDenied", message)
        return old(backend, *given, **named)


@gap_in("iam")
def _read_awss_policies_once() -> None:
    """moto reads AWS's 1,300 own policies anew for each empty account, which takes a second."""
    import copy

    from moto.iam.models import IAMBackend

    read: list[Any] = []

    @replace(IAMBackend, "_init_aws_policies")
    def init_aws_policies(old: Callable[..., list[Any]], backend: Any) -> list[Any]:
        if not read:
            read.extend(old(backend))
        return [copy.copy(policy) for policy in read]


@gap_in("iam")
def _simulate_principal_policies() -> None:
    """moto has no simulator."""
    from moto.core.responses import ActionResult
    from moto.iam.responses import IamResponse

    from local.aws.emulator.simulator import simulate

    def simulate_principal_policy(response: Any) -> Any:
        return ActionResult(simulate(Place("us-east-1", account=response.current_account), response.params))

    IamResponse.simulate_principal_policy = simulate_principal_policy  # type: ignore[attr-defined]
