"""What holds on each Airflow version: faults of the store, the DAGs that replay and examine, secrets. Here on those that CI runs."""

import itertools
import json
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from rich.console import Console

from local.console import Progress
from local.demo import check_lineage, check_rows, expected_of, run_dags
from local.processes import ProcessFailed, free_port
from local.settings import BUCKET, CI_VERSIONS, DAGS, Settings
from local.system import STORE_SECRET, System, running
from modules.runtimes import runtime
from mwaa_lineage.transport.spool import SAVED, Folder
from tests.local.waiting import eventually
from tests.mwaa_lineage.transport.conftest import kill_couriers
from tests.mwaa_lineage.transport.endpoint import Request, serving
from tools.bench_emission.endpoints import BABBLES, DOWN, FAILS, HANGS, endpoint

pytestmark = pytest.mark.system

SCALE = 0.02
SPOOL = "lineage-spool/"
MET = {DOWN: "ConnectionRefusedError", HANGS: "TimeoutError", FAILS: "HTTP 500", BABBLES: "BadStatusLine"}
"""What the courier says of each fault that it has met."""


@pytest.fixture(scope="module")
def progress() -> Progress:
    return Progress(Console())


@pytest.fixture(scope="module", params=CI_VERSIONS)
def system(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, progress: Progress) -> Iterator[System]:
    """A system of one version, whose workers may vanish, as MWAA's do; the tests follow one another on it."""
    folder = tmp_path_factory.mktemp("version")
    dags = shutil.copytree(DAGS, folder / "dags", ignore=shutil.ignore_patterns("__pycache__"))
    with running(Settings(folder / "system", scale=SCALE, airflow_version=request.param, dags=dags), progress) as system:
        system.airflow.environment["AIRFLOW__MWAA_LINEAGE__SPOOL"] = f"s3://{BUCKET}/{SPOOL}"
        yield system


def point_at(system: System, url: str) -> None:
    system.aws.put_secrets({STORE_SECRET: url})


def in_bucket(system: System) -> dict[str, str]:
    """{key: text} of the events that are kept in the bucket."""
    s3 = system.aws.client("s3")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET, Prefix=SPOOL).get("Contents", [])]
    return {key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode() for key in keys}


def waiting(system: System) -> list[str]:
    return Folder(system.airflow.spool).entries()


@contextmanager
def faults_in_turn(log: Path, port: int) -> Iterator[None]:
    """A store that fails in one way until the courier has met that, then in the next, as long as the block lasts."""
    over = threading.Event()

    def met(fault: str) -> int:
        return log.read_text().count(MET[fault]) if log.exists() else 0

    def serve() -> None:
        for fault in itertools.cycle(MET):
            before = met(fault)
            with endpoint(fault, port):
                while met(fault) == before:
                    if over.wait(0.02):
                        return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(30)


@contextmanager
def hastened(system: System) -> Iterator[None]:
    """Make the courier's waits so short that it meets faults while the DAGs run: it ends with the command whose tasks it serves."""
    courier = system.airflow.home / "plugins/mwaa_lineage/transport/courier.py"
    changed = re.sub(r"^PAUSES = .*$", "PAUSES = (0.1, 0.1)", courier.read_text(), count=1, flags=re.MULTILINE)
    assert changed != courier.read_text()
    courier.write_text(changed)
    system.airflow.environment["AIRFLOW_VAR_OPENLINEAGE_TIMEOUT"] = "0.3"
    yield
    del system.airflow.environment["AIRFLOW_VAR_OPENLINEAGE_TIMEOUT"]


def unmet(log: Path) -> set[str]:
    """The faults that the courier has not met yet."""
    said = log.read_text()
    return {fault for fault, sign in MET.items() if sign not in said}


def test_a_store_that_fails_in_each_way_fails_no_task_and_the_dag_replays(system: System, progress: Progress) -> None:
    port, log = free_port(), system.airflow.spool / "courier.log"
    point_at(system, f"http://127.0.0.1:{port}")
    with hastened(system), faults_in_turn(log, port):
        assert run_dags(system, progress, system.airflow.folder.pipeline) == []
        for _ in range(4):  # rounds more, at most
            if unmet(log):
                assert run_dags(system, progress, system.airflow.folder.pipeline) == []
    assert unmet(log) == set()
    dags = system.airflow.folder.pipeline
    expected = expected_of(system.airflow.dags, dags)
    assert expected
    least = 2 * len(expected.jobs)  # start and end of each
    assert len(waiting(system)) >= least > 0
    assert in_bucket(system)

    point_at(system, system.store.url)
    assert system.airflow.test_dag("lineage_replay").succeeded
    system.drain()  # what the replay's own task has said last
    eventually(lambda: not waiting(system) and not in_bucket(system), "nothing is left, here and in the bucket")
    outcome = check_lineage(system, progress, dags, check_rows(system, progress, dags))
    assert outcome.is_right, (outcome.problems, outcome.verdict)
    assert outcome.events >= least


def test_the_doctor_then_finds_nothing(system: System) -> None:
    run = system.airflow.test_dag("lineage_doctor")
    said = system.airflow.log("lineage_doctor").read_text()
    assert run.succeeded, said[-3000:]
    assert "faults: 0, warnings: 0" in said
    assert f"{runtime(system.settings.airflow_version).integration} listens" in said
    assert "the store has the event of lineage_doctor.probe" in said
    assert "has sent the start of this task, lineage_doctor.examine" in said
    assert f"s3://{BUCKET}/{SPOOL}, here as" in said
    assert "legacy config options" not in said  # the provider's words for settings that it calls outdated


def test_the_watch_then_finds_every_task_covered(system: System) -> None:
    run = system.airflow.test_dag("lineage_coverage")
    said = system.airflow.log("lineage_coverage").read_text()
    assert run.succeeded, said[-3000:]
    assert "Coverage 100 %: " in said


# Secrets: the last test on each system, as its events are not of the pipeline

CANARY = re.compile(r"c4n4ry\w*|(?:AKIA|ASIA)\w*C4N4RY\w*")
HIDDEN_BY_AIRFLOW = {"c4n4ryConf", "c4n4ryNested", "c4n4ryEnv", "c4n4ryCode", "c4n4ryArgument", "c4n4ryVariable", "c4n4ryUri"}
"""What `airflow dags test`, which masks nothing, does not print either; the rest stands in statements, commands and exceptions."""
OF_LINEAGE = re.compile("openlineage|mwaa_lineage|lineage (of|event)", re.IGNORECASE)
PLANTED = {
    "AIRFLOW__OPENLINEAGE__INCLUDE_FULL_TASK_INFO": "true",
    "CANARY_TOKEN": "c4n4ryVariable",
    "CANARY_HOME": "postgres://me:c4n4ryUri@host/db",
    "OPENLINEAGE__FACETS__ENVIRONMENT_VARIABLES": '["CANARY_TOKEN", "CANARY_HOME"]',
}


def echo(request: Request) -> None:
    """A store that quotes what it was sent; it refuses what starts, and is busy for the rest."""
    starts = json.loads(request.body)["eventType"] == "START"
    request.answer(422 if starts else 503, f"{request.headers} {request.body.decode()}")


def test_no_secret_of_a_task_is_in_the_spool_or_in_a_log_or_in_the_store(system: System) -> None:
    (system.airflow.dags / "canary_dag.py").write_text(Path(__file__).with_name("canary_dag.py").read_text())
    system.airflow.environment.update(PLANTED)
    system.aws.put_secrets({"airflow/connections/WITH_PASSWORD": system.warehouse.loader_uri})
    with serving() as store:
        store.how = echo
        point_at(system, store.url)
        conf = json.dumps({"api_key": "c4n4ryConf", "nested": {"client_secret": "c4n4ryNested"}})
        assert system.airflow.test_dag("canaries", "--conf", conf).failed_tasks
        eventually(lambda: all(entry.startswith(SAVED) for entry in waiting(system)), "the courier has copied to the bucket what is left")
        kill_couriers(system.airflow.spool)
    spool = {str(file): file.read_text() for file in system.airflow.spool.rglob("*") if file.is_file()} | in_bucket(system)
    assert any("/refused/" in name and name.endswith(".reason") for name in spool)
    assert any(f"/{SAVED}/" in name for name in spool)
    kept = " ".join(spool.values())
    assert {task for task in ("ours", "stock", "bash", "python", "fails") if f'"canaries.{task}"' not in kept} == set()
    assert set(CANARY.findall(kept)) == set()
    assert '"sourceCode"' not in kept
    assert system.warehouse.credentials.loader not in kept

    said = system.airflow.log("canaries").read_text(errors="replace")
    assert HIDDEN_BY_AIRFLOW & set(CANARY.findall(said)) == set()
    assert [line for line in said.splitlines() if OF_LINEAGE.search(line) and CANARY.search(line)] == []
    assert "authentication failed" not in said  # as when the provider masks a connection that the task goes on to use

    point_at(system, system.store.url)
    for file in system.airflow.spool.glob("refused/*.json"):
        file.rename(system.airflow.spool / "waiting" / file.name)
    before = (system.store.folder / "lineage.db").stat().st_size
    system.drain()
    assert CANARY.search((system.supervisor.logs / "store.log").read_text()) is None
    database = b"".join(file.read_bytes() for file in system.store.folder.iterdir())
    assert len(database) > before
    assert b"canaries.stock" in database
    assert b"c4n4ry" not in database


def test_the_operators_secrets_are_not_in_the_log_of_its_task(system: System) -> None:
    """As a worker keeps it: `airflow tasks test` masks as workers do."""
    command = [*system.airflow.command, "tasks", "test", "canaries", "ours", "2024-01-01"]
    with suppress(ProcessFailed):  # the task fails, which Airflow 3 does not tell by the exit code here
        system.supervisor.run("airflow tasks test", command, environment=system.airflow.environment, log="ours.log", seconds=300)
    said = (system.supervisor.logs / "ours.log").read_text(errors="replace")
    assert "aws_access_key_id=***;aws_secret_access_key=***" in said
    assert set(CANARY.findall(said)) == set()
