"""The VPC: three private subnets that reach out through NAT, three public ones for NAT and load balancers."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.data_aws_availability_zones import DataAwsAvailabilityZones, DataAwsAvailabilityZonesFilter
from cdktf_cdktf_provider_aws.data_aws_vpc import DataAwsVpc
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc as AwsVpc
from constructs import Construct

from modules.suppressions import suppress
from modules.zones import ZONES, ZONES_WITHOUT_EKS

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class VpcProps:
    """`name` begins the names of its parts; `cidr` is cut into sixteen subnets, of which six are used."""

    name: str
    cidr: str


class Vpc(Construct):
    """A VPC of the deployment's own. One NAT gateway serves all zones: it costs a third, and a template can do without it for an hour."""

    def __init__(self, scope: Construct, id_: str, props: VpcProps) -> None:
        super().__init__(scope, id_)
        self._name = props.name
        self.cidr = props.cidr
        self._vpc = AwsVpc(
            self, "vpc", cidr_block=props.cidr, enable_dns_support=True, enable_dns_hostnames=True, tags={"Name": props.name}
        )
        self.id = self._vpc.id
        # Whoever names no security group gets this one: without rules it lets nothing through.
        DefaultSecurityGroup(self, "closed", vpc_id=self.id, tags={"Name": f"{props.name}-closed"})
        zones = DataAwsAvailabilityZones(
            self,
            "zones",
            state="available",
            exclude_zone_ids=ZONES_WITHOUT_EKS,
            filter=[DataAwsAvailabilityZonesFilter(name="opt-in-status", values=["opt-in-not-required"])],
        )
        suppress(zones, CKV_AWS_394="a subnet stays in its zone (ignore_changes), whatever the list becomes")
        self._zones = [f"${{{zones.fqn}.names[{index}]}}" for index in range(ZONES)]
        blocks = IPv4Network(props.cidr).subnets(prefixlen_diff=4)
        private, public = list(self._subnets("private", blocks)), list(self._subnets("public", blocks))
        self.private_subnet_ids, self.public_subnet_ids = [subnet.id for subnet in private], [subnet.id for subnet in public]
        self._route_public(public)
        self.route_table_ids = [self._route_private(private, public[0]).id]

    def _subnets(self, kind: str, blocks: Iterator[IPv4Network]) -> Iterator[Subnet]:
        for number, zone in enumerate(self._zones, start=1):
            yield Subnet(
                self,
                f"{kind}_{number}",
                vpc_id=self.id,
                availability_zone=zone,
                cidr_block=str(next(blocks)),
                map_public_ip_on_launch=False,
                lifecycle=TerraformResourceLifecycle(ignore_changes=["availability_zone"]),
                tags={"Name": f"{self._name}-{kind}-{number}"},
            )

    def _route_public(self, subnets: list[Subnet]) -> None:
        self._gateway = InternetGateway(self, "internet", vpc_id=self.id, tags={"Name": self._name})
        table = self._table("public", subnets)
        Route(self, "to_internet", route_table_id=table.id, destination_cidr_block=ANYWHERE, gateway_id=self._gateway.id)

    def _route_private(self, subnets: list[Subnet], place: Subnet) -> RouteTable:
        address = Eip(self, "nat_address", domain="vpc", tags={"Name": f"{self._name}-nat"}, depends_on=[self._gateway])
        nat = NatGateway(self, "nat", allocation_id=address.id, subnet_id=place.id, tags={"Name": self._name}, depends_on=[self._gateway])
        table = self._table("private", subnets)
        Route(self, "to_nat", route_table_id=table.id, destination_cidr_block=ANYWHERE, nat_gateway_id=nat.id)
        return table

    def _table(self, kind: str, subnets: list[Subnet]) -> RouteTable:
        table = RouteTable(self, kind, vpc_id=self.id, tags={"Name": f"{self._name}-{kind}"})
        for number, subnet in enumerate(subnets, start=1):
            RouteTableAssociation(self, f"{kind}_route_{number}", subnet_id=subnet.id, route_table_id=table.id)
        return table


class ExistingVpc(Construct):
    """A VPC that somebody else answers for: nothing in it is changed."""

    def __init__(self, scope: Construct, id_: str, vpc_id: str, private_subnet_ids: list[str], public_subnet_ids: list[str]) -> None:
        super().__init__(scope, id_)
        self.id = vpc_id
        self.cidr = DataAwsVpc(self, "vpc", id=vpc_id).cidr_block
        self.private_subnet_ids = private_subnet_ids
        self.public_subnet_ids = public_subnet_ids
