"""The transport, as OpenLineage's client resolves it from a real environment, and the settings of the env-var plugin."""

import importlib
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

import mwaa_lineage.transport
from mwaa_lineage.doctor.configured import examine, namespaces
from mwaa_lineage.doctor.findings import Kind, Report
from mwaa_lineage.doctor.transport import Resolved, resolve
from tests.mwaa_lineage.doctor.kinds import kinds, only, text

OURS = str(Path(mwaa_lineage.transport.__file__).parent / "openlineage.yml")
URL = "http://marquez.test:5000"
KEY = "c4n4ryKey"
NAMESPACE = {"OPENLINEAGE_NAMESPACE": "tickit"}
GOOD = {"OPENLINEAGE_URL": URL, **NAMESPACE}


def resolved(**variables: str) -> tuple[Resolved | None, Report]:
    os.environ.update(variables)
    report = Report()
    return resolve(report, []), report


def test_this_projects_transport_is_well(tmp_path: Path) -> None:
    variables = {"OPENLINEAGE_NAMESPACE": "tickit", "OPENLINEAGE_API_KEY": KEY, "OPENLINEAGE_SPOOL_FOLDER": str(tmp_path / "spool")}
    found, report = resolved(OPENLINEAGE_URL=URL, OPENLINEAGE_CONFIG=OURS, **variables)
    assert found is not None
    assert found.store is not None
    assert (found.kind, found.namespace, found.store.url, found.store.api_key) == ("spool", "tickit", f"{URL}/api/v1/lineage", KEY)
    assert kinds(report) == []
    assert "spool (mwaa_lineage.transport.transport), namespace tickit, http://marquez.test:5000/api/v1/lineage, an API key set" in text(
        report
    )


def test_transport_broken() -> None:
    auth = f'{{"type": "api_key", "apiKey": "{KEY}"}}'
    found, report = resolved(OPENLINEAGE__TRANSPORT__TYPE="nonsense", OPENLINEAGE__TRANSPORT__AUTH=auth)
    assert found is None
    assert only(report).kind is Kind.TRANSPORT_BROKEN
    assert KEY not in text(report)


def test_transport_console() -> None:
    found, report = resolved()
    assert found is None
    assert only(report).kind is Kind.TRANSPORT_CONSOLE


def test_transport_noop() -> None:
    found, report = resolved(OPENLINEAGE_DISABLED="true", OPENLINEAGE_URL=URL)
    assert found is None
    assert only(report).kind is Kind.TRANSPORT_NOOP


def test_what_headers_say_stands_in_no_report() -> None:
    headers = '{"X-Gateway": "Token c4n4ryHeader"}'
    _, report = resolved(OPENLINEAGE_URL=URL, OPENLINEAGE_CONFIG=OURS, OPENLINEAGE_NAMESPACE="tickit", OPENLINEAGE_HEADERS=headers)
    report.ok("store", f"it said: {headers}, and without more c4n4ryHeader")
    assert "c4n4ry" not in text(report)


def test_transport_other() -> None:
    found, report = resolved(OPENLINEAGE_URL=URL, OPENLINEAGE_API_KEY=KEY)
    assert found is not None
    assert found.store is not None
    assert (found.kind, found.store.url, found.store.api_key) == ("http", f"{URL}/api/v1/lineage", KEY)
    assert only(report).kind is Kind.TRANSPORT_OTHER
    assert f"{URL}/api/v1/lineage, an API key set" in text(report)
    assert KEY not in text(report)


def test_transport_other_that_speaks_no_http(tmp_path: Path) -> None:
    found, report = resolved(OPENLINEAGE__TRANSPORT__TYPE="file", OPENLINEAGE__TRANSPORT__LOG_FILE_PATH=str(tmp_path / "events"))
    assert found is not None
    assert (found.kind, found.store) == ("file", None)
    assert only(report).kind is Kind.TRANSPORT_OTHER


@pytest.fixture
def plugin() -> None:
    """The env-var plugin is loaded; what it exports is another test's matter."""
    importlib.import_module("mwaa_lineage.plugin")
    for name in [name for name in os.environ if name.startswith("OPENLINEAGE")]:
        del os.environ[name]


def configured(variables: Mapping[str, str], *, chosen_elsewhere: bool = False) -> Report:
    os.environ.update(variables)
    report = Report()
    examine(report, chosen_elsewhere=chosen_elsewhere)
    return report


@pytest.mark.usefixtures("plugin")
class TestSettings:
    def test_all_is_well(self) -> None:
        assert kinds(configured(GOOD)) == []

    def test_a_transport_of_its_own_needs_no_url(self) -> None:
        assert kinds(configured(NAMESPACE, chosen_elsewhere=True)) == []


@pytest.mark.usefixtures("plugin")
def test_url_missing() -> None:
    assert only(configured(NAMESPACE)).kind is Kind.URL_MISSING


@pytest.mark.usefixtures("plugin")
def test_namespace_missing() -> None:
    assert only(configured({"OPENLINEAGE_URL": URL})).kind is Kind.NAMESPACE_MISSING


@pytest.mark.usefixtures("plugin")
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("OPENLINEAGE_URL", f"marquez:{KEY}", "OPENLINEAGE_URL is malformed, not a URL like"),
        ("OPENLINEAGE_API_KEY", f"{KEY}\nsecond line", "OPENLINEAGE_API_KEY is malformed, not one line"),
        ("OPENLINEAGE_TIMEOUT", "soon", "OPENLINEAGE_TIMEOUT is malformed, not a number"),
    ],
)
def test_setting_wrong(name: str, value: str, said: str) -> None:
    """The secret's value, which the plugin has left out."""
    good = {known: usable for known, usable in GOOD.items() if known != name}
    report = configured({**good, f"AIRFLOW_VAR_{name}": value})
    assert only(report).kind is Kind.SETTING_WRONG
    assert said in text(report)
    assert KEY not in text(report)


@pytest.mark.usefixtures("plugin")
def test_setting_stale() -> None:
    """The secret has been changed since; one that Airflow does not know is somebody's own."""
    report = configured(
        {**GOOD, "OPENLINEAGE_API_KEY": KEY, "AIRFLOW_VAR_OPENLINEAGE_API_KEY": "c4n4ryRotated", "OPENLINEAGE_TIMEOUT": "2"}
    )
    assert only(report).kind is Kind.SETTING_STALE
    assert "(OPENLINEAGE_API_KEY)" in text(report)
    assert "c4n4ry" not in text(report)


@pytest.mark.usefixtures("plugin")
@pytest.mark.parametrize("name", ["OPENLINEAGE_URL", "OPENLINEAGE_ENDPOINT"])
def test_a_setting_that_the_worker_has_not_found_is_stale_too(name: str) -> None:
    """It was added since, or the secrets backend did not answer."""
    known = {each: value for each, value in GOOD.items() if each != name}
    report = configured({**known, f"AIRFLOW_VAR_{name}": GOOD.get(name, "openapi/openlineage")})
    assert only(report).kind is Kind.SETTING_STALE
    assert f"({name})" in text(report)


@pytest.mark.usefixtures("plugin")
def test_a_setting_that_airflow_knows_in_the_same_way_is_well() -> None:
    assert kinds(configured({**GOOD, "AIRFLOW_VAR_OPENLINEAGE_URL": f" {URL}\n"})) == []


@pytest.mark.usefixtures("plugin")
def test_bucket_misnamed() -> None:
    report = configured({**GOOD, "AIRFLOW__MWAA_LINEAGE__SPOOL": "bucket/lineage-spool"})
    assert only(report).kind is Kind.BUCKET_MISNAMED
    assert "bucket/lineage-spool is malformed" in text(report)


@pytest.mark.usefixtures("plugin")
def test_mask_unusable() -> None:
    report = configured({**GOOD, "AIRFLOW__MWAA_LINEAGE__MASK": "BADGE-[0-9]+\n(unclosed"})
    assert only(report).kind is Kind.MASK_UNUSABLE
    assert "line 2 of [mwaa_lineage] mask is ignored: missing )" in text(report)


def named(option: str) -> Report:
    os.environ["AIRFLOW__MWAA_LINEAGE__NAMESPACES"] = option
    report = Report()
    namespaces(report)
    return report


NAME = "redshift://shop.eu-west-1:5439"


@pytest.mark.parametrize("option", ["", "{}", f'{{"KNOWN_HERE": "{NAME}", "warehouse.test:5439": "{NAME}"}}'])
def test_names_of_warehouses_are_well(option: str) -> None:
    os.environ["AIRFLOW_CONN_KNOWN_HERE"] = f"postgres://loader:{KEY}@127.0.0.1:9/dev"
    assert kinds(named(option)) == []


@pytest.mark.parametrize(
    "option", ["WAREHOUSE=redshift://shop", '["WAREHOUSE"]', '{"WAREHOUSE": "shop"}', '{"WAREHOUSE": null}', "{'W': 1}"]
)
def test_namespaces_wrong(option: str) -> None:
    report = named(option)
    assert only(report).kind is Kind.NAMESPACES_WRONG
    assert "[mwaa_lineage] namespaces is ignored: it must be a JSON object of connections or hosts" in text(report)


def test_connection_unknown() -> None:
    os.environ["AIRFLOW_CONN_KNOWN_TOO"] = f"postgres://loader:{KEY}@127.0.0.1:9/dev"
    report = named(f'{{"KNOWN_TOO": "{NAME}", "NOBODY_HERE": "{NAME}", "NOR_HERE": "{NAME}"}}')
    assert only(report).kind is Kind.CONNECTION_UNKNOWN
    assert "(NOBODY_HERE, NOR_HERE)" in text(report)
    assert KEY not in text(report)
