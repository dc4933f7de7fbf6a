"""Emits events one after the other, and notes each one that was taken over: `emitter.py PROGRESS NUMBER` goes on where it was killed."""

import itertools
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset
from openlineage.client.serde import Serde
from openlineage.client.transport.transport import Config

WAREHOUSE = "redshift://w:5439"
PRODUCER = "https://tickit.test"  # named everywhere: the default is the process's, and whoever imports the integration changes it
PACE = 0.01  # seconds: slow enough to be killed in between, time and again


def events(number: int) -> Iterator[tuple[RunEvent, bytes]]:
    """START and COMPLETE of runs of twenty jobs in a chain, with schemas and columns, and as they are sent."""
    for index in range(number // 2):
        for state, second in ((RunState.START, 0), (RunState.COMPLETE, 1)):
            event = _event(index, state, index * 2 + second)
            yield event, Serde.to_json(event).encode()


def _event(index: int, state: RunState, second: int) -> RunEvent:
    job = index % 20
    source, target = f"dev.t_{job:03d}", f"dev.t_{job + 1:03d}"
    fields = [schema_dataset.SchemaDatasetFacetFields(name=f"id{index // 20}", type="int")]
    origin = column_lineage_dataset.InputField(namespace=WAREHOUSE, name=source, field=f"id{index // 20}")
    columns = column_lineage_dataset.ColumnLineageDatasetFacet(
        fields={f"id{index // 20}": column_lineage_dataset.Fields(inputFields=[origin])}, producer=PRODUCER
    )
    facets: dict[str, Any] = {"schema": schema_dataset.SchemaDatasetFacet(fields=fields, producer=PRODUCER), "columnLineage": columns}
    return RunEvent(
        eventTime=f"2026-01-31T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.000000+00:00",
        run=Run(runId=str(uuid.uuid5(uuid.NAMESPACE_URL, str(index)))),
        job=Job(namespace="tickit", name=f"job_{job:03d}"),
        eventType=state,
        producer=PRODUCER,
        inputs=[InputDataset(namespace=WAREHOUSE, name=source)],
        outputs=[OutputDataset(namespace=WAREHOUSE, name=target, facets=facets)],
    )


def main(progress: Path, number: int) -> None:
    from mwaa_lineage.transport.transport import SpoolTransport  # noqa: PLC0415 - as the tests use the rest without

    done = len(progress.read_bytes()) if progress.exists() else 0
    transport = SpoolTransport(Config())
    with progress.open("ab", buffering=0) as file:
        for event, _ in itertools.islice(events(number), done, None):
            transport.emit(event)
            file.write(b".")
            time.sleep(PACE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
