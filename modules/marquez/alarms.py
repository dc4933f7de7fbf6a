"""What is to be known of Marquez: whether it answers, and whether its database has room.

Sources of the metrics: Elastic Load Balancing, "CloudWatch metrics for your Application Load Balancer"; Amazon RDS User Guide, "Amazon
CloudWatch metrics for Amazon RDS".
"""

from constructs import Construct

from modules.alarms import Alarm, Metric, Missing, at_least, below

GIB = 1024**3
LEAST_STORAGE = 2 * GIB
"""RDS grows the storage by itself until max_allocated_storage; this is what is left after that."""
MOST_CONNECTIONS = 60
"""db.t4g.micro takes some 80: its memory in bytes / 9,531,392, and not all of a GiB is the database's."""


class BalancerAlarms(Construct):
    """Alarms about one of Marquez's load balancers, whose names begin with its own; `balancer` and `targets` are the ends of ARNs."""

    def __init__(self, scope: Construct, id_: str, *, name: str, balancer: str, targets: str, topic_arn: str) -> None:
        super().__init__(scope, id_)
        of_balancer = {"LoadBalancer": balancer}
        of_targets = of_balancer | {"TargetGroup": targets}
        Alarm(
            self,
            "unhealthy",
            f"{name}-unhealthy",
            Metric("AWS/ApplicationELB", "UnHealthyHostCount", of_targets, "Minimum"),
            at_least(1),
            topic_arn=topic_arn,
            meaning="A node does not answer for Marquez, for a quarter of an hour: it is ill, or Marquez's pods are",
            missing=Missing.IS_BAD,  # without any node there is no data
            periods=3,
        )
        for origin, words in (("Target", "Marquez answers with errors"), ("ELB", "The load balancer reaches no Marquez")):
            Alarm(
                self,
                f"{origin.lower()}_errors",
                f"{name}-{origin.lower()}-errors",
                Metric("AWS/ApplicationELB", f"HTTPCode_{origin}_5XX_Count", of_balancer, "Sum"),
                at_least(1),
                topic_arn=topic_arn,
                meaning=f"{words} (5xx), for a quarter of an hour",
                missing=Missing.IS_FINE,  # it counts errors only
                periods=3,
            )


class DatabaseAlarms(Construct):
    """Alarms about Marquez's database, whose names begin with `name`; `instance` is its identifier once it is there."""

    def __init__(self, scope: Construct, id_: str, *, name: str, instance: str, topic_arn: str) -> None:
        super().__init__(scope, id_)
        free = Metric("AWS/RDS", "FreeStorageSpace", {"DBInstanceIdentifier": instance}, "Minimum")
        used = Metric("AWS/RDS", "DatabaseConnections", {"DBInstanceIdentifier": instance}, "Maximum")
        for what, metric, wrong, words in (
            ("storage", free, below(LEAST_STORAGE), "has less than 2 GiB left, and stops when it is full"),
            ("connections", used, at_least(MOST_CONNECTIONS), "has nearly all its connections in use"),
        ):
            Alarm(
                self,
                what,
                f"{name}-database-{what}",
                metric,
                wrong,
                topic_arn=topic_arn,
                meaning=f"Marquez's database {words}",
                missing=Missing.IS_BAD,  # a database that is gone measures nothing
                periods=3,
            )
