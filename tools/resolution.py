"""What the synthesized stacks say once AWS has answered: references followed, also into other stacks; ARNs and ids put in.

Terraform's JSON is full of references. Many end at a text that stands elsewhere, others at what only AWS knows: an account's number, a
VPC's id. For these stands `made_up`: an example by default, `*` where a policy is to match whatever AWS will make up.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tools.policy_document import rendered
from tools.synthesized import Address, SynthesizedStack

EXAMPLE_ACCOUNT = "123456789012"
EXAMPLE_ID = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
REFERENCE = re.compile(r"\$\{((?:data\.)?[a-z]\w*\.[\w-]+)\.([^{}()]+)\}")
ITEM = re.compile(r"(.+)\[(\d+)\]")

IAM, EC2, GLUE = "arn:{partition}:iam::{account}:", "arn:{partition}:ec2:{region}:{account}:", "arn:{partition}:glue:{region}:{account}:"
EKS, RDS, BALANCING = (f"arn:{{partition}}:{service}:{{region}}:{{account}}:" for service in ("eks", "rds", "elasticloadbalancing"))
WAREHOUSE = "arn:{partition}:redshift-serverless:{region}:{account}:"
ARNS = {
    "aws_s3_bucket": "arn:{partition}:s3:::{bucket}",
    "aws_iam_role": IAM + "role/{name}",
    "aws_iam_policy": IAM + "policy/{name}",
    "aws_kms_key": "arn:{partition}:kms:{region}:{account}:key/{made_up}",
    "aws_kms_alias": "arn:{partition}:kms:{region}:{account}:{name}",
    "aws_cloudwatch_log_group": "arn:{partition}:logs:{region}:{account}:log-group:{name}",
    "aws_cloudwatch_metric_alarm": "arn:{partition}:cloudwatch:{region}:{account}:alarm:{alarm_name}",
    "aws_cloudwatch_event_rule": "arn:{partition}:events:{region}:{account}:rule/{name}",
    "aws_sns_topic": "arn:{partition}:sns:{region}:{account}:{name}",
    "aws_secretsmanager_secret": "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{made_up}",
    "aws_internet_gateway": EC2 + "internet-gateway/{id}",
    "aws_launch_template": EC2 + "launch-template/{id}",
    "aws_route_table": EC2 + "route-table/{id}",
    "aws_security_group": EC2 + "security-group/{id}",
    "aws_subnet": EC2 + "subnet/{id}",
    "aws_vpc": EC2 + "vpc/{id}",
    "aws_vpc_endpoint": EC2 + "vpc-endpoint/{id}",
    "aws_glue_catalog_database": GLUE + "database/{name}",
    "aws_glue_crawler": GLUE + "crawler/{name}",
    "aws_glue_trigger": GLUE + "trigger/{name}",
    "aws_glue_workflow": GLUE + "workflow/{name}",
    "aws_redshiftserverless_namespace": WAREHOUSE + "namespace/{made_up}",
    "aws_redshiftserverless_workgroup": WAREHOUSE + "workgroup/{made_up}",
    "aws_mwaa_environment": "arn:{partition}:airflow:{region}:{account}:environment/{name}",
    "aws_eks_cluster": EKS + "cluster/{name}",
    "aws_eks_node_group": EKS + "nodegroup/{cluster_name}/{node_group_name}/{made_up}",
    "aws_eks_addon": EKS + "addon/{cluster_name}/{addon_name}/{made_up}",
    "aws_eks_access_entry": EKS + "access-entry/{cluster_name}/{made_up}",
    "aws_eks_pod_identity_association": EKS + "podidentityassociation/{cluster_name}/{made_up}",
    "aws_db_instance": RDS + "db:{identifier}",
    "aws_db_parameter_group": RDS + "pg:{name}",
    "aws_db_subnet_group": RDS + "subgrp:{name}",
    "aws_lb": BALANCING + "loadbalancer/app/{name}/{made_up}",
    "aws_lb_listener": BALANCING + "listener/app/{made_up}/{made_up}/{made_up}",
    "aws_lb_target_group": BALANCING + "targetgroup/{name}/{made_up}",
    "aws_budgets_budget": "arn:{partition}:budgets::{account}:budget/{name}",
    "aws_route53_zone": "arn:{partition}:route53:::hostedzone/{id}",
}
"""{type: its ARN}, in AWS's form (service authorization reference, "Resource types"). What stands in braces is an attribute."""
IDS = {
    "aws_s3_bucket": "{bucket}",
    "aws_iam_role": "{name}",
    "aws_kms_key": "{made_up}",
    "aws_eip": "eipalloc-{made_up}",
    "aws_internet_gateway": "igw-{made_up}",
    "aws_launch_template": "lt-{made_up}",
    "aws_nat_gateway": "nat-{made_up}",
    "aws_route53_zone": "Z{made_up:.20}",
    "aws_route_table": "rtb-{made_up}",
    "aws_secretsmanager_secret": "{arn}",
    "aws_security_group": "sg-{made_up}",
    "aws_subnet": "subnet-{made_up}",
    "aws_vpc": "vpc-{made_up}",
    "aws_vpc_endpoint": "vpce-{made_up}",
}
"""{type: its id}: what AWS begins ids with, and where the provider takes a name or an ARN for one."""
OTHERS = {
    ("aws_db_instance", "address"): "{identifier}.{made_up}.{region}.rds.amazonaws.com",
    ("aws_eks_cluster", "vpc_config[0].cluster_security_group_id"): "sg-{made_up}",
    ("aws_eks_node_group", "resources[0].autoscaling_groups[0].name"): "eks-{node_group_name}-{made_up}",
    ("aws_launch_template", "latest_version"): "1",
    ("aws_lb", "dns_name"): "{name}-{made_up}.{region}.elb.amazonaws.com",
    ("aws_lb", "zone_id"): "Z{made_up:.20}",
    ("aws_redshiftserverless_namespace", "admin_password_secret_arn"): (
        "arn:{partition}:secretsmanager:{region}:{account}:secret:redshift!{namespace_name}-{made_up}"
    ),
    ("aws_redshiftserverless_workgroup", "endpoint[0].address"): "{workgroup_name}.{account}.{region}.redshift-serverless.amazonaws.com",
    ("aws_route53_zone", "zone_id"): "{id}",
    ("aws_s3_object", "version_id"): "{made_up}",
    ("aws_s3_object_copy", "version_id"): "{made_up}",
    ("aws_vpc", "cidr_block"): "10.0.0.0/16",
    **{("data.aws_availability_zones", f"names[{index}]"): f"{{region}}{zone}" for index, zone in enumerate("abc")},
    ("data.aws_caller_identity", "account_id"): "{account}",
    ("data.aws_caller_identity", "arn"): IAM + "role/{made_up}",
    ("data.aws_eks_addon_version", "version"): "v1.0.0-eksbuild.1",
    ("data.aws_iam_session_context", "issuer_arn"): IAM + "role/{made_up}",
    ("data.aws_partition", "partition"): "{partition}",
    ("data.aws_vpc", "cidr_block"): "10.0.0.0/16",
}
"""{(type, attribute): what AWS answers}."""


class Resolution:
    """The stacks of one deployment, in an account of a partition."""

    def __init__(
        self, stacks: Iterable[SynthesizedStack], *, account: str = EXAMPLE_ACCOUNT, partition: str = "aws", made_up: str = EXAMPLE_ID
    ) -> None:
        self.stacks = {stack.id: stack for stack in stacks}
        self._known = {"account": account, "partition": partition, "made_up": made_up}

    def blocks(self) -> Iterator[tuple[SynthesizedStack, Address]]:
        """Every resource and data source."""
        yield from ((stack, address) for stack in self.stacks.values() for address in stack.blocks)

    def block(self, stack: SynthesizedStack, address: Address) -> dict[str, Any]:
        """The arguments of a resource or of a data source, without CDKTF's notes."""
        return {name: self.value(stack, value) for name, value in stack.blocks[address].items() if name != "//"}

    def arn(self, stack: SynthesizedStack, address: Address) -> str | None:
        """The ARN of a resource; None for a type that has none, or none that is known here."""
        shape = ARNS.get(address.partition(".")[0])
        return shape and self.filled(stack, address, shape)

    def filled(self, stack: SynthesizedStack, address: Address, shape: str, **known: str) -> str:
        """A shape such as those of ARNs, with what stands in its braces: an attribute of the resource, or what is known anyway."""
        return shape.format_map(_Attributes(self, stack, address, self._known | {"region": _region(stack)} | known))

    def value(self, stack: SynthesizedStack, value: Any) -> Any:
        """Any value of a stack's JSON; an expression that is more than a reference, or ends nowhere, stays as it is."""
        if isinstance(value, dict):
            return {name: self.value(stack, member) for name, member in value.items()}
        if isinstance(value, list):
            return [self.value(stack, member) for member in value]
        if not isinstance(value, str):
            return value
        if whole := REFERENCE.fullmatch(value):
            return self._attribute(stack, whole)
        return REFERENCE.sub(lambda found: str(self._attribute(stack, found)), value)

    def _attribute(self, stack: SynthesizedStack, reference: re.Match[str]) -> Any:
        address, attribute = reference.groups()
        kind, _, name = address.rpartition(".")
        if kind == "data.terraform_remote_state":
            return self._output(name, attribute.removeprefix("outputs."), reference[0])
        block = stack.blocks.get(address, {})
        if attribute in block:
            return self.value(stack, block[attribute])
        if prefix := block.get(f"{attribute}_prefix"):
            return f"{self.value(stack, prefix)}{self._known['made_up']}"
        if (kind, attribute) == ("data.aws_iam_policy_document", "json"):
            return json.dumps(rendered(self.block(stack, address)))
        shape = {"arn": ARNS.get(kind), "id": IDS.get(kind)}.get(attribute) or OTHERS.get((kind, attribute))
        return self.filled(stack, address, shape) if shape else reference[0]

    def _output(self, stack: str, name: str, unknown: str) -> Any:
        name, index = item.groups() if (item := ITEM.fullmatch(name)) else (name, None)
        if stack not in self.stacks or name not in self.stacks[stack].terraform.get("output", {}):
            return unknown
        value = self.value(self.stacks[stack], self.stacks[stack].terraform["output"][name]["value"])
        return value if index is None else value[int(index)]


class _Attributes(dict[str, str]):
    """What may stand in a shape's braces: what is known anyway, else an attribute."""

    def __init__(self, resolution: Resolution, stack: SynthesizedStack, address: Address, known: dict[str, str]) -> None:
        super().__init__(known)
        self._resolution, self._stack, self._address = resolution, stack, address

    def __missing__(self, name: str) -> str:
        return str(self._resolution.value(self._stack, f"${{{self._address}.{name}}}"))


def _region(stack: SynthesizedStack) -> str:
    region: str = stack.terraform["provider"]["aws"][0]["region"]
    return region
