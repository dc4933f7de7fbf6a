"""The stack `marquez-chart`: the Helm release of Marquez, and nothing else.

It stands apart from the cluster, because a provider cannot be configured from a cluster that the same run has yet to make.
"""

import json
from pathlib import Path

from cdktf import AssetType, TerraformAsset
from cdktf_cdktf_provider_helm.provider import HelmProvider, HelmProviderKubernetes, HelmProviderKubernetesExec
from cdktf_cdktf_provider_helm.release import Release
from constructs import Construct

from modules.lineage_secrets import KEY_VERSION
from modules.marquez import MarquezOutputs, MarquezStack
from modules.marquez.database import PASSWORD_VERSION
from modules.marquez.workload import (
    API,
    DATABASE_NAME,
    DATABASE_PORT,
    DATABASE_USER,
    MIGRATION_SERVICE_ACCOUNT,
    NAMESPACE,
    RELEASE,
    SERVICE_ACCOUNT,
    WEB,
)
from modules.marquez_images import pinned
from modules.network import NetworkStack
from modules.network.stack import NetworkOutputs
from modules.settings import Settings
from modules.stack import DeploymentStack

CHART = Path(__file__).parent / "charts/marquez"
TIMEOUT_SECONDS = 900
REPLICAS = 2
"""Pods of the API and of the web UI, at most one a node: a second one on a single node would leave no room for an upgrade's."""


class MarquezChartStack(DeploymentStack):
    """One release; its chart is copied under a name that holds its hash, so that a changed chart is a changed release."""

    def __init__(self, scope: Construct, settings: Settings, network: NetworkStack, marquez: MarquezStack) -> None:
        super().__init__(scope, "marquez-chart", settings, upstream=[network, marquez])
        self._connect(marquez.outputs)
        chart = TerraformAsset(self, "chart", path=str(CHART), type=AssetType.DIRECTORY)
        Release(
            self,
            "marquez",
            name=RELEASE,
            namespace=NAMESPACE,
            create_namespace=True,
            chart=chart.path,
            values=[json.dumps(self._values(network.outputs, marquez.outputs), indent=2)],
            atomic=True,
            timeout=TIMEOUT_SECONDS,
        )

    def _connect(self, marquez: MarquezOutputs) -> None:
        """A token of the deployer's own, made when it is needed: nothing to keep, nothing to expire in a state."""
        token = ["eks", "get-token", "--cluster-name", marquez.cluster_name, "--region", self.settings.region]
        HelmProvider(
            self,
            "helm",
            kubernetes=HelmProviderKubernetes(
                host=marquez.cluster_endpoint,
                cluster_ca_certificate=marquez.cluster_ca,
                exec=HelmProviderKubernetesExec(api_version="client.authentication.k8s.io/v1beta1", command="aws", args=token),
            ),
        )

    def _secrets_cidr(self, network: NetworkOutputs) -> str:
        """The deployment's own VPC has an endpoint of Secrets Manager; of an existing one that is not known."""
        return "0.0.0.0/0" if self.settings.existing_vpc_id else network.vpc_cidr

    def _values(self, network: NetworkOutputs, marquez: MarquezOutputs) -> dict[str, object]:
        settings = self.settings
        replicas = min(settings.eks_nodes, REPLICAS)
        return {
            "region": settings.region,
            "database": {
                "host": marquez.database_host,
                "port": DATABASE_PORT,
                "name": DATABASE_NAME,
                "user": DATABASE_USER,
                "passwordSecret": marquez.database_secret_arn,
            },
            "ingestion": {"keySecret": network.lineage_api_key_secret_arn},
            "network": {"vpcCidr": network.vpc_cidr, "secretsCidr": self._secrets_cidr(network)},
            "images": pinned(settings.image_digests),
            "serviceAccounts": {"api": SERVICE_ACCOUNT, "migration": MIGRATION_SERVICE_ACCOUNT},
            "credentials": {"revision": f"key {KEY_VERSION}, password {PASSWORD_VERSION}"},
            "retention": {"days": settings.marquez_retention_days},
            "api": {"nodePort": API.node_port, "replicas": replicas},
            "web": {"nodePort": WEB.node_port, "replicas": replicas, "readOnly": settings.marquez_read_only},
        }
