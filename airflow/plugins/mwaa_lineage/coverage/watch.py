"""Watches the coverage from inside Airflow: what the DAG lineage_coverage does once a day."""

import logging
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from mwaa_lineage.coverage import reading
from mwaa_lineage.coverage.measure import Coverage, coverage
from mwaa_lineage.doctor import arrival
from mwaa_lineage.doctor.reading import Reader, Unreadable
from mwaa_lineage.transport.settings import DEFAULT_ENDPOINT, ENDPOINT, Settings

SUFFIX = ".lineage.yaml"
NAMESPACE, METRIC = "Lineage", "CoverageShortfall"
"""CloudWatch's names of the metric: percent that are missing of what is wanted."""
ENVIRONMENT = "AIRFLOW_ENV_NAME"
"""MWAA sets it to the environment's name (https://docs.datadoghq.com/data_jobs/airflow, set-up for Amazon MWAA)."""

log = logging.getLogger(__name__)


class Dropped(Exception):
    """Fewer tasks have lineage than are wanted; the message has one line a gap."""


def watch(job: str, since: datetime, *, fail_under: float, dags: Path) -> float | None:
    """Log what the tasks of the last runs lack, tell CloudWatch on MWAA, and give the coverage in percent.

    `job` and `since` are the job and the start of the task that this is, `dags` the folder whose files say what is ignored.
    A catalog at an endpoint of its own that cannot be read as Marquez can is not measured: that is logged, and None is given.
    Raises Dropped below `fail_under` percent, and where events do not arrive at all; NoUrl; Unreadable.
    """
    store = Settings.from_environment()
    reader = Reader(store)
    try:
        reader.namespaces()
    except Unreadable as error:
        if (os.environ.get(ENDPOINT) or DEFAULT_ENDPOINT).strip("/") == DEFAULT_ENDPOINT:  # a Marquez that is out of order
            raise
        log.warning(
            "The coverage is not measured: only a Marquez can be read, and the catalog at %s is none (%s)", os.environ[ENDPOINT], error
        )
        return None
    namespace = os.environ.get("OPENLINEAGE_NAMESPACE") or "default"
    if not arrival.has_started(reader, namespace, arrival.OwnRun(job, since), arrival.DELIVERY):
        _tell(fail_under)
        raise Dropped(
            f"the store has no start of this very task, {job} in {namespace}: events do not arrive; the DAG lineage_doctor says why"
        )
    found = reading.jobs(reader, namespace)
    measured = coverage(found, reading.traced(reader, found), ignored(dags))
    for row in measured.gaps:
        log.info("%s (%s): %s: %s", row.job, row.operator or "?", row.level.value, row.cause)
    log.info("Coverage %g %%: %d of %d tasks lack nothing", measured.percent, *_counts(measured))
    _tell(max(0.0, fail_under - measured.percent))
    if measured.percent < fail_under:
        lines = [f"coverage {measured.percent:g} % is below {fail_under:g} %", *(f"{row.job}: {row.cause}" for row in measured.gaps)]
        raise Dropped("\n".join(lines))
    return measured.percent


def ignored(dags: Path) -> list[str]:
    """The names of jobs that the files of expected lineage ignore; a file that cannot be read ignores nothing, and is logged."""
    return [name for file in sorted(dags.rglob(f"*{SUFFIX}")) for name in _ignored(file)]


def _ignored(file: Path) -> Iterator[str]:
    import yaml  # noqa: PLC0415 - Airflow's own, not for parsing DAGs

    try:
        ignore = (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("ignore") or {}
        yield from map(str, ignore.get("jobs") or ())
    except (OSError, ValueError, AttributeError, TypeError, RecursionError, yaml.YAMLError) as error:
        log.warning("%s is left out: %s", file, " ".join(str(error).split()))


def _counts(measured: Coverage) -> tuple[int, int]:
    counted = len(measured.counted)
    return counted - len(measured.gaps), counted


def _tell(shortfall: float) -> None:
    """To CloudWatch, where an alarm waits for it; whatever hinders it is logged, and the task's own end tells it all the same."""
    environment = os.environ.get(ENVIRONMENT)
    if not environment:
        return
    try:
        import boto3  # noqa: PLC0415 - takes a while

        client: Any = boto3.client("cloudwatch")
        dimensions = [{"Name": "Environment", "Value": environment}]
        data = {"MetricName": METRIC, "Dimensions": dimensions, "Value": shortfall, "Unit": "Percent"}
        client.put_metric_data(Namespace=NAMESPACE, MetricData=[data])
    except Exception as error:  # boto3's, botocore's and those of what they call
        log.warning("CloudWatch was not told: %s: %s", type(error).__name__, error)
