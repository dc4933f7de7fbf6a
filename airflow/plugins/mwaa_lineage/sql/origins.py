"""What a value is derived from: columns of tables, and how; and which columns decide about it without forming it."""

from enum import Enum, IntEnum
from typing import NamedTuple

from mwaa_lineage.sql.relations import Table

PSEUDO_COLUMNS = frozenset(["$path", "$size", "$spectrum_oid"])  # of every external table; they hold no data of its files
NOWHERE = Table("", "", "")  # the table of what is not known


class Derivation(IntEnum):
    """How a value comes from a column, weakest change first (OpenLineage, subtypes of a DIRECT transformation)."""

    IDENTITY = 0
    TRANSFORMATION = 1
    AGGREGATION = 2


class Role(Enum):
    """What a column does that forms no value (OpenLineage, subtypes of an INDIRECT transformation), but for the first."""

    MASKED = 0  # it does form a value, which does not show it
    FILTER = 1
    JOIN = 2
    GROUP_BY = 3
    SORT = 4
    WINDOW = 5
    CONDITIONAL = 6


class Origin(NamedTuple):
    """A column of a table that a value is derived from; in NOWHERE, why an origin is not known ("" where that has been said).

    With a role, it decides about the value instead. The column "" then stands for all that decides which rows the table has.
    """

    table: Table
    column: str
    role: Role | None = None


Origins = dict[Origin, Derivation]  # shared between the columns that have them: only a new one is ever added to


def merge(into: Origins, origins: Origins, derivation: Derivation = Derivation.IDENTITY) -> None:
    """Adds `origins`, changed at least as `derivation` says."""
    for origin, how in origins.items():
        into[origin] = max(how, derivation, into.get(origin, derivation))


def union(*several: Origins, derivation: Derivation = Derivation.IDENTITY) -> Origins:
    """All of `several` together, changed at least as `derivation` says."""
    result: Origins = {}
    for origins in several:
        merge(result, origins, derivation)
    return result


def lost(name: str) -> Origins:
    """The origins of a name that cannot be resolved."""
    return unknown(f"column {name} is in none, or in several, of the tables that it may come from")


def unknown(why: str = "") -> Origins:
    """Origins that are not known."""
    return {Origin(NOWHERE, why): Derivation.IDENTITY}


def known(origins: Origins) -> Origins:
    """Those of `origins` that are known."""
    return {origin: how for origin, how in origins.items() if origin.table != NOWHERE}


def masked(origins: Origins) -> Origins:
    """`origins` of a value that does not show them."""
    return {origin._replace(role=Role.MASKED) if origin.role is None else origin: how for origin, how in origins.items()}


def deciding(origins: Origins, role: Role) -> Origins:
    """What decides about a value, or about rows, where something with `origins` does. What decides which rows that has keeps its role."""
    stays = (Role.FILTER, Role.JOIN, Role.GROUP_BY, Role.SORT)
    return {origin if origin.role in stays else origin._replace(role=role): Derivation.IDENTITY for origin in origins}


def rows_of(table: Table) -> Origins:
    """Whatever decides which rows a table has."""
    return {Origin(table, "", Role.FILTER): Derivation.IDENTITY}


def direct(origins: Origins) -> Origins:
    """Those that form the value."""
    result: Origins = {}
    for origin, how in origins.items():
        if forms(origin):
            merge(result, {origin._replace(role=None): how})
    return result


def forms(origin: Origin) -> bool:
    """Whether it forms the value, masked or not."""
    return origin.role is None or origin.role is Role.MASKED


class How(NamedTuple):
    """What a column does for another one, or for its rows (OpenLineage, transformations of a column lineage facet)."""

    type: str
    subtype: str
    masking: bool = False


def told(origins: Origins) -> dict[Origin, list[How]]:
    """All that each column does, in OpenLineage's words. It masks, where it is shown in no other way."""
    result = {origin: [How("DIRECT", how.name, origin not in origins)] for origin, how in direct(origins).items()}
    for role in Role:
        for origin in origins:
            if origin.role is role and not forms(origin):
                result.setdefault(origin._replace(role=None), []).append(How("INDIRECT", role.name))
    return result
