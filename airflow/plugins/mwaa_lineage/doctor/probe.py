"""The event by which the doctor tries the way to the store: a run of a job of its own, without any dataset."""

import importlib
import json
import uuid
from datetime import UTC, datetime
from typing import Any

JOB = "lineage_doctor.probe"
PRODUCER = "urn:lineage-doctor"
_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"


class Probe:
    """One run in a namespace: its start is sent directly, its end through the transport, so that the store tells which of them it has."""

    def __init__(self, namespace: str) -> None:
        self.namespace, self.run_id = namespace, str(uuid.uuid4())

    def start(self) -> bytes:
        """The event that starts the run, as it goes over the line."""
        event = {
            "eventType": "START",
            "eventTime": _now(),
            "run": {"runId": self.run_id},
            "job": {"namespace": self.namespace, "name": JOB},
            "inputs": [],
            "outputs": [],
            "producer": PRODUCER,
            "schemaURL": _SCHEMA,
        }
        return json.dumps(event).encode()

    def end(self) -> Any:
        """The event that ends it, as OpenLineage's client takes it."""
        try:
            kinds: Any = importlib.import_module("openlineage.client.event_v2")
        except ImportError:  # the client of Airflow 2.7's and 2.8's constraints
            kinds = importlib.import_module("openlineage.client.run")
        return kinds.RunEvent(
            eventType=kinds.RunState.COMPLETE,
            eventTime=_now(),
            run=kinds.Run(runId=self.run_id),
            job=kinds.Job(namespace=self.namespace, name=JOB),
            producer=PRODUCER,
            inputs=[],
            outputs=[],
        )


def _now() -> str:
    return datetime.now(UTC).isoformat()
