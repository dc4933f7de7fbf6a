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

FULL_ACCESS = ("secretsmanager", "kms", "logs", "monitoring", "sqs", "sts")
"""Services that AWS's own principals may call through the VPC: MWAA's tasks and Redshift bring roles that are not of this account.

No policy of ours stands there, so AWS's default does, which is full access. MWAA asks for it on every endpoint that it uses (Amazon
MWAA User Guide, "Creating the required VPC service endpoints" and "Security in your VPC"). Whether Redshift asks STS as a service's
principal, AWS does not say.
"""
OWN_ACCOUNT = ("redshift-serverless",)
"""Services that nothing but this deployment's roles call through the VPC: no credentials of another account pass."""
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
        VpcEndpoint(
            self,
            "s3",
            vpc_id=props.vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{props.place.region}.s3",
            route_table_ids=props.route_table_ids,
            tags={"Name": f"{props.name}-s3"},
        )
        group = self._security_group()
        for service in (*FULL_ACCESS, *OWN_ACCOUNT, *([AIRFLOW] if props.airflow else [])):
            VpcEndpoint(
                self,
                service,
                vpc_id=props.vpc_id,
                vpc_endpoint_type="Interface",
                service_name=f"com.amazonaws.{props.place.region}.{service}",
                subnet_ids=props.subnet_ids,
                security_group_ids=[group.id],
                private_dns_enabled=True,
                policy=None if service in FULL_ACCESS else self._own_account(service),
                tags={"Name": f"{props.name}-{service}"},
            )

    def _own_account(self, service: str) -> str:
        """No credentials of another account pass, so nothing can be carried out to it."""
        statement = Statement(
            sid="OwnAccount",
            actions=[f"{service.partition('.')[0]}:*"],
            resources=["*"],
            principals=[Principals(type="AWS", identifiers=["*"])],
            condition=[Condition(test="StringEquals", variable="aws:PrincipalAccount", values=[self._props.place.account])],
        )
        return DataAwsIamPolicyDocument(self, f"{service}_policy", statement=[statement]).json

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
