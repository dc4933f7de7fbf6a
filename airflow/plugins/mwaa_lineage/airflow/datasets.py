"""Names datasets as OpenLineage does (OpenLineage, Naming Conventions: Redshift, PostgreSQL, S3)."""

import json
import logging
import re
from typing import NamedTuple

from mwaa_lineage.options import option
from mwaa_lineage.sql.relations import Location, Relation, Source

REDSHIFT_HOST = re.compile(r"(?P<warehouse>[^.]+)\.[^.]+\.(?P<region>[^.]+)\.redshift(-serverless)?\.amazonaws\.com(\.cn)?", re.IGNORECASE)

log = logging.getLogger(__name__)


class DatasetName(NamedTuple):
    """A dataset's namespace and its name within that."""

    namespace: str
    name: str


def namespace(conn_id: str, host: str | None, port: int | None) -> str:
    """The namespace of the warehouse behind an Airflow connection.

    The option `[mwaa_lineage] namespaces` names it, as a JSON object of connection ids; else it follows from the connection's host:
    a Redshift host gives redshift://<workgroup or cluster>.<region>:<port>, any other postgres://<host>:<port>.
    """
    configured = _configured().get(conn_id)
    if configured:
        return configured
    redshift = REDSHIFT_HOST.fullmatch(host or "")
    if redshift:
        return f"redshift://{redshift['warehouse']}.{redshift['region']}:{port or 5439}".lower()
    return f"postgres://{host or 'localhost'}:{port or 5432}"


def _configured() -> dict[str, str]:
    text = option("namespaces") or "{}"
    try:
        namespaces = json.loads(text)
        if all(isinstance(value, str) for value in namespaces.values()):
            return dict(namespaces)
    except (ValueError, AttributeError):
        pass
    log.warning(
        'The option [mwaa_lineage] namespaces is ignored: it must be a JSON object such as {"REDSHIFT_CONNECTOR": "redshift://name.region:5439"}'
    )
    return {}


def dataset_name(source: Source, relation: Relation | None, warehouse: str) -> DatasetName:
    """The dataset of a table (`relation`: what is known of it) or of a location; an external table is the place of its data."""
    location = source if isinstance(source, Location) else relation.location if relation else None
    if location:
        return DatasetName(f"s3://{location.bucket}", location.key or "/")
    return DatasetName(warehouse, str(source))
