"""What EKS offers: Kubernetes versions, add-ons and access policies."""

from collections.abc import Sequence
from typing import Any

from local.aws.emulator.errors import Refused

VERSIONS = ("1.31", "1.32", "1.33", "1.34", "1.35", "1.36")
"""What a cluster can be made with, oldest first: docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html, November 2026."""
STANDARD = ("1.34", "1.35", "1.36")
"""Those in standard support."""
DEFAULT = VERSIONS[-1]
LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
"""How a cluster authenticates; it can only be moved to the right."""
ADDONS = {
    "aws-ebs-csi-driver": "v1.48.0-eksbuild.1",
    "coredns": "v1.12.4-eksbuild.1",
    "eks-pod-identity-agent": "v1.3.8-eksbuild.2",
    "kube-proxy": "v{version}.0-eksbuild.2",
    "vpc-cni": "v1.20.1-eksbuild.3",
}
"""{add-on: the one version of it that there is here, by the cluster's}."""
ACCESS_POLICIES = (
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSViewPolicy",
)
POLICY_ARN = "arn:aws:eks::aws:cluster-access-policy/"


def invalid(message: str) -> Refused:
    """What EKS answers when a parameter is not right."""
    return Refused("InvalidParameterException", message)


def require_version(version: str) -> None:
    """Raises Refused for a Kubernetes version that EKS does not offer."""
    if version not in VERSIONS:
        raise invalid("unsupported Kubernetes version")


def require_upgrade(old: str, new: str) -> None:
    """Raises Refused for anything but the next minor version."""
    require_version(new)
    if VERSIONS.index(new) != VERSIONS.index(old) + 1:
        raise invalid(f"Unsupported Kubernetes minor version update from {old} to {new}")


def addon_version(name: str, kubernetes: str, wanted: str | None = None) -> str:
    """The version of an add-on that suits a cluster. Raises Refused if there is no such add-on, or not in the version wanted."""
    if name not in ADDONS:
        raise invalid(f"Addon {name} specified is not supported")
    version = ADDONS[name].format(version=kubernetes)
    if wanted not in (None, version):
        raise invalid(f"Addon version {wanted} specified is not supported in {kubernetes} kubernetes version")
    return version


def require_access_policy(arn: str) -> None:
    """Raises Refused for a policy that is none of EKS's own."""
    if not arn.startswith(POLICY_ARN) or arn.removeprefix(POLICY_ARN) not in ACCESS_POLICIES:
        raise invalid("The policyArn parameter format is not valid")


def logging(setup: list[dict[str, Any]]) -> dict[str, Any]:
    """The control plane's logs as EKS reports them, those that are on and those that are not; of what is said of a log the last counts."""
    said = {log: entry.get("enabled", False) for entry in setup for log in entry.get("types", [])}
    on, off = [log for log in LOGS if said.get(log)], [log for log in LOGS if not said.get(log)]
    return {"clusterLogging": [{"types": types, "enabled": enabled} for types, enabled in ((on, True), (off, False)) if types]}


def offered(version: str) -> dict[str, Any]:
    """A Kubernetes version as EKS describes it."""
    status = "STANDARD_SUPPORT" if version in STANDARD else "EXTENDED_SUPPORT"
    return {"clusterVersion": version, "defaultVersion": version == DEFAULT, "versionStatus": status}


def offered_addon(name: str, versions: Sequence[str]) -> dict[str, Any]:
    """An add-on as EKS describes it, for clusters of these versions."""
    suiting: dict[str, list[str]] = {}
    for version in versions:
        suiting.setdefault(addon_version(name, version), []).append(version)
    infos = [
        {
            "addonVersion": addon,
            "compatibilities": [{"clusterVersion": version, "platformVersions": ["*"], "defaultVersion": True} for version in clusters],
        }
        for addon, clusters in suiting.items()
    ]
    return {"addonName": name, "owner": "aws", "publisher": "eks", "addonVersions": infos}
