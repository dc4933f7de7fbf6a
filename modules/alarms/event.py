"""A mail about an event of AWS's: for what has no metric."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatement as Statement
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementCondition as Condition
from constructs import Construct

from modules.place import Place
from modules.service_role import ServiceRole, ServiceRoleProps


@dataclass(frozen=True)
class EventMailProps:
    """Events as `pattern` says go to the topic, which `kms_key_arn` encrypts. `name` is that of the rule and of its role."""

    name: str
    place: Place
    pattern: Mapping[str, Any]
    meaning: str
    topic_arn: str
    kms_key_arn: str


class EventMail(Construct):
    """A rule that passes each event on to the topic.

    It does so in a role: a key's policy cannot tell whose rule EventBridge acts for, so the key admits no EventBridge at all.
    Source: Amazon SNS Developer Guide, "Key management".
    """

    def __init__(self, scope: Construct, id_: str, props: EventMailProps) -> None:
        super().__init__(scope, id_)
        description = f"{props.meaning}. What to do: docs/operate.md"
        rule = CloudwatchEventRule(self, "rule", name=props.name, description=description, event_pattern=json.dumps(dict(props.pattern)))
        through_sns = Condition(test="StringEquals", variable="kms:ViaService", values=[f"sns.{props.place.region}.amazonaws.com"])
        publish = Statement(sid="Publish", actions=["sns:Publish"], resources=[props.topic_arn])
        key = Statement(sid="Key", actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[props.kms_key_arn], condition=[through_sns])
        role = ServiceRole(
            self,
            "role",
            ServiceRoleProps(
                name=props.name,
                place=props.place,
                service="events.amazonaws.com",
                source_arn=props.place.arn("events", f"rule/{props.name}"),
                statements=[publish, key],
            ),
        )
        CloudwatchEventTarget(self, "target", rule=rule.name, arn=props.topic_arn, role_arn=role.arn, depends_on=role.permissions)
