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
    """`external_ip` are the CIDRs from which people come to the environment of that name."""

    name: str
    environment: str
    place: Place
    external_ip: list[str]


class SignIn(Construct):
    """A policy for the people who work with Airflow; `arn`. Whoever has it gets in from the given addresses only.

    MWAA's public web server takes neither a security group nor a list of addresses: IAM is its only door.
    """

    def __init__(self, scope: Construct, id_: str, props: SignInProps) -> None:
        super().__init__(scope, id_)
        from_there = Condition(test="IpAddress", variable="aws:SourceIp", values=props.external_ip)
        role = props.place.arn("airflow", f"role/{props.environment}/{AIRFLOW_ROLE}")
        document = DataAwsIamPolicyDocument(
            self,
            "permissions",
            statement=[
                Statement(sid="SignIn", actions=["airflow:CreateWebLoginToken"], resources=[role], condition=[from_there]),
                Statement(
                    sid="RunDags",
                    actions=["airflow:CreateCliToken"],
                    resources=[props.place.arn("airflow", f"environment/{props.environment}")],
                    condition=[from_there],
                ),
            ],
        )
        policy = IamPolicy(self, "policy", name=props.name, description="Sign in to Airflow, from EXTERNAL_IP only", policy=document.json)
        self.arn = policy.arn


def trigger_command(dag: str, *, environment: str, host: str, region: str) -> str:
    """The shell command that runs a DAG, for someone with the policy above."""
    values = {"dag": dag, "environment": environment, "host": host, "region": region}
    template = Path(__file__).with_name("trigger_dag.sh").read_text(encoding="utf-8")
    return re.sub(r"@(\w+)", lambda name: values[name[1]], template).strip()
