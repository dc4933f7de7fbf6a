"""Command line of a deployment: what the Makefile's targets for AWS run."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec

import click
from botocore.exceptions import BotoCoreError, ClientError

from lineage.report import console
from local.airflow_python import MissingArtefact
from local.dag_folder import UnusableFolder, read_alone
from local.interrupts import heed_interrupts
from local.processes import ProcessFailed
from modules.settings import InvalidSettings
from operations import bootstrap as state_bucket
from operations import leftovers as leftover
from operations import lineage_check, pipeline, preflight, stacks
from operations.cdktf import CannotRun
from operations.deployment import Deployment, NotDeployed
from operations.explain import explain as explain_airflow
from operations.findings import here, problems, show
from operations.preflight import account
from operations.stack_state import AnotherState

BAD_INPUT, INTERRUPTED = 2, 130
Options = ParamSpec("Options")

stack_option = click.option("--stack", help="One stack; without it, all.")
yes_option = click.option("--yes", is_flag=True, help="Ask nothing.")


def of_deployment(command: Callable[Concatenate[Deployment, Options], None]) -> Callable[Options, None]:
    """Give a command the deployment that the settings describe."""

    @functools.wraps(command)
    def with_deployment(*given: Options.args, **named: Options.kwargs) -> None:
        command(Deployment.of(Path.cwd()), *given, **named)

    return with_deployment


@click.group()
def cli() -> None:
    """Deploy, run, inspect and destroy what the settings describe."""


@cli.command()
@of_deployment
def bootstrap(deployment: Deployment) -> None:
    """Make the bucket for Terraform's state, if the settings want one."""
    findings = state_bucket.bootstrap(deployment)
    show(findings, console())
    sys.exit(1 if problems(findings) else 0)


@cli.command("preflight")
@of_deployment
def check_first(deployment: Deployment) -> None:
    """Look at all that may stand in a deploy's way; nothing is changed."""
    sys.exit(preflight.run(deployment, console()))


@cli.command()
@stack_option
@click.option("--verbose", is_flag=True, help="Terraform's own words, too.")
@of_deployment
def plan(deployment: Deployment, stack: str | None, verbose: bool) -> None:
    """Show what a deploy would change."""
    sys.exit(stacks.plan(deployment, console(), stack, verbose=verbose))


@cli.command()
@stack_option
@yes_option
@click.option("--preflight/--no-preflight", "first", default=True, help="Look first at all that may stand in the way.")
@of_deployment
def deploy(deployment: Deployment, stack: str | None, yes: bool, first: bool) -> None:
    """Make what the settings describe."""
    out = console()
    look_first = (lambda: preflight.run(deployment, out)) if first else None
    sys.exit(stacks.deploy(deployment, out, stack, yes=yes, look_first=look_first))


@cli.command()
@stack_option
@yes_option
@of_deployment
def destroy(deployment: Deployment, stack: str | None, yes: bool) -> None:
    """Destroy it, and say what is left."""
    out = console()
    sys.exit(stacks.destroy(deployment, out, stack, yes=yes, report_leftovers=lambda: leftover.report(deployment, out)))


@cli.command()
@stack_option
@of_deployment
def state(deployment: Deployment, stack: str | None) -> None:
    """Say what is deployed."""
    sys.exit(stacks.show_state(deployment, console(), stack))


@cli.command()
@stack_option
@of_deployment
def outputs(deployment: Deployment, stack: str | None) -> None:
    """Print what the stacks have put out."""
    sys.exit(stacks.show_outputs(deployment, console(), stack))


@cli.command()
@of_deployment
def leftovers(deployment: Deployment) -> None:
    """Say what is left of the deployment, with the commands that remove it."""
    deployment.require_login()
    sys.exit(leftover.report(deployment, console()))


@cli.command()
@of_deployment
def explain(deployment: Deployment) -> None:
    """Say what is wrong with the MWAA environment."""
    sys.exit(explain_airflow(deployment, console()))


@cli.command()
@click.option("--dags", default="", help="DAGs to run, in this order, with spaces between; without it, every DAG of the folder.")
@of_deployment
def run_pipeline(deployment: Deployment, dags: str) -> None:
    """Run the DAGs on MWAA and follow them."""
    folder = read_alone(deployment.settings.airflow_version, deployment.root / "airflow/dags")
    sys.exit(pipeline.run(deployment, console(), [dag.id for dag in folder.chosen(dags.split())]))


@cli.command()
@click.option("--url", help="Address of any Marquez; by default that of `make up`, else the deployment's own.")
def check_lineage(url: str | None) -> None:
    """Compare the lineage in a store with what is expected."""
    sys.exit(lineage_check.check_anywhere(Path.cwd(), console(), url))


@cli.command()
@of_deployment
def permissions(deployment: Deployment) -> None:
    """Print what the deployer must be allowed, a policy a line."""
    from operations.permissions import command  # noqa: PLC0415 - makes the stacks, so loads CDKTF and Node

    for policy in command.policies(deployment):
        print(policy)


@cli.command()
def cost() -> None:
    """Estimate what the deployment costs a month."""
    from operations.cost import command  # noqa: PLC0415 - makes the stacks, so loads CDKTF and Node

    out = console()
    sys.exit(command.cost(command.deployment_or_example(Path.cwd(), out), out))


def main() -> None:
    """What a person can mend ends in its message, not in a traceback."""
    heed_interrupts()
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(BAD_INPUT)
    except (InvalidSettings, NotDeployed, CannotRun, MissingArtefact, ProcessFailed, UnusableFolder, stacks.Refused, AnotherState) as error:
        print(f"error: {here(str(error))}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except state_bucket.NotOurs as found:
        print(here(f"error: state_backend: {found}; `make bootstrap` says what to do"), file=sys.stderr)
        sys.exit(1)
    except (BotoCoreError, ClientError) as error:
        print(here(f"error: {_of_aws(error)}"), file=sys.stderr)
        sys.exit(1)
    except (KeyboardInterrupt, click.Abort):
        print("interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)


def _of_aws(error: Exception) -> str:
    found = account.refusal(error)
    return f"{found.subject}: {found.detail}\n  {found.cure}" if found else f"AWS: {error}"


if __name__ == "__main__":
    main()
