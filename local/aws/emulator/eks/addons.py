"""Add-ons: what EKS installs into a cluster."""

import uuid

from local.aws.emulator import neighbours
from local.aws.emulator.eks import catalogue
from local.aws.emulator.eks.state import Cluster, Described, Request, State, missing, now, picked, understood
from local.aws.emulator.errors import Refused
from local.aws.emulator.paging import page

SETTINGS = ("addonVersion", "configurationValues", "resolveConflicts", "serviceAccountRoleArn")
ON_NODES = ("aws-ebs-csi-driver", "coredns")
"""Add-ons that are deployments, which need a node; daemon sets are content without one."""


class Addons(State):
    """The operations on add-ons."""

    def create_addon(self, request: Request) -> Described:
        """In the version that is wanted, or in the one that suits the cluster."""
        cluster, name = self.cluster(request), request["addonName"]
        understood(request, "clusterName", "addonName", "tags", *SETTINGS)
        version = catalogue.addon_version(name, cluster.version, request.get("addonVersion"))
        if name in cluster.addons:
            raise Refused("ResourceInUseException", "Addon already exists.")
        addon = {
            "addonName": name,
            "clusterName": cluster.name,
            "addonVersion": version,
            "addonArn": self.place.arn("eks", f"addon/{cluster.name}/{name}/{uuid.uuid4()}"),
            "createdAt": now(),
            "modifiedAt": now(),
            "tags": dict(request.get("tags", {})),
        } | self._configured(request)
        cluster.addons[name] = addon
        return {"addon": addon | {"status": "CREATING"}}

    def describe_addon(self, request: Request) -> Described:
        """One."""
        return {"addon": self._addon(request) | _health(self.cluster(request), request["addonName"])}

    def list_addons(self, request: Request) -> Described:
        """The names of a cluster's."""
        return page(list(self.cluster(request).addons), "addons", request)

    def update_addon(self, request: Request) -> Described:
        """Version and configuration."""
        cluster, addon = self.cluster(request), self._addon(request)
        understood(request, "clusterName", "addonName", *SETTINGS)
        if wanted := request.get("addonVersion"):
            addon["addonVersion"] = catalogue.addon_version(addon["addonName"], cluster.version, wanted)
        addon |= self._configured(request) | {"modifiedAt": now()}
        return cluster.update("AddonUpdate", {"AddonVersion": addon["addonVersion"]}, addonName=addon["addonName"])

    def delete_addon(self, request: Request) -> Described:
        """One."""
        addon = self._addon(request)
        del self.cluster(request).addons[addon["addonName"]]
        return {"addon": addon | {"status": "DELETING"}}

    def describe_addon_versions(self, request: Request) -> Described:
        """The add-ons, each in the version that suits each Kubernetes."""
        understood(request, "addonName", "kubernetesVersion", "maxResults", "nextToken")
        kubernetes = request.get("kubernetesVersion")
        names = [request["addonName"]] if "addonName" in request else list(catalogue.ADDONS)
        versions = [kubernetes] if kubernetes else list(catalogue.VERSIONS)
        return page([catalogue.offered_addon(name, versions) for name in names], "addons", request)

    def _addon(self, request: Request) -> Described:
        name, cluster = request["addonName"], self.cluster(request)
        if name not in cluster.addons:
            raise missing(f"No addon: {name} found in cluster: {cluster.name}")
        return cluster.addons[name]

    def _configured(self, request: Request) -> Described:
        if role := request.get("serviceAccountRoleArn"):
            self.require(neighbours.require_role, role)
        return picked(request, "serviceAccountRoleArn", "configurationValues")


def _health(cluster: Cluster, addon: str) -> Described:
    if addon not in ON_NODES or cluster.nodegroups:
        return {"status": "ACTIVE", "health": {"issues": []}}
    message = "The add-on is unhealthy because it doesn't have the desired number of replicas."
    return {"status": "DEGRADED", "health": {"issues": [{"code": "InsufficientNumberOfReplicas", "message": message, "resourceIds": []}]}}
