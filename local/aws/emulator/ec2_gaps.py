"""Where moto's EC2 answers differently from AWS, in what this project uses."""

# ruff: noqa: PLC0415 - moto's EC2 takes its time to import, and not everybody uses it

from collections.abc import Callable
from typing import Any

from local.aws.emulator.gaps import gap_in, replace


@gap_in("ec2")
def _keep_rule_descriptions() -> None:
    """moto finds the description of a rule with addresses only, and loses that of a rule with a group or a prefix list."""
    from moto.ec2.models.security_groups import SecurityGroupRule

    @replace(SecurityGroupRule, "__init__")
    def make(old: Callable[..., None], rule: Any, *given: Any, **named: Any) -> None:
        old(rule, *given, **named)
        if "Description" in rule.source_group:
            rule.ip_range.setdefault("Description", rule.source_group["Description"])


@gap_in("ec2")
def _keep_a_templates_own_tags_its_own() -> None:
    """moto puts them among the tags of what is started by the template, and shows those of its first day for ever."""
    from moto.ec2.models.launch_templates import LaunchTemplate

    LaunchTemplate.tags = property(lambda template: template.get_tags(), lambda *_: None)  # type: ignore[assignment]

    @replace(LaunchTemplate, "create_version")
    def create_version(old: Callable[..., Any], template: Any, data: dict[str, Any], description: str) -> Any:
        started = [tags for tags in data.get("TagSpecifications", []) if tags["ResourceType"] != "launch-template"]
        return old(template, data | ({"TagSpecifications": started} if started else {}), description)


@gap_in("ec2")
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

    @replace(EC2Backend, "delete_security_group")
    def delete_security_group(old: Callable[..., Any], backend: Any, name: str | None = None, group_id: str | None = None) -> Any:
        if group_id and in_use(backend, group_id):
            raise DependencyViolationError(f"resource {group_id} has a dependent object")
        return old(backend, name, group_id)


@gap_in("ec2")
def _make_interfaces_of_aws_its_own() -> None:
    """For moto nobody uses those of gateways and endpoints, anybody may delete them, and a gateway's outlives it."""
    from moto.ec2.models import EC2Backend

    def is_managed(interface: Any) -> None:
        interface.status, interface.requester_managed = "in-use", True

    @replace(EC2Backend, "create_nat_gateway")
    def create_nat_gateway(old: Callable[..., Any], backend: Any, *given: Any, **named: Any) -> Any:
        gateway = old(backend, *given, **named)
        is_managed(gateway._eni)
        return gateway

    @replace(EC2Backend, "delete_nat_gateway")
    def delete_nat_gateway(old: Callable[..., Any], backend: Any, nat_gateway_id: str) -> Any:
        gateway = old(backend, nat_gateway_id)
        backend.enis.pop(gateway._eni.id, None)
        return gateway

    @replace(EC2Backend, "create_vpc_endpoint")
    def create_vpc_endpoint(old: Callable[..., Any], backend: Any, *given: Any, **named: Any) -> Any:
        endpoint = old(backend, *given, **named)
        for id_ in endpoint.network_interface_ids:
            is_managed(backend.enis[id_])
        return endpoint


@gap_in("ec2")
def _offer_types_by_zone() -> None:
    """moto knows by fixed names where a type is offered, and starts any type anywhere."""
    from moto.ec2.exceptions import EC2ClientError
    from moto.ec2.models import EC2Backend

    from local.aws.emulator import zones

    @replace(EC2Backend, "describe_instance_type_offerings")
    def describe(old: Callable[..., list[Any]], backend: Any, location_type: str | None = None, filters: Any = None) -> list[Any]:
        if location_type != "availability-zone":
            return old(backend, location_type, filters)
        offered = zones.offerings(backend.region_name)
        return [offering for offering in offered if backend.matches_filters(offering, filters or {}, location_type)]

    @replace(EC2Backend, "run_instances")
    def run_instances(old: Callable[..., Any], backend: Any, *given: Any, **named: Any) -> Any:
        subnet = named.get("subnet_id")
        zone = backend.get_subnet(subnet).availability_zone if subnet else named.get("placement")
        if zone and (message := zones.not_offered(backend.region_name, named["instance_type"], [zone])):
            raise EC2ClientError("Unsupported", message)
        return old(backend, *given, **named)


@gap_in("ec2")
def _offer_an_endpoint_to_redshift_serverless() -> None:
    """moto does not list it: docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html."""
    from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES

    AWS_ENDPOINT_SERVICES.append("redshift-serverless")


@gap_in("ec2")
def _offer_endpoint_services_by_zone() -> None:
    """moto has every endpoint service in every zone."""
    from moto.ec2.exceptions import InvalidParameter
    from moto.ec2.models import EC2Backend

    from local.aws.emulator import zones

    @replace(EC2Backend, "describe_vpc_endpoint_services")
    def endpoint_services(old: Callable[..., dict[str, Any]], backend: Any, *given: Any, **named: Any) -> dict[str, Any]:
        found = old(backend, *given, **named)
        region = backend.region_name
        details = [
            service | {"AvailabilityZones": zones.with_service(service["ServiceName"], region)} for service in found["servicesDetails"]
        ]
        return {**found, "servicesDetails": details}

    @replace(EC2Backend, "create_vpc_endpoint")
    def create_vpc_endpoint(old: Callable[..., Any], backend: Any, vpc_id: str, service_name: str, *given: Any, **named: Any) -> Any:
        for id_ in named.get("subnet_ids") or []:
            if zones.lacks(service_name, backend.get_subnet(id_).availability_zone_id):
                raise InvalidParameter(
                    f"The VPC endpoint service {service_name} does not support the availability zone of the subnet: {id_}."
                )
        return old(backend, vpc_id, service_name, *given, **named)
