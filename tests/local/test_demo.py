"""The whole pipeline on this machine at a small scale: when all is well, and for each thing that can be missing."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from data.tickit import row_counts
from lineage.check import compare
from lineage.client import read_lineage
from local.console import Progress
from local.demo import ROWS, Outcome, check_lineage, expected_of, run_dags, run_pipeline, show
from local.processes import ProcessFailed
from local.settings import DAGS, ROOT, Settings
from local.system import STORE_SECRET, System, running
from tests.local.commands import alive
from tests.local.waiting import eventually

pytestmark = pytest.mark.system

SCALE = 0.02
CONNECTION = "airflow/connections/REDSHIFT_CONNECTOR"


@pytest.fixture(scope="module")
def progress() -> Progress:
    return Progress(Console())


@pytest.fixture
def system(tmp_path: Path, progress: Progress) -> Iterator[System]:
    """One with DAGs of its own, which a test may change."""
    dags = shutil.copytree(DAGS, tmp_path / "dags", ignore=shutil.ignore_patterns("__pycache__"))
    with running(Settings(tmp_path / "system", scale=SCALE, dags=dags), progress) as system:
        yield system


def kill(process_name: str, command: str) -> None:
    """Kill the one process whose command line contains `command`, as a crash would."""
    found = alive(psutil.Process().children(recursive=True), command)
    assert found, f"{process_name} does not run"
    for process in found:
        with suppress(psutil.NoSuchProcess):  # the end of another may have ended it
            process.kill()


def delete_secret(system: System, name: str) -> None:
    system.aws.client("secretsmanager").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def text(outcome: Outcome) -> str:
    return "\n".join(outcome.problems)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, progress: Progress) -> Iterator[tuple[System, Outcome]]:
    """A system on which the pipeline has run once."""
    with running(Settings(tmp_path_factory.mktemp("finished") / "system", scale=SCALE), progress) as system:
        yield system, run_pipeline(system, progress)


def findings_after(system: System, progress: Progress, change: str) -> list[str]:
    """What the check finds once the store's database was changed by hand; the change is undone."""
    database = system.store.folder / "lineage.db"
    with closing(sqlite3.connect(database)) as connection, closing(sqlite3.connect(":memory:")) as copy:
        connection.backup(copy)
        with connection:
            assert connection.execute(change).rowcount == 1
        verdict = check_lineage(system, progress, system.airflow.folder.pipeline, []).verdict
        copy.backup(connection)
    assert verdict is not None
    return [str(finding) for finding in verdict.findings]


def test_the_lineage_is_complete(finished: tuple[System, Outcome]) -> None:
    _, outcome = finished
    assert outcome.problems == ()
    assert outcome.graph is not None
    assert outcome.verdict is not None
    assert outcome.verdict.findings == ()
    assert outcome.verdict.columns_right == len(outcome.verdict.expected.column_edges) > 0


def test_airflow_signs_in_by_what_the_emulated_aws_mints_and_knows_no_password(finished: tuple[System, Outcome]) -> None:
    system, _ = finished
    assert system.aws.client("secretsmanager").get_secret_value(SecretId=CONNECTION)["SecretString"] == system.secrets()[CONNECTION]
    assert system.warehouse.credentials.loader not in system.secrets()[CONNECTION]
    assert system.aws.calls()["redshift-serverless.GetCredentials"] > 0


def test_an_edge_removed_from_the_store_is_found(finished: tuple[System, Outcome], progress: Progress) -> None:
    change = """
        delete from job_io where direction = 'INPUT'
        and job_id = (select id from jobs where name = 'rs_source_to_staging.load_venue')
    """
    (finding,) = findings_after(finished[0], progress, change)
    assert finding == "edge missing: s3://tickit-lake tickit/venue -> rs_source_to_staging.load_venue"


def test_a_wrong_column_in_the_store_is_found(finished: tuple[System, Outcome], progress: Progress) -> None:
    change = "update column_edges set input_field = 'state' where output_field = 'city' and input_name like '%.staging.users'"
    missing, unexpected = findings_after(finished[0], progress, change)
    assert missing.startswith("column edge missing: ")
    assert "dev.staging.users.city -> " in missing
    assert unexpected.startswith("column edge not expected: ")
    assert "dev.staging.users.state -> " in unexpected


def test_the_rows_are_the_same_after_any_number_of_runs(finished: tuple[System, Outcome], progress: Progress) -> None:
    system, _ = finished
    once = system.warehouse.row_counts(ROWS)
    assert once == {table: row_counts(SCALE)[of] for table, of in ROWS.items()}
    for _ in range(2):
        assert run_dags(system, progress, system.airflow.folder.pipeline) == []
    assert system.warehouse.row_counts(ROWS) == once


def test_the_doctor_finds_nothing_where_all_is_well_and_leaves_the_lineage_complete(
    finished: tuple[System, Outcome], progress: Progress
) -> None:
    system, _ = finished
    assert system.airflow.test_dag("lineage_doctor").succeeded
    said = system.airflow.log("lineage_doctor").read_text()
    assert "faults: 0, warnings: 0" in said
    assert "openlineage-airflow listens" in said
    assert "the store has the event of lineage_doctor.probe" in said
    assert "has sent the start of this task, lineage_doctor.examine" in said
    verdict = check_lineage(system, progress, system.airflow.folder.pipeline, []).verdict
    assert verdict is not None
    assert verdict.is_complete


def test_the_watch_finds_every_task_covered_and_leaves_the_lineage_complete(finished: tuple[System, Outcome], progress: Progress) -> None:
    system, _ = finished
    assert system.airflow.test_dag("lineage_coverage").succeeded
    assert "Coverage 100 %: " in system.airflow.log("lineage_coverage").read_text()
    verdict = check_lineage(system, progress, system.airflow.folder.pipeline, []).verdict
    assert verdict is not None
    assert verdict.is_complete


def test_the_doctor_fails_and_names_a_dead_store(finished: tuple[System, Outcome]) -> None:
    """The last test on this system: the store is stopped."""
    system, _ = finished
    kill("the lineage store", "lineage store")
    run = system.airflow.test_dag("lineage_doctor")
    assert (run.state, run.failed_tasks) == ("failed", ("examine",))
    said = system.airflow.log("lineage_doctor").read_text()
    assert "faults: 1, warnings: 0\nFAULT   unreachable: no connection to the store" in said
    assert f"127.0.0.1:{system.store.port}: ConnectionRefusedError" in said


def test_a_dead_store_fails_no_task_the_verdict_names_it_and_a_replay_mends_it(system: System, progress: Progress) -> None:
    kill("the lineage store", "lineage store")
    outcome = run_pipeline(system, progress)
    assert not outcome.is_right
    assert "the lineage store has stopped" in text(outcome)
    assert "DAG" not in text(outcome)
    assert system.warehouse.row_counts(ROWS)["dm.fact_sales"] == row_counts(SCALE)["sales"]
    expected = expected_of(system.airflow.dags, system.airflow.folder.pipeline)
    assert expected
    assert len(list(system.airflow.spool.glob("waiting/*.json"))) >= 2 * len(expected.jobs)  # start and end of each
    system.store.start()
    system.drain()
    assert compare(expected, read_lineage(system.store.url)).is_complete


def test_without_the_url_secret_the_dags_succeed_and_the_verdict_names_the_variable(system: System, progress: Progress) -> None:
    delete_secret(system, STORE_SECRET)
    outcome = run_pipeline(system, progress)
    assert not outcome.is_right
    assert "OPENLINEAGE_URL is missing" in text(outcome)
    assert system.warehouse.row_counts(ROWS)["dm.fact_sales"] == row_counts(SCALE)["sales"]


def test_a_missing_connection_is_named(system: System, progress: Progress) -> None:
    delete_secret(system, CONNECTION)
    outcome = run_pipeline(system, progress)
    assert not outcome.is_right
    assert "wait_for_lake" in text(outcome)
    assert "REDSHIFT_CONNECTOR" in text(outcome)
    assert outcome.verdict is not None
    assert "run not completed: rs_source_to_staging.wait_for_lake (FAILED)" in map(str, outcome.verdict.findings)


def test_a_wrong_password_is_named_and_never_shown(system: System, progress: Progress) -> None:
    system.aws.put_secrets({CONNECTION: system.warehouse.loader_uri.replace(system.warehouse.credentials.loader, "canary-wr0ng")})
    outcome = run_pipeline(system, progress)
    assert 'password authentication failed for user "loader"' in text(outcome)
    everything = "".join(log.read_text(errors="replace") for log in system.supervisor.logs.rglob("*.log"))
    assert "canary-wr0ng" not in everything


def test_a_table_that_the_crawl_did_not_bring_is_named(system: System, progress: Progress) -> None:
    with system.warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute("drop table s3_datalake.venue")
    dag = system.airflow.dags / "rs_source_to_staging.py"
    dag.write_text(dag.read_text().replace("timedelta(minutes=10)", "timedelta(seconds=1)").replace("poke_interval=15", "poke_interval=1"))
    outcome = run_pipeline(system, progress)
    assert "s3_datalake.venue does not exist" in text(outcome)
    assert system.warehouse.row_counts(ROWS)["staging.category"] == 0


def test_sql_that_postgresql_takes_and_redshift_refuses_fails_its_task(system: System, progress: Progress) -> None:
    sql = system.airflow.dags / "sql/staging/category.sql"
    sql.write_text(sql.read_text().replace("from s3_datalake.category", "from s3_datalake.category\non conflict do nothing"))
    outcome = run_pipeline(system, progress)
    assert "failed tasks: load_category" in text(outcome)
    assert 'syntax error at or near "conflict"' in text(outcome)
    assert system.warehouse.row_counts(ROWS)["staging.category"] == 0


def test_a_stopped_warehouse_is_named(system: System, progress: Progress) -> None:
    kill("PostgreSQL", "bin/postgres")
    with pytest.raises(ProcessFailed, match="PostgreSQL has stopped"):
        run_pipeline(system, progress)


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_an_interrupted_demo_leaves_no_process(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    output = tmp_path / "output"
    command = [sys.executable, "-m", "local", "demo", f"--scale={SCALE}", f"--state={tmp_path / 'demo'}"]
    with output.open("w") as file:
        demo = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file, env=dict(os.environ), start_new_session=True)

    def half_way() -> bool:
        assert demo.poll() is None, output.read_text()
        return "external schema" in output.read_text()

    eventually(half_way, "the demo is half-way", 300)
    family = psutil.Process(demo.pid).children(recursive=True)
    assert family
    demo.send_signal(sent)
    assert demo.wait(180) == code
    eventually(lambda: alive(family) == [], "everything that the demo started has ended")


def test_what_went_wrong_is_shown_last(tmp_path: Path) -> None:
    console = Console(record=True, width=100)
    show(Outcome(("the store has stopped",)), tmp_path / "page.html", console)
    assert console.export_text().strip() == "✗ the store has stopped"
