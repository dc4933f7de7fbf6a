"""The emulated AWS as a process, and what the local system puts into it: the lake, the workgroup and the three secrets of a deployment."""

import os
import ssl
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.config import Config

import local.expressions  # noqa: F401 - for boto3, which reads many
from local.aws import crawled
from local.processes import Supervisor, answers, free_port
from local.settings import BUCKET, GLUE_DATABASE, REGION, ROOT

ACCOUNT = "123456789012"
"""The emulated account, if nobody asks for another."""
LANDING = "tickit"
"""The folder of the raw bucket in which a deployment's data lands."""


class Aws:
    """An AWS of its own on a free loopback port, empty at every start.

    `interpreter` runs the emulator: one with moto[server], and a botocore that knows every parameter that clients send. `airflow` is a file
    that tells which Airflow stands behind MWAA, as local.aws.emulator.airflow_behind says, and `warehouse` one that tells
    which PostgreSQL stands behind Redshift, as warehouse_behind says; they may come later. `region` is the clients' own.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        *,
        interpreter: Path = Path(sys.executable),
        airflow: Path | None = None,
        warehouse: Path | None = None,
        region: str = REGION,
        account: str = ACCOUNT,
        port: int = 0,
    ) -> None:
        self.supervisor, self.interpreter, self.airflow, self.warehouse = supervisor, interpreter, airflow, warehouse
        self.region, self.account = region, account
        self.port = port or free_port()
        self.trusted = supervisor.logs / "aws-trusted.pem"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What makes any AWS SDK, and Terraform, talk to this AWS only, whatever profile the person at the machine has."""
        # Clients put `api.` or `env.` before MWAA's host, and nobody resolves such names of this machine: so the host is made up, and the
        # emulator is the proxy that reaches it. Some clients read the proxy's variables in lower case first.
        proxy = {"HTTP_PROXY": self.url, "NO_PROXY": "127.0.0.1,localhost"}
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_MWAA": "http://aws.test",
            **proxy,
            **{name.lower(): value for name, value in proxy.items()},
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SSL_CERT_FILE": str(self.trusted),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def start(self) -> None:
        """Raises ProcessFailed."""
        authority = self.supervisor.logs / "aws-authority.pem"
        command = [str(self.interpreter), "-P", "-m", "local.aws.emulator", f"--port={self.port}", f"--authority={authority}"]
        command += [f"--airflow={self.airflow}"] if self.airflow else []
        command += [f"--warehouse={self.warehouse}"] if self.warehouse else []
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "MOTO_ACCOUNT_ID": self.account}
        server = self.supervisor.start("the emulated AWS", command, environment=environment, log="aws.log")
        server.wait_until(lambda: answers(self.port, "/emulator/calls"), seconds=180)
        others = ssl.get_default_verify_paths().cafile
        self.trusted.write_bytes(authority.read_bytes() + (Path(others).read_bytes() if others else b""))

    def reset(self) -> None:
        """Empty it."""
        self._ask("POST", "/emulator/reset")

    def inventory(self) -> dict[str, list[str]]:
        """{service: names of what exists}."""
        return dict(self._ask("GET", "/emulator/inventory"))

    def refusals(self) -> list[dict[str, str]]:
        """The requests that were none AWS's model knows, or that the emulator cannot answer: service, operation, code, message of each."""
        return list(self._ask("GET", "/emulator/refusals"))

    def errors(self) -> list[dict[str, str]]:
        """The errors that services answered with, in the same form."""
        return list(self._ask("GET", "/emulator/errors"))

    def calls(self) -> dict[str, int]:
        """{"service.Operation": how often}."""
        return dict(self._ask("GET", "/emulator/calls"))

    def expire_statements(self) -> None:
        """Make the Data API forget its statements, as it does after a day."""
        self._ask("POST", "/emulator/statements/expire")

    def hold_environments(self) -> None:
        """Let MWAA take its time: environments that are made from now on are being created until they are released."""
        self._ask("POST", f"/emulator/environments/hold?region={self.region}")

    def release_environments(self) -> None:
        """Let MWAA finish what it creates."""
        self._ask("POST", f"/emulator/environments/release?region={self.region}")

    def keys_of_environment(self, name: str) -> dict[str, str]:
        """What an MWAA environment's Airflow signs with, as variables: it may what the execution role may."""
        return dict(self._ask("POST", f"/emulator/environments/keys?region={self.region}&name={name}"))

    def put_zone(self, name: str, id_: str) -> None:
        """Let another zone, such as use1-az3, stand behind a name in the region."""
        self._ask("POST", f"/emulator/zones?region={REGION}&name={name}&id={id_}")

    def withhold(self, service: str, zone: str) -> None:
        """Let a service, such as com.amazonaws.us-east-1.kms or redshift-serverless, not be in a zone (its id)."""
        self._ask("POST", f"/emulator/zones/withhold?service={service}&id={zone}")

    def _ask(self, method: str, path: str) -> Any:
        answer = httpx.request(method, self.url + path, timeout=60, trust_env=False)
        answer.raise_for_status()
        return answer.json()

    def client(self, service: str, keys: Mapping[str, str] | None = None) -> Any:
        """A boto3 client that knows nothing but this AWS: an administrator's, unless `keys` are somebody else's."""
        own = {name.lower(): value for name, value in (keys or {}).items()}
        # MWAA's names of hosts begin with "api.", which a loopback address cannot.
        return self._session.client(service, endpoint_url=self.url, config=Config(inject_host_prefix=False), **own)

    def land(self, lake: Path) -> None:
        """Put a folder's files into the raw bucket, and into the Glue database what a crawler makes of them. Raises UnusableLake."""
        s3, glue = self.client("s3"), self.client("glue")
        s3.create_bucket(Bucket=BUCKET)
        glue.create_database(DatabaseInput={"Name": GLUE_DATABASE})
        for table in crawled.tables(lake, f"s3://{BUCKET}/{LANDING}"):
            glue.create_table(DatabaseName=GLUE_DATABASE, TableInput=table)
        for file in crawled.files(lake):
            s3.upload_file(str(file), BUCKET, f"{LANDING}/{file.relative_to(lake).as_posix()}")

    def make_workgroup(self, name: str) -> None:
        """Make one of Redshift Serverless, and its namespace, for which credentials can be had."""
        serverless = self.client("redshift-serverless")
        serverless.create_namespace(namespaceName=name)
        serverless.create_workgroup(workgroupName=name, namespaceName=name)

    def catalog(self, database: str = GLUE_DATABASE) -> list[dict[str, Any]]:
        """The tables of a Glue database, as Glue's GetTables returns them."""
        pages = self.client("glue").get_paginator("get_tables").paginate(DatabaseName=database)
        return [table for page in pages for table in page["TableList"]]

    def objects(self, table: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
        """Every object at a table's location: its place below that, and its content."""
        bucket, _, prefix = table["StorageDescriptor"]["Location"].removeprefix("s3://").partition("/")
        s3 = self.client("s3")
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for key in (entry["Key"] for page in pages for entry in page.get("Contents", [])):
            yield key.removeprefix(prefix), s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def put_secrets(self, secrets: Mapping[str, str]) -> None:
        """Give secrets {name: value} these values, which makes those that are new."""
        manager = self.client("secretsmanager")
        for name, value in secrets.items():
            try:
                manager.create_secret(Name=name, SecretString=value)
            except manager.exceptions.ResourceExistsException:
                manager.put_secret_value(SecretId=name, SecretString=value)

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name=self.region)  # noqa: S106 - no secret
