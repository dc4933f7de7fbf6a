"""Managed node groups, which start no nodes here."""

import uuid
from collections.abc import Mapping
from typing import Any

from local.aws.emulator import permissions, zones
from local.aws.emulator.eks.access import admit_nodes, dismiss_nodes
from local.aws.emulator.eks.catalogue import invalid
from local.aws.emulator.eks.machines import Machines, require_template
from local.aws.emulator.eks.state import Cluster, Described, Request, State, missing, now, picked, understood
from local.aws.emulator.errors import Refused
from local.aws.emulator.paging import page
from local.aws.emulator.place import Place

SETTINGS = (
    "amiType",
    "capacityType",
    "diskSize",
    "instanceTypes",
    "labels",
    "launchTemplate",
    "releaseVersion",
    "scalingConfig",
    "tags",
    "taints",
    "updateConfig",
    "version",
)
SIZE = {"minSize": 1, "maxSize": 2, "desiredSize": 2}
DISK_GIB = 20
TYPE = "t3.medium"
AUTO_SCALING = "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
"""What a node group is if nobody says otherwise: docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html."""


class Nodegroups(State):
    """The operations on node groups."""

    def create_nodegroup(self, request: Request) -> Described:
        """With an Auto Scaling group of that size, which starts nothing."""
        cluster, name = self.cluster(request), request["nodegroupName"]
        understood(request, "clusterName", "nodegroupName", "subnets", "nodeRole", *SETTINGS)
        if name in cluster.nodegroups:
            raise Refused("ResourceInUseException", f"NodeGroup already exists with name {name} and cluster name {cluster.name}")
        self.require_role(request["nodeRole"], "ec2.amazonaws.com")
        self.require_subnets(request["subnets"], vpc=cluster.vpc)
        nodegroup = self._described(cluster, name, request)
        machines = Machines(self.place, nodegroup, self._template_data(cluster, nodegroup))
        nodegroup["resources"] = {"autoScalingGroups": [{"name": machines.name}]}
        cluster.nodegroups[name], cluster.machines[name] = nodegroup, machines
        admit_nodes(self.place, cluster, nodegroup["nodeRole"])
        return {"nodegroup": nodegroup | {"status": "CREATING"}}

    def describe_nodegroup(self, request: Request) -> Described:
        """One."""
        return {"nodegroup": self._nodegroup(request) | self._health(self.cluster(request), self._nodegroup(request))}

    def list_nodegroups(self, request: Request) -> Described:
        """The names of a cluster's."""
        return page(list(self.cluster(request).nodegroups), "nodegroups", request)

    def update_nodegroup_config(self, request: Request) -> Described:
        """Size, labels, and how many nodes are replaced at a time."""
        cluster, nodegroup = self.cluster(request), self._nodegroup(request)
        understood(request, "clusterName", "nodegroupName", "scalingConfig", "updateConfig", "labels")
        if "scalingConfig" in request:
            nodegroup["scalingConfig"] = _size(nodegroup["scalingConfig"] | request["scalingConfig"])
            cluster.machines[nodegroup["nodegroupName"]].scale(nodegroup["scalingConfig"])
        labels = request.get("labels", {})
        kept = {name: value for name, value in nodegroup["labels"].items() if name not in labels.get("removeLabels", [])}
        nodegroup |= picked(request, "updateConfig") | {"labels": kept | labels.get("addOrUpdateLabels", {}), "modifiedAt": now()}
        sizes = {name[0].upper() + name[1:]: size for name, size in request.get("scalingConfig", {}).items()}
        return cluster.update("ConfigUpdate", sizes, nodegroupName=nodegroup["nodegroupName"])

    def update_nodegroup_version(self, request: Request) -> Described:
        """Another version of Kubernetes, the cluster's, or of the launch template."""
        cluster, nodegroup = self.cluster(request), self._nodegroup(request)
        understood(request, "clusterName", "nodegroupName", "version", "releaseVersion", "launchTemplate", "force")
        version = request.get("version", nodegroup["version"] if "launchTemplate" in request else cluster.version)
        if version not in (nodegroup["version"], cluster.version):
            raise invalid(f"Requested Nodegroup version {version} is not the version of the cluster, {cluster.version}")
        if "launchTemplate" in request:
            nodegroup |= self._machine(cluster, picked(nodegroup, "instanceTypes") | picked(request, "launchTemplate"))
            cluster.machines[nodegroup["nodegroupName"]].change(self._template_data(cluster, nodegroup))
        if version != nodegroup["version"]:
            nodegroup["releaseVersion"] = _release(version)
        nodegroup |= {"version": version, "modifiedAt": now()} | picked(request, "releaseVersion")
        return cluster.update("VersionUpdate", {"Version": version}, nodegroupName=nodegroup["nodegroupName"])

    def delete_nodegroup(self, request: Request) -> Described:
        """With its Auto Scaling group, and the access that EKS gave its role."""
        cluster, nodegroup = self.cluster(request), self._nodegroup(request)
        cluster.machines.pop(nodegroup["nodegroupName"]).delete()
        del cluster.nodegroups[nodegroup["nodegroupName"]]
        dismiss_nodes(cluster, nodegroup["nodeRole"])
        return {"nodegroup": nodegroup | {"status": "DELETING"}}

    def _nodegroup(self, request: Request) -> Described:
        name, cluster = request["nodegroupName"], self.cluster(request)
        if name not in cluster.nodegroups:
            raise missing(f"No node group found for name: {name}.")
        return cluster.nodegroups[name]

    def _described(self, cluster: Cluster, name: str, request: Request) -> Described:
        version = request.get("version", cluster.version)
        return {
            "clusterName": cluster.name,
            "nodegroupName": name,
            "nodegroupArn": self.place.arn("eks", f"nodegroup/{cluster.name}/{name}/{uuid.uuid4()}"),
            "version": version,
            "releaseVersion": request.get("releaseVersion", _release(version)),
            "createdAt": now(),
            "modifiedAt": now(),
            "capacityType": request.get("capacityType", "ON_DEMAND"),
            "scalingConfig": _size(request.get("scalingConfig", SIZE)),
            "subnets": request["subnets"],
            "amiType": request.get("amiType", "AL2023_x86_64_STANDARD"),
            "nodeRole": request["nodeRole"],
            "labels": request.get("labels", {}),
            "taints": request.get("taints", []),
            "updateConfig": request.get("updateConfig", {"maxUnavailable": 1}),
            "tags": dict(request.get("tags", {})),
        } | self._machine(cluster, request)

    def _machine(self, cluster: Cluster, wanted: Mapping[str, Any]) -> Described:
        """What a node is, said by the node group or by a launch template, never by both."""
        template = wanted.get("launchTemplate")
        if template is None:
            return {"instanceTypes": wanted.get("instanceTypes", [TYPE]), "diskSize": wanted.get("diskSize", DISK_GIB)}
        if "diskSize" in wanted:
            raise invalid("Disk size must be specified within the launch template.")
        version = self.require(require_template, template, cluster.vpc)
        if version.instance_type and "instanceTypes" in wanted:
            raise invalid("Instance types are specified both in the launch template and in the node group.")
        found = {"id": version.template.id, "name": version.template.name, "version": str(version.number)}
        return {"launchTemplate": found} | picked(wanted, "instanceTypes")

    def _health(self, cluster: Cluster, nodegroup: Described) -> Described:
        """Nodes start where EC2 offers their type, and become ready only with the network's add-on: EKS's, or a cluster's own."""
        subnets = self.require_subnets(nodegroup["subnets"])
        template = nodegroup.get("launchTemplate")
        own = self.require(require_template, template, cluster.vpc).instance_type if template else None
        types = [own] if own else nodegroup.get("instanceTypes", [TYPE])
        names = [subnet.availability_zone for subnet in subnets]
        if refused := [message for type_ in types if (message := zones.not_offered(self.place.region, type_, names))]:
            launch = f"Could not launch On-Demand Instances. Unsupported - {refused[0]} Launching EC2 instance failed."
            return _failed("AsgInstanceLaunchFailures", launch)
        if template and (key := _locked_out(self.place, self._template_data(cluster, nodegroup))):
            return _failed("AsgInstanceLaunchFailures", f"Client.InvalidKMSKey.InvalidState: {AUTO_SCALING} may not use the KMS key {key}.")
        if cluster.self_managed_addons or "vpc-cni" in cluster.addons:
            return {"status": "ACTIVE", "health": {"issues": []}}
        return _failed("NodeCreationFailure", "Unhealthy nodes in the kubernetes cluster")

    def _template_data(self, cluster: Cluster, nodegroup: Described) -> Described:
        template = nodegroup.get("launchTemplate")
        return dict(self.require(require_template, template, cluster.vpc).data) if template else {}


def _size(wanted: Mapping[str, int]) -> dict[str, int]:
    least, most, desired = wanted["minSize"], wanted["maxSize"], wanted["desiredSize"]
    if least > desired:
        raise invalid(f"Minimum capacity {least} can't be greater than desired size {desired}")
    if desired > most:
        raise invalid(f"desired capacity {desired} can't be greater than max size {most}")
    return dict(wanted)


def _release(version: str) -> str:
    return f"{version}.0-20261101"


def _locked_out(place: Place, template: Mapping[str, Any]) -> str:
    """The first key of the nodes' volumes that EC2 Auto Scaling may not use: its policy must name that role of AWS's, or whom it is among.

    docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
    """
    volumes = [device.get("Ebs", {}) for device in template.get("BlockDeviceMappings", [])]
    keys = [volume["KmsKeyId"] for volume in volumes if "KmsKeyId" in volume]
    used = (*permissions.USE_OF_KEY, "kms:CreateGrant")
    return next((key for key in keys if not permissions.role_of_awss_may_use(place, AUTO_SCALING, key, "ec2", used)), "")


def _failed(code: str, message: str) -> Described:
    return {"status": "CREATE_FAILED", "health": {"issues": [{"code": code, "message": message, "resourceIds": []}]}}
