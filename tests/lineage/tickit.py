"""The lineage of a pipeline of two DAGs as OpenLineage events, and a store in this process to send them to.

What stands in airflow/dags is another matter: it may be anyone's.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from lineage.expected import Expected, ExpectedJob
from lineage.graph import DatasetId, Graph, read_graph
from lineage.store.app import create_app
from lineage.store.database import Database
from lineage.store.local import StoredLineage

Json = dict[str, Any]

ROOT = Path(__file__).parent.parent.parent
EXPECTED_FILES = ROOT / "tests/lineage/expected"
VALUES = {"bucket": "tickit-raw", "warehouse": "redshift://tickit.us-east-1:5439", "database": "dev"}
JOBS = "tickit"
PRODUCER = "https://example.org/tests"
FACET = {"_producer": PRODUCER, "_schemaURL": "https://example.org/facet.json"}
TYPES = {"id": "bigint", "price": "numeric(8,2)", "time": "timestamp", "date": "date", "like": "boolean", "qty": "smallint"}


def run_event(job: str, type_: str | None, at: str, *, run: str = "7c2a0a1e-0000-4000-8000-000000000001", **parts: Any) -> Json:
    """A RunEvent; `at` is a time of 2026-01-31 such as 12:00:00. Further parts: run_facets, job_facets, inputs, outputs."""
    event: Json = {
        "eventTime": f"2026-01-31T{at}Z",
        "producer": PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run, "facets": parts.get("run_facets", {})},
        "job": {"namespace": JOBS, "name": job, "facets": parts.get("job_facets", {})},
        "inputs": parts.get("inputs", []),
        "outputs": parts.get("outputs", []),
    }
    return event if type_ is None else {"eventType": type_, **event}


def dataset(namespace: str, name: str, *columns: str, **facets: Json) -> Json:
    """A dataset of an event, with a schema when columns are given."""
    fields = [{"name": column, "type": _type(column)} for column in columns]
    schema = {"schema": {**FACET, "fields": fields}} if columns else {}
    return {"namespace": namespace, "name": name, "facets": {**schema, **facets}}


def pipeline_events(expected: Expected, *, failed: str | None = None) -> list[Json]:
    """START and COMPLETE of every expected job, as the lineage operator sends them; `failed` names a job that fails."""
    return [event for number, job in enumerate(expected.jobs, start=1) for event in _job_events(expected, job, number, failed)]


def _job_events(expected: Expected, job: ExpectedJob, number: int, failed: str | None) -> Iterator[Json]:
    run = f"7c2a0a1e-0000-4000-8000-{number:012d}"
    dag, _, task = job.name.partition(".")
    lineage = {"columnLineage": _column_lineage(job)}
    parent = {**FACET, "run": {"runId": f"7c2a0a1e-0000-4000-9000-{len(dag):012d}"}, "job": {"namespace": JOBS, "name": dag}}
    table = task.removeprefix("load_")
    (output,) = job.outputs
    parts: Json = {
        "run": run,
        "run_facets": {"parent": parent},
        "job_facets": {"sql": {**FACET, "query": f"delete from {output.name};\ninsert into {output.name}\nselect ...\nfrom {table};"}},
        "inputs": [_expected_dataset(expected, id_) for id_ in job.inputs],
        "outputs": [_expected_dataset(expected, output, **lineage)],
    }
    yield run_event(job.name, "START", f"12:{number:02d}:00", **parts)
    if job.name == failed:
        message = {"errorMessage": {**FACET, "message": "permission denied", "programmingLanguage": "PYTHON"}}
        yield run_event(job.name, "FAIL", f"12:{number:02d}:07.250", **{**parts, "run_facets": {**parts["run_facets"], **message}})
    else:
        yield run_event(job.name, "COMPLETE", f"12:{number:02d}:07.250", **parts)


def _expected_dataset(expected: Expected, id_: DatasetId, **facets: Json) -> Json:
    if id_.namespace.startswith("s3://"):
        table = id_.name.rpartition("/")[2]
        identifier = {"namespace": VALUES["warehouse"], "name": f"dev.s3_datalake.{table}", "type": "TABLE"}
        facets = {**facets, "symlinks": {**FACET, "identifiers": [identifier]}}
    return dataset(id_.namespace, id_.name, *expected.datasets[id_], **facets)


def _column_lineage(job: ExpectedJob) -> Json:
    fields: dict[str, Json] = {}
    for edge in sorted(job.column_edges):
        source = {"namespace": edge.origin.dataset.namespace, "name": edge.origin.dataset.name, "field": edge.origin.name}
        fields.setdefault(edge.target.name, {"inputFields": []})["inputFields"].append(source)
    return {**FACET, "fields": fields}


def _type(column: str) -> str:
    return next((type_ for part, type_ in TYPES.items() if part in column), "varchar(100)")


def client_of(database: Database) -> TestClient:
    """A client of a store in this process, as any program on the machine is one."""
    return TestClient(create_app(database), base_url="http://127.0.0.1:5000", headers={"Content-Type": "application/json"})


class Store:
    """A store in this process."""

    def __init__(self, client: TestClient, database: Database) -> None:
        self.client = client
        self.database = database

    def post(self, *events: Json) -> None:
        """Sends events, all of which have to be taken."""
        for event in events:
            response = self.client.post("/api/v1/lineage", content=json.dumps(event))
            assert (response.status_code, response.content) == (201, b""), response.text

    def get(self, path: str, **parameters: Any) -> Any:
        """The answer of the API."""
        response = self.client.get(f"/api/v1{path}", params=parameters)
        assert response.status_code == 200, response.text
        return response.json()

    def graph(self) -> Graph:
        """What the store knows."""
        with self.database.read() as connection:
            return read_graph(StoredLineage(connection))
