"""An alarm of CloudWatch."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct


class Missing(StrEnum):
    """What it means when a metric has no data."""

    IS_BAD = "breaching"
    IS_FINE = "notBreaching"


@dataclass(frozen=True)
class Metric:
    """A metric as AWS publishes it, and which of its statistics counts over `seconds`."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str
    seconds: int = 300


class Alarm(Construct):
    """It tells the topic when it begins and when it is over.

    It begins when the metric is on the wrong side of the threshold in each of `periods` periods, one after the other.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        name: str,
        metric: Metric,
        *,
        topic_arn: str,
        meaning: str,
        missing: Missing,
        periods: int = 1,
        below: float | None = None,
        at_least: float | None = None,
    ) -> None:
        super().__init__(scope, id_)
        low = below is not None
        CloudwatchMetricAlarm(
            self,
            "alarm",
            alarm_name=name,
            alarm_description=f"{meaning}. What to do: docs/operate.md",
            namespace=metric.namespace,
            metric_name=metric.name,
            dimensions=dict(metric.dimensions),
            statistic=metric.statistic,
            period=metric.seconds,
            evaluation_periods=periods,
            datapoints_to_alarm=periods,
            comparison_operator="LessThanThreshold" if low else "GreaterThanOrEqualToThreshold",
            threshold=below if low else at_least,
            treat_missing_data=missing,
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
        )
