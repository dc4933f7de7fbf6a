"""Where a stack is deployed to, as Terraform expressions."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementCondition as Condition
from cdktf_cdktf_provider_aws.data_aws_partition import DataAwsPartition
from constructs import Construct


@dataclass(frozen=True)
class Place:
    """The account's number, its partition (`aws`, or that of China or a government), the region."""

    account: str
    partition: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something in the account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    @property
    def only_for_this_account(self) -> Condition:
        """For a service's principal: it acts for this account alone (else it is a confused deputy)."""
        return Condition(test="StringEquals", variable="aws:SourceAccount", values=[self.account])


def place(scope: Construct, region: str) -> Place:
    """The place of a stack, whose account Terraform looks up."""
    return Place(DataAwsCallerIdentity(scope, "account").account_id, DataAwsPartition(scope, "partition").partition, region)
