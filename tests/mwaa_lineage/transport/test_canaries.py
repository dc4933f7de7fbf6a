"""Planted secrets: in SQL, in the warehouse's answers, in connections, in facets, the API key. None reaches the spool or a log."""

import json
import logging
from pathlib import Path

import attr
import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import Run
from openlineage.client.facet_v2 import error_message_run
from openlineage.client.transport.transport import Config

from mwaa_lineage.masking import airflow_masker
from mwaa_lineage.transport import transport
from mwaa_lineage.transport.spool import Folder
from mwaa_lineage.transport.transport import SpoolTransport
from tests.local.commands import command_line
from tests.local.waiting import eventually
from tests.mwaa_lineage.airflow import test_events as sql_events
from tests.mwaa_lineage.transport.conftest import KEY, couriers
from tests.mwaa_lineage.transport.endpoint import Endpoint, event

pytestmark = pytest.mark.system

CANARIES = [*sql_events.SECRETS, "c4n4ryConnection", "c4n4ryUrl", "c4n4ryHeader", KEY]


@pytest.mark.parametrize("warehouse", sql_events.WAREHOUSES)
@pytest.mark.parametrize("status", [503, 422])
def test_no_secret_is_in_the_spool_or_in_any_log(
    warehouse: str,
    status: int,
    *,
    folder: Path,
    endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The store answers with all that it was sent, so that its answers are a way into the logs, too."""
    left = "waiting" if status == 503 else "refused"
    monkeypatch.setenv("OPENLINEAGE_URL", endpoint.url.replace("//", "//me:c4n4ryUrl@"))
    monkeypatch.setenv("OPENLINEAGE_HEADERS", '{"X-Gateway": "Token c4n4ryHeader\\\\and \\"more\\""}')
    monkeypatch.setenv("AIRFLOW_CONN_OTHER", "postgres://loader:c4n4ryConnection@host/dev")
    monkeypatch.setattr(airflow_masker, "_mask_secret", lambda: lambda *_: None)
    endpoint.how = lambda request: request.answer(status, f"{request.headers} {endpoint.url} {request.body.decode()}")
    with caplog.at_level(logging.DEBUG):
        client = OpenLineageClient(transport=SpoolTransport(Config()))
        sql_events.emit(client, monkeypatch, sql_events.WAREHOUSES[warehouse])  # type: ignore[arg-type]
        entries = Path(folder, left)
        eventually(lambda: len(list(entries.glob("*.json"))) == 3, f"three events are in {left}/")
        eventually(lambda: bool(endpoint.requests) and Path(folder, "courier.log").exists(), "the courier has tried")
        if left == "refused":
            eventually(lambda: not Folder(folder).entries() and len(list(entries.glob("*.reason"))) == 3, "the reasons are told")
    texts = {str(file): file.read_text() for file in folder.rglob("*") if file.is_file()} | {"log": caplog.text}
    texts["process list"] = " ".join(command_line(courier) for courier in couriers(folder))
    assert len(texts) >= 6
    assert {name for name, text in texts.items() for canary in CANARIES if canary in text} == set()


def test_what_others_put_into_an_event_is_masked(folder: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """The integration, with an exception, and after it the client, with variables of the environment."""
    monkeypatch.setenv("OPENLINEAGE_CONFIG", str(Path(transport.__file__).with_name("openlineage.yml")))
    monkeypatch.setenv("OPENLINEAGE__FACETS__ENVIRONMENT_VARIABLES", '["LOADER_TOKEN", "LOADER_HOST"]')
    monkeypatch.setenv("LOADER_TOKEN", "c4n4ryVariable")
    monkeypatch.setenv("LOADER_HOST", "a host")
    endpoint.how = lambda request: request.answer(503)
    failed = error_message_run.ErrorMessageRunFacet("no such user: postgres://u:c4n4ryDsn@host", "python", "trace: token='c4n4ryTrace'")
    whole = event("job")
    OpenLineageClient().emit(attr.evolve(whole, run=Run(whole.run.runId, {"errorMessage": failed})))
    (entry,) = Folder(folder).entries()
    kept = json.loads(Folder(folder).read(entry) or b"")["run"]
    assert "c4n4ry" not in json.dumps(kept)
    assert kept["runId"] == whole.run.runId
    assert kept["facets"]["errorMessage"]["message"] == "no such user: postgres://u:***@host"
    variables = kept["facets"]["environmentVariables"]["environmentVariables"]
    assert {each["name"]: each["value"] for each in variables} == {"LOADER_TOKEN": "***", "LOADER_HOST": "a host"}
