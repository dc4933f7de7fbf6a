"""The deployment's encryption key."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatement as Statement
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementCondition as Condition
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementPrincipals as Principals
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from modules.place import Place
from modules.suppressions import accept, suppress

USE = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
DELETION_DAYS = 7  # the fewest that AWS allows


@dataclass(frozen=True)
class KeyProps:
    """`name` is its alias."""

    name: str
    place: Place


class Key(Construct):
    """One customer key for everything at rest, renewed every year: `arn`."""

    def __init__(self, scope: Construct, id_: str, props: KeyProps) -> None:
        super().__init__(scope, id_)
        self._place = props.place
        policy = DataAwsIamPolicyDocument(self, "policy", statement=[self._account(), self._logs(), self._volumes(), self._alarms()])
        everything = "in a key's policy `*` is the key itself, and without the account's own grant no one could manage it"
        suppress(policy, CKV_AWS_109=everything, CKV_AWS_111=everything, CKV_AWS_356=everything)
        accept(
            policy,
            {("Logs", "kms:Describe*"): "AWS's own sample for log groups has it, though describing a key knows no encryption context"},
        )
        key = KmsKey(
            self,
            "key",
            description=f"Everything at rest of {props.name}",
            enable_key_rotation=True,
            deletion_window_in_days=DELETION_DAYS,
            policy=policy.json,
        )
        KmsAlias(self, "alias", name=f"alias/{props.name}", target_key_id=key.id)
        self.arn = key.arn

    def _account(self) -> Statement:
        """IAM policies of this account decide who uses the key."""
        root = f"arn:{self._place.partition}:iam::{self._place.account}:root"
        return Statement(sid="Account", actions=["kms:*"], resources=["*"], principals=[Principals(type="AWS", identifiers=[root])])

    def _logs(self) -> Statement:
        """CloudWatch Logs has no role; it names the log group that it encrypts."""
        groups = self._place.arn("logs", "log-group:*")
        return Statement(
            sid="Logs",
            actions=USE,
            resources=["*"],
            principals=[Principals(type="Service", identifiers=[f"logs.{self._place.region}.amazonaws.com"])],
            condition=[Condition(test="ArnLike", variable="kms:EncryptionContext:aws:logs:arn", values=[groups])],
        )

    def _alarms(self) -> Statement:
        """CloudWatch's alarms of this account publish to an encrypted topic, with no role.

        Source: Amazon SNS Developer Guide, "Enable compatibility between event sources from AWS services and encrypted topics".
        """
        return Statement(
            sid="Alarms",
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            resources=["*"],
            principals=[Principals(type="Service", identifiers=["cloudwatch.amazonaws.com"])],
            condition=[self._place.only_for_this_account],
        )

    def _volumes(self) -> Statement:
        """EC2 Auto Scaling starts nodes with encrypted volumes, in a role of AWS's own that no policy of ours can grant anything."""
        return Statement(
            sid="Volumes",
            actions=[*USE, "kms:CreateGrant"],
            resources=["*"],
            principals=[Principals(type="AWS", identifiers=["*"])],
            condition=[
                Condition(test="StringEquals", variable="kms:CallerAccount", values=[self._place.account]),
                Condition(test="StringEquals", variable="kms:ViaService", values=[f"ec2.{self._place.region}.amazonaws.com"]),
            ],
        )
