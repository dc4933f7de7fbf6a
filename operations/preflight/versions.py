"""Whether AWS still creates the versions that the settings name."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from modules.runtimes import Runtime, load_runtimes
from operations.deployment import Deployment
from operations.findings import Finding, ok, problem, warning
from operations.question import Question
from operations.reading import pages

EKS_STANDARD_SUPPORT = {"1.34": date(2026, 12, 2), "1.35": date(2027, 3, 27)}
"""{version: the last day at the normal price}; afterwards it costs six times as much.

docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html, November 2026.
"""
SOON = 60
"""Days before an end that are worth a warning."""


def airflow(deployment: Deployment) -> Iterator[Finding]:
    """Whether MWAA creates environments of the version; one that stands already may be older."""
    if deployment.resources("mwaa"):
        yield ok("Airflow", f"{deployment.settings.airflow_version}, which stands already")
        return
    yield creatable(deployment.settings.airflow_version, load_runtimes(), _today())


def creatable(version: str, runtimes: Mapping[str, Runtime], today: date) -> Finding:
    """Whether MWAA creates environments of an Airflow version on a day."""
    runtime = runtimes.get(version)
    others = [row.airflow for row in runtimes.values() if row.end_of_support is None or row.end_of_support > today]
    choose = f"Choose a version in settings.toml: {', '.join(others)}."
    if runtime is None:
        return problem("Airflow", f"MWAA creates no environment of {version}, and none is deployed", choose)
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
        cure = f"Choose eks_version in settings.toml: {', '.join(sorted(known)) or 'none is offered here'}."
        yield problem("Kubernetes", f"EKS has no version {version} in {deployment.settings.region}", cure)
        return
    yield priced(version, _today())


def priced(version: str, today: date) -> Finding:
    """How long a Kubernetes version costs its normal price."""
    end = EKS_STANDARD_SUPPORT.get(version)
    if end and (end - today).days < SOON:
        newer = max(EKS_STANDARD_SUPPORT, key=lambda known: EKS_STANDARD_SUPPORT[known])
        return warning("Kubernetes", f"{version} costs six times as much from {end} on", f'Set eks_version = "{newer}" in settings.toml.')
    return ok("Kubernetes", f"{version}, in standard support until {end}" if end else version)


def _today() -> date:
    return datetime.now(UTC).date()


QUESTIONS = (Question("Airflow", airflow), Question("Kubernetes", kubernetes, ("eks",)))
