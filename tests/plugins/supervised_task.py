"""Runs a task of printing_dags as a worker of Airflow 3 does: its supervisor starts a process for it, and writes its log.

The plugins are there before, as in a worker that has run a task already: the supervisor makes the masker forget what they told it
(`supervise_task` of airflow/sdk/execution_time/supervisor.py). In the place of the API server stands what knows only what such a task asks.
"""

import sys
from typing import Any
from uuid import uuid4

import httpx
from airflow.sdk.api.client import Client
from airflow.sdk.api.datamodels._generated import BundleInfo, TaskInstance
from airflow.sdk.execution_time.supervisor import supervise_task
from airflow.sdk.listener import get_listener_manager

NOW = "2024-01-01T00:00:00Z"
TIMES = dict.fromkeys(("logical_date", "data_interval_start", "data_interval_end", "start_date", "run_after"), NOW)
RUN: dict[str, Any] = {
    "dag_id": "prints_environment",
    "run_id": "run",
    "run_type": "manual",
    "state": "running",
    "consumed_asset_events": [],
    **TIMES,
    "end_date": None,
    "partition_key": None,
}


ANSWERS = {
    "run": (200, {"dag_run": RUN, "max_tries": 0, "should_retry": False}),
    "rtif": (201, {}),  # the rendered fields
    "return_value": (201, {}),
    **dict.fromkeys(("heartbeat", "state"), (204, None)),
}


def server(request: httpx.Request) -> httpx.Response:
    """What the API server says."""
    status, content = ANSWERS.get(request.url.path.rsplit("/", 1)[-1], (404, {"detail": {"reason": "not_found"}}))
    return httpx.Response(status, json=content)


def main(task: str, log: str) -> None:
    """Run it."""
    get_listener_manager()
    one = TaskInstance(id=uuid4(), dag_version_id=uuid4(), dag_id="prints_environment", task_id=task, run_id="run", try_number=1)
    client = Client(base_url="http://server", token="", transport=httpx.MockTransport(server))
    bundle = BundleInfo(name="dags-folder")
    supervise_task(ti=one, bundle_info=bundle, dag_rel_path="prints_environment.py", token="", client=client, log_path=log)


if __name__ == "__main__":
    main(*sys.argv[1:])
