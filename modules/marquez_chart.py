"""The stack `marquez-chart`: the Helm release of Marquez, and nothing else.

It stands apart from the cluster, because a provider cannot be configured from a cluster that the same run has yet to make.
"""

import json
from pathlib import Path

from cdktf import AssetType, TerraformAsset
from cdktf_cdktf_provider_helm.provider import HelmProvider, HelmProviderKubernetes, HelmProviderKubernetesExec
from cdktf_cdktf_provider_helm.release import Release
from constructs import Construct

from modules.marquez import MarquezOutputs, MarquezStack
from modules.marquez.workload import API, DATABASE_NAME, DATABASE_PORT, DATABASE_USER, NAMESPACE, RELEASE, SERVICE_ACCOUNT, WEB
from modules.settings import Settings
from modules.stack import DeploymentStack

CHART = Path(__file__).parent / "charts/marquez"
TIMEOUT_SECONDS = 900


class MarquezChartStack(DeploymentStack):
    """One release; its chart is copied under a name that holds its hash, so that a changed chart is a changed release."""

    def __init__(self, scope: Construct, settings: Settings, marquez: MarquezStack) -> None:
        super().__init__(scope, "marquez-chart", settings, upstream=[marquez])
        self._connect(marquez.outputs)
        chart = TerraformAsset(self, "chart", path=str(CHART), type=AssetType.DIRECTORY)
        Release(
            self,
            "marquez",
            name=RELEASE,
            namespace=NAMESPACE,
            create_namespace=True,
            chart=chart.path,
            values=[json.dumps(self._values(marquez.outputs), indent=2)],
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

    def _values(self, marquez: MarquezOutputs) -> dict[str, object]:
        return {
            "region": self.settings.region,
            "serviceAccount": {"name": SERVICE_ACCOUNT},
            "database": {
                "host": marquez.database_host,
                "port": DATABASE_PORT,
                "name": DATABASE_NAME,
                "user": DATABASE_USER,
                "passwordSecret": marquez.database_secret_arn,
            },
            "api": {"nodePort": API.node_port},
            "web": {"nodePort": WEB.node_port},
        }
