"""A Parquet file in a bucket of the emulated AWS."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from local.aws.machine import Aws


def land(aws: Aws, bucket: str, key: str, **columns: Any) -> None:
    """Put a file with these columns {name: values} there."""
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    aws.client("s3").put_object(Bucket=bucket, Key=key, Body=file.getvalue())
