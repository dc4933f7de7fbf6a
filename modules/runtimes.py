"""The Airflow versions this system runs on, and the Airflow configuration that each one takes.

Standard library only: the stacks and the local system both read it.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

RUNTIMES = Path(__file__).parent.parent / "airflow/runtimes.toml"
CONNECTION = "REDSHIFT_CONNECTOR"
DRIVER = {"client_encoding": "UTF8", "prepare_threshold": None}
"""The connection's extras that psycopg 3, the driver of Airflow 3.3.1, needs with Redshift: mwaa_lineage/airflow/connection.py says why."""

LOOKED_UP = "^(?!aws_default$).*$"
"""The connections that Airflow looks for among its secrets. MWAA sets this pattern, and setting the prefixes would remove it: aws_default,
which hooks and task logs ask for, is no secret (images/airflow/3.3.1/python/mwaa/config/airflow.py in aws/amazon-mwaa-docker-images)."""


@dataclass(frozen=True)
class Runtime:
    """One Airflow version on MWAA: its Python, and the package that turns its task runs into OpenLineage events."""

    airflow: str
    python: str
    integration: str
    integration_version: str
    end_of_support: date | None = None


def release(runtime: Runtime) -> tuple[int, ...]:
    """The version as numbers, by which runtimes are sorted."""
    return tuple(map(int, runtime.airflow.split(".")))


@cache
def load_runtimes(path: Path = RUNTIMES) -> Mapping[str, Runtime]:
    """{Airflow version: Runtime}, the default first. ValueError names the rows that are wrong."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    default = table.pop("default", None)
    if default not in table:
        raise ValueError(f"{path.name}: default = {default!r} is none of its rows: {', '.join(table)}")
    runtimes: dict[str, Runtime] = {}
    problems = []
    for version in sorted(table, key=lambda version: version != default):
        try:
            runtimes[version] = Runtime(version, **table[version])
        except TypeError as error:
            problems.append(f"{path.name}: row {version!r}: {error}")
    if problems:
        raise ValueError("\n".join(problems))
    return runtimes


def runtime(version: str | None = None) -> Runtime:
    """The runtime of an Airflow version, by default the project's. ValueError lists the known ones."""
    runtimes = load_runtimes()
    if version is None:
        return next(iter(runtimes.values()))
    if version not in runtimes:
        raise ValueError(f"Airflow {version!r} is none that MWAA creates environments of: {', '.join(runtimes)}")
    return runtimes[version]


def configuration_options(
    version: str, *, warehouse_namespace: str, secrets_prefix: str = "airflow", spool: str | None = None
) -> dict[str, str]:
    """Airflow's configuration for any 2.x or 3.x version, as MWAA takes it: {"section.key": value}.

    `warehouse_namespace` is the OpenLineage namespace of the warehouse, `redshift://<workgroup>.<region>:<port>`; `spool` the place in S3
    for lineage events that cannot be delivered, `s3://<bucket>/<prefix>/`. Secrets stand below `<secrets_prefix>/connections` and
    `<secrets_prefix>/variables`.
    """
    parsed = re.match(r"([23])\.(\d+)\.\d+$", version)
    if parsed is None:
        raise ValueError(f"{version!r} is not a version of Airflow like 2.7.2")
    options = {
        "secrets.backend": "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend",
        "secrets.backend_kwargs": json.dumps(
            {
                "connections_prefix": f"{secrets_prefix}/connections",
                "variables_prefix": f"{secrets_prefix}/variables",
                "connections_lookup_pattern": LOOKED_UP,
            }
        ),
        "core.lazy_load_plugins": "False",
        "mwaa_lineage.namespaces": json.dumps({CONNECTION: warehouse_namespace}),
    }
    if spool:
        options["mwaa_lineage.spool"] = spool
    if (int(parsed[1]), int(parsed[2])) < (2, 3):  # listeners, which the integration uses since, came with 2.3
        options["lineage.backend"] = "openlineage.lineage_backend.OpenLineageBackend"
    return options


def image_options(runtime: Runtime) -> dict[str, str]:
    """What AWS's image sets for the way in which tasks run, unless an environment's own options say otherwise: {"section.key": value}.

    Source: aws/amazon-mwaa-docker-images, `_get_opinionated_airflow_*_config` in images/airflow/<version>/python/mwaa/config/airflow.py.
    2.7.2 and 2.8.1 are not among them; aws-mwaa-local-runner has Airflow's own defaults for those.
    """
    if release(runtime) < (2, 9):
        return {}
    return {
        "core.execute_tasks_new_python_interpreter": "True",  # Airflow 3 knows it no more, and forks
        "scheduler.schedule_after_task_execution": "False",
        "scheduler.task_queued_timeout": "1800.0",
    }


def connection_uri(address: str, database: str, extras: Mapping[str, object]) -> str:
    """Airflow's connection to a database at `address`, which is `[user:password]@host:port`.

    Extras that are no texts have no place in a URI but its parameter __extra__, as JSON.
    """
    return f"postgres://{address}/{database}?{urlencode({'__extra__': json.dumps(extras)})}"


def as_environment(options: dict[str, str]) -> dict[str, str]:
    """Configuration options as the environment variables that Airflow reads: AIRFLOW__SECTION__KEY."""
    return {f"AIRFLOW__{option.replace('.', '__').upper()}": value for option, value in options.items()}
