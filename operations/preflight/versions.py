"""Whether AWS still creates the versions that the settings name."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from modules.kubernetes_versions import STANDARD_SUPPORT_ENDS
from modules.runtimes import Runtime, load_runtimes, release
from operations.deployment import Deployment
from operations.findings import Finding, ok, problem, problems, warning
from operations.question import Question
from operations.reading import pages

BRIDGE = "2.11."
"""AWS moves an environment between Airflow 2 and 3 from and to these versions only.

docs.aws.amazon.com/mwaa/latest/userguide/upgrading-environment.html
"""
SOON = 60
"""Days before an end that are worth a warning."""


def airflow(deployment: Deployment) -> Iterator[Finding]:
    """Whether MWAA creates environments of the version, or moves the one that stands to it; that one itself may be of any version."""
    wanted, stands = deployment.settings.airflow_version, _standing(deployment)
    if stands == wanted:
        yield ok("Airflow", f"{wanted}, which stands already")
    elif stands and not movable(stands, wanted):
        between = max((row for row in load_runtimes().values() if row.airflow.startswith(BRIDGE)), key=release)
        cure = f'Set airflow_version = "{between.airflow}" in the settings, `make deploy STACK=mwaa`, and move on from there.'
        yield problem("Airflow", f"{stands} stands, and AWS moves it to {wanted} only by way of {BRIDGE}x", cure)
    else:
        found = creatable(wanted, load_runtimes(), _today())
        yield replace(found, detail=f"{found.detail}; {stands} stands, and can become it") if stands and not problems([found]) else found


def movable(stands: str, wanted: str) -> bool:
    """Whether AWS moves an environment of one Airflow version to another, as far as the way matters."""
    older, newer = sorted((stands, wanted), key=lambda version: int(version.partition(".")[0]))
    return older.partition(".")[0] == newer.partition(".")[0] or older.startswith(BRIDGE)


def _standing(deployment: Deployment) -> str | None:
    """The version of the environment in the state; one that was half made is made anew."""
    state = deployment.states.of("mwaa")
    environments = [resource for resource in state.managed if resource["type"] == "aws_mwaa_environment"] if state else []
    made = [instance for resource in environments for instance in resource["instances"] if instance.get("status") != "tainted"]
    return str(made[0]["attributes"]["airflow_version"]) if made else None


def creatable(version: str, runtimes: Mapping[str, Runtime], today: date) -> Finding:
    """Whether MWAA creates environments of an Airflow version on a day."""
    runtime = runtimes.get(version)
    others = [row.airflow for row in runtimes.values() if row.end_of_support is None or row.end_of_support > today]
    choose = f"Choose a version in the settings: {', '.join(others)}."
    if runtime is None:
        return problem("Airflow", f"MWAA creates no environment of {version}, and none of it stands", choose)
    end = runtime.end_of_support
    if end is None:
        return ok("Airflow", version)
    if end <= today:
        return problem("Airflow", f"MWAA creates no environment of {version} since {end}", choose)
    return warning("Airflow", f"{version} can be created until {end}", choose)


def kubernetes(deployment: Deployment) -> Iterator[Finding]:
    """Whether EKS creates clusters of the version, and how long at the normal price."""
    if not deployment.settings.with_marquez:
        return
    version = deployment.settings.eks_version
    versions = "addons[].addonVersions[].compatibilities[].clusterVersion"
    known = set(pages(deployment.client("eks"), "describe_addon_versions", versions, addonName="vpc-cni"))
    if version not in known:
        cure = f"Choose eks_version in the settings: {', '.join(sorted(known)) or 'none is offered here'}."
        yield problem("Kubernetes", f"EKS has no version {version} in {deployment.settings.region}", cure)
        return
    yield supported(version, _today(), extended=deployment.settings.eks_extended_support)


def supported(version: str, today: date, *, extended: bool) -> Finding:
    """How long a Kubernetes version stays at its normal price; then AWS raises it, or `extended` support costs six times as much."""
    end = STANDARD_SUPPORT_ENDS.get(version)
    if end and (end - today).days < SOON:
        newer = max(STANDARD_SUPPORT_ENDS, key=lambda known: STANDARD_SUPPORT_ENDS[known])
        then = f"costs six times as much from {end} on" if extended else f"is raised by AWS after {end}"
        return warning("Kubernetes", f"{version} {then}", f'Set eks_version = "{newer}" in the settings.')
    return ok("Kubernetes", f"{version}, in standard support until {end}" if end else version)


def _today() -> date:
    return datetime.now(UTC).date()


QUESTIONS = (Question("Airflow", airflow), Question("Kubernetes", kubernetes, ("eks",)))
