"""The pipeline on a real Airflow behind the emulated MWAA, and the check of the lineage that it leaves."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from rich.console import Console

from local.dag_folder import Dag, read_alone
from local.settings import BUCKET, CI_VERSIONS
from operations import lineage_check, pipeline
from operations.airflow_runs import Runs, Task
from operations.deployment import Deployment
from operations.mwaa_api import ApiUnavailable
from operations.pipeline import Patience
from tests.operations import deployed_airflow
from tests.operations.deployed_airflow import Deployed
from tests.operations.outputs import publish
from tests.operations.right_environment import NAME

pytestmark = pytest.mark.system

PATIENCE = Patience(look=0.5, begin=600, whole=900)


@pytest.fixture(scope="module", params=[CI_VERSIONS[0], CI_VERSIONS[-1]])
def deployed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed_airflow.running(tmp_path_factory.mktemp("deployed"), request.param) as running:
        yield running


@pytest.fixture
def there(deployed: Deployed, deployment: Callable[..., Deployment], monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """The deployment as its commands see it."""
    for name, value in deployed.aws.environment.items():
        monkeypatch.setenv(name, value)
    found = deployment()
    publish(found.root, "mwaa", environment_name=NAME, airflow_ui_url="https://airflow.example")
    publish(found.root, "lake", bucket_name=BUCKET)
    publish(found.root, "network", lineage_api_key_secret_arn="airflow/variables/OPENLINEAGE_API_KEY")
    publish(found.root, "marquez", marquez_ui_url=deployed.store.url)
    return found


def pipeline_of(there: Deployment) -> tuple[Dag, ...]:
    return read_alone(there.settings.airflow_version).pipeline


def run(there: Deployment) -> tuple[int, str]:
    written = io.StringIO()
    dags = [dag.id for dag in pipeline_of(there)]
    return pipeline.run(there, Console(file=written, width=200), dags, PATIENCE), written.getvalue()


def test_all_dags_succeed_and_their_lineage_is_complete(there: Deployment) -> None:
    code, written = run(there)
    assert code == 0, written
    assert written.count("✓") == sum(len(dag.tasks) for dag in pipeline_of(there))
    assert "✓ wait_for_lake" in written
    said = io.StringIO()
    assert lineage_check.check(there, Console(file=said, width=200)) == 0, said.getvalue()
    assert "\nLineage complete: " in said.getvalue()


def test_the_log_of_a_failing_task_is_shown(there: Deployment, deployed: Deployed) -> None:
    with missing_column(deployed):
        code, written = run(there)
    assert code == 1, written
    assert "✗ load_sales" in written, written
    assert 'column "pricepaid" does not exist' in written, written
    assert "rs_staging_to_dm" not in written


def test_a_path_that_mwaa_does_not_take_stops_the_pipeline(there: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow itself would answer."""

    def tasks(runs: Runs, dag: str, run: str) -> list[Task]:
        rows = runs._api.call("GET", f"/dags/{dag}/dagRuns/{run}/taskInstances")["task_instances"]
        return [Task(row["task_id"], row["state"]) for row in rows]

    monkeypatch.setattr(Runs, "tasks", tasks)
    code, written = run(there)
    assert code == 1, written
    assert "ValidationException" in written
    assert "valid max value: 64" in written


def test_a_command_that_mwaa_does_not_run_stops_the_pipeline(there: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow itself would run it."""

    def is_paused(_: Runs, dag: str) -> bool:
        admitted = there.client("mwaa").create_cli_token(Name=NAME)
        headers = {"Authorization": f"Bearer {admitted['CliToken']}", "Content-Type": "text/plain"}
        url = f"https://{admitted['WebServerHostname']}/aws_mwaa/cli"
        answer = httpx.post(url, headers=headers, content=f"dags details {dag} -o json", timeout=60)
        if answer.status_code != httpx.codes.OK:
            raise ApiUnavailable(answer.text, "")
        return "True" in answer.text

    monkeypatch.setattr(Runs, "is_paused", is_paused)
    code, written = run(there)
    assert code == 1, written
    assert "MWAA runs no `airflow dags details`" in written


@contextmanager
def missing_column(deployed: Deployed) -> Iterator[None]:
    """The lake without a column that one task reads: the table is there, so the DAG begins."""
    rename(deployed, "pricepaid", "aside")
    try:
        yield
    finally:
        rename(deployed, "aside", "pricepaid")


def rename(deployed: Deployed, column: str, to: str) -> None:
    with deployed.warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"alter table s3_datalake.sales rename column {column} to {to}")
