"""The env-var plugin: what it exports, what it leaves, what it says, and that nothing it meets raises."""

import importlib
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError

URL = "http://marquez.test:5000"
KEY = "canary-key-d41d8cd9"
GOOD = {"OPENLINEAGE_URL": URL, "OPENLINEAGE_NAMESPACE": "tickit", "OPENLINEAGE_API_KEY": KEY}
ALWAYS = {"OPENLINEAGE_AIRFLOW_DISABLE_SOURCE_CODE": "true", "AIRFLOW__OPENLINEAGE__EXECUTE_IN_THREAD": "true"}
HOME = os.environ["AIRFLOW_HOME"]
READ = "MWAA_LINEAGE_SETTINGS_READ"


@dataclass
class Backend:
    """A secrets backend; an exception among its values is raised."""

    values: dict[str, Any]
    default: Any = None
    asked: list[str] = field(default_factory=list)

    def get_variable(self, key: str) -> Any:
        self.asked.append(key)
        value = self.values.get(key, self.default)
        if isinstance(value, Exception):
            raise value
        return value


class MetastoreBackend(Backend):
    """Stands for Airflow's own, which reads the metadata database."""


def refused(code: str = "AccessDeniedException") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "not authorized"}}, "GetSecretValue")


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """Every test starts without any of OpenLineage's variables and leaves none."""
    with mock.patch.dict(os.environ):
        for name in [name for name in os.environ if "OPENLINEAGE" in name or name == READ]:
            del os.environ[name]
        os.environ["AIRFLOW_HOME"] = os.environ["HOME"] = HOME  # OpenLineage's client looks into a person's home for a file of settings
        yield


@pytest.fixture(scope="session")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    with mock.patch.dict(os.environ, AIRFLOW_HOME=str(tmp_path_factory.mktemp("airflow"))):
        return importlib.import_module("mwaa_lineage.plugin")


@pytest.fixture
def run(plugin: ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Callable[..., str]:
    """Exports with these backends; returns the one line that was logged, as LEVEL text."""

    def run(*backends: object) -> str:
        monkeypatch.setattr("airflow.configuration.ensure_secrets_loaded", lambda: list(backends))
        caplog.clear()
        with caplog.at_level(logging.INFO, logger=plugin.__name__):
            plugin.export()
        (record,) = (record for record in caplog.records if record.name == plugin.__name__)
        line = f"{record.levelname} {record.getMessage()}"
        assert "\n" not in line
        assert KEY not in line
        return line

    return run


def exported() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if "OPENLINEAGE" in name}


def client_transport() -> Any:
    from openlineage.client import OpenLineageClient  # noqa: PLC0415  imports take long, and most tests need none

    return OpenLineageClient().transport


def test_exports_what_the_backend_holds(run: Callable[..., str]) -> None:
    line = run(Backend(GOOD))
    assert line == f"INFO OpenLineage: namespace tickit; url {URL}; API key set; time-out 2 s; spool {HOME}/lineage-spool"
    assert {name: exported()[name] for name in GOOD} == GOOD


def test_the_client_spools(run: Callable[..., str]) -> None:
    run(Backend(GOOD))
    transport = client_transport()
    assert type(transport).__module__ == "mwaa_lineage.transport.transport"
    assert transport.kind == "spool"
    assert (transport._settings.url, transport._settings.api_key) == (f"{URL}/api/v1/lineage", KEY)
    assert (transport._settings.timeout, transport._settings.bucket) == (2, "")
    assert exported()["OPENLINEAGE_SPOOL_FOLDER"] == f"{HOME}/lineage-spool"


def test_a_transport_that_cannot_be_imported_is_told(run: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mwaa_lineage.transport.transport", None)
    line = run(Backend(GOOD))
    assert line.startswith("WARNING")
    assert "ModuleNotFoundError: import of mwaa_lineage.transport.transport halted" in line


def test_the_key_stands_in_no_file_and_in_one_variable_only(run: Callable[..., str]) -> None:
    run(Backend(GOOD))
    assert [name for name, value in exported().items() if KEY in value] == ["OPENLINEAGE_API_KEY"]
    assert KEY not in Path(exported()["OPENLINEAGE_CONFIG"]).read_text()


def test_the_place_in_s3_comes_from_the_configuration(run: Callable[..., str]) -> None:
    os.environ["AIRFLOW__MWAA_LINEAGE__SPOOL"] = "s3://tickit-airflow-x/lineage-spool/"
    line = run(Backend(GOOD))
    assert line.startswith("INFO")
    assert line.endswith(f"; spool {HOME}/lineage-spool, then s3://tickit-airflow-x/lineage-spool/")
    assert client_transport()._settings.bucket == "s3://tickit-airflow-x/lineage-spool/"


@pytest.mark.parametrize("place", ["tickit-airflow/lineage-spool", "s3://", "s3://tickit-airflow", "https://bucket/x", "s3://b x/y"])
def test_a_malformed_place_in_s3_is_named_and_not_exported(run: Callable[..., str], place: str) -> None:
    os.environ["AIRFLOW__MWAA_LINEAGE__SPOOL"] = place
    line = run(Backend(GOOD))
    assert line.startswith("WARNING")
    assert "[mwaa_lineage] spool is malformed, not a place in S3 like s3://bucket/lineage-spool/" in line
    assert client_transport()._settings.bucket == ""


def test_the_users_own_masks_come_from_the_configuration(run: Callable[..., str]) -> None:
    os.environ["AIRFLOW__MWAA_LINEAGE__MASK"] = "BADGE-[0-9]+\n(unclosed"
    line = run(Backend(GOOD))
    assert exported()["OPENLINEAGE_MASK"] == "BADGE-[0-9]+\n(unclosed"
    assert line.startswith("WARNING")
    assert "line 2 of [mwaa_lineage] mask is ignored: missing )" in line


def test_a_spool_folder_that_is_set_stays(run: Callable[..., str], tmp_path: Path) -> None:
    os.environ["OPENLINEAGE_SPOOL_FOLDER"] = str(tmp_path)
    assert f"spool {tmp_path}" in run(Backend(GOOD))
    assert exported()["OPENLINEAGE_SPOOL_FOLDER"] == str(tmp_path)


@pytest.mark.parametrize(("value", "timeout"), [("0.5", 0.5), (" 10\n", 10), ("1_0", 10), ("+.5", 0.5)])
def test_the_time_out_can_be_set(run: Callable[..., str], value: str, timeout: float) -> None:
    assert run(Backend(GOOD | {"OPENLINEAGE_TIMEOUT": value})).startswith("INFO")
    assert client_transport()._settings.timeout == timeout


@pytest.mark.parametrize("value", ["two", "0", "-1", "nan", "inf", "2s"])
def test_a_bad_time_out_is_named_and_the_default_taken(run: Callable[..., str], value: str) -> None:
    line = run(Backend(GOOD | {"OPENLINEAGE_TIMEOUT": value}))
    assert line.startswith("WARNING")
    assert "OPENLINEAGE_TIMEOUT is malformed, not a number of seconds like 2" in line
    assert client_transport()._settings.timeout == 2


def test_without_a_key_none_is_sent(run: Callable[..., str]) -> None:
    line = run(Backend({name: GOOD[name] for name in ("OPENLINEAGE_URL", "OPENLINEAGE_NAMESPACE")}))
    assert line.startswith("INFO")
    assert "no API key" in line
    assert client_transport()._settings.api_key is None


def test_a_missing_namespace_is_named_and_the_url_exported(run: Callable[..., str]) -> None:
    line = run(Backend({"OPENLINEAGE_URL": URL}))
    assert line.startswith("WARNING")
    assert "OPENLINEAGE_NAMESPACE is missing" in line
    assert "OPENLINEAGE_NAMESPACE" not in exported()
    assert exported()["OPENLINEAGE_URL"] == URL


def test_all_missing(run: Callable[..., str]) -> None:
    line = run(Backend({}))
    assert line.startswith("WARNING")
    assert "no lineage is sent; OPENLINEAGE_URL is missing; OPENLINEAGE_NAMESPACE is missing" in line
    assert exported() == ALWAYS


@pytest.mark.parametrize("value", ["", " ", "\n"])
@pytest.mark.parametrize("name", ["OPENLINEAGE_URL", "OPENLINEAGE_NAMESPACE", "OPENLINEAGE_API_KEY", "OPENLINEAGE_TIMEOUT"])
def test_an_empty_value_is_named_and_not_exported(run: Callable[..., str], name: str, value: str) -> None:
    line = run(Backend(GOOD | {name: value}))
    assert line.startswith("WARNING")
    assert f"{name} is empty" in line
    assert name not in exported()


@pytest.mark.parametrize(
    "url",
    [
        "marquez.test:5000",
        "http://",
        "http://:5000",
        "http://marquez.test:port",
        "http://marquez.test:99999",
        "http://marquez.test:0",
        "ftp://marquez.test:5000",
        "http://marquez.test:5000 http://other.test",
        "http://marquez.test:5000?key=secret",
        "http://[::1:5000",
        '{"OPENLINEAGE_URL": "http://marquez.test:5000"}',
    ],
)
def test_a_malformed_url_is_not_exported(run: Callable[..., str], url: str) -> None:
    line = run(Backend(GOOD | {"OPENLINEAGE_URL": url}))
    assert line.startswith("WARNING")
    assert "OPENLINEAGE_URL is malformed, not a URL like http://marquez.example:5000" in line
    assert set(exported()) == {"OPENLINEAGE_NAMESPACE", "OPENLINEAGE_API_KEY", *ALWAYS}
    assert client_transport().kind == "console"


@pytest.mark.parametrize(
    "url", ["https://marquez.test", "http://127.0.0.1:5000", "http://[::1]:5000", "http://marquez.test:5000/base/", f" {URL}\n"]
)
def test_a_well_formed_url_is_exported(run: Callable[..., str], url: str) -> None:
    assert run(Backend(GOOD | {"OPENLINEAGE_URL": url})).startswith("INFO")
    assert exported()["OPENLINEAGE_URL"] == url.strip()
    assert client_transport()._settings.url == f"{url.strip().rstrip('/')}/api/v1/lineage"


def test_the_user_in_a_url_is_exported_and_not_logged(run: Callable[..., str]) -> None:
    url = "http://me:pa55@word@marquez.test:5000"
    line = run(Backend(GOOD | {"OPENLINEAGE_URL": url}))
    assert "url http://***@marquez.test:5000" in line
    assert "pa55" not in line
    assert exported()["OPENLINEAGE_URL"] == url


def test_a_key_that_http_cannot_carry_is_not_exported(run: Callable[..., str]) -> None:
    line = run(Backend(GOOD | {"OPENLINEAGE_API_KEY": f"{KEY}\nsecond line"}))
    assert "OPENLINEAGE_API_KEY is malformed, not one line of printable ASCII" in line
    assert "second" not in line
    assert "OPENLINEAGE_API_KEY" not in exported()


def test_a_catalog_may_have_a_path_and_headers(run: Callable[..., str]) -> None:
    headers = {"X-Api-Key": f"{KEY}-of-the-gateway", "cf-access-client-id": "c4n4ryClient"}
    catalog = {"OPENLINEAGE_ENDPOINT": "api/v1/openlineage/lineage", "OPENLINEAGE_HEADERS": json.dumps(headers)}
    line = run(Backend(GOOD | catalog))
    assert f"; url {URL}, path api/v1/openlineage/lineage; headers set; API key set" in line
    assert "c4n4ry" not in line
    settings = client_transport()._settings
    assert settings.url == f"{URL}/api/v1/openlineage/lineage"
    assert settings.headers == {"X-Api-Key": f"{KEY}-of-the-gateway", "Cf-Access-Client-Id": "c4n4ryClient"}
    assert "c4n4ry" not in repr(settings)


@pytest.mark.parametrize(
    "value",
    [
        "X-Api-Key: canary",
        "[]",
        '"canary"',
        '{"X-Api-Key": 5}',
        '{"X-Api-Key": ""}',
        '{"": "canary"}',
        '{"X Api": "canary"}',
        '{"X:": "canary"}',
        '{"X-Api-Key": "canary\\r\\nHost: other"}',
        '{"X-Api-Key": "canäry"}',
        '{"X-Ä": "canary"}',
        '{"Content-Type": "text/canary"}',
        '{"content-length": "9"}',
        '{"HOST": "canary.test"}',
        '{"Transfer-Encoding": "chunked"}',
        '{"Connection": "close"}',
        "{",
    ],
)
def test_headers_that_http_cannot_carry_are_not_exported(run: Callable[..., str], value: str) -> None:
    line = run(Backend(GOOD | {"OPENLINEAGE_HEADERS": value}))
    assert 'OPENLINEAGE_HEADERS is malformed, not a JSON object of headers like {"X-Api-Key": "..."}' in line
    assert "can" not in line.partition("malformed")[2]
    assert "OPENLINEAGE_HEADERS" not in exported()
    assert client_transport()._settings.headers == {}


def test_headers_of_the_environment_that_http_cannot_carry_are_not_sent(run: Callable[..., str]) -> None:
    os.environ["OPENLINEAGE_HEADERS"] = '{"X": "\\n"}'
    assert "OPENLINEAGE_HEADERS is malformed" in run(Backend(GOOD))
    assert client_transport()._settings.headers == {}


@pytest.mark.parametrize("value", ["api/v1/lineage?token=canary", "a b", "a#b", "ä", "a\tb"])
def test_a_path_that_is_none_is_not_exported(run: Callable[..., str], value: str) -> None:
    assert "OPENLINEAGE_ENDPOINT is malformed, not a path like api/v1/lineage" in run(Backend(GOOD | {"OPENLINEAGE_ENDPOINT": value}))
    assert client_transport()._settings.url == f"{URL}/api/v1/lineage"


def test_what_the_environment_holds_stays(run: Callable[..., str]) -> None:
    preset = {"OPENLINEAGE_URL": "http://mine.test:1", "OPENLINEAGE_NAMESPACE": "mine"}
    os.environ.update(preset, OPENLINEAGE_ENDPOINT="events")
    backend = Backend(GOOD)
    run(backend)
    assert {name: exported()[name] for name in preset} == preset
    assert backend.asked == ["OPENLINEAGE_API_KEY", "OPENLINEAGE_TIMEOUT", "OPENLINEAGE_HEADERS"]
    assert client_transport()._settings.url == "http://mine.test:1/events"


@pytest.mark.parametrize("values", [{}, {"OPENLINEAGE_URL": ""}])
def test_an_existing_url_survives_a_missing_or_empty_secret(run: Callable[..., str], values: dict[str, str]) -> None:
    os.environ["OPENLINEAGE_URL"] = "http://mine.test:1"
    run(Backend(values))
    assert exported()["OPENLINEAGE_URL"] == "http://mine.test:1"


@pytest.mark.parametrize("more", [{}, {"OPENLINEAGE_HEADERS": '{"X-Team": "a"}'}, {"OPENLINEAGE_TIMEOUT": "3"}])
def test_a_process_that_this_one_starts_has_its_settings_and_asks_for_none(run: Callable[..., str], more: dict[str, str]) -> None:
    """As a task does that is a Python of its own: it would ask for every secret anew, and wait where none answers."""
    first = run(Backend(GOOD | more))
    inherited = exported()
    backend = Backend({})
    assert run(backend) == first
    assert (backend.asked, exported()) == ([], inherited)


@pytest.mark.parametrize(
    "values", [{}, {"OPENLINEAGE_NAMESPACE": "tickit"}, GOOD | {"OPENLINEAGE_API_KEY": "a\nb"}, GOOD | {"OPENLINEAGE_URL": "x"}]
)
def test_what_was_wrong_is_asked_for_again_and_may_be_right_now(run: Callable[..., str], values: dict[str, str]) -> None:
    """A worker that has found nothing, or nothing usable, must not leave its tasks without lineage for as long as it lives."""
    first = run(Backend(values))
    assert first.startswith("WARNING")
    assert run(Backend(values)).startswith("WARNING")
    assert run(Backend(GOOD)).startswith("INFO")
    assert {name: exported()[name] for name in GOOD} == GOOD


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENLINEAGE__TRANSPORT__TYPE", "console"),
        ("OPENLINEAGE_CONFIG", "/etc/openlineage.yml"),
        ("AIRFLOW__OPENLINEAGE__TRANSPORT", '{"type": "console"}'),
        ("AIRFLOW__OPENLINEAGE__CONFIG_PATH", "/etc/openlineage.yml"),
    ],
)
def test_a_configured_transport_is_left_alone(run: Callable[..., str], name: str, value: str) -> None:
    os.environ[name] = value
    backend = Backend(GOOD)
    line = run(backend)
    assert line == f"INFO OpenLineage: namespace tickit; transport left as {name} has it"
    assert backend.asked == ["OPENLINEAGE_NAMESPACE"]
    assert exported() | {name: value} == {name: value, "OPENLINEAGE_NAMESPACE": "tickit", **ALWAYS}


@pytest.mark.parametrize("name", ["OPENLINEAGE_AIRFLOW_DISABLE_SOURCE_CODE", "AIRFLOW__OPENLINEAGE__DISABLE_SOURCE_CODE"])
def test_who_wants_source_code_in_events_gets_it(run: Callable[..., str], name: str) -> None:
    os.environ[name] = "False"
    run(Backend(GOOD))
    assert {name: value for name, value in os.environ.items() if "SOURCE_CODE" in name} == {name: "False"}


def test_a_provider_that_calls_the_variable_outdated_gets_a_policy(run: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mwaa_lineage.plugin.has_emission_policy", lambda: True)
    for _ in range(2):  # as in a process that another one of Airflow started
        run(Backend(GOOD))
        assert json.loads(os.environ["AIRFLOW__OPENLINEAGE__EMISSION_POLICY"]) == [
            {"scope": {}, "controls": {"include_source_code": False}}
        ]
        assert "OPENLINEAGE_AIRFLOW_DISABLE_SOURCE_CODE" not in os.environ


def test_who_has_a_policy_keeps_it_and_sends_no_source_code(run: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mwaa_lineage.plugin.has_emission_policy", lambda: True)
    policy = os.environ["AIRFLOW__OPENLINEAGE__EMISSION_POLICY"] = '[{"scope": {"dag_id": "a"}, "controls": {"emit": false}}]'
    run(Backend(GOOD))
    assert os.environ["AIRFLOW__OPENLINEAGE__EMISSION_POLICY"] == policy
    assert os.environ["OPENLINEAGE_AIRFLOW_DISABLE_SOURCE_CODE"] == "true"


def test_who_wants_a_fork_for_each_event_gets_it(run: Callable[..., str]) -> None:
    os.environ["AIRFLOW__OPENLINEAGE__EXECUTE_IN_THREAD"] = "False"
    run(Backend(GOOD))
    assert os.environ["AIRFLOW__OPENLINEAGE__EXECUTE_IN_THREAD"] == "False"


def test_twice_changes_and_asks_nothing(run: Callable[..., str]) -> None:
    run(Backend(GOOD))
    before = dict(os.environ)
    other = Backend(dict.fromkeys(GOOD, "http://other.test"))
    run(other)
    assert dict(os.environ) == before
    assert other.asked == []


def test_a_backend_that_does_not_answer_is_asked_once(run: Callable[..., str]) -> None:
    dead = Backend({}, default=ConnectionError("cannot reach https://me:pa55@secrets.test\n  at all"))
    line = run(dead, Backend({"OPENLINEAGE_URL": URL}))
    assert dead.asked == ["OPENLINEAGE_URL"]
    assert "Backend did not give OPENLINEAGE_URL: ConnectionError: cannot reach https://***@secrets.test at all" in line
    assert exported()["OPENLINEAGE_URL"] == URL


def test_a_refusal_concerns_one_secret(run: Callable[..., str]) -> None:
    line = run(Backend(GOOD | {"OPENLINEAGE_NAMESPACE": refused()}))
    assert line.startswith("WARNING")
    assert "did not give OPENLINEAGE_NAMESPACE: ClientError: An error occurred (AccessDeniedException)" in line
    assert exported()["OPENLINEAGE_URL"] == URL
    assert "API key set" in line


def test_backends_are_asked_in_their_order_and_the_database_never(run: Callable[..., str]) -> None:
    database = MetastoreBackend(dict.fromkeys(GOOD, "http://database.test"))
    run(Backend({"OPENLINEAGE_URL": URL}), Backend({"OPENLINEAGE_URL": "http://second.test", "OPENLINEAGE_NAMESPACE": "second"}), database)
    assert (exported()["OPENLINEAGE_URL"], exported()["OPENLINEAGE_NAMESPACE"]) == (URL, "second")
    assert database.asked == []


@pytest.mark.parametrize("value", [b"bytes", 5000, {"a": 1}, object()])
def test_a_backend_that_returns_nonsense_does_no_harm(run: Callable[..., str], value: object) -> None:
    run(Backend({}, default=value))
    assert "OPENLINEAGE_URL" not in exported()


def test_a_search_path_that_cannot_be_made_does_no_harm(
    plugin: ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("airflow.configuration.ensure_secrets_loaded", mock.Mock(side_effect=ImportError("No module named 'vault'")))
    plugin.export()
    assert "ImportError: No module named 'vault'" in caplog.text
    assert exported() == ALWAYS


def test_airflow_variables_in_the_environment_count(plugin: ModuleType) -> None:
    os.environ.update({f"AIRFLOW_VAR_{name}": value for name, value in GOOD.items()})
    plugin.export()
    assert {name: exported()[name] for name in GOOD} == GOOD


def test_the_work_is_done_at_import(plugin: ModuleType) -> None:
    os.environ.update({f"AIRFLOW_VAR_{name}": value for name, value in GOOD.items()})
    importlib.reload(plugin)
    assert exported()["OPENLINEAGE_URL"] == URL


def test_the_masker_is_told_again_when_a_task_starts(plugin: ModuleType, run: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The supervisor of a task of Airflow 3 forgets what it was told at import."""
    run(Backend(GOOD))
    told: list[object] = []
    monkeypatch.setattr("mwaa_lineage.masking.airflow_masker._mask_secret", lambda: lambda secret, _: told.append(secret))
    (listener,) = plugin.EnvVarPlugin.listeners
    listener.on_task_instance_running()
    assert GOOD["OPENLINEAGE_API_KEY"] in told


def test_a_task_starts_though_the_masker_fails(
    plugin: ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(plugin, "hide_credentials", fail)
    plugin.EnvVarPlugin.listeners[0].on_task_instance_running()
    assert "the store's key was not hidden from this log: ZeroDivisionError" in caplog.text
