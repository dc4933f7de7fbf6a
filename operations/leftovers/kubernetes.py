"""The cluster, what starts its nodes, and what leads to them."""

from collections.abc import Iterator
from typing import Any

from operations.leftovers.kind import Found, Kind, Steps
from operations.reading import pages


def _node_groups(client: Any, cluster: Found) -> Steps:
    """EKS refuses to delete a cluster that has them."""
    return list(_without_node_groups(client, cluster.id))


def _without_node_groups(client: Any, cluster: str) -> Iterator[list[str]]:
    for group in pages(client, "list_nodegroups", "nodegroups[]", clusterName=cluster):
        which = ["--cluster-name", cluster, "--nodegroup-name", group]
        yield ["eks", "delete-nodegroup", *which]
        yield ["eks", "wait", "nodegroup-deleted", *which]


KINDS = (
    Kind(
        "EKS cluster",
        "aws_eks_cluster",
        "eks",
        "list_clusters",
        "clusters[]",
        "eks delete-cluster --name {id} && eks wait cluster-deleted --name {id}",
        before=_node_groups,
    ),
    Kind(
        "Auto Scaling group",
        "aws_autoscaling_group",
        "autoscaling",
        "describe_auto_scaling_groups",
        "AutoScalingGroups[]",
        "autoscaling delete-auto-scaling-group --force-delete --auto-scaling-group-name {id}",
        id="AutoScalingGroupName",
        label="AutoScalingGroupName",
        arn="AutoScalingGroupARN",
    ),
    Kind(
        "EC2 instance",
        "aws_instance",
        "ec2",
        "describe_instances",
        "Reservations[].Instances[]",
        "ec2 terminate-instances --instance-ids {id} && ec2 wait instance-terminated --instance-ids {id}",
        id="InstanceId",
        arguments={"Filters": [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]},
    ),
    Kind(
        "Launch template",
        "aws_launch_template",
        "ec2",
        "describe_launch_templates",
        "LaunchTemplates[]",
        "ec2 delete-launch-template --launch-template-id {id}",
        id="LaunchTemplateId",
        label="LaunchTemplateName",
    ),
    Kind(
        "Volume",
        "aws_ebs_volume",
        "ec2",
        "describe_volumes",
        "Volumes[]",
        "ec2 delete-volume --volume-id {id}",
        id="VolumeId",
        arguments={"Filters": [{"Name": "status", "Values": ["available"]}]},  # one in use goes with its instance
    ),
    Kind(
        "Load balancer",
        "aws_lb",
        "elbv2",
        "describe_load_balancers",
        "LoadBalancers[]",
        "elbv2 delete-load-balancer --load-balancer-arn {id} && elbv2 wait load-balancers-deleted --load-balancer-arns {id}",
        id="LoadBalancerArn",
        label="LoadBalancerName",
        arn="LoadBalancerArn",
    ),
    Kind(
        "Target group",
        "aws_lb_target_group",
        "elbv2",
        "describe_target_groups",
        "TargetGroups[]",
        "elbv2 delete-target-group --target-group-arn {id}",
        id="TargetGroupArn",
        label="TargetGroupName",
        arn="TargetGroupArn",
    ),
)
