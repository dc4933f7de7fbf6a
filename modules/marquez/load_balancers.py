"""The way into the cluster: load balancers that Terraform owns, in front of a fixed port of every node."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.autoscaling_attachment import AutoscalingAttachment
from cdktf_cdktf_provider_aws.lb import Lb
from cdktf_cdktf_provider_aws.lb_listener import LbListener, LbListenerDefaultAction, LbListenerDefaultActionRedirect
from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup, LbTargetGroupHealthCheck
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules.marquez.alarms import BalancerAlarms
from modules.marquez.workload import Service
from modules.suppressions import suppress

HTTP, HTTPS = 80, 443
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"

NO_CERTIFICATE = "TLS needs a domain of the operator's; without one the stack warns of it"


@dataclass(frozen=True)
class Targets:
    """The nodes, as a load balancer finds and reaches them."""

    vpc_id: str
    security_group_id: str
    autoscaling_group: str


@dataclass(frozen=True)
class LoadBalancerProps:
    """`security_group_id` is the load balancer's own, which admits its clients; with `certificate_arn` it speaks TLS."""

    name: str
    internal: bool
    subnet_ids: Sequence[str]
    security_group_id: str
    port: int
    certificate_arn: str | None
    service: Service
    targets: Targets
    protect: bool
    alarm_topic_arn: str


class LoadBalancer(Construct):
    """One load balancer for one of Marquez's services. `dns_name` and `zone_id` are for an alias."""

    def __init__(self, scope: Construct, id_: str, props: LoadBalancerProps) -> None:
        super().__init__(scope, id_)
        self._balancer = Lb(
            self,
            "balancer",
            name=props.name,
            internal=props.internal,
            load_balancer_type="application",
            subnets=list(props.subnet_ids),
            security_groups=[props.security_group_id],
            drop_invalid_header_fields=True,
            enable_deletion_protection=props.protect,
        )
        self.dns_name, self.zone_id = self._balancer.dns_name, self._balancer.zone_id
        suppress(self._balancer, **_accepted(props))
        group = self._target_group(props)
        self._listen(props, group)
        self._reach_nodes(props)
        names = {"balancer": self._balancer.arn_suffix, "targets": group.arn_suffix}
        BalancerAlarms(self, "alarms", name=props.name, topic_arn=props.alarm_topic_arn, **names)

    def _target_group(self, props: LoadBalancerProps) -> LbTargetGroup:
        group = LbTargetGroup(
            self,
            "targets",
            name=props.name,
            vpc_id=props.targets.vpc_id,
            target_type="instance",
            protocol="HTTP",
            port=props.service.node_port,
            deregistration_delay="30",
            health_check=LbTargetGroupHealthCheck(
                path=props.service.health_path, protocol="HTTP", matcher="200", interval=15, timeout=5, healthy_threshold=2
            ),
        )
        nodes = AutoscalingAttachment(self, "nodes", autoscaling_group_name=props.targets.autoscaling_group, lb_target_group_arn=group.arn)
        if not props.certificate_arn:
            suppress(group, CKV_AWS_378=NO_CERTIFICATE)
        suppress(nodes, CKV2_AWS_15="the group is EKS's, which replaces a node that Kubernetes finds ill")
        return group

    def _listen(self, props: LoadBalancerProps, group: LbTargetGroup) -> None:
        listener = LbListener(
            self,
            "listener",
            load_balancer_arn=self._balancer.arn,
            port=props.port,
            protocol="HTTPS" if props.certificate_arn else "HTTP",
            ssl_policy=TLS_POLICY if props.certificate_arn else None,
            certificate_arn=props.certificate_arn,
            default_action=[LbListenerDefaultAction(type="forward", target_group_arn=group.arn)],
        )
        if not props.certificate_arn:
            suppress(listener, CKV_AWS_2=NO_CERTIFICATE, CKV_AWS_103=NO_CERTIFICATE)

    def redirect_to_tls(self) -> None:
        """For people, who type a name without its protocol."""
        LbListener(
            self,
            "redirect",
            load_balancer_arn=self._balancer.arn,
            port=HTTP,
            protocol="HTTP",
            default_action=[
                LbListenerDefaultAction(
                    type="redirect", redirect=LbListenerDefaultActionRedirect(port=str(HTTPS), protocol="HTTPS", status_code="HTTP_301")
                )
            ],
        )

    def _reach_nodes(self, props: LoadBalancerProps) -> None:
        """The one port between the load balancer and the nodes, opened on both sides."""
        port = props.service.node_port
        VpcSecurityGroupEgressRule(
            self,
            "to_nodes",
            security_group_id=props.security_group_id,
            description=f"Marquez {props.service.name} on the nodes",
            referenced_security_group_id=props.targets.security_group_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
        )
        VpcSecurityGroupIngressRule(
            self,
            "from_balancer",
            security_group_id=props.targets.security_group_id,
            description=f"Marquez {props.service.name} from {props.name}",
            referenced_security_group_id=props.security_group_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
        )


def _accepted(props: LoadBalancerProps) -> dict[str, str]:
    reasons = {"CKV_AWS_91": "connections are in the VPC's flow logs, requests in Marquez's own log"}
    if not props.protect:
        reasons["CKV_AWS_150"] = "a demo is destroyed without asking; `protect` turns it on"
    if not props.internal:
        reasons["CKV2_AWS_28"] = "nobody but EXTERNAL_IP reaches it"
    if not props.certificate_arn:
        reasons["CKV2_AWS_20"] = NO_CERTIFICATE
    return reasons
