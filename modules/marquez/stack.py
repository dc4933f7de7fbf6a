"""The stack `marquez`: everything that Marquez needs of AWS. What runs in the cluster is the stack `marquez-chart`."""

from dataclasses import dataclass

from cdktf import Annotations, Fn
from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
from cdktf_cdktf_provider_aws.data_aws_iam_session_context import DataAwsIamSessionContext
from constructs import Construct

from modules.marquez.cluster import Cluster, ClusterProps
from modules.marquez.database import Database, DatabaseProps
from modules.marquez.dns import LineageNames, LineageNamesProps
from modules.marquez.identity import PodIdentity, PodIdentityProps
from modules.marquez.load_balancers import LoadBalancer, LoadBalancerProps, Targets
from modules.marquez.nodes import Nodes, NodesProps
from modules.marquez.ui import WebUi, WebUiProps
from modules.marquez.workload import API, MIGRATION_SERVICE_ACCOUNT, SERVICE_ACCOUNT
from modules.network import NetworkStack
from modules.place import place
from modules.settings import Settings
from modules.stack import DeploymentStack

PLAIN_HTTP = (
    "Marquez speaks plain HTTP: its UI to EXTERNAL_IP over the internet, its API to Airflow inside the VPC. "
    "Set domain and certificate_arn for TLS."
)


@dataclass(frozen=True)
class MarquezOutputs:
    """What the chart's stack reads of this one; every value is a Terraform expression."""

    cluster_name: str
    cluster_endpoint: str
    cluster_ca: str
    database_host: str
    database_secret_arn: str


class MarquezStack(DeploymentStack):
    """Cluster, nodes, database, load balancers and names."""

    def __init__(self, scope: Construct, settings: Settings, network: NetworkStack) -> None:
        super().__init__(scope, "marquez", settings, upstream=[network])
        self._network = network.outputs
        self._name = settings.name("marquez")
        self._place = place(self, settings.region)

        cluster = self._cluster()
        nodes = self._nodes(cluster)
        database = self._database(nodes)
        self._identities(cluster, database)
        targets = Targets(self._network.vpc_id, nodes.security_group.id, nodes.autoscaling_group)
        self._lineage_api(targets)
        self._web_ui(targets)
        self.outputs = self._publish(cluster, database)

    def _cluster(self) -> Cluster:
        # An assumed role's session has an ARN of its own; the cluster admits the role.
        deployer = DataAwsIamSessionContext(self, "deployer", arn=DataAwsCallerIdentity(self, "caller").arn)
        return Cluster(
            self,
            "cluster",
            ClusterProps(
                name=self._name,
                place=self._place,
                version=self.settings.eks_version,
                extended_support=self.settings.eks_extended_support,
                subnet_ids=self._network.private_subnet_ids,
                public_access_cidrs=self.settings.external_ip,
                kms_key_arn=self._network.kms_key_arn,
                administrator_arn=deployer.issuer_arn,
            ),
        )

    def _nodes(self, cluster: Cluster) -> Nodes:
        return Nodes(
            self,
            "nodes",
            cluster,
            NodesProps(
                name=self.settings.name("marquez-nodes"),
                place=self._place,
                vpc_id=self._network.vpc_id,
                subnet_ids=self._network.private_subnet_ids,
                instance_type=self.settings.eks_node_type,
                count=self.settings.eks_nodes,
                spot=self.settings.eks_spot,
                kms_key_arn=self._network.kms_key_arn,
                tags=self.settings.all_tags,
            ),
        )

    def _database(self, nodes: Nodes) -> Database:
        return Database(
            self,
            "database",
            DatabaseProps(
                name=self._name,
                place=self._place,
                vpc_id=self._network.vpc_id,
                subnet_ids=self._network.private_subnet_ids,
                client_security_group_id=nodes.security_group.id,
                kms_key_arn=self._network.kms_key_arn,
                protect=self.settings.protect,
            ),
        )

    def _identities(self, cluster: Cluster, database: Database) -> None:
        """The API reads its database's password and the key that it asks for; what migrates the database, the password alone."""
        password = {"Password": database.secret_arn}
        key = {"LineageApiKey": self._network.lineage_api_key_secret_arn}
        self._identity("identity", "marquez-pods", cluster, SERVICE_ACCOUNT, password | key)
        self._identity("migration_identity", "marquez-migration", cluster, MIGRATION_SERVICE_ACCOUNT, password)

    def _identity(self, id_: str, name: str, cluster: Cluster, service_account: str, secret_arns: dict[str, str]) -> None:
        PodIdentity(
            self,
            id_,
            PodIdentityProps(
                name=self.settings.name(name),
                place=self._place,
                cluster_name=cluster.eks.name,
                cluster_arn=cluster.eks.arn,
                service_account=service_account,
                secret_arns=secret_arns,
                kms_key_arn=self._network.kms_key_arn,
            ),
        )

    def _lineage_api(self, targets: Targets) -> None:
        """Where Airflow sends its events; the network admits Airflow, and nobody else, to the load balancer."""
        balancer = LoadBalancer(
            self,
            "lineage",
            LoadBalancerProps(
                name=self.settings.name("lineage"),
                internal=True,
                subnet_ids=self._network.private_subnet_ids,
                security_group_id=self._network.lineage_security_group_id,
                port=self.settings.lineage_port,
                certificate_arn=self.settings.certificate_arn,
                service=API,
                targets=targets,
                protect=self.settings.protect,
            ),
        )
        names = LineageNamesProps(
            vpc_id=self._network.vpc_id,
            private_zone_id=self._network.private_zone_id,
            host=self.settings.lineage_host,
            tls_host=f"lineage.{self.settings.domain}" if self.settings.domain else None,
        )
        LineageNames(self, "names", balancer, names)

    def _web_ui(self, targets: Targets) -> None:
        ui = WebUi(
            self,
            "ui",
            WebUiProps(
                name=self._name,
                subnet_ids=self._network.public_subnet_ids,
                external_ip=self.settings.external_ip,
                host=f"marquez.{self.settings.domain}" if self.settings.domain else None,
                certificate_arn=self.settings.certificate_arn,
                targets=targets,
                protect=self.settings.protect,
            ),
        )
        self.publish("marquez_ui_url", ui.url, "Marquez's web UI, open to EXTERNAL_IP")
        self.publish("marquez_ui_address", ui.address, "What a DNS record for the UI's own name points to")
        if not self.settings.domain:
            Annotations.of(self).add_warning(PLAIN_HTTP)
            self.publish("marquez_warning", PLAIN_HTTP, "What this deployment leaves open")

    def _publish(self, cluster: Cluster, database: Database) -> MarquezOutputs:
        return MarquezOutputs(
            cluster_name=self.publish("cluster_name", cluster.eks.name, "EKS cluster: aws eks update-kubeconfig --name <this>"),
            cluster_endpoint=self.publish("cluster_endpoint", cluster.eks.endpoint, "The cluster's API"),
            cluster_ca=self.publish(
                "cluster_ca",
                Fn.base64decode(cluster.eks.certificate_authority.get(0).data),
                "Certificate authority of the cluster's API, PEM",
            ),
            database_host=self.publish("database_host", database.host, "Marquez's PostgreSQL"),
            database_secret_arn=self.publish("database_secret_arn", database.secret_arn, "The secret that holds its password"),
        )
