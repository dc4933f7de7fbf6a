"""What is to be known of the warehouse: it refuses all queries once a day's RPU hours are used up."""

from constructs import Construct

from modules.alarms import Alarm, Metric, Missing, at_least

SHARE = 0.8
"""Of the day's limit: time to act is left."""


def watch_usage(scope: Construct, usage_limit_id: str, *, workgroup: str, name: str, daily_rpu_hours: int, topic_arn: str) -> None:
    """Source of the metric: Amazon Redshift Management Guide, "Monitoring Amazon Redshift Serverless using CloudWatch"."""
    metric = Metric(
        "AWS/Redshift-Serverless",
        "UsageLimitConsumed",
        {"UsageLimitId": usage_limit_id, "UsageType": "SERVERLESS_COMPUTE", "Workgroup": workgroup},
        "Maximum",
    )
    Alarm(
        scope,
        "usage",
        name,
        metric,
        at_least(SHARE * daily_rpu_hours),
        topic_arn=topic_arn,
        meaning=f"The warehouse has used {SHARE:.0%} of the day's {daily_rpu_hours} RPU hours: with all of them it refuses every query",
        missing=Missing.IS_FINE,  # a warehouse that nobody uses consumes nothing
    )
