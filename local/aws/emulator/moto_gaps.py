"""Where moto 5.2 answers differently from AWS, in what this project uses: each gap with a function that closes it in moto's own classes."""

# ruff: noqa: PLC0415 - a service of moto takes its time to import, and few are used

import functools
import json
import os
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

CALLER = "arn:aws:iam::{account}:user/moto"
"""Who calls, when the keys are nobody's."""
DEFAULT_QUOTAS = {
    ("ec2", "L-0263D0A3"): 5.0,  # elastic addresses
    ("ec2", "L-1216C47A"): 5.0,  # vCPUs of standard instances, on demand
    ("ec2", "L-34B43A08"): 5.0,  # the same, spot
    ("airflow", "L-67D41C6B"): 10.0,  # environments
    ("eks", "L-1194D53C"): 100.0,  # clusters
}
"""{(service, quota): what a new account may have}, by each service's page of endpoints and quotas in the AWS General Reference."""
CLOSING: dict[str, list[Callable[[], None]]] = {}

# AWS has its own policies, moto only if it is asked to before it makes the account; other services make the account, too.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
# Of Amazon's images nobody asks for one, and 1,300 of them take seconds to make, for each region and again after each reset.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"


def close(service: str) -> None:
    """Called once for a service of moto (its name without hyphens), before it is first used."""
    for gap in CLOSING.get(service, []):
        gap()


def _in(service: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def register(gap: Callable[[], None]) -> Callable[[], None]:
        CLOSING.setdefault(service, []).append(gap)
        return gap

    return register


def _replace(owner: Any, name: str) -> Callable[[Callable[..., Any]], None]:
    """Replace a method; the new one gets the old one first."""
    old = getattr(owner, name)

    def replace(new: Callable[..., Any]) -> None:
        setattr(owner, name, functools.wraps(old)(lambda *given, **named: new(old, *given, **named)))

    return replace


@_in("s3")
def _judge_no_conditions() -> None:
    """moto takes a bucket's statement with a Condition for one without: "deny what comes without TLS" would deny everything."""
    from moto.iam.access_control import IAMPolicy, PermissionResult
    from moto.s3.models import FakeBucket

    @_replace(FakeBucket, "get_permission")
    def get_permission(_: Any, bucket: Any, action: str, resource: str) -> Any:
        document = json.loads(bucket.policy or '{"Statement": []}')
        statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
        document["Statement"] = [statement for statement in statements if not statement.get("Condition")]
        return IAMPolicy(json.dumps(document)).is_action_permitted(action, resource) if document["Statement"] else PermissionResult.NEUTRAL


@_in("s3")
def _look_for_log_delivery_among_statements_for_services() -> None:
    """moto breaks at a statement for everybody in the policy of a bucket that is to take another one's access logs."""
    from moto.s3.models import FakeBucket

    @_replace(FakeBucket, "_log_permissions_enabled_policy")
    def permitted(old: Callable[..., bool], _: Any, target_bucket: Any, target_prefix: str | None) -> bool:
        document = json.loads(target_bucket.policy or '{"Statement": []}')
        document["Statement"] = [statement for statement in document["Statement"] if isinstance(statement.get("Principal"), dict)]
        policy = json.dumps(document).encode()
        return old(SimpleNamespace(policy=policy, name=target_bucket.name, partition=target_bucket.partition), target_prefix)


@_in("s3")
def _list_what_others_are_deleting() -> None:
    """moto breaks when it lists the versions in a bucket while another request writes or deletes one."""
    from moto.s3.models import S3Backend

    turn = threading.RLock()

    def in_turn(old: Callable[..., Any], *given: Any, **named: Any) -> Any:
        with turn:
            return old(*given, **named)

    for operation in ("list_object_versions", "put_object", "delete_object"):
        _replace(S3Backend, operation)(in_turn)


@_in("s3")
def _tell_of_event_bridge() -> None:
    """moto keeps that a bucket notifies EventBridge to itself."""
    from moto.core.responses import ActionResult
    from moto.s3.responses import S3Response

    @_replace(S3Response, "get_bucket_notification")
    def get_bucket_notification(old: Callable[..., Any], response: Any) -> Any:
        configured = response.backend.get_bucket_notification_configuration(response.bucket_name)
        if configured is None or configured.event_bridge is None:
            return old(response)
        serialized = response.serialized
        response.serialized = lambda result: serialized(ActionResult({**result.result, "EventBridgeConfiguration": {}}))
        return old(response)


@_in("rds")
def _say_who_set_parameters() -> None:
    """Without `Source` Terraform finds none of a parameter group's parameters, and sets them again in every run."""
    from moto.rds.models import DBParameterGroup

    @_replace(DBParameterGroup, "update_parameters")
    def update_parameters(old: Callable[..., None], group: Any, new_parameters: Any) -> None:
        old(group, new_parameters)
        for parameter in group.parameters.values():
            parameter["Source"] = "user"


@_in("rds")
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

    @_replace(RDSBackend, "create_db_instance")
    def create_db_instance(old: Callable[..., Any], backend: Any, told: dict[str, Any]) -> Any:
        return know(backend, old(backend, told), told)

    @_replace(RDSBackend, "modify_db_instance")
    def modify_db_instance(old: Callable[..., Any], backend: Any, name: str, told: dict[str, Any]) -> Any:
        return know(backend, old(backend, name, dict(told)), told)


@_in("ec2")
def _keep_rule_descriptions() -> None:
    """moto finds the description of a rule with addresses only, and loses that of a rule with a group or a prefix list."""
    from moto.ec2.models.security_groups import SecurityGroupRule

    @_replace(SecurityGroupRule, "__init__")
    def make(old: Callable[..., None], rule: Any, *given: Any, **named: Any) -> None:
        old(rule, *given, **named)
        if "Description" in rule.source_group:
            rule.ip_range.setdefault("Description", rule.source_group["Description"])


@_in("ec2")
def _keep_a_templates_own_tags_its_own() -> None:
    """moto puts them among the tags of what is started by the template, and shows those of its first day for ever."""
    from moto.ec2.models.launch_templates import LaunchTemplate

    LaunchTemplate.tags = property(lambda template: template.get_tags(), lambda *_: None)  # type: ignore[assignment]

    @_replace(LaunchTemplate, "create_version")
    def create_version(old: Callable[..., Any], template: Any, data: dict[str, Any], description: str) -> Any:
        started = [tags for tags in data.get("TagSpecifications", []) if tags["ResourceType"] != "launch-template"]
        return old(template, data | ({"TagSpecifications": started} if started else {}), description)


@_in("ec2")
def _keep_groups_in_use() -> None:
    """EC2 deletes no security group that another one's rules, or a network interface, name."""
    from moto.ec2.exceptions import DependencyViolationError
    from moto.ec2.models import EC2Backend

    def in_use(backend: Any, id_: str) -> bool:
        others = [group for groups in backend.groups.values() for group in groups.values() if group.id != id_]
        rules = [rule for group in others for rule in [*group.ingress_rules, *group.egress_rules]]
        return any(rule.source_group.get("GroupId") == id_ for rule in rules) or any(
            id_ in [group.id for group in interface.group_set] for interface in backend.enis.values()
        )

    @_replace(EC2Backend, "delete_security_group")
    def delete_security_group(old: Callable[..., Any], backend: Any, name: str | None = None, group_id: str | None = None) -> Any:
        if group_id and in_use(backend, group_id):
            raise DependencyViolationError(f"resource {group_id} has a dependent object")
        return old(backend, name, group_id)


@_in("ec2")
def _make_interfaces_of_aws_its_own() -> None:
    """For moto nobody uses those of gateways and endpoints, anybody may delete them, and a gateway's outlives it."""
    from moto.ec2.models import EC2Backend

    def is_managed(interface: Any) -> None:
        interface.status, interface.requester_managed = "in-use", True

    @_replace(EC2Backend, "create_nat_gateway")
    def create_nat_gateway(old: Callable[..., Any], backend: Any, *given: Any, **named: Any) -> Any:
        gateway = old(backend, *given, **named)
        is_managed(gateway._eni)
        return gateway

    @_replace(EC2Backend, "delete_nat_gateway")
    def delete_nat_gateway(old: Callable[..., Any], backend: Any, nat_gateway_id: str) -> Any:
        gateway = old(backend, nat_gateway_id)
        backend.enis.pop(gateway._eni.id, None)
        return gateway

    @_replace(EC2Backend, "create_vpc_endpoint")
    def create_vpc_endpoint(old: Callable[..., Any], backend: Any, *given: Any, **named: Any) -> Any:
        endpoint = old(backend, *given, **named)
        for id_ in endpoint.network_interface_ids:
            is_managed(backend.enis[id_])
        return endpoint


@_in("route53")
def _keep_zones_in_their_vpc() -> None:
    """A zone that is made with a VPC is private, for moto only one that says so, which clients need not."""
    from moto.route53.responses import Route53

    @_replace(Route53, "_get_bool_param")
    def get_bool_param(old: Callable[..., bool], request: Any, name: str, *given: Any) -> bool:
        return old(request, name, *given) or (name == "HostedZoneConfig.PrivateZone" and bool(request._get_param("VPC.VPCId")))


@_in("sts")
def _be_a_user() -> None:
    """moto answers with an ARN of STS, which no user has: nothing that wants a principal of IAM takes it."""
    from moto.sts.models import STSBackend

    @_replace(STSBackend, "get_caller_identity")
    def get_caller_identity(old: Callable[..., tuple[str, str, str]], backend: Any, *given: Any, **named: Any) -> tuple[str, str, str]:
        id_, arn, account = old(backend, *given, **named)
        nobody = f":sts::{account}:user/moto" in arn
        return ("AIDAIOSFODNN7EXAMPLE", CALLER.format(account=account), account) if nobody else (id_, arn, account)


@_in("servicequotas")
def _know_default_quotas() -> None:
    """moto knows none but those of VPCs, and none as defaults."""
    from moto.servicequotas.responses import ServiceQuotasResponse

    def get_aws_default_service_quota(response: Any) -> str:
        service, code = (str(response._get_param(name)) for name in ("ServiceCode", "QuotaCode"))
        value = DEFAULT_QUOTAS.get((service, code))
        known = {"ServiceCode": service, "QuotaCode": code, "Value": value}
        return json.dumps({"Quota": known if value is not None else response.backend.get_service_quota(service, code)})

    ServiceQuotasResponse.get_aws_default_service_quota = get_aws_default_service_quota  # type: ignore[attr-defined]


@_in("budgets")
def _change_and_tag_budgets() -> None:
    """moto only makes and deletes them."""
    from moto.budgets.responses import BudgetsResponse

    from local.aws.emulator import budgets

    for operation in budgets.OPERATIONS:
        setattr(BudgetsResponse, operation.__name__, operation)

    @_replace(BudgetsResponse, "create_budget")
    def create_budget(old: Callable[[Any], str], request: Any) -> str:
        answer = old(request)
        budgets.keep_tags(request)
        return answer


@_in("glue")
def _crawl() -> None:
    """moto's crawls find nothing, and do not end while one looks at their crawler only."""
    from moto.glue.models import FakeCrawler

    from local.aws.emulator.crawl import crawl

    @_replace(FakeCrawler, "start_crawler")
    def start_crawler(old: Callable[..., None], crawler: Any) -> None:
        old(crawler)
        crawl(crawler)

    @_replace(FakeCrawler, "as_dict")
    def as_dict(old: Callable[..., dict[str, Any]], crawler: Any) -> dict[str, Any]:
        described = old(crawler)
        if crawler.crawls and described["LastCrawl"]["Status"] == "RUNNING":
            crawler.crawls[-1].advance()
            del described["LastCrawl"]
        elif crawler.crawls and described["LastCrawl"]["Status"] == "COMPLETED":
            described["LastCrawl"]["Status"] = "SUCCEEDED"
        return described
