"""A real Airflow behind the emulated MWAA: what an environment says of itself, and the files in its bucket, make it."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.airflow_python import airflow_python
from local.airflow_services import USER, start_services
from local.aws.machine import Aws
from local.orchestrator import PLUGINS_ZIP, Airflow
from local.postgres import Postgres
from local.processes import Supervisor, free_port
from local.settings import DAGS
from modules.runtimes import as_environment, runtime


def start(
    folder: Path,
    supervisor: Supervisor,
    environment: Mapping[str, Any],
    *,
    aws: Aws,
    database: Postgres,
    told: Path,
    dags: Path = DAGS,
    plugins: Path = PLUGINS_ZIP,
) -> Airflow:
    """Start an environment's Airflow in `folder`, with keys of its execution role, and tell the emulated AWS of it by the file `told`.

    `environment` is as MWAA's GetEnvironment describes it. Raises ProcessFailed, MissingArtefact.
    """
    python = airflow_python(runtime(environment["AirflowVersion"]))
    keys = aws.keys_of_environment(environment["Name"])
    airflow = Airflow(folder, supervisor, python=python, database=database, aws=aws.environment | keys, dags=dags)
    airflow.environment |= {
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",  # MWAA's
        "AIRFLOW__LOGGING__REMOTE_LOGGING": "True",
        "AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER": f"cloudwatch://{_task_log(environment)}",
        **as_environment(environment.get("AirflowConfigurationOptions", {})),
    }
    airflow.install(plugins)
    airflow.migrate()
    port, password = free_port(), secrets.token_hex(8)
    start_services(airflow, port, password)
    api = {"url": f"http://127.0.0.1:{port}", "user": USER, "password": password}
    told.touch(mode=0o600)
    told.write_text(json.dumps({"command": airflow.command, "environment": airflow.environment, "api": api}))
    return airflow


def download(aws: Aws, environment: Mapping[str, Any], folder: Path) -> tuple[Path, Path]:
    """Fetch what MWAA takes from an environment's bucket; the DAG folder and plugins.zip, below `folder`."""
    s3, bucket = aws.client("s3"), environment["SourceBucketArn"].rpartition(":")[2]
    prefix, plugins = environment["DagS3Path"].rstrip("/") + "/", folder / "plugins.zip"
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for key in (entry["Key"] for entry in page.get("Contents", [])):
            file = folder / "dags" / key.removeprefix(prefix)
            file.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(bucket, key, str(file))
    version = {"VersionId": environment["PluginsS3ObjectVersion"]}
    s3.download_file(bucket, environment["PluginsS3Path"], str(plugins), ExtraArgs=version)
    return folder / "dags", plugins


def _task_log(environment: Mapping[str, Any]) -> str:
    return str(environment["LoggingConfiguration"]["TaskLogs"]["CloudWatchLogGroupArn"])
