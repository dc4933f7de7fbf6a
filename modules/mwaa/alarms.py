"""What is to be known of Airflow: that it schedules, that its tasks begin, and that their lineage arrives."""

import json

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.s3_bucket_notification import S3BucketNotification
from constructs import Construct

from modules.alarms import DAY, Alarm, Metric, Missing, at_least, below
from modules.mwaa.execution_role import SPOOL

QUEUED_PERIODS = 6
"""Half an hour: MWAA takes some minutes to add a worker."""


class AirflowAlarms(Construct):
    """Alarms about an environment, whose names begin with the environment's; `made` is its name once it is there.

    Source of the metrics: Amazon MWAA User Guide, "Apache Airflow environment metrics in CloudWatch".
    """

    def __init__(self, scope: Construct, id_: str, *, environment: str, made: str, topic_arn: str) -> None:
        super().__init__(scope, id_)
        Alarm(
            self,
            "scheduler",
            f"{environment}-scheduler",
            Metric("AmazonMWAA", "SchedulerHeartbeat", {"Function": "Scheduler", "Environment": made}, "Sum"),
            below(1),
            topic_arn=topic_arn,
            meaning="Airflow's scheduler has not said for 15 minutes that it lives: no DAG runs",
            missing=Missing.IS_BAD,  # a scheduler that is dead sends nothing
            periods=3,
        )
        Alarm(
            self,
            "queue",
            f"{environment}-queue",
            Metric("AmazonMWAA", "QueuedTasks", {"Function": "Executor", "Environment": made}, "Minimum"),
            at_least(1),
            topic_arn=topic_arn,
            meaning="Tasks have waited in Airflow's queue for half an hour: the workers are too few, or do not start",
            missing=Missing.IS_FINE,  # the scheduler's alarm tells of that
            periods=QUEUED_PERIODS,
        )


class SpoolAlarms(Construct):
    """Alarms about lineage that has not arrived: events that the transport has put into the bucket.

    S3 measures no part of a bucket, but it tells EventBridge of each object, free of charge. A rule counts those of the spool: its own
    metric is what the alarm looks at, so that an outage of the store is one mail, not one for each event.
    Source of the metric: Amazon EventBridge User Guide, "Monitoring Amazon EventBridge".
    """

    def __init__(self, scope: Construct, id_: str, *, environment: str, bucket: str, topic_arn: str) -> None:
        super().__init__(scope, id_)
        self._environment, self._bucket, self._topic_arn = environment, bucket, topic_arn
        S3BucketNotification(self, "notification", bucket=bucket, eventbridge=True)
        self._count("waiting", f"{SPOOL}*.json", "Lineage events wait in the spool bucket: the lineage store did not take them")
        self._count("refused", f"{SPOOL}refused/*.json", "The lineage store has refused lineage events for good: their runs have none")

    def _count(self, what: str, keys: str, meaning: str) -> None:
        name = f"{self._environment}-lineage-{what}"
        created = {"bucket": {"name": [self._bucket]}, "object": {"key": [{"wildcard": keys}]}}
        pattern = json.dumps({"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": created})
        rule = CloudwatchEventRule(self, f"{what}_rule", name=name, description=f"Counts objects {keys}", event_pattern=pattern)
        Alarm(
            self,
            what,
            name,
            Metric("AWS/Events", "TriggeredRules", {"RuleName": rule.name}, "Sum"),
            at_least(1),
            topic_arn=self._topic_arn,
            meaning=meaning,
            missing=Missing.IS_FINE,  # a rule that nothing triggers has no data
        )


class CoverageAlarm(Construct):
    """An alarm about tasks without lineage: the DAG lineage_coverage measures once a day how many percent are missing of what it wants."""

    def __init__(self, scope: Construct, id_: str, *, environment: str, made: str, topic_arn: str) -> None:
        super().__init__(scope, id_)
        Alarm(
            self,
            "coverage",
            f"{environment}-lineage-coverage",
            Metric("Lineage", "CoverageShortfall", {"Environment": made}, "Maximum"),
            at_least(0.1),
            topic_arn=topic_arn,
            meaning="More tasks lack lineage than the DAG lineage_coverage allows",
            missing=Missing.IS_FINE,  # nothing has run yet, or the DAG is paused on purpose
            period=DAY,
        )
