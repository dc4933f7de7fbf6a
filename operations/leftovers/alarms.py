"""Alarms, and the topic that they go to."""

from operations.leftovers.belongings import Belongings
from operations.leftovers.kind import Found, Kind


def _is_named(belongings: Belongings, topic: Found) -> bool:
    """A topic is listed by its ARN alone, which its name ends."""
    return belongings.is_name(topic.id.rpartition(":")[2])


KINDS = (
    Kind(
        "Alarm",
        "aws_cloudwatch_metric_alarm",
        "cloudwatch",
        "describe_alarms",
        "MetricAlarms[]",
        "cloudwatch delete-alarms --alarm-names {id}",
        id="AlarmName",
        label="AlarmName",
        arn="AlarmArn",
        arguments={"AlarmTypes": ["MetricAlarm"]},
    ),
    Kind(
        "Alarm topic",
        "aws_sns_topic",
        "sns",
        "list_topics",
        "Topics[]",
        "sns delete-topic --topic-arn {id}",
        id="TopicArn",
        arn="TopicArn",
        also=_is_named,
    ),
)
