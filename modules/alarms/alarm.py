"""An alarm of CloudWatch."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct


class Missing(StrEnum):
    """What it means when a metric has no data."""

    IS_BAD = "breaching"
    IS_FINE = "notBreaching"


PERIOD, DAY = 300, 86400
"""Seconds over which a statistic counts: as a rule, and of what is measured once a day."""


@dataclass(frozen=True)
class Metric:
    """A metric as AWS publishes it, and which of its statistics counts."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str


class Wrong(NamedTuple):
    """When a metric is wrong: CloudWatch's comparison, and the threshold."""

    comparison: str
    threshold: float


def below(threshold: float) -> Wrong:
    """Less than that is wrong."""
    return Wrong("LessThanThreshold", threshold)


def at_least(threshold: float) -> Wrong:
    """So much, or more, is wrong."""
    return Wrong("GreaterThanOrEqualToThreshold", threshold)


class Alarm(Construct):
    """It tells the topic when it begins and when it is over.

    It begins when the metric is wrong in each of `periods` periods of `period` seconds, one after the other.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        name: str,
        metric: Metric,
        wrong: Wrong,
        *,
        topic_arn: str,
        meaning: str,
        missing: Missing,
        periods: int = 1,
        period: int = PERIOD,
    ) -> None:
        super().__init__(scope, id_)
        CloudwatchMetricAlarm(
            self,
            "alarm",
            alarm_name=name,
            alarm_description=f"{meaning}. What to do: docs/operate.md",
            namespace=metric.namespace,
            metric_name=metric.name,
            dimensions=dict(metric.dimensions),
            statistic=metric.statistic,
            period=period,
            evaluation_periods=periods,
            datapoints_to_alarm=periods,
            comparison_operator=wrong.comparison,
            threshold=wrong.threshold,
            treat_missing_data=missing,
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
        )
