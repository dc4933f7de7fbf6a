"""The network stack."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.route53_zone import Route53Zone, Route53ZoneVpc
from constructs import Construct

from modules.alarms import Topic, TopicProps
from modules.budget import ACTIVATE, Budget, BudgetProps
from modules.lineage_secrets import LineageSecrets, LineageSecretsProps
from modules.network.endpoints import Endpoints, EndpointsProps
from modules.network.flow_logs import FlowLogs, FlowLogsProps
from modules.network.key import Key, KeyProps
from modules.network.security_groups import SecurityGroups, SecurityGroupsProps
from modules.network.vpc import ExistingVpc, Vpc, VpcProps
from modules.place import place
from modules.settings import REDSHIFT_PORT, Settings
from modules.stack import DeploymentStack


@dataclass(frozen=True)
class NetworkOutputs:
    """What the other stacks read of the network; every value is a Terraform expression."""

    vpc_id: str
    vpc_cidr: str
    private_subnet_ids: list[str]
    public_subnet_ids: list[str]
    kms_key_arn: str
    alarm_topic_arn: str
    mwaa_security_group_id: str
    redshift_security_group_id: str
    lineage_security_group_id: str
    private_zone_id: str
    lineage_api_key_secret_arn: str


class NetworkStack(DeploymentStack):
    """The VPC or an existing one, security groups, the deployment's key, its DNS zone, and where Airflow finds its lineage store."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(scope, "network", settings)
        self._place = place(self, settings.region)
        self._key = Key(self, "key", KeyProps(settings.deployment_id, self._place))
        self._topic = Topic(self, "alarms", TopicProps(settings.name("alarms"), self._place, self._key.arn, settings.alarm_address))
        self._vpc = self._existing_vpc() if settings.existing_vpc_id else self._own_vpc()
        self.outputs = self._publish(self._security_groups(), self._private_zone(), self._lineage_secrets())
        if settings.budget_usd:
            self._budget(settings.budget_usd)

    def _own_vpc(self) -> Vpc:
        vpc = Vpc(self, "vpc", VpcProps(self.settings.deployment_id, self.settings.vpc_cidr))
        FlowLogs(self, "flow_logs", FlowLogsProps(self.settings.name("flow-logs"), self._place, vpc.id, self._key.arn))
        endpoints = EndpointsProps(
            self.settings.deployment_id,
            self._place,
            vpc.id,
            vpc.cidr,
            vpc.private_subnet_ids,
            vpc.route_table_ids,
            airflow=self.settings.mwaa_webserver == "private",
        )
        Endpoints(self, "endpoints", endpoints)
        return vpc

    def _existing_vpc(self) -> ExistingVpc:
        settings = self.settings
        return ExistingVpc(
            self, "vpc", str(settings.existing_vpc_id), settings.existing_private_subnet_ids, settings.existing_public_subnet_ids
        )

    def _security_groups(self) -> SecurityGroups:
        lineage_port = int(self.settings.lineage_origin.rpartition(":")[2])
        return SecurityGroups(
            self,
            "security_groups",
            SecurityGroupsProps(self.settings.deployment_id, self._vpc.id, REDSHIFT_PORT, lineage_port, self.settings.with_marquez),
        )

    def _private_zone(self) -> Route53Zone:
        return Route53Zone(
            self,
            "zone",
            name=self.settings.private_domain,
            vpc=[Route53ZoneVpc(vpc_id=self._vpc.id)],
            force_destroy=not self.settings.protect,
        )

    def _lineage_secrets(self) -> LineageSecrets:
        return LineageSecrets(
            self,
            "lineage_secrets",
            LineageSecretsProps(
                prefix=self.settings.variables_prefix,
                origin=self.settings.lineage_origin,
                path=self.settings.lineage_path,
                namespace=self.settings.lineage_namespace,
                of_ours=self.settings.with_marquez,
                kms_key_arn=self._key.arn,
            ),
        )

    def _budget(self, usd: int) -> None:
        settings = self.settings
        Budget(self, "budget", BudgetProps(settings.budget_name, settings.deployment_id, usd, settings.budget_address))
        self.publish(
            "activate_budget", ACTIVATE, "Has the budget count this deployment's cost; a day after the first deployment, as the payer"
        )

    def _publish(self, groups: SecurityGroups, zone: Route53Zone, secrets: LineageSecrets) -> NetworkOutputs:
        vpc = self._vpc
        self.publish("lineage_endpoint", self.settings.lineage_endpoint, "Where Airflow sends lineage events")
        self.publish("lineage_url_secret_arn", secrets.url.arn, "Secret with the lineage endpoint")
        self.publish("lineage_namespace_secret_arn", secrets.namespace.arn, "Secret with the namespace of Airflow's jobs")
        return NetworkOutputs(
            vpc_id=self.publish("vpc_id", vpc.id, "The VPC"),
            vpc_cidr=self.publish("vpc_cidr", vpc.cidr, "Its addresses"),
            private_subnet_ids=self.publish_list("private_subnet_ids", vpc.private_subnet_ids, "Subnets with NAT, one in each zone"),
            public_subnet_ids=self.publish_list("public_subnet_ids", vpc.public_subnet_ids, "Subnets for load balancers, one in each zone"),
            kms_key_arn=self.publish("kms_key_arn", self._key.arn, "The deployment's key"),
            alarm_topic_arn=self.publish("alarm_topic_arn", self._topic.arn, "Where all alarms go: whoever is to know subscribes"),
            mwaa_security_group_id=self.publish("mwaa_security_group_id", groups.mwaa.id, "Security group of Airflow"),
            redshift_security_group_id=self.publish("redshift_security_group_id", groups.redshift.id, "Security group of the warehouse"),
            lineage_security_group_id=self.publish(
                "lineage_security_group_id", groups.lineage.id, "Security group of the lineage API's load balancer"
            ),
            private_zone_id=self.publish("private_zone_id", zone.zone_id, f"Zone {self.settings.private_domain}, known in the VPC only"),
            lineage_api_key_secret_arn=self.publish("lineage_api_key_secret_arn", secrets.api_key.arn, "Secret with the lineage API's key"),
        )
