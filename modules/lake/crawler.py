"""The Glue crawler: it reads the files' schemas and writes one table a folder into the catalog."""

import json
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatement as Statement
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementCondition as Condition
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementPrincipals as Principals
from cdktf_cdktf_provider_aws.glue_crawler import GlueCrawler, GlueCrawlerS3Target, GlueCrawlerSchemaChangePolicy
from cdktf_cdktf_provider_aws.glue_security_configuration import (
    GlueSecurityConfiguration,
    GlueSecurityConfigurationEncryptionConfiguration,
)
from cdktf_cdktf_provider_aws.glue_security_configuration import (
    GlueSecurityConfigurationEncryptionConfigurationCloudwatchEncryption as LogEncryption,
)
from cdktf_cdktf_provider_aws.glue_security_configuration import (
    GlueSecurityConfigurationEncryptionConfigurationJobBookmarksEncryption as BookmarkEncryption,
)
from cdktf_cdktf_provider_aws.glue_security_configuration import (
    GlueSecurityConfigurationEncryptionConfigurationS3Encryption as S3Encryption,
)
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from modules.place import Place

RETENTION_DAYS = 365
TABLE_LEVEL = 3
"""Where a table's folder stands below the bucket, which is level 1: without it Glue may make one table of folders that look alike."""


@dataclass(frozen=True)
class CrawlerProps:
    """`name` is that of the crawler, its role and its security configuration; `folder` of the bucket holds a folder a table."""

    name: str
    place: Place
    bucket_name: str
    bucket_arn: str
    folder: str
    database: str
    kms_key_arn: str


class Crawler(Construct):
    """The crawler, `name`. Nothing starts it here."""

    def __init__(self, scope: Construct, id_: str, props: CrawlerProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        security = self._security()
        logs = self._logs(security)
        role = IamRole(self, "role", name=f"{props.name}-crawler", assume_role_policy=self._document("trust", [self._trust()]))
        statements = [*self._objects(), self._catalog(), self._configuration(), self._key(), self._writing(logs)]
        permissions = IamRolePolicy(self, "policy", name="crawl", role=role.id, policy=self._document("permissions", statements))
        crawler = GlueCrawler(
            self,
            "crawler",
            name=props.name,
            database_name=props.database,
            role=role.arn,
            s3_target=[GlueCrawlerS3Target(path=f"s3://{props.bucket_name}/{props.folder}/")],
            schema_change_policy=GlueCrawlerSchemaChangePolicy(
                update_behavior="UPDATE_IN_DATABASE", delete_behavior="DEPRECATE_IN_DATABASE"
            ),
            configuration=json.dumps({"Version": 1.0, "Grouping": {"TableLevelConfiguration": TABLE_LEVEL}}),
            security_configuration=security.name,
            depends_on=[permissions],
        )
        self.name = crawler.name

    def _security(self) -> GlueSecurityConfiguration:
        key = self._props.kms_key_arn
        return GlueSecurityConfiguration(
            self,
            "security",
            name=self._props.name,
            encryption_configuration=GlueSecurityConfigurationEncryptionConfiguration(
                cloudwatch_encryption=LogEncryption(cloudwatch_encryption_mode="SSE-KMS", kms_key_arn=key),
                job_bookmarks_encryption=BookmarkEncryption(job_bookmarks_encryption_mode="CSE-KMS", kms_key_arn=key),
                s3_encryption=S3Encryption(s3_encryption_mode="SSE-KMS", kms_key_arn=key),
            ),
        )

    def _logs(self, security: GlueSecurityConfiguration) -> CloudwatchLogGroup:
        """Glue would make it itself, by this name, without an end to its retention, and leave it behind."""
        return CloudwatchLogGroup(
            self,
            "logs",
            name=f"/aws-glue/crawlers-role/{self._props.name}-crawler-{security.name}",
            retention_in_days=RETENTION_DAYS,
            kms_key_id=self._props.kms_key_arn,
        )

    def _document(self, id_: str, statements: list[Statement]) -> str:
        return DataAwsIamPolicyDocument(self, id_, statement=statements).json

    def _trust(self) -> Statement:
        return Statement(
            actions=["sts:AssumeRole"],
            principals=[Principals(type="Service", identifiers=["glue.amazonaws.com"])],
            condition=[self._props.place.only_for_this_account],
        )

    def _objects(self) -> list[Statement]:
        bucket, folder = self._props.bucket_arn, self._props.folder
        below = Condition(test="StringLike", variable="s3:prefix", values=[folder, f"{folder}/*"])
        return [
            Statement(sid="Objects", actions=["s3:GetObject"], resources=[f"{bucket}/{folder}/*"]),
            Statement(sid="Listing", actions=["s3:ListBucket"], resources=[bucket], condition=[below]),
            Statement(sid="Location", actions=["s3:GetBucketLocation"], resources=[bucket]),
        ]

    def _catalog(self) -> Statement:
        database = self._props.database
        resources = ("catalog", f"database/{database}", f"table/{database}/*")
        return Statement(
            sid="Catalog",
            actions=[
                "glue:GetDatabase",
                "glue:GetTable",
                "glue:GetTables",
                "glue:CreateTable",
                "glue:UpdateTable",
                "glue:GetPartitions",
                "glue:BatchGetPartition",
                "glue:BatchCreatePartition",
            ],
            resources=[self._props.place.arn("glue", resource) for resource in resources],
        )

    def _configuration(self) -> Statement:
        """The crawler reads its own security configuration. The action has no resource type, so only `*` grants it.

        Source: Service Authorization Reference, AWS Glue.
        """
        return Statement(sid="Configuration", actions=["glue:GetSecurityConfiguration"], resources=["*"])

    def _key(self) -> Statement:
        return Statement(sid="Key", actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[self._props.kms_key_arn])

    def _writing(self, logs: CloudwatchLogGroup) -> Statement:
        return Statement(
            sid="Logs",
            actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:AssociateKmsKey"],
            resources=[logs.arn, f"{logs.arn}:*"],
        )
