"""The way in for people: who may sign in to Airflow, and how they run a DAG without its pages."""

import re
from dataclasses import dataclass
from pathlib import Path

from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatement as Statement
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementCondition as Condition
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from constructs import Construct

from modules.place import Place

AIRFLOW_ROLE = "Op"
"""The role in Airflow of those who sign in: runs DAGs and sees everything, manages no users."""


@dataclass(frozen=True)
class SignInProps:
    """`external_ip` are the CIDRs from which people come to the environment of that name; `vpc_id` is its VPC, if it is private."""

    name: str
    environment: str
    place: Place
    external_ip: list[str]
    vpc_id: str | None


class SignIn(Construct):
    """A policy for the people who work with Airflow's pages and its REST API; `arn`. It lets them in from the given addresses only.

    MWAA's public web server takes neither a security group nor a list of addresses: IAM is its only door. With a private one, who calls the
    REST API comes from inside the VPC, and through its endpoint without a public address
    (docs.aws.amazon.com/mwaa/latest/userguide/access-mwaa-apache-airflow-rest-api.html). Airflow's command line is left out: it knows no
    roles.
    """

    def __init__(self, scope: Construct, id_: str, props: SignInProps) -> None:
        super().__init__(scope, id_)
        self._role = props.place.arn("airflow", f"role/{props.environment}/{AIRFLOW_ROLE}")
        statements = [self._let_in("FromExternalIp", Condition(test="IpAddress", variable="aws:SourceIp", values=props.external_ip))]
        if props.vpc_id:
            statements.append(self._let_in("FromVpc", Condition(test="StringEquals", variable="aws:SourceVpc", values=[props.vpc_id])))
        document = DataAwsIamPolicyDocument(self, "permissions", statement=statements)
        policy = IamPolicy(self, "policy", name=props.name, description="Sign in to Airflow, from EXTERNAL_IP only", policy=document.json)
        self.arn = policy.arn

    def _let_in(self, sid: str, where: Condition) -> Statement:
        actions = ["airflow:CreateWebLoginToken", "airflow:InvokeRestApi"]
        return Statement(sid=sid, actions=actions, resources=[self._role], condition=[where])


def trigger_command(*, environment: str, region: str) -> str:
    """The shell commands that run the DAG that the variable DAG names, for someone with the policy above."""
    values = {"environment": environment, "region": region}
    template = Path(__file__).with_name("trigger_dag.sh").read_text(encoding="utf-8")
    return re.sub(r"@(\w+)", lambda name: values[name[1]], template).strip()
