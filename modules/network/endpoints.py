"""Private ways from the VPC to AWS: what Airflow reads secrets, writes logs and passes tasks through does not leave AWS's network."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatement as Statement
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementCondition as Condition
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementPrincipals as Principals
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules.place import Place
from modules.suppressions import suppress

INTERFACES = ("secretsmanager", "kms", "logs", "monitoring", "sqs", "sts", "redshift-serverless", "ecr.api", "ecr.dkr")
AIRFLOW = "airflow.env"
"""For callers of Airflow's REST API, whom MWAA admits from inside the VPC only where the web server is private."""
HTTPS = 443


@dataclass(frozen=True)
class EndpointsProps:
    """Interface endpoints stand in the private subnets, the gateway in their route tables; with `airflow`, one of them is MWAA's."""

    name: str
    place: Place
    vpc_id: str
    vpc_cidr: str
    subnet_ids: list[str]
    route_table_ids: list[str]
    airflow: bool


class Endpoints(Construct):
    """A gateway to S3 and an interface for each service that the deployment calls all the time."""

    def __init__(self, scope: Construct, id_: str, props: EndpointsProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        s3_policy = self._policy("s3", self._own_account("s3"), self._image_layers())
        suppress(s3_policy, CKV_AWS_283="who fetches an image's layers shows ECR's signature, no principal; they are public anyway")
        VpcEndpoint(
            self,
            "s3",
            vpc_id=props.vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{props.place.region}.s3",
            route_table_ids=props.route_table_ids,
            policy=s3_policy.json,
            tags={"Name": f"{props.name}-s3"},
        )
        group = self._security_group()
        for service in (*INTERFACES, AIRFLOW) if props.airflow else INTERFACES:
            VpcEndpoint(
                self,
                service,
                vpc_id=props.vpc_id,
                vpc_endpoint_type="Interface",
                service_name=f"com.amazonaws.{props.place.region}.{service}",
                subnet_ids=props.subnet_ids,
                security_group_ids=[group.id],
                private_dns_enabled=True,
                policy=self._policy(service, self._own_account(service)).json,
                tags={"Name": f"{props.name}-{service}"},
            )

    def _policy(self, service: str, *statements: Statement) -> DataAwsIamPolicyDocument:
        return DataAwsIamPolicyDocument(self, f"{service}_policy", statement=list(statements))

    def _own_account(self, service: str) -> Statement:
        """No credentials of another account pass, so nothing can be carried out to it."""
        return Statement(
            sid="OwnAccount",
            actions=[f"{service.partition('.')[0]}:*"],
            resources=["*"],
            principals=[Principals(type="AWS", identifiers=["*"])],
            condition=[Condition(test="StringEquals", variable="aws:PrincipalAccount", values=[self._props.place.account])],
        )

    def _image_layers(self) -> Statement:
        """The layers of container images come from a bucket of ECR's, by links that ECR signed."""
        return Statement(
            sid="ImageLayers",
            actions=["s3:GetObject"],
            resources=[f"arn:{self._props.place.partition}:s3:::prod-{self._props.place.region}-starport-layer-bucket/*"],
            principals=[Principals(type="AWS", identifiers=["*"])],
        )

    def _security_group(self) -> SecurityGroup:
        props = self._props
        group = SecurityGroup(
            self,
            "group",
            name=f"{props.name}-endpoints",
            description="Interface endpoints",
            vpc_id=props.vpc_id,
            tags={"Name": f"{props.name}-endpoints"},
        )
        VpcSecurityGroupIngressRule(
            self,
            "https",
            security_group_id=group.id,
            description="HTTPS from inside the VPC",
            cidr_ipv4=props.vpc_cidr,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
        )
        return group
