"""Marquez's names inside the VPC, known before there is a Marquez: Airflow is told one of them when it starts."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordAlias
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone, Route53ZoneVpc
from constructs import Construct

from modules.marquez.load_balancers import LoadBalancer


@dataclass(frozen=True)
class LineageNamesProps:
    """`host` is the name in the deployment's private zone; `tls_host` the one that the certificate is for, when there is one."""

    vpc_id: str
    private_zone_id: str
    host: str
    tls_host: str | None


class LineageNames(Construct):
    """Aliases of the internal load balancer. The TLS name gets a private zone of its own, which hides no other name of the domain."""

    def __init__(self, scope: Construct, id_: str, target: LoadBalancer, props: LineageNamesProps) -> None:
        super().__init__(scope, id_)
        self._alias("host", props.private_zone_id, props.host, target)
        if props.tls_host:
            zone = Route53Zone(self, "tls_zone", name=props.tls_host, vpc=[Route53ZoneVpc(vpc_id=props.vpc_id)])
            self._alias("tls_host", zone.zone_id, props.tls_host, target)

    def _alias(self, id_: str, zone_id: str, name: str, target: LoadBalancer) -> None:
        alias = Route53RecordAlias(name=target.dns_name, zone_id=target.zone_id, evaluate_target_health=False)
        Route53Record(self, id_, zone_id=zone_id, name=name, type="A", alias=alias)
