"""IAM roles that an AWS service takes on for this deployment."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import TerraformResource
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatement as Statement
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementCondition as Condition
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementPrincipals as Principals
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from modules.place import Place


@dataclass(frozen=True)
class ServiceRoleProps:
    """`service` takes the role on, for `source_arn` alone where the service says for whom it asks (else it is a confused deputy)."""

    name: str
    place: Place
    service: str
    trusted_actions: Sequence[str] = ("sts:AssumeRole",)
    source_arn: str | None = None
    managed_policies: Sequence[str] = ()
    statements: Sequence[Statement] = ()


class ServiceRole(Construct):
    """The role; `arn` to hand on, `permissions` to wait for: a role without its policies is of no use."""

    def __init__(self, scope: Construct, id_: str, props: ServiceRoleProps) -> None:
        super().__init__(scope, id_)
        trust = DataAwsIamPolicyDocument(self, "trust", statement=[_trust(props)])
        role = IamRole(self, "role", name=props.name, assume_role_policy=trust.json)
        self.arn = role.arn
        managed = f"arn:{props.place.partition}:iam::aws:policy"
        self.permissions: list[TerraformResource] = [
            IamRolePolicyAttachment(self, policy.rpartition("/")[2], role=role.name, policy_arn=f"{managed}/{policy}")
            for policy in props.managed_policies
        ]
        if props.statements:
            policy = DataAwsIamPolicyDocument(self, "policy", statement=list(props.statements))
            self.permissions.append(IamRolePolicy(self, "inline", role=role.name, policy=policy.json))


def _trust(props: ServiceRoleProps) -> Statement:
    source = props.source_arn
    return Statement(
        sid="Trust",
        actions=list(props.trusted_actions),
        principals=[Principals(type="Service", identifiers=[props.service])],
        condition=[Condition(test="ArnLike", variable="aws:SourceArn", values=[source])] if source else None,
    )
