"""Names datasets as OpenLineage does (OpenLineage, Naming Conventions: Redshift, PostgreSQL, S3, AWS Glue)."""

from typing import NamedTuple

from mwaa_lineage.sql.relations import GlueTable, Location, Relation, Source
from mwaa_lineage.transport.connections import configured
from mwaa_lineage.transport.warehouses import address, of_host, region_of

PORTS = {"postgres": 5432, "redshift": 5439}


class DatasetName(NamedTuple):
    """A dataset's namespace and its name within that."""

    namespace: str
    name: str


def namespace(conn_id: str, host: str | None, port: int | None, *, scheme: str = "postgres") -> str:
    """The namespace of the warehouse behind an Airflow connection.

    The option `[mwaa_lineage] namespaces` names it, by the connection's id or its `<host>:<port>`; else it follows from the host: one of
    Redshift gives redshift://<workgroup or cluster>.<region>:<port>, any other <scheme>://<host>:<port>.
    """
    option = configured()
    own = of_host(host, port)
    port = port or PORTS[scheme]
    return option.connections.get(conn_id) or option.addresses.get(address(host, port)) or own or f"{scheme}://{host or 'localhost'}:{port}"


def redshift_namespace(name: str, region: str) -> str:
    """The namespace of a workgroup or cluster whose host is not known: the option may have it with another port."""
    usual = f"redshift://{name}.{region}:{PORTS['redshift']}".lower()
    address_of = usual.rpartition(":")[0]
    return next((each for each in sorted(configured().namespaces) if each.lower().rpartition(":")[0] == address_of), usual)


def dataset_name(source: Source, relation: Relation | None, warehouse: str) -> DatasetName:
    """The dataset of a table (`relation`: what is known of it) or of a location; an external table is the place of its data."""
    location = source if isinstance(source, Location) else relation.location if relation else None
    if location:
        return DatasetName(f"s3://{location.bucket}", location.key or "/")
    return DatasetName(warehouse, str(source))


def glue_names(table: GlueTable | None, warehouse: str) -> list[DatasetName]:
    """The name that Spark, Glue and dbt have for a table of the catalog; none where its region is not known."""
    region = table and (table.region or region_of(warehouse))
    if table is None or region is None:
        return []
    return [DatasetName(f"arn:{table.partition}:glue:{region}:{table.account}", f"table/{table.database}/{table.name}")]
