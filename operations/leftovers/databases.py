"""Marquez's PostgreSQL and the warehouse, with the snapshots that outlive them."""

from collections.abc import Callable

from operations.leftovers.belongings import Belongings
from operations.leftovers.kind import Found, Kind


def _of_ours(key: str) -> Callable[[Belongings, Found], bool]:
    """A snapshot is the deployment's when what it was taken of is, whatever it is called itself."""
    return lambda belongings, found: belongings.is_name(found.item[key])


def _of_a_standing(resource: str, key: str) -> Callable[[Belongings, Found], bool]:
    """A snapshot of what a stack still holds is a copy of it, no leftover."""
    return lambda belongings, found: belongings.has(resource, found.item[key])


KINDS = (
    Kind(
        "RDS instance",
        "aws_db_instance",
        "rds",
        "describe_db_instances",
        "DBInstances[]",
        "rds delete-db-instance --skip-final-snapshot --db-instance-identifier {id}"
        " && rds wait db-instance-deleted --db-instance-identifier {id}",
        id="DBInstanceIdentifier",
        label="DBInstanceIdentifier",
        arn="DBInstanceArn",
    ),
    Kind(
        "RDS snapshot",
        "aws_db_snapshot",
        "rds",
        "describe_db_snapshots",
        "DBSnapshots[]",
        "rds delete-db-snapshot --db-snapshot-identifier {id}",
        id="DBSnapshotIdentifier",
        label="DBSnapshotIdentifier",
        arn="DBSnapshotArn",
        arguments={"SnapshotType": "manual"},  # RDS removes its own
        also=_of_ours("DBInstanceIdentifier"),
        excepted=_of_a_standing("aws_db_instance", "DBInstanceIdentifier"),
    ),
    Kind(
        "RDS subnet group",
        "aws_db_subnet_group",
        "rds",
        "describe_db_subnet_groups",
        "DBSubnetGroups[]",
        "rds delete-db-subnet-group --db-subnet-group-name {id}",
        id="DBSubnetGroupName",
        label="DBSubnetGroupName",
        arn="DBSubnetGroupArn",
    ),
    Kind(
        "RDS parameter group",
        "aws_db_parameter_group",
        "rds",
        "describe_db_parameter_groups",
        "DBParameterGroups[]",
        "rds delete-db-parameter-group --db-parameter-group-name {id}",
        id="DBParameterGroupName",
        label="DBParameterGroupName",
        arn="DBParameterGroupArn",
    ),
    Kind(
        "Redshift workgroup",
        "aws_redshiftserverless_workgroup",
        "redshift-serverless",
        "list_workgroups",
        "workgroups[]",
        "redshift-serverless delete-workgroup --workgroup-name {id}",
        id="workgroupName",
        label="workgroupName",
        arn="workgroupArn",
    ),
    Kind(
        "Redshift namespace",
        "aws_redshiftserverless_namespace",
        "redshift-serverless",
        "list_namespaces",
        "namespaces[]",
        "redshift-serverless delete-namespace --namespace-name {id}",
        id="namespaceName",
        label="namespaceName",
        arn="namespaceArn",
    ),
    Kind(
        "Redshift snapshot",
        "aws_redshiftserverless_snapshot",
        "redshift-serverless",
        "list_snapshots",
        "snapshots[]",
        "redshift-serverless delete-snapshot --snapshot-name {id}",
        id="snapshotName",
        label="snapshotName",
        arn="snapshotArn",
        also=_of_ours("namespaceName"),
        excepted=_of_a_standing("aws_redshiftserverless_namespace", "namespaceName"),
    ),
)
