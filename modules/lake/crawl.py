"""What starts the crawler: the arrival of the marker object.

Terraform can neither start nor await a crawl. S3 tells EventBridge about new objects, a rule picks the marker, the rule's target is a Glue
workflow, and the workflow's trigger starts the crawler. S3 does not promise to tell, least of all in the first minutes after it was asked
to: the stack's output `start_crawl` is the command for that case, and the DAGs' first task names the tables that are missing.
"""

import json
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatement as Statement
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementPrincipals as Principals
from cdktf_cdktf_provider_aws.glue_trigger import GlueTrigger, GlueTriggerActions, GlueTriggerEventBatchingCondition
from cdktf_cdktf_provider_aws.glue_workflow import GlueWorkflow
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.s3_bucket_notification import S3BucketNotification
from constructs import Construct

from modules.place import Place


@dataclass(frozen=True)
class CrawlProps:
    """An object with the key `marker` in `bucket` starts `crawler`."""

    name: str
    place: Place
    bucket: str
    marker: str
    crawler: str


class Crawl(Construct):
    """The way from the marker to the crawler; `ready` must be in place before the marker arrives."""

    def __init__(self, scope: Construct, id_: str, props: CrawlProps) -> None:
        super().__init__(scope, id_)
        workflow = GlueWorkflow(
            self, "workflow", name=props.name, description="Catalogs the lake when its data has arrived", max_concurrent_runs=1
        )
        trigger = self._trigger(props, workflow)
        notification = S3BucketNotification(self, "notification", bucket=props.bucket, eventbridge=True)
        rule = CloudwatchEventRule(
            self,
            "marker",
            name=props.name,
            description="The lake's data is complete",
            event_pattern=json.dumps(
                {
                    "source": ["aws.s3"],
                    "detail-type": ["Object Created"],
                    "detail": {"bucket": {"name": [props.bucket]}, "object": {"key": [props.marker]}},
                }
            ),
        )
        role, permissions = self._role(props, workflow)
        target = CloudwatchEventTarget(self, "target", rule=rule.name, arn=workflow.arn, role_arn=role.arn)
        self.ready: list[ITerraformDependable] = [notification, target, trigger, permissions]

    def _trigger(self, props: CrawlProps, workflow: GlueWorkflow) -> GlueTrigger:
        return GlueTrigger(
            self,
            "trigger",
            name=props.name,
            type="EVENT",
            workflow_name=workflow.name,
            actions=[GlueTriggerActions(crawler_name=props.crawler)],
            event_batching_condition=[GlueTriggerEventBatchingCondition(batch_size=1)],
        )

    def _role(self, props: CrawlProps, workflow: GlueWorkflow) -> tuple[IamRole, IamRolePolicy]:
        trust = Statement(
            actions=["sts:AssumeRole"],
            principals=[Principals(type="Service", identifiers=["events.amazonaws.com"])],
            condition=[props.place.only_for_this_account],
        )
        notify = Statement(actions=["glue:notifyEvent"], resources=[workflow.arn])
        role = IamRole(self, "role", name=props.name, assume_role_policy=DataAwsIamPolicyDocument(self, "trust", statement=[trust]).json)
        policy = DataAwsIamPolicyDocument(self, "notify", statement=[notify]).json
        return role, IamRolePolicy(self, "policy", name="notify-workflow", role=role.id, policy=policy)
