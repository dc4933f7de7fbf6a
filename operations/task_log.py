"""The log of a task on MWAA, from CloudWatch."""

import re
import time
from typing import Any

from botocore.exceptions import ClientError

from operations.log_line import readable

LINES = 40
ATTEMPT = re.compile(r"attempt=(\d+)\.log$")


class LogUnavailable(Exception):
    """The log cannot be shown; the message says why."""


def log_group(environment: str) -> str:
    """The log group that MWAA gives to the tasks of an environment."""
    return f"airflow-{environment}-Task"


def stream_prefix(dag: str, run: str, task: str) -> str:
    """How the names of a task's log streams begin; CloudWatch allows no colon in them."""
    return f"dag_id={dag}/run_id={run}/task_id={task}/attempt=".replace(":", "_")


def tail(logs: Any, group: str, prefix: str, *, seconds: float) -> list[str]:
    """The last lines of the task's last attempt, awaited for `seconds`. Raises LogUnavailable."""
    deadline = time.monotonic() + seconds
    try:
        while not (lines := _tail(logs, group, prefix)):
            if time.monotonic() > deadline:
                raise LogUnavailable(f"{group} has nothing in {prefix}*: the task may never have reached a worker")
            time.sleep(1)
    except ClientError as error:
        raise LogUnavailable(f"{group} cannot be read: {error.response['Error']['Code']}: {error.response['Error']['Message']}") from error
    return lines


def _tail(logs: Any, group: str, prefix: str) -> list[str]:
    pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=group, logStreamNamePrefix=prefix)
    streams = {int(found[1]): stream["logStreamName"] for page in pages for stream in page["logStreams"] if (found := _attempt(stream))}
    if not streams:
        return []
    events = logs.get_log_events(logGroupName=group, logStreamName=streams[max(streams)], limit=LINES, startFromHead=False)["events"]
    return [line for event in events for line in readable(event["message"], event["timestamp"])][-LINES:]


def _attempt(stream: dict[str, Any]) -> re.Match[str] | None:
    return ATTEMPT.search(stream["logStreamName"])
