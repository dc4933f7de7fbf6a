"""Log groups, which AWS's services make by themselves and never remove."""

from operations.leftovers.belongings import Belongings
from operations.leftovers.kind import Found, Kind

MAKERS = {
    "/aws/eks/": "aws_eks_cluster",
    "/aws/containerinsights/": "aws_eks_cluster",
    "/aws/rds/instance/": "aws_db_instance",
    "/aws/redshift/": "aws_redshiftserverless_namespace",
    "/aws-glue/crawlers-role/": "aws_iam_role",
    "/vpc/": "aws_flow_log",
    "airflow-": "aws_mwaa_environment",
}
"""{beginning of a log group's name: the Terraform type of what writes to it}; the writer's name follows."""


def _is_of_ours(belongings: Belongings, group: Found) -> bool:
    return any(belongings.is_name(group.name.removeprefix(start)) for start in MAKERS if group.name.startswith(start))


def _is_written_to(belongings: Belongings, group: Found) -> bool:
    """What a stack still holds writes to it."""
    for start, resource in MAKERS.items():
        writers = belongings.held.get(resource, frozenset()) if group.name.startswith(start) else ()
        if any(_follows(group.name.removeprefix(start), writer) for writer in writers):
            return True
    return False


def _follows(rest: str, writer: str) -> bool:
    return rest == writer or rest.startswith((f"{writer}/", f"{writer}-"))


KINDS = (
    Kind(
        "Log group",
        "aws_cloudwatch_log_group",
        "logs",
        "describe_log_groups",
        "logGroups[]",
        "logs delete-log-group --log-group-name {id}",
        id="logGroupName",
        label="logGroupName",
        arn="logGroupArn",
        also=_is_of_ours,
        excepted=_is_written_to,
    ),
)
