"""The role in which Redshift reads the lake: its folder in the bucket, its database in the catalog, nothing else."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatement as Statement
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementCondition as Condition
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementPrincipals as Principals
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from modules.place import Place


@dataclass(frozen=True)
class LakeReaderProps:
    """`folder` of the bucket and `glue_database` are the lake's."""

    name: str
    place: Place
    bucket_arn: str
    folder: str
    glue_database: str
    kms_key_arn: str


class LakeReader(Construct):
    """The role and its policy: `role_arn`, and `policy` to wait for."""

    def __init__(self, scope: Construct, id_: str, props: LakeReaderProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        self._place = props.place
        trust = DataAwsIamPolicyDocument(self, "trust", statement=[self._trusted()])
        reading = DataAwsIamPolicyDocument(self, "reading", statement=[*self._objects(), self._catalog(), self._key()])
        role = IamRole(self, "role", name=props.name, description="In it Redshift Spectrum reads the lake", assume_role_policy=trust.json)
        self.policy = IamRolePolicy(self, "policy", role=role.id, name="read-the-lake", policy=reading.json)
        self.role_arn = role.arn

    def _trusted(self) -> Statement:
        """Redshift, for a database user of a serverless workgroup: the external id is the user's ARN.

        It names the workgroup by the id that AWS gives it, `dbuser:serverless-<account>-<workgroup id>/<user>`. The id is unknown
        before the workgroup stands, and its namespace wants the role first. So every serverless workgroup of this account and
        region passes, but no provisioned cluster. A namespace still needs the role attached, which takes `iam:PassRole`.
        Source: Amazon Redshift Management Guide, "Restricting access to IAM roles".
        """
        return Statement(
            sid="ServerlessUsers",
            actions=["sts:AssumeRole"],
            principals=[Principals(type="Service", identifiers=["redshift.amazonaws.com", "redshift-serverless.amazonaws.com"])],
            condition=[
                Condition(
                    test="StringLike",
                    variable="sts:ExternalId",
                    values=[self._place.arn("redshift", f"dbuser:serverless-{self._place.account}-*/*")],
                )
            ],
        )

    def _objects(self) -> list[Statement]:
        bucket, folder = self._props.bucket_arn, self._props.folder
        return [
            Statement(sid="Objects", actions=["s3:GetObject"], resources=[f"{bucket}/{folder}/*"]),
            Statement(
                sid="Listing",
                actions=["s3:ListBucket"],
                resources=[bucket],
                condition=[Condition(test="StringLike", variable="s3:prefix", values=[folder, f"{folder}/*"])],
            ),
            Statement(sid="Location", actions=["s3:GetBucketLocation"], resources=[bucket]),
        ]

    def _catalog(self) -> Statement:
        database = self._props.glue_database
        return Statement(
            sid="Catalog",
            actions=[
                "glue:GetDatabase",
                "glue:GetDatabases",
                "glue:GetTable",
                "glue:GetTables",
                "glue:GetPartition",
                "glue:GetPartitions",
                "glue:BatchGetPartition",
            ],
            resources=[self._place.arn("glue", resource) for resource in ("catalog", f"database/{database}", f"table/{database}/*")],
        )

    def _key(self) -> Statement:
        return Statement(
            sid="Decrypt",
            actions=["kms:Decrypt"],
            resources=[self._props.kms_key_arn],
            condition=[Condition(test="StringEquals", variable="kms:ViaService", values=[f"s3.{self._place.region}.amazonaws.com"])],
        )
