"""What EKS makes of other services for a cluster and its node groups: a security group, launch templates and Auto Scaling groups."""

import contextlib
import uuid
from collections.abc import Mapping
from typing import Any

from moto.ec2.exceptions import EC2ClientError

from local.aws.emulator.eks.catalogue import invalid
from local.aws.emulator.neighbours import require_security_groups
from local.aws.emulator.place import Place


def make_cluster_group(place: Place, cluster: str, vpc: str) -> str:
    """The security group that control plane and nodes share; returns its id. Who is in it may do everything to the others, and go out."""
    ec2 = place.moto("ec2")
    name = f"eks-cluster-sg-{cluster}-{uuid.uuid4().int % 10**10}"
    tags = {"Name": name, f"kubernetes.io/cluster/{cluster}": "owned", "aws:eks:cluster-name": cluster}
    description = (
        "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any managed workloads."
    )
    group = ec2.create_security_group(name, description, vpc_id=vpc, tags=tags)
    ec2.authorize_security_group_ingress(group.id, "-1", "-1", "-1", [], source_groups=[{"GroupId": group.id}], vpc_id=vpc)
    return str(group.id)


def delete_cluster_group(place: Place, group: str) -> None:
    """EKS leaves it behind when something else still uses it; then the VPC cannot be deleted either."""
    with contextlib.suppress(EC2ClientError):
        place.moto("ec2").delete_security_group(group_id=group)


def require_template(place: Place, wanted: Mapping[str, str], vpc: str) -> Any:
    """The version of the launch template that a node group names. Raises Refused if there is none, or if EKS cannot start nodes by it."""
    ec2 = place.moto("ec2")
    try:
        template = ec2.get_launch_template(wanted["id"]) if "id" in wanted else ec2.get_launch_template_by_name(wanted["name"])
        version = template.get_version(wanted.get("version", "$Default"))
    except EC2ClientError as error:
        raise invalid(f"Launch template: {error.message}") from None
    require_security_groups(place, version.data.get("SecurityGroupIds", []), vpc=vpc)
    return version


class Machines:
    """The Auto Scaling group behind a node group, and EKS's own launch template for it. Nothing is started: nobody would hear a node."""

    def __init__(self, place: Place, nodegroup: Mapping[str, Any], template: Mapping[str, Any]) -> None:
        self._place = place
        self._template = place.moto("ec2").create_launch_template(f"eks-{uuid.uuid4()}", "", dict(template), {}).name
        self.name = f"eks-{nodegroup['nodegroupName']}-{uuid.uuid4()}"
        place.moto("autoscaling").create_auto_scaling_group(
            name=self.name,
            availability_zones=[],
            desired_capacity=0,
            max_size=0,
            min_size=0,
            launch_config_name="",
            launch_template={"LaunchTemplateName": self._template, "Version": "1"},
            vpc_zone_identifier=",".join(nodegroup["subnets"]),
            default_cooldown=None,
            health_check_period=None,
            health_check_type=None,
            load_balancers=[],
            target_group_arns=[],
            placement_group=None,
            termination_policies=[],
            tags=[self._tag("eks:cluster-name", nodegroup["clusterName"]), self._tag("eks:nodegroup-name", nodegroup["nodegroupName"])],
        )
        self.scale(nodegroup["scalingConfig"])

    def scale(self, size: Mapping[str, int]) -> None:
        """Set what the Auto Scaling group says of its size."""
        group = self._place.moto("autoscaling").autoscaling_groups[self.name]
        group.min_size, group.max_size, group.desired_capacity = size["minSize"], size["maxSize"], size["desiredSize"]

    def change(self, template: Mapping[str, Any]) -> None:
        """From now on nodes are started by another template."""
        self._place.moto("ec2").get_launch_template_by_name(self._template).versions[0].data = dict(template)

    def delete(self) -> None:
        """Both, the load balancers' target groups left alone."""
        self._place.moto("autoscaling").delete_auto_scaling_group(self.name)
        self._place.moto("ec2").delete_launch_template(self._template, None)

    def _tag(self, key: str, value: str) -> dict[str, Any]:
        return {"Key": key, "Value": value, "PropagateAtLaunch": True, "ResourceId": self.name, "ResourceType": "auto-scaling-group"}
