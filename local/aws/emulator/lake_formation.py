"""Lake Formation: who may use what the catalog holds, where it is Lake Formation that decides.

By default IAM decides: every new database and table is granted to the group IAM_ALLOWED_PRINCIPALS, by the settings of the account. Where
somebody has taken these defaults away, who has no grant may do nothing, whatever IAM says:
docs.aws.amazon.com/lake-formation/latest/dg/change-settings.html and .../lake-formation-permissions-reference.html.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from local.aws.emulator.caller import CALLER
from local.aws.emulator.place import Place

EVERYBODY = "IAM_ALLOWED_PRINCIPALS"
"""Whoever IAM allows."""
Resource = Mapping[str, Any]


def created_database(place: Place, database: str, wanted: Mapping[str, Any]) -> None:
    """Give a new database to those who get it: the account's defaults, and its creator."""
    _give(place, {"Database": {"Name": database}}, _defaults(place, "CreateDatabaseDefaultPermissions"), by=_caller(place))
    wanted_for_tables = wanted.get("CreateTableDefaultPermissions")
    given = _defaults(place, "CreateTableDefaultPermissions") if wanted_for_tables is None else wanted_for_tables
    place.moto("glue").databases[database].input["CreateTableDefaultPermissions"] = given


def created_table(place: Place, database: str, table: str, *, by: str) -> None:
    """The same for a table, by the defaults of its database."""
    defaults = place.moto("glue").databases[database].input.get("CreateTableDefaultPermissions") or []
    _give(place, {"Table": {"DatabaseName": database, "Name": table}}, defaults, by=by)


def refusal_to_write(place: Place, principal: str, database: str, table: str, *, exists: bool) -> str:
    """Why somebody may not make or change a table, as AWS says it; empty if they may."""
    if exists:
        return _refusal(place, principal, "Alter", {"Table": {"DatabaseName": database, "Name": table}}, f"{database}.{table}")
    return _refusal(place, principal, "Create Table", {"Database": {"Name": database}}, database)


def refusal_to_read(place: Place, principal: str, database: str, table: str) -> str:
    """Why somebody may not select from a table, as AWS says it; empty if they may."""
    return _refusal(place, principal, "Select", {"Table": {"DatabaseName": database, "Name": table}}, f"{database}.{table}")


def refusal_to_describe(place: Place, principal: str, database: str) -> str:
    """Why somebody may not see a database."""
    return _refusal(place, principal, "Describe", {"Database": {"Name": database}}, database)


def _refusal(place: Place, principal: str, permission: str, resource: Resource, name: str) -> str:
    wanted = permission.upper().replace(" ", "_")
    if principal in _administrators(place):
        return ""
    for grant in _grants(place):
        who = grant.principal.get("DataLakePrincipalIdentifier")
        if who in (EVERYBODY, principal) and _covers(grant.resource, resource) and _includes(grant.permissions, wanted):
            return ""
    return f"Insufficient Lake Formation permission(s): Required {permission} on {name}"


def _includes(granted: Iterable[str], wanted: str) -> bool:
    """Whoever may do anything with a table or a database may see it."""
    return bool({"ALL", wanted} & set(granted)) or (wanted == "DESCRIBE" and bool(granted))


def _covers(granted: Resource, wanted: Resource) -> bool:
    """Whether a grant is about a resource; one on all tables of a database is about each."""
    (kind, one), (of, other) = next(iter(granted.items())), next(iter(wanted.items()))
    if kind == "TableWithColumns":
        kind = "Table"
    if kind != of:
        return False
    if of == "Database":
        return bool(one["Name"] == other["Name"])
    return bool(one["DatabaseName"] == other["DatabaseName"] and ("TableWildcard" in one or one.get("Name") == other["Name"]))


def _same(one: Resource, other: Resource) -> bool:
    return one.keys() == other.keys() and "TableWildcard" not in str(one) and _covers(one, other)


def _give(place: Place, resource: dict[str, Any], defaults: Iterable[Mapping[str, Any]], *, by: str) -> None:
    """To these, and to nobody to whom something of that name was given before."""
    lake = place.moto("lakeformation")
    for grant in _grants(place):
        if _same(grant.resource, resource):
            lake.grants[place.account].permissions.discard(grant)
    for default in [*defaults, {"Principal": {"DataLakePrincipalIdentifier": by}, "Permissions": ["ALL"]}]:
        lake.grant_permissions(place.account, dict(default["Principal"]), resource, list(default["Permissions"]), [])


def _defaults(place: Place, which: str) -> list[dict[str, Any]]:
    return list(place.moto("lakeformation").get_data_lake_settings(place.account).get(which) or [])


def _administrators(place: Place) -> list[str]:
    settings = place.moto("lakeformation").get_data_lake_settings(place.account)
    return [admin["DataLakePrincipalIdentifier"] for admin in settings.get("DataLakeAdmins") or []]


def _grants(place: Place) -> list[Any]:
    held = place.moto("lakeformation").grants.get(place.account)
    return list(held.permissions) if held else []


def _caller(place: Place) -> str:
    return CALLER.format(account=place.account)
