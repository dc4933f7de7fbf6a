"""What a Glue crawler does: one table for each folder with Parquet files, of the columns that their footers name."""

import io
import json
from collections.abc import Iterable
from typing import Any

from moto.glue.exceptions import EntityNotFoundException
from moto.glue.models import FakeCrawler
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends

from local.aws.crawled import FORMATS, PARQUET, hive_type
from local.aws.emulator import crawl_permissions, lake_formation, permissions, roles
from local.aws.emulator.errors import NotEmulated
from local.aws.emulator.place import Place


class CrawlFailed(Exception):
    """What LastCrawl says of a crawl that failed."""


def crawl(crawler: FakeCrawler) -> None:
    """Fill the crawler's database, and write where a crawler writes its log. Raises CrawlFailed for what its role may not."""
    place = Place(crawler.backend.region_name, account=crawler.backend.account_id)
    role = role_arn(place, crawler.role)
    if reason := cannot_assume(place, crawler.name, role):
        raise CrawlFailed(f"Service is unable to assume role {role}. Please verify role's TrustPolicy: {reason}")
    logs, group = logs_backends[place.account][place.region], _log_group(crawler)
    security = crawler.crawler_security_configuration
    _require(place, role, crawl_permissions.to_begin(place, crawler.name, security, group, has_log_group=group in logs.groups))
    logs.ensure_log_group(group)
    _require(place, role, crawl_permissions.to_see(place, crawler.database_name))
    for target in crawler.targets["S3Targets"]:
        bucket, _, folder = target["Path"].removeprefix("s3://").partition("/")
        tables = _tables(crawler, bucket, folder)
        _require(place, role, permissions.to_read(place, bucket, [key for keys in tables.values() for key in keys], folder))
        for table, keys in tables.items():
            _require_table(place, crawler, role, table)
            _put(crawler, role, table, f"s3://{bucket}/{keys[0].rpartition('/')[0]}/", _columns(_content(crawler, bucket, keys[0])))


def role_arn(place: Place, role: str) -> str:
    """A crawler's role by its ARN, of which a crawler may name the end only."""
    return role if role.startswith("arn:") else f"arn:aws:iam::{place.account}:role/{role}"


def cannot_assume(place: Place, crawler: str, role: str) -> str:
    """Why Glue may not take the role on for a crawler; empty if it may."""
    return roles.refusal(place, role, "glue.amazonaws.com", source=place.arn("glue", f"crawler/{crawler}"))


def _require(place: Place, role: str, wanted: permissions.Wanted) -> None:
    if refused := permissions.first_refusal(place, role, wanted):
        raise CrawlFailed(refused)


def _require_table(place: Place, crawler: FakeCrawler, role: str, table: str) -> None:
    database = crawler.database_name
    exists = table in crawler.backend.get_database(database).tables
    _require(place, role, crawl_permissions.to_write(place, database, table, exists=exists))
    if refused := lake_formation.refusal_to_write(place, role, database, table, exists=exists):
        raise CrawlFailed(refused)


def _log_group(crawler: FakeCrawler) -> str:
    """A security configuration has a log group of its own for each role."""
    security, role = crawler.crawler_security_configuration, crawler.role.rpartition("/")[2]
    return f"/aws-glue/crawlers-role/{role}-{security}" if security else "/aws-glue/crawlers"


def _tables(crawler: FakeCrawler, bucket: str, folder: str) -> dict[str, list[str]]:
    """{table: keys of its objects}: the folders at the level that the configuration names, of which the bucket is the first."""
    grouping = json.loads(crawler.configuration or "{}").get("Grouping", {})
    if "TableLevelConfiguration" not in grouping:
        raise NotEmulated("the emulated crawler needs a TableLevelConfiguration: how Glue groups folders otherwise, it does not know")
    depth, tables = grouping["TableLevelConfiguration"] - 1, dict[str, list[str]]()
    for key in _keys(crawler, bucket, folder):
        if key.count("/") >= depth:
            tables.setdefault((crawler.table_prefix or "") + key.split("/")[depth - 1].lower(), []).append(key)
    return tables


def _keys(crawler: FakeCrawler, bucket: str, folder: str) -> Iterable[str]:
    held = s3_backends[crawler.backend.account_id][crawler.backend.partition].get_bucket(bucket)
    return sorted(key for key in held.keys if key.startswith(folder))


def _content(crawler: FakeCrawler, bucket: str, key: str) -> bytes:
    held = s3_backends[crawler.backend.account_id][crawler.backend.partition].get_object(bucket, key)
    return bytes(held.value) if held else b""


def _columns(content: bytes) -> list[dict[str, str]]:
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow, and only a crawl needs it

    return [{"Name": field.name, "Type": hive_type(str(field.type))} for field in pq.read_schema(io.BytesIO(content))]


def _put(crawler: FakeCrawler, role: str, table: str, location: str, columns: list[dict[str, str]]) -> None:
    wanted: dict[str, Any] = {
        "Name": table,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": "parquet", "UPDATED_BY_CRAWLER": crawler.name},
        "StorageDescriptor": {"Columns": columns, "Location": location, **FORMATS[PARQUET]},
    }
    try:
        crawler.backend.get_table(crawler.database_name, table)
    except EntityNotFoundException:
        crawler.backend.create_table(crawler.database_name, table, wanted)
        place = Place(crawler.backend.region_name, account=crawler.backend.account_id)
        lake_formation.created_table(place, crawler.database_name, table, by=role)
    else:
        crawler.backend.update_table(crawler.database_name, table, wanted)
