"""The role in which Airflow runs its tasks: what MWAA demands of it, the secrets it reads, the warehouse it works in.

What MWAA demands: docs.aws.amazon.com/mwaa/latest/userguide/mwaa-create-role.html.
"""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatement as Statement
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementCondition as Condition
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementPrincipals as Principals
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from modules.mwaa.environment import log_group
from modules.place import Place
from modules.warehouse import ROLE_TAG

SPOOL = "lineage-spool/"
"""Below it in the environment's bucket stand the lineage events that could not be delivered."""


@dataclass(frozen=True)
class ExecutionRoleProps:
    """The role of the environment of that name; it reads the secrets below `secrets`, and may use the workgroups that are tagged with
    `deployment`.
    """

    name: str
    environment: str
    place: Place
    deployment: str
    secrets: tuple[str, ...]
    bucket_arn: str
    kms_key_arn: str


class ExecutionRole(Construct):
    """The role and its policy: `arn`, and `policy` to wait for."""

    def __init__(self, scope: Construct, id_: str, props: ExecutionRoleProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        self._place = props.place
        self._environment_arn = props.place.arn("airflow", f"environment/{props.environment}")
        trust = DataAwsIamPolicyDocument(self, "trust", statement=[self._trusted()])
        statements = [*self._environment(), *self._logs(), self._queue(), self._key(), *self._secrets(), *self._warehouse()]
        document = DataAwsIamPolicyDocument(self, "permissions", statement=statements)
        role = IamRole(
            self,
            "role",
            name=props.name,
            description="In it Airflow runs its tasks",
            assume_role_policy=trust.json,
            tags=ROLE_TAG,
        )
        self.arn = role.arn
        self.policy = IamRolePolicy(self, "policy", role=role.id, name="airflow", policy=document.json)

    def _trusted(self) -> Statement:
        return Statement(
            sid="Environment",
            actions=["sts:AssumeRole"],
            principals=[Principals(type="Service", identifiers=["airflow.amazonaws.com", "airflow-env.amazonaws.com"])],
            condition=[
                self._place.only_for_this_account,
                Condition(test="ArnLike", variable="aws:SourceArn", values=[self._environment_arn]),
            ],
        )

    def _environment(self) -> list[Statement]:
        bucket = self._props.bucket_arn
        return [
            Statement(sid="Health", actions=["airflow:PublishMetrics"], resources=[self._environment_arn]),
            Statement(sid="Bucket", actions=["s3:GetObject*", "s3:GetBucket*", "s3:List*"], resources=[bucket, f"{bucket}/*"]),
            # Listing is allowed for the whole bucket above.
            Statement(sid="LineageSpool", actions=["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], resources=[f"{bucket}/{SPOOL}*"]),
            # MWAA refuses a bucket unless it can see that public access is blocked. The action is the account's: it takes no resource.
            Statement(sid="PublicAccessBlock", actions=["s3:GetAccountPublicAccessBlock"], resources=["*"]),
            # Metrics are no resources.
            Statement(sid="Metrics", actions=["cloudwatch:PutMetricData"], resources=["*"]),
        ]

    def _logs(self) -> list[Statement]:
        return [
            Statement(
                sid="Logs",
                actions=[
                    "logs:CreateLogStream",
                    "logs:CreateLogGroup",
                    "logs:PutLogEvents",
                    "logs:GetLogEvents",
                    "logs:GetLogRecord",
                    "logs:GetLogGroupFields",
                    "logs:GetQueryResults",
                ],
                resources=[self._place.arn("logs", f"log-group:{log_group(self._props.environment, '*')}")],
            ),
            # A listing is of the account's groups, not of one of them; `*` is what AWS's sample says.
            Statement(sid="LogGroups", actions=["logs:DescribeLogGroups"], resources=["*"]),
        ]

    def _queue(self) -> Statement:
        """Celery's queue is MWAA's: it stands in an account of AWS and its name ends in what nobody can know beforehand."""
        return Statement(
            sid="CeleryQueue",
            actions=[
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                "sqs:ReceiveMessage",
                "sqs:SendMessage",
            ],
            resources=[f"arn:{self._place.partition}:sqs:{self._place.region}:*:airflow-celery-*"],
        )

    def _key(self) -> Statement:
        services = [f"{service}.{self._place.region}.amazonaws.com" for service in ("s3", "secretsmanager", "sqs")]
        return Statement(
            sid="Key",
            actions=["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*"],
            resources=[self._props.kms_key_arn],
            condition=[Condition(test="StringEquals", variable="kms:ViaService", values=services)],
        )

    def _secrets(self) -> list[Statement]:
        """Airflow's secrets backend swallows a refusal: without these a variable seems not to exist."""
        return [
            Statement(
                sid="Secrets",
                actions=[
                    "secretsmanager:GetResourcePolicy",
                    "secretsmanager:GetSecretValue",
                    "secretsmanager:DescribeSecret",
                    "secretsmanager:ListSecretVersionIds",
                ],
                resources=[self._place.arn("secretsmanager", f"secret:{prefix}/*") for prefix in self._props.secrets],
            ),
            # It lists names, not values, and IAM cannot narrow it.
            Statement(sid="SecretNames", actions=["secretsmanager:ListSecrets"], resources=["*"]),
        ]

    def _warehouse(self) -> list[Statement]:
        """Temporary credentials for the workgroup, which are of the database role that the tag of this role names."""
        return [
            # The ARN of a workgroup ends in an id that is not known before it exists; its tag is.
            Statement(
                sid="Warehouse",
                actions=["redshift-serverless:GetCredentials"],
                resources=[self._place.arn("redshift-serverless", "workgroup/*")],
                condition=[Condition(test="StringEquals", variable="aws:ResourceTag/deployment", values=[self._props.deployment])],
            ),
            # Redshift looks the tag up with the caller's rights; tags take no resource.
            Statement(sid="RoleTag", actions=["tag:GetResources", "tag:GetTagKeys"], resources=["*"]),
        ]
