"""Whether the Airflow that is to run the DAGs can read them."""

from collections.abc import Iterator

from local.dag_folder import read_alone
from operations.deployment import Deployment
from operations.findings import Finding, ok, problem
from operations.question import Question


def importable(deployment: Deployment) -> Iterator[Finding]:
    """Every file that the settings' Airflow version cannot import, with its line."""
    version = deployment.settings.airflow_version
    folder = read_alone(version, deployment.root / "airflow/dags")
    for error in folder.errors:
        yield problem("DAGs", f"Airflow {version} cannot import {error}", "Mend the file, or leave it out.")
    if not folder.errors:
        yield ok("DAGs", f"Airflow {version} reads {', '.join(dag.id for dag in folder.dags) or 'none'}")


QUESTIONS = (Question("DAGs", importable),)
