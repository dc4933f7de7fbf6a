"""Tables, where their data lies, and what the warehouse's catalog knows about them."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

TEMPORARY_SCHEMA = "pg_temp"  # searched first for an unqualified name, as the warehouse does
SYSTEM_SCHEMA = "pg_catalog"  # searched next, though no search_path names it
INFORMATION_SCHEMA = "information_schema"
_SYSTEM_NAME = re.compile(r"(pg|stl|stv|svv|svl|svcs)_.+")
_ROLE = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/")


class Table(NamedTuple):
    """A relation of the warehouse: lower-case names, as Redshift folds them."""

    database: str
    schema: str
    name: str

    def __str__(self) -> str:
        return ".".join(self)

    @property
    def is_system(self) -> bool:
        """Whether it is the warehouse's own book-keeping: schemas that begin with pg_ are its own (Amazon Redshift, CREATE SCHEMA)."""
        return self.schema == INFORMATION_SCHEMA or (self.schema.startswith("pg_") and self.schema != TEMPORARY_SCHEMA)


def named_as_system(name: str) -> bool:
    """Whether system tables and views are called so (Amazon Redshift, System tables and views reference). SYS_ is left out: people have
    tables of such names, too, so of those the catalog must know."""
    return _SYSTEM_NAME.fullmatch(name) is not None


class Location(NamedTuple):
    """A place in S3; the key has no slash at either end."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @classmethod
    def parse(cls, uri: str | None) -> "Location | None":
        """The location that `uri` names, None where that is not in S3 (a federated table has none)."""
        parts = urlsplit(uri or "")
        return cls(parts.netloc, parts.path.strip("/")) if parts.scheme in {"s3", "s3a", "s3n"} else None


class GlueTable(NamedTuple):
    """A table of the Glue catalog: lower-case names, as Glue keeps them. No region is the warehouse's own."""

    partition: str
    region: str | None
    account: str
    database: str
    name: str

    @classmethod
    def parse(cls, name: str, database: str | None = None, options: str | None = None) -> "GlueTable | None":
        """An external table by its schema's database and `options`, a JSON object (Amazon Redshift, SVV_EXTERNAL_SCHEMAS).

        None where they tell no account, as with the role `default` and with the user's own.
        """
        try:
            given = json.loads(options or "{}")
        except ValueError:
            return None
        if not database or not isinstance(given, dict):
            return None
        roles = _ROLE.findall(str(given.get("CATALOG_ROLE") or given.get("IAM_ROLE")))
        if not roles:
            return None
        partition, account = roles[-1]  # of roles in a chain the last one asks the catalog
        return cls(partition, given.get("REGION") or None, str(given.get("CATALOG_ID") or account), database.lower(), name.lower())


Source = Table | Location


class Name(NamedTuple):
    """A table, or a procedure that is called, as SQL writes it: no schema where the name is bare."""

    schema: str | None
    table: str
    is_called: bool = False


class Procedure(NamedTuple):
    """What the catalog tells of a stored procedure: its source, how many arguments a call gives, and the names of its parameters."""

    source: str
    arguments: int
    parameters: tuple[str, ...]


class Column(NamedTuple):
    """A column and its type as the catalog writes it, None where only the SQL is known."""

    name: str
    type: str | None = None


@dataclass(frozen=True)
class Relation:
    """What is known of one table: its columns in order; of one outside of the warehouse where its data lies, and where it is catalogued."""

    columns: tuple[Column, ...]
    location: Location | None = None
    glue: GlueTable | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True)
class Catalog:
    """The relations a piece of SQL mentions, as far as the warehouse has them, and how it resolves a bare name."""

    database: str
    search_path: tuple[str, ...] = ("public",)
    relations: Mapping[Table, Relation] = field(default_factory=dict)
    complete: bool = True  # False: the warehouse could not be asked, so a missing relation says nothing
    views: Mapping[Table, str] = field(default_factory=dict)  # their definitions, "" where they are not known
    procedures: Mapping[Table, tuple[Procedure, ...]] = field(default_factory=dict)  # those of one name
    unread: str = ""  # why definitions or procedures are missing

    def knows(self, names: Iterable[Name]) -> bool:
        """Whether it has all there is to know of tables with these names: a relation for each, and none is called."""
        return not self.unread and all(not name.is_called and any(map(self.relations.get, self._places(name))) for name in names)

    def _places(self, name: Name) -> list[Table]:
        return [Table(self.database, schema, name.table) for schema in ([name.schema] if name.schema else self.search_path)]
