"""The emulated AWS: moto as S3, Glue and Secrets Manager, with the lake and the three secrets that a deployment makes."""

import os
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import pyarrow.parquet as pq

from local.processes import Supervisor, answers, free_port
from local.settings import BUCKET, GLUE_DATABASE, REGION

HIVE_TYPES = {"int64": "bigint", "string": "string", "bool": "boolean"}


def hive_type(arrow_type: str) -> str:
    """The Glue type of a Parquet column, as a crawler gives it; decimals are spelled alike but for the prefix."""
    return HIVE_TYPES.get(arrow_type) or arrow_type.replace("decimal128", "decimal").replace(" ", "")


class Aws:
    """An AWS of its own on a free loopback port, empty at every start."""

    def __init__(self, supervisor: Supervisor) -> None:
        self.supervisor = supervisor
        self.port = free_port()

    @property
    def environment(self) -> dict[str, str]:
        """What makes any AWS SDK talk to this AWS only, whatever profile the person at the machine has."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def start(self) -> None:
        """Raises ProcessFailed."""
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        server = self.supervisor.start("moto (AWS)", command, environment={"PATH": os.environ["PATH"]}, log="aws.log")
        server.wait_until(lambda: answers(self.port, "/moto-api/"), seconds=60)

    def client(self, service: str) -> Any:
        """A boto3 client that knows nothing but this AWS."""
        return self._session.client(service, endpoint_url=f"http://127.0.0.1:{self.port}")

    def land(self, tables: Mapping[str, Path]) -> None:
        """Put {table: Parquet file} into the raw bucket and into the Glue database, one folder and one table each."""
        s3, glue = self.client("s3"), self.client("glue")
        s3.create_bucket(Bucket=BUCKET)
        glue.create_database(DatabaseInput={"Name": GLUE_DATABASE})
        for table, file in tables.items():
            s3.upload_file(str(file), BUCKET, f"tickit/{table}/{file.name}")
            columns = [{"Name": field.name, "Type": hive_type(str(field.type))} for field in pq.read_schema(file)]
            storage = {"Columns": columns, "Location": f"s3://{BUCKET}/tickit/{table}/"}
            glue.create_table(
                DatabaseName=GLUE_DATABASE, TableInput={"Name": table, "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage}
            )

    def catalog(self) -> list[dict[str, Any]]:
        """The tables of the Glue database, as Glue's GetTables returns them."""
        pages = self.client("glue").get_paginator("get_tables").paginate(DatabaseName=GLUE_DATABASE)
        return [table for page in pages for table in page["TableList"]]

    def objects(self, table: Mapping[str, Any]) -> list[bytes]:
        """The contents of every object at a table's location."""
        bucket, _, prefix = table["StorageDescriptor"]["Location"].removeprefix("s3://").partition("/")
        s3 = self.client("s3")
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return [s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys]

    def put_secrets(self, secrets: Mapping[str, str]) -> None:
        """Create secrets {name: value}."""
        manager = self.client("secretsmanager")
        for name, value in secrets.items():
            manager.create_secret(Name=name, SecretString=value)

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name=REGION)  # noqa: S106 - no secret
