"""What a value is derived from: columns of tables, and how."""

from enum import IntEnum
from typing import NamedTuple

from mwaa_lineage.sql.relations import Table

PSEUDO_COLUMNS = frozenset(["$path", "$size", "$spectrum_oid"])  # of every external table; they hold no data of its files
NOWHERE = Table("", "", "")  # the table of what is not known


class Derivation(IntEnum):
    """How a value comes from a column, weakest change first (OpenLineage, subtypes of a DIRECT transformation)."""

    IDENTITY = 0
    TRANSFORMATION = 1
    AGGREGATION = 2


class Origin(NamedTuple):
    """A column of a table that a value is derived from; in NOWHERE, why an origin is not known ("" where that has been said)."""

    table: Table
    column: str


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
