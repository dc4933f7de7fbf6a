"""The EKS cluster that Marquez runs on: its control plane, who may use it, and what must run on a node before it is ready.

Versions follow the control plane's by reference, so another one reaches the control plane first, then the add-ons that nodes need, then the
nodes, then coredns. Kubernetes allows a kube-proxy that is newer than its node, and none that is newer than the control plane.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf import TerraformResource
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.data_aws_eks_addon_version import DataAwsEksAddonVersion
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatement as Statement
from cdktf_cdktf_provider_aws.eks_access_entry import EksAccessEntry
from cdktf_cdktf_provider_aws.eks_access_policy_association import EksAccessPolicyAssociation, EksAccessPolicyAssociationAccessScope
from cdktf_cdktf_provider_aws.eks_addon import EksAddon
from cdktf_cdktf_provider_aws.eks_cluster import (
    EksCluster,
    EksClusterAccessConfig,
    EksClusterEncryptionConfig,
    EksClusterEncryptionConfigProvider,
    EksClusterUpgradePolicy,
    EksClusterVpcConfig,
)
from constructs import Construct

from modules.place import Place
from modules.service_role import ServiceRole, ServiceRoleProps
from modules.suppressions import suppress

CONTROL_PLANE_LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
LOG_RETENTION_DAYS = 365
SECRETS_KEY_ACTIONS = ["kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"]
# Daemon sets: they are active without a node, and a node is ready only with them (the network needs no agent, but pods' roles do).
NODE_ADDONS = ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"]
# Without it network policies are accepted, and do nothing.
CONFIGURATION = {"vpc-cni": {"enableNetworkPolicy": "true"}}


@dataclass(frozen=True)
class ClusterProps:
    """`administrator_arn` is the principal that deploys, the only one with access.

    Without `extended_support` AWS raises the version itself when its standard support ends; with it, AWS charges six times the price
    from that day on.
    """

    name: str
    place: Place
    version: str
    extended_support: bool
    subnet_ids: Sequence[str]
    public_access_cidrs: Sequence[str]
    kms_key_arn: str
    administrator_arn: str


class Cluster(Construct):
    """The control plane. `eks` is the cluster, `node_addons` what a node group waits for."""

    def __init__(self, scope: Construct, id_: str, props: ClusterProps) -> None:
        super().__init__(scope, id_)
        self.eks = self._control_plane(props)
        self._administrator(props)
        self.node_addons = [addon(self, name, self.eks, CONFIGURATION.get(name)) for name in NODE_ADDONS]

    def _control_plane(self, props: ClusterProps) -> EksCluster:
        role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                name=props.name,
                service="eks.amazonaws.com",
                place=props.place,
                source_arn=props.place.arn("eks", f"cluster/{props.name}"),
                managed_policies=["AmazonEKSClusterPolicy"],
                statements=[Statement(sid="Secrets", actions=SECRETS_KEY_ACTIONS, resources=[props.kms_key_arn])],
            ),
        )
        # EKS would make it itself, without an end to its retention, and leave it behind.
        logs = CloudwatchLogGroup(
            self, "logs", name=f"/aws/eks/{props.name}/cluster", retention_in_days=LOG_RETENTION_DAYS, kms_key_id=props.kms_key_arn
        )
        cluster = EksCluster(
            self,
            "eks",
            name=props.name,
            role_arn=role.arn,
            version=props.version,
            enabled_cluster_log_types=CONTROL_PLANE_LOGS,
            upgrade_policy=EksClusterUpgradePolicy(support_type="EXTENDED" if props.extended_support else "STANDARD"),
            bootstrap_self_managed_addons=False,
            access_config=EksClusterAccessConfig(authentication_mode="API", bootstrap_cluster_creator_admin_permissions=False),
            vpc_config=EksClusterVpcConfig(
                subnet_ids=list(props.subnet_ids),
                endpoint_private_access=True,
                endpoint_public_access=True,
                public_access_cidrs=list(props.public_access_cidrs),
            ),
            encryption_config=EksClusterEncryptionConfig(
                provider=EksClusterEncryptionConfigProvider(key_arn=props.kms_key_arn), resources=["secrets"]
            ),
            depends_on=[logs, *role.permissions],
        )
        suppress(cluster, CKV_AWS_39="open to EXTERNAL_IP only: the deployer's Helm comes from there")
        return cluster

    def _administrator(self, props: ClusterProps) -> None:
        entry = EksAccessEntry(self, "administrator", cluster_name=self.eks.name, principal_arn=props.administrator_arn)
        EksAccessPolicyAssociation(
            self,
            "administration",
            cluster_name=self.eks.name,
            principal_arn=entry.principal_arn,
            policy_arn=f"arn:{props.place.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
            access_scope=EksAccessPolicyAssociationAccessScope(type="cluster"),
        )


def addon(
    scope: Construct,
    name: str,
    cluster: EksCluster,
    configuration: Mapping[str, object] | None = None,
    after: Sequence[TerraformResource] = (),
) -> EksAddon:
    """An add-on in the version that EKS holds to be right for the cluster's; it overwrites what was changed by hand."""
    version = DataAwsEksAddonVersion(scope, f"{name}_version", addon_name=name, kubernetes_version=cluster.version)
    return EksAddon(
        scope,
        name,
        cluster_name=cluster.name,
        addon_name=name,
        addon_version=version.version,
        configuration_values=json.dumps(configuration) if configuration else None,
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="OVERWRITE",
        depends_on=list(after) or None,
    )
