"""How a table of the Glue catalog is called: by its ARN, as Spark, Glue, EMR and dbt write it, and as Athena writes it
(OpenLineage, Naming Conventions: AWS Glue, AWS Athena). Glue keeps names in lower case."""

import re

_ARN = re.compile(r"arn:aws[a-z-]*:glue:(?P<region>[a-z0-9-]+):\d{12}")
_TABLE = re.compile(r"table/(?P<database>[^/]+)/(?P<table>[^/]+)")
_ATHENA = re.compile(r"awsathena://athena\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?(:443)?/?")
_CATALOG = "awsdatacatalog"  # Athena's name of the account's own Glue catalog
_PARTS = ("catalog", "database", "table")


def find(namespace: str, name: str) -> tuple[str, str] | None:
    """Namespace and name of a table in the catalog; None for what is none."""
    if _ARN.fullmatch(namespace) and _TABLE.fullmatch(name):
        return namespace, name.lower()
    athena, parts = _ATHENA.fullmatch(namespace), name.lower().split(".")
    if athena is None or len(parts) not in (len(_PARTS) - 1, len(_PARTS)):
        return None
    return _athena(athena["region"], parts)


def also(namespace: str, name: str) -> tuple[str, str] | None:
    """Athena's name of a table whose ARN this is; None for everything else."""
    arn, table = _ARN.fullmatch(namespace), _TABLE.fullmatch(name)
    return _athena(arn["region"], [table["database"], table["table"]]) if arn and table else None


def _athena(region: str, parts: list[str]) -> tuple[str, str]:
    return f"awsathena://athena.{region}.amazonaws.com", ".".join([_CATALOG, *parts][-len(_PARTS) :])
