"""Athena: SQL on the tables of the Glue catalog, which the task's own connection asks for them."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mwaa_lineage.sql.relations import Catalog, Column, GlueTable, Location, Name, Relation, Table

if TYPE_CHECKING:  # sqlglot is not for parsing DAGs
    from mwaa_lineage.sql.sql import Statement

CATALOG = "awsdatacatalog"  # Athena's name of the account's own Glue catalog; of others nothing is known here
DATABASE = "default"  # of a query that names none
MOST = 200  # tables of one task that are asked for, each by a call of its own


@dataclass(frozen=True)
class Athena:
    """`hook` is an AthenaHook; queries are sent to `database`, and write their rows to `results`."""

    hook: Any
    database: str
    results: Location | None = None

    @classmethod
    def of(cls, hook: Any, context: Mapping[str, Any] | None, results: Mapping[str, Any] | None) -> "Athena | None":
        """By the context of a query and the configuration of its results; None for a catalog that is not Glue's own."""
        context = context or {}
        if str(context.get("Catalog") or CATALOG).lower() != CATALOG:
            return None
        return cls(hook, str(context.get("Database") or DATABASE).lower(), Location.parse((results or {}).get("OutputLocation")))

    @property
    def key(self) -> Hashable:
        """The hook's connection and region, and what the queries have in common."""
        return self.hook.aws_conn_id, self.hook.region_name, self.database, self.results

    @property
    def path(self) -> tuple[str, ...]:
        """The database of the queries."""
        return (self.database,)

    def name(self) -> tuple[str, str]:
        """OpenLineage, Naming Conventions: AWS Athena."""
        return f"awsathena://athena.{self.hook.conn.meta.region_name}.amazonaws.com", CATALOG

    def parse(self, texts: Sequence[str]) -> "list[Statement]":
        """In Athena's dialect."""
        from mwaa_lineage.sql.athena import parse  # noqa: PLC0415 - as above

        return parse(texts, self.results)

    def read(self, names: "Iterable[Name]") -> Catalog:
        """From Glue. Raises what boto3 raises."""
        mentioned = sorted({(name.schema or self.database, name.table) for name in names})
        meta = self.hook.conn.meta
        glue: Any = self.hook.get_session(region_name=meta.region_name).client("glue", verify=self.hook.verify, config=self.hook.config)
        relations: dict[Table, Relation] = {}
        for database, table in mentioned[:MOST]:
            try:
                found = glue.get_table(DatabaseName=database, Name=table)["Table"]
            except glue.exceptions.EntityNotFoundException:
                continue
            relations[Table(CATALOG, database, table)] = _relation(found, meta.partition, meta.region_name)
        return Catalog(CATALOG, self.path, relations, complete=len(mentioned) <= MOST)


def _relation(table: Mapping[str, Any], partition: str, region: str) -> Relation:
    """A view has no place, and is a table of the catalog only."""
    stored = table.get("StorageDescriptor", {})
    columns = [*stored.get("Columns", ()), *table.get("PartitionKeys", ())]
    location = Location.parse(stored.get("Location"))
    glue = GlueTable(partition, region, table["CatalogId"], table["DatabaseName"].lower(), table["Name"].lower()) if location else None
    return Relation(tuple(Column(column["Name"].lower(), column.get("Type")) for column in columns), location, glue)
