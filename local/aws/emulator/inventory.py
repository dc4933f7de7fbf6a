"""What exists in the emulated AWS: what somebody made, or AWS for them, and not what every account has."""

from collections.abc import Callable, Iterable
from typing import Any

from moto.core.base_backend import BackendDict

Found = Iterable[str]

GONE = ("deleted", "terminated")
BOOKKEEPING = ("arn", "cache", "event", "message", "metric", "pagination", "tag", "token")
"""What of moto's own notes begins or ends like this is nobody's resource."""


def inventory(services: Iterable[Any]) -> dict[str, list[str]]:
    """{service: kind and name of what exists}; `services` are our own, each with `service` and `resources()`.

    Of moto's services, those in `KINDS` are read with care. Any other that was used says whatever it holds: nothing goes uncounted.
    """
    found: dict[str, list[str]] = {}
    for service in services:
        found.setdefault(service.service, []).extend(service.resources())
    for service, backend in _used():
        found.setdefault(service, []).extend(KINDS.get(service, _anything)(backend))
    return {service: sorted(names) for service, names in sorted(found.items()) if names}


def _used() -> list[tuple[str, Any]]:
    """(service, moto's backend) of all regions that were used."""
    backends: list[Any] = list(BackendDict._instances)  # type: ignore[misc]  # moto offers no other way
    return [(used.service_name, backend) for used in backends for account in list(used.values()) for backend in list(account.values())]


def _anything(backend: Any) -> Found:
    for kind, held in vars(backend).items():
        if isinstance(held, dict) and not kind.startswith("_") and not any(mark in kind for mark in BOOKKEEPING):
            yield from _named(kind, held)


def _named(kind: str, names: Iterable[Any]) -> Found:
    return [f"{kind} {name}" for name in names]


def _autoscaling(backend: Any) -> Found:
    yield from _named("Auto Scaling group", backend.autoscaling_groups)
    yield from _named("launch configuration", backend.launch_configurations)


def _budgets(backend: Any) -> Found:
    for budgets in backend.budgets.values():
        yield from _named("budget", budgets)


def _cloudwatch(backend: Any) -> Found:
    yield from _named("alarm", backend.alarms)
    yield from _named("dashboard", backend.dashboards)


def _ec2(backend: Any) -> Found:
    """Every account has a default VPC in each region, every VPC a main route table, a default security group and a network ACL."""
    yield from _named("VPC", (vpc.id for vpc in backend.vpcs.values() if not vpc.is_default))
    yield from _named("subnet", (subnet.id for zone in backend.subnets.values() for subnet in zone.values() if not subnet.default_for_az))
    yield from _named("route table", (table.id for table in backend.route_tables.values() if table.main_association_id is None))
    groups = (group for groups in backend.groups.values() for group in groups.values())
    yield from _named("security group", (f"{group.id} {group.name}" for group in groups if group.name != "default"))
    yield from _named("network ACL", (acl.id for acl in backend.network_acls.values() if not acl.default))
    yield from _named("elastic address", (address.allocation_id for address in backend.addresses))
    yield from _named("NAT gateway", _alive(backend.nat_gateways))
    yield from _named("VPC endpoint", _alive(backend.vpc_end_points))
    instances = {instance.id: instance for reservation in backend.reservations.values() for instance in reservation.instances}
    yield from _named("instance", (id_ for id_, instance in instances.items() if instance.state not in GONE))
    yield from _named("snapshot", (snapshot.id for snapshot in backend.snapshots.values() if snapshot.owner_id == backend.account_id))
    kinds = {
        "internet gateway": backend.internet_gateways,
        "network interface": backend.enis,
        "flow log": backend.flow_logs,
        "launch template": backend.launch_template_name_to_ids,
        "volume": backend.volumes,
        "key pair": backend.key_pairs,
        "peering connection": backend.vpc_pcxs,
    }
    for kind, held in kinds.items():
        yield from _named(kind, held)


def _alive(held: dict[str, Any]) -> Found:
    return [id_ for id_, thing in held.items() if thing.state not in GONE]


def _ecr(backend: Any) -> Found:
    """Every account has a registry with its settings."""
    yield from _named("repository", backend.repositories)


def _elbv2(backend: Any) -> Found:
    yield from _named("load balancer", (balancer.name for balancer in backend.load_balancers.values()))
    yield from _named("target group", (group.name for group in backend.target_groups.values()))


def _events(backend: Any) -> Found:
    yield from _named("event bus", (name for name in backend.event_buses if name != "default"))
    yield from _named("rule", (rule for bus in backend.event_buses.values() for rule in bus.rules))
    yield from _named("archive", backend.archives)


def _glue(backend: Any) -> Found:
    yield from _named("table", (f"{name}.{table}" for name, database in backend.databases.items() for table in database.tables))
    kinds = {
        "database": backend.databases,
        "crawler": backend.crawlers,
        "connection": backend.connections,
        "job": backend.jobs,
        "trigger": backend.triggers,
        "workflow": backend.workflows,
        "security configuration": backend.security_configurations,
    }
    for kind, held in kinds.items():
        yield from _named(kind, held)


def _iam(backend: Any) -> Found:
    """AWS's own policies, and roles that only a service can use, are in every account."""
    yield from _named("role", (role.name for role in backend.roles.values() if not role.path.startswith("/aws-service-role/")))
    yield from _named("policy", (arn for arn in backend.managed_policies if ":iam::aws:" not in arn))
    kinds = {
        "instance profile": backend.instance_profiles,
        "group": backend.groups,
        "user": backend.users,
        "OIDC provider": backend.open_id_providers,
    }
    for kind, held in kinds.items():
        yield from _named(kind, (getattr(thing, "name", id_) for id_, thing in held.items()))


def _kms(backend: Any) -> Found:
    """A key that is waiting for its end is gone: nobody can use it, and it costs nothing."""
    keys = [key for key in backend.keys.values() if key.key_manager == "CUSTOMER" and key.key_state != "PendingDeletion"]
    yield from _named("key", (key.id for key in keys))
    yield from _named("alias", (alias for key in keys for alias in key.aliases))


def _lakeformation(backend: Any) -> Found:
    """Whoever may use a database or a table is no resource, and goes with it."""
    yield from _named("registered location", backend.resources)


def _logs(backend: Any) -> Found:
    yield from _named("log group", backend.groups)
    yield from _named("resource policy", backend.resource_policies)


def _rds(backend: Any) -> Found:
    kinds = {
        "database": backend.databases,
        "cluster": backend.clusters,
        "snapshot": backend.database_snapshots,
        "cluster snapshot": backend.cluster_snapshots,
        "parameter group": backend.db_parameter_groups,
        "subnet group": backend.subnet_groups,
        "option group": backend.option_groups,
    }
    for kind, held in kinds.items():
        yield from _named(kind, (name for name in held if not name.startswith("default")))


def _route53(backend: Any) -> Found:
    yield from _named("zone", (zone.name for zone in backend.zones.values()))
    yield from _named("health check", backend.health_checks)


def _s3(backend: Any) -> Found:
    yield from backend.buckets


def _secretsmanager(backend: Any) -> Found:
    """A secret that is waiting for its end keeps its name from others."""
    secrets = {secret.name: secret for secret in backend.secrets.values()}
    yield from _named("secret", (f"{name}, pending deletion" if secret.is_deleted() else name for name, secret in secrets.items()))


def _nothing(_: Any) -> Found:
    return ()


KINDS: dict[str, Callable[[Any], Found]] = {
    "autoscaling": _autoscaling,
    "budgets": _budgets,
    "cloudwatch": _cloudwatch,
    "ec2": _ec2,
    "ecr": _ecr,
    "elbv2": _elbv2,
    "events": _events,
    "glue": _glue,
    "iam": _iam,
    "kms": _kms,
    "lakeformation": _lakeformation,
    "logs": _logs,
    "rds": _rds,
    "route53": _route53,
    "s3": _s3,
    "secretsmanager": _secretsmanager,
    "service-quotas": _nothing,
    "sts": _nothing,
}
"""{moto's service: what it holds}."""
