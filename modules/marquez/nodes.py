"""The machines that Marquez's pods run on: one managed node group, spread over the private subnets' zones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.eks_node_group import (
    EksNodeGroup,
    EksNodeGroupLaunchTemplate,
    EksNodeGroupScalingConfig,
    EksNodeGroupUpdateConfig,
)
from cdktf_cdktf_provider_aws.launch_template import (
    LaunchTemplate,
    LaunchTemplateBlockDeviceMappings,
    LaunchTemplateBlockDeviceMappingsEbs,
    LaunchTemplateMetadataOptions,
    LaunchTemplateTagSpecifications,
)
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from constructs import Construct

from modules.marquez.cluster import Cluster, addon
from modules.place import Place
from modules.service_role import ServiceRole, ServiceRoleProps

VOLUME_GIB = 20


@dataclass(frozen=True)
class NodesProps:
    """`count` machines of `instance_type`; `tags` for what the launch template makes, which the provider's default tags do not reach."""

    name: str
    place: Place
    vpc_id: str
    subnet_ids: Sequence[str]
    instance_type: str
    count: int
    spot: bool
    kms_key_arn: str
    tags: Mapping[str, str]


class Nodes(Construct):
    """The node group. `security_group` is theirs alone, `autoscaling_group` the name of what starts them."""

    def __init__(self, scope: Construct, id_: str, cluster: Cluster, props: NodesProps) -> None:
        super().__init__(scope, id_)
        # Without a rule of its own: the cluster's group lets nodes and control plane talk, each load balancer adds its one port here.
        self.security_group = SecurityGroup(
            self, "security_group", name=props.name, description="Marquez nodes: fixed ports of the load balancers", vpc_id=props.vpc_id
        )
        group = self._group(cluster, props)
        self.autoscaling_group = group.resources.get(0).autoscaling_groups.get(0).name
        addon(self, "coredns", cluster.eks, after=[group])  # a deployment: without nodes it stays degraded for 20 minutes

    def _group(self, cluster: Cluster, props: NodesProps) -> EksNodeGroup:
        role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                name=props.name,
                place=props.place,
                service="ec2.amazonaws.com",
                managed_policies=["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"],
            ),
        )
        template = self._template(cluster.eks.vpc_config.cluster_security_group_id, props)
        return EksNodeGroup(
            self,
            "group",
            cluster_name=cluster.eks.name,
            node_group_name=props.name,
            version=cluster.eks.version,
            node_role_arn=role.arn,
            subnet_ids=list(props.subnet_ids),
            ami_type="AL2023_x86_64_STANDARD",
            capacity_type="SPOT" if props.spot else "ON_DEMAND",
            instance_types=[props.instance_type],
            launch_template=EksNodeGroupLaunchTemplate(id=template.id, version=f"${{{template.fqn}.latest_version}}"),
            scaling_config=EksNodeGroupScalingConfig(desired_size=props.count, min_size=props.count, max_size=props.count + 1),
            update_config=EksNodeGroupUpdateConfig(max_unavailable=1),
            depends_on=[*role.permissions, *cluster.node_addons],
        )

    def _template(self, cluster_security_group_id: str, props: NodesProps) -> LaunchTemplate:
        return LaunchTemplate(
            self,
            "template",
            name=props.name,
            vpc_security_group_ids=[cluster_security_group_id, self.security_group.id],
            # One hop reaches the node but no pod: a pod's role comes from Pod Identity alone.
            metadata_options=LaunchTemplateMetadataOptions(http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1),
            block_device_mappings=[
                LaunchTemplateBlockDeviceMappings(
                    device_name="/dev/xvda",
                    ebs=LaunchTemplateBlockDeviceMappingsEbs(
                        encrypted="true",
                        kms_key_id=props.kms_key_arn,
                        volume_size=VOLUME_GIB,
                        volume_type="gp3",
                        delete_on_termination="true",
                    ),
                )
            ],
            tag_specifications=[
                LaunchTemplateTagSpecifications(resource_type=kind, tags={"Name": props.name, **props.tags})
                for kind in ("instance", "volume")
            ],
        )
