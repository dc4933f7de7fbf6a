"""A rehearsal from its beginning to its end: deploy, run the pipeline, check its lineage, destroy, see that nothing is left."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.text import Text

from local.airflow_python import MissingArtefact
from local.aws.machine import ACCOUNT, Aws
from local.postgres import Postgres
from local.processes import ProcessFailed, Supervisor
from local.state import exclusive
from local.store import Store
from modules.settings import Settings
from rehearsal import deployed, substitutions
from rehearsal.emulated_aws import emulated_aws
from rehearsal.phases import PhaseFailed, Phases
from rehearsal.project import Project
from rehearsal.terraform import terraform_environment
from tools.helm.program import helm
from tools.tool_environment import ROOT, InstallFailed, environment

FAILURES = (PhaseFailed, ProcessFailed, MissingArtefact, InstallFailed, subprocess.CalledProcessError)
MOST_REFUSALS = 5


def rehearse(settings: Settings, state: Path, console: Console) -> int:
    """Rehearse in the folder `state`; the exit code is 0 only when every phase has done what it is for.

    Raises StateInUse, and CannotRehearse for settings that cannot be rehearsed.
    """
    substitutions.check(settings)
    phases = Phases(console)
    with exclusive(state):
        shutil.rmtree(state, ignore_errors=True)
        state.mkdir(parents=True)
        try:
            _Rehearsal(settings, state, phases).run()
        except FAILURES as failure:
            _explain(failure, console)
            return 1
        finally:
            console.print()
            console.print(phases.table())
            console.print(f"Logs: {state / 'logs'}", soft_wrap=True, highlight=False)
    console.print(Text("All of it works in the emulated AWS, and nothing is left.", "bold green"))
    return 0


class _Rehearsal:
    """What is to be done with these settings; everything it writes is below `state`."""

    def __init__(self, settings: Settings, state: Path, phases: Phases) -> None:
        self._settings, self._state, self._phases = settings, state, phases
        self._told, self._warehouse = state / "airflow.json", state / "warehouse.json"

    def run(self) -> None:
        """Raises what FAILURES names."""
        with self._phases.phase("programs and environments"):
            self._install()
        place = {"region": self._settings.region, "account": self._settings.account_id or ACCOUNT}
        with emulated_aws(self._state / "logs", self._told, self._warehouse, **place) as aws:
            warehouse, store = Postgres(self._state / "postgres", aws.supervisor), Store(self._state / "store", aws.supervisor, port=0)
            with self._phases.phase("warehouse, lineage store, a copy of the project"):
                warehouse.start()
                warehouse.tell(self._warehouse)
                store.start()
                project = Project.copy(self._state / "project", aws.environment | terraform_environment(self._state))
            self._choose(project, aws, store)
            try:
                self._deploy(project, aws)
                self._use(project, aws, warehouse, store)
                self._destroy(project, aws)
            except FAILURES:
                self._show_refusals(aws)
                raise

    def _install(self) -> None:
        """What the commands would install by themselves, so that no phase's seconds hide it."""
        done = subprocess.run(
            ["make", "--no-print-directory", "node_modules/.package-lock.json"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise PhaseFailed(f"CDKTF's command line cannot be installed:\n{done.stdout}{done.stderr}")
        for tool in ("aws", "helm_double"):
            environment(tool)
        helm()

    def _choose(self, project: Project, aws: Aws, store: Store) -> None:
        with self._phases.phase("stand-ins for what the settings name"):
            made = substitutions.substitute(self._settings, aws, store.url, self._state)
            project.choose(**substitutions.chosen(self._settings, made))
        for substitution in made:
            self._phases.console.print(Text(f"    {substitution.said}"), soft_wrap=True)

    def _make(self, name: str, project: Project, aws: Aws, *arguments: str, variables: Mapping[str, str] | None = None) -> None:
        self._phases.make(name, project, aws.supervisor, *arguments, variables=variables)

    def _deploy(self, project: Project, aws: Aws) -> None:
        self._make("build what is uploaded", project, aws, "package-plugin", "tickit")
        if self._settings.state_backend != "local":
            self._make("bootstrap the state bucket", project, aws, "bootstrap")
        self._before = aws.inventory()
        # The preflight is about the person's own account and machine: `make preflight`.
        self._make("deploy", project, aws, "deploy", "YES=1", "PREFLIGHT=0")

    def _use(self, project: Project, aws: Aws, warehouse: Postgres, store: Store) -> None:
        with self._phases.phase("the lake's tables in the warehouse"):
            deployed.fill_warehouse(self._settings, aws, warehouse)
        with Supervisor(self._state / "logs") as supervisor:
            with self._phases.phase(f"Airflow {self._settings.airflow_version} behind MWAA"):
                deployed.start_airflow(self._settings, aws, warehouse, store, supervisor, folder=self._state, told=self._told)
            self._make("run the pipeline", project, aws, "run-pipeline")
            where = {"URL": store.url} if self._settings.with_marquez else {}
            self._make("check the lineage", project, aws, "check-lineage", variables=where)

    def _destroy(self, project: Project, aws: Aws) -> None:
        self._make("destroy", project, aws, "destroy", "YES=1")
        with self._phases.phase("nothing is left"):
            if left := deployed.left(self._before, aws.inventory()):
                raise PhaseFailed(f"The emulated AWS still has {len(left)} things: {', '.join(left)}")
            if refusals := aws.refusals():
                raise PhaseFailed(f"The emulated AWS refused {len(refusals)} requests, though no command failed by it")

    def _show_refusals(self, aws: Aws) -> None:
        """What the emulated AWS says of the failure: the last requests that it refused."""
        for refusal in aws.refusals()[-MOST_REFUSALS:]:
            text = f"    {refusal['service']} {refusal['operation']}: {refusal['code']}: {refusal['message']}"
            self._phases.console.print(Text(text), soft_wrap=True)


def _explain(failure: Exception, console: Console) -> None:
    text = f"{failure}\n{failure.stderr or ''}" if isinstance(failure, subprocess.CalledProcessError) else str(failure)
    console.print(Text(text, "red"), soft_wrap=True)
    if isinstance(failure, PhaseFailed) and failure.log:
        console.print(Text(f"All that it wrote: {failure.log}"), soft_wrap=True)
    console.print("The emulated AWS, and all that was deployed there, is gone.")
