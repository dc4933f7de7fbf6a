"""DAGs and options from before mwaa_lineage had its name."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mwaa_lineage
from mwaa_lineage import options
from mwaa_lineage.airflow.datasets import namespace
from mwaa_lineage.options import option
from mwaa_lineage.transport.bounds import END, bound

PLUGINS = Path(mwaa_lineage.__file__).parents[1]


@pytest.fixture(autouse=True)
def nothing_told() -> Iterator[None]:
    options._warn.cache_clear()
    yield
    options._warn.cache_clear()


@pytest.fixture
def old_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has imported none of them."""
    for name in ("sql_lineage", "sql_lineage.external_tables"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "new name" in record.getMessage()]


@pytest.mark.usefixtures("old_modules")
def test_the_old_import_gives_the_same_operator_and_says_what_to_write() -> None:
    with pytest.warns(FutureWarning, match="from mwaa_lineage import LineageSQLOperator"):
        old = importlib.import_module("sql_lineage")
    assert old.LineageSQLOperator is mwaa_lineage.LineageSQLOperator


@pytest.mark.usefixtures("old_modules")
def test_the_old_module_of_the_sensor() -> None:
    with pytest.warns(FutureWarning, match="sql_lineage is now mwaa_lineage"):
        old = importlib.import_module("sql_lineage.external_tables")
    assert old.ExternalTablesSensor is mwaa_lineage.ExternalTablesSensor


def test_the_warning_names_the_line_of_the_dag(tmp_path: Path) -> None:
    dag = tmp_path / "dag.py"
    dag.write_text("# one line\nfrom sql_lineage import LineageSQLOperator\n")
    environment = {"PYTHONPATH": str(PLUGINS), "AIRFLOW_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, str(dag)], capture_output=True, text=True, check=True, timeout=120, env=environment)
    assert f"{dag}:2" in done.stderr
    assert "FutureWarning: sql_lineage is now mwaa_lineage" in done.stderr


def test_what_the_package_does_not_have() -> None:
    with pytest.raises(AttributeError, match="module 'mwaa_lineage' has no attribute 'LineageOperator'"):
        mwaa_lineage.LineageOperator  # noqa: B018


def test_an_old_option_is_read_with_one_warning(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("AIRFLOW__SQL_LINEAGE__NAMESPACES", '{"ELSEWHERE": "redshift://a.b:1"}')
    assert [namespace("ELSEWHERE", "host", 1) for _ in range(3)] == ["redshift://a.b:1"] * 3
    assert warnings_of(caplog) == ["The option [sql_lineage] namespaces has a new name: [mwaa_lineage] namespaces"]


@pytest.mark.parametrize("value", ["12", "12.5"])
def test_the_waits_of_the_old_section(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW__MWAA_LINEAGE__END_SECONDS")
    monkeypatch.setenv("AIRFLOW__SQL_LINEAGE__END_SECONDS", value)
    assert bound(END) == float(value)


def test_the_new_option_comes_first(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("AIRFLOW__SQL_LINEAGE__SPOOL", "s3://old/place")
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__SPOOL", "s3://new/place")
    assert option("spool") == "s3://new/place"
    assert warnings_of(caplog) == []


def test_an_option_that_nobody_sets(caplog: pytest.LogCaptureFixture) -> None:
    assert option("spool") == ""
    assert warnings_of(caplog) == []
