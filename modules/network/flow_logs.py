"""The VPC's flow logs: who talked to whom, and what was refused."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatement as Statement
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementPrincipals as Principals
from cdktf_cdktf_provider_aws.flow_log import FlowLog
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from modules.place import Place

RETENTION_DAYS = 365


@dataclass(frozen=True)
class FlowLogsProps:
    """`name` is that of the log group and of the role that writes to it."""

    name: str
    place: Place
    vpc_id: str
    kms_key_arn: str


class FlowLogs(Construct):
    """All traffic of a VPC, into a log group of the deployment's own."""

    def __init__(self, scope: Construct, id_: str, props: FlowLogsProps) -> None:
        super().__init__(scope, id_)
        logs = CloudwatchLogGroup(self, "logs", name=f"/vpc/{props.name}", retention_in_days=RETENTION_DAYS, kms_key_id=props.kms_key_arn)
        role = self._role(props, logs)
        FlowLog(self, "flow_log", vpc_id=props.vpc_id, traffic_type="ALL", log_destination=logs.arn, iam_role_arn=role.arn)

    def _role(self, props: FlowLogsProps, logs: CloudwatchLogGroup) -> IamRole:
        trust = Statement(
            actions=["sts:AssumeRole"],
            principals=[Principals(type="Service", identifiers=["vpc-flow-logs.amazonaws.com"])],
            condition=[props.place.only_for_this_account],
        )
        writing = Statement(actions=["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"], resources=[f"{logs.arn}:*"])
        # A listing is of the account's groups: the action takes no resource. AWS asks for it: "IAM role for publishing flow logs to
        # CloudWatch Logs".
        finding = Statement(actions=["logs:DescribeLogGroups"], resources=["*"])
        role = IamRole(self, "role", name=props.name, assume_role_policy=DataAwsIamPolicyDocument(self, "trust", statement=[trust]).json)
        document = DataAwsIamPolicyDocument(self, "writing", statement=[writing, finding])
        IamRolePolicy(self, "policy", name="write-flow-logs", role=role.id, policy=document.json)
        return role
