"""Who reaches whom: Airflow the warehouse and the lineage API, nobody else anything."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules.suppressions import suppress

HTTPS = 443
ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class SecurityGroupsProps:
    """`lineage_inside`: the lineage API is in this VPC, at `lineage_port` of a load balancer in the group `lineage`."""

    name: str
    vpc_id: str
    redshift_port: int
    lineage_port: int
    lineage_inside: bool


class SecurityGroups(Construct):
    """The groups `mwaa`, `redshift` and `lineage`. No rule admits an address: only members of another group get in."""

    def __init__(self, scope: Construct, id_: str, props: SecurityGroupsProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        self.mwaa = self._group("mwaa", "Airflow")
        self.redshift = self._group("redshift", "Warehouse")
        self.lineage = self._group("lineage", "Load balancer of the lineage API")
        self._airflow_with_itself()
        self._connect("redshift", self.redshift, props.redshift_port)
        if props.lineage_inside:
            self._connect("lineage", self.lineage, props.lineage_port)
        elif props.lineage_port != HTTPS:
            self._reach_out("mwaa_to_lineage", self.mwaa, props.lineage_port, "The lineage endpoint")
        self._reach_out("mwaa_out", self.mwaa, HTTPS, "AWS and the package index")
        self._reach_out("redshift_out", self.redshift, HTTPS, "S3 and the Glue catalog, whose addresses change")

    def _group(self, name: str, description: str) -> SecurityGroup:
        full_name = f"{self._props.name}-{name}"
        group = SecurityGroup(self, name, name=full_name, description=description, vpc_id=self._props.vpc_id, tags={"Name": full_name})
        suppress(group, CKV2_AWS_5="it is attached in the stack of what it protects")
        return group

    def _airflow_with_itself(self) -> None:
        """MWAA demands it: scheduler, workers, web server and the database's endpoint are all in the one group."""
        for rule, id_ in ((VpcSecurityGroupIngressRule, "mwaa_from_itself"), (VpcSecurityGroupEgressRule, "mwaa_to_itself")):
            rule(
                self,
                id_,
                security_group_id=self.mwaa.id,
                referenced_security_group_id=self.mwaa.id,
                description="Parts of Airflow among themselves",
                ip_protocol="-1",
            )

    def _connect(self, name: str, group: SecurityGroup, port: int) -> None:
        """Airflow to a port of another group, and nobody else."""
        VpcSecurityGroupIngressRule(
            self,
            f"{name}_from_mwaa",
            security_group_id=group.id,
            referenced_security_group_id=self.mwaa.id,
            description="From Airflow",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
        )
        VpcSecurityGroupEgressRule(
            self,
            f"mwaa_to_{name}",
            security_group_id=self.mwaa.id,
            referenced_security_group_id=group.id,
            description=f"To {name}",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
        )

    def _reach_out(self, id_: str, group: SecurityGroup, port: int, what: str) -> None:
        VpcSecurityGroupEgressRule(
            self, id_, security_group_id=group.id, description=what, cidr_ipv4=ANYWHERE, ip_protocol="tcp", from_port=port, to_port=port
        )
