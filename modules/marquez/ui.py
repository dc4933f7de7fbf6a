"""Who reaches Marquez's web UI: the operator's own addresses, over TLS where the deployment has a domain."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules.marquez.load_balancers import HTTP, HTTPS, LoadBalancer, LoadBalancerProps, Targets
from modules.marquez.workload import WEB


@dataclass(frozen=True)
class WebUiProps:
    """`host` is the UI's own name, with `certificate_arn`; without them it goes by the load balancer's name."""

    name: str
    subnet_ids: Sequence[str]
    external_ip: Sequence[str]
    host: str | None
    certificate_arn: str | None
    targets: Targets
    protect: bool
    alarm_topic_arn: str


class WebUi(Construct):
    """The external load balancer. `url` is where people look; `address` is what a DNS record for `host` must point to."""

    def __init__(self, scope: Construct, id_: str, props: WebUiProps) -> None:
        super().__init__(scope, id_)
        ports = [HTTPS, HTTP] if props.certificate_arn else [HTTP]
        balancer = LoadBalancer(
            self,
            "external",
            LoadBalancerProps(
                name=props.name,
                internal=False,
                subnet_ids=props.subnet_ids,
                security_group_id=self._admitting(props, ports).id,
                port=ports[0],
                certificate_arn=props.certificate_arn,
                service=WEB,
                targets=props.targets,
                protect=props.protect,
                alarm_topic_arn=props.alarm_topic_arn,
            ),
        )
        if props.certificate_arn:
            balancer.redirect_to_tls()
        self.address = balancer.dns_name
        self.url = f"https://{props.host}" if props.host else f"http://{balancer.dns_name}"

    def _admitting(self, props: WebUiProps, ports: Sequence[int]) -> SecurityGroup:
        group = SecurityGroup(
            self,
            "security_group",
            name=f"{props.name}-ui",
            description="Marquez UI: EXTERNAL_IP only",
            vpc_id=props.targets.vpc_id,
        )
        for cidr in props.external_ip:
            for port in ports:
                VpcSecurityGroupIngressRule(
                    self,
                    f"from_{cidr}_{port}".replace(".", "-").replace("/", "_"),
                    security_group_id=group.id,
                    description="EXTERNAL_IP",
                    cidr_ipv4=cidr,
                    ip_protocol="tcp",
                    from_port=port,
                    to_port=port,
                )
        return group
