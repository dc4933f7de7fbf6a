"""What a Glue crawler does: one table for each folder with Parquet files, of the columns that their footers name."""

import io
import json
from collections.abc import Iterable
from typing import Any

from moto.glue.exceptions import EntityNotFoundException
from moto.glue.models import FakeCrawler
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends

from local.aws.emulator.errors import NotEmulated

FORMATS = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
}
HIVE_TYPES = {"int32": "int", "int64": "bigint", "string": "string", "bool": "boolean", "date32[day]": "date"}


def crawl(crawler: FakeCrawler) -> None:
    """Fill the crawler's database, and write where a crawler writes its log."""
    logs_backends[crawler.backend.account_id][crawler.backend.region_name].ensure_log_group(_log_group(crawler))
    for target in crawler.targets["S3Targets"]:
        bucket, _, folder = target["Path"].removeprefix("s3://").partition("/")
        for table, keys in _tables(crawler, bucket, folder).items():
            _put(crawler, table, f"s3://{bucket}/{keys[0].rpartition('/')[0]}/", _columns(_content(crawler, bucket, keys[0])))


def hive_type(arrow_type: str) -> str:
    """The Glue type of a Parquet column, as a crawler gives it; decimals are spelled alike but for the prefix."""
    if arrow_type.startswith("timestamp"):
        return "timestamp"
    return HIVE_TYPES.get(arrow_type) or arrow_type.replace("decimal128", "decimal").replace(" ", "")


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


def _put(crawler: FakeCrawler, table: str, location: str, columns: list[dict[str, str]]) -> None:
    wanted: dict[str, Any] = {
        "Name": table,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": "parquet", "UPDATED_BY_CRAWLER": crawler.name},
        "StorageDescriptor": {"Columns": columns, "Location": location, **FORMATS},
    }
    try:
        crawler.backend.get_table(crawler.database_name, table)
    except EntityNotFoundException:
        crawler.backend.create_table(crawler.database_name, table, wanted)
    else:
        crawler.backend.update_table(crawler.database_name, table, wanted)
