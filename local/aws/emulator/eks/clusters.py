"""Clusters: the control plane, where it stands, its logs and its version."""

import copy
import uuid
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network
from typing import Any

from local.aws.emulator import neighbours, zones
from local.aws.emulator.eks import catalogue
from local.aws.emulator.eks.catalogue import invalid
from local.aws.emulator.eks.machines import delete_cluster_group, make_cluster_group
from local.aws.emulator.eks.state import Cluster, Described, Request, State, missing, now, picked, understood
from local.aws.emulator.errors import Refused
from local.aws.emulator.paging import page

SETTINGS = (
    "accessConfig",
    "bootstrapSelfManagedAddons",
    "deletionProtection",
    "encryptionConfig",
    "kubernetesNetworkConfig",
    "logging",
    "resourcesVpcConfig",
    "tags",
    "upgradePolicy",
)
ZONES = 2
"""Availability zones that the subnets of a cluster lie in, at least."""
TEN = IPv4Network("10.0.0.0/8")


class Clusters(State):
    """The operations on clusters."""

    def create_cluster(self, request: Request) -> Described:
        """With the security group that its nodes share, and the log group that it writes to if that is not there yet."""
        name, version = request["name"], request.get("version", catalogue.DEFAULT)
        understood(request, "name", "version", "roleArn", *SETTINGS)
        if name in self.clusters:
            raise Refused("ResourceInUseException", f"Cluster already exists with name: {name}")
        catalogue.require_version(version)
        self.require_role(request["roleArn"], "eks.amazonaws.com", cluster=name)
        for encryption in request.get("encryptionConfig", []):
            self.require(neighbours.require_key, encryption["provider"]["keyArn"])
        self._require_zones(name, request["resourcesVpcConfig"]["subnetIds"])
        described = self._new(name, version, request)
        vpc = described["resourcesVpcConfig"]
        vpc["clusterSecurityGroupId"] = make_cluster_group(self.place, name, vpc["vpcId"])
        self.clusters[name] = Cluster(described, self_managed_addons=request.get("bootstrapSelfManagedAddons", True))
        self._write_logs(described)
        return {"cluster": described | {"status": "CREATING"}}

    def describe_cluster(self, request: Request) -> Described:
        """One."""
        return {"cluster": self.cluster(request).described}

    def list_clusters(self, request: Request) -> Described:
        """The names of all."""
        return page(list(self.clusters), "clusters", request)

    def delete_cluster(self, request: Request) -> Described:
        """With its security group and all that is in it; not with its log group, and not while it has node groups."""
        cluster = self.cluster(request)
        if cluster.nodegroups:
            raise Refused("ResourceInUseException", "Cluster has nodegroups attached")
        if cluster.described["deletionProtection"]:
            raise Refused("InvalidRequestException", f"Cluster {cluster.name} has deletion protection enabled")
        delete_cluster_group(self.place, cluster.described["resourcesVpcConfig"]["clusterSecurityGroupId"])
        del self.clusters[cluster.name]
        return {"cluster": cluster.described | {"status": "DELETING"}}

    def update_cluster_version(self, request: Request) -> Described:
        """To the next minor version, no further."""
        cluster = self.cluster(request)
        understood(request, "name", "version")
        catalogue.require_upgrade(cluster.version, request["version"])
        cluster.described["version"] = request["version"]
        return cluster.update("VersionUpdate", {"Version": request["version"]})

    def update_cluster_config(self, request: Request) -> Described:
        """One thing at a time, and only to something else."""
        cluster = self.cluster(request)
        changes: dict[str, Callable[[Cluster, Any], Described]] = {
            "accessConfig": self._change_access,
            "deletionProtection": self._change_protection,
            "logging": self._change_logging,
            "resourcesVpcConfig": self._change_network,
            "upgradePolicy": self._change_upgrades,
        }
        understood(request, "name", *changes)
        wanted = request.keys() & changes.keys()
        if len(wanted) != 1:
            raise invalid("Only one type of update can be allowed.")
        (what,) = wanted
        before = copy.deepcopy(cluster.described)
        answer = changes[what](cluster, request[what])
        if before == cluster.described:
            raise invalid(f"No changes needed for the {what} config provided")
        return answer

    def describe_update(self, request: Request) -> Described:
        """One, of a cluster or, with its name, of a node group or an add-on."""
        cluster, id_ = self.cluster(request), request["updateId"]
        held = cluster.updates.get(id_)
        if held is None or held["of"] != picked(request, "nodegroupName", "addonName"):
            raise missing(f"No update found for ID: {id_}")
        return {"update": held["update"]}

    def list_updates(self, request: Request) -> Described:
        """Their ids."""
        of = picked(request, "nodegroupName", "addonName")
        ids = [id_ for id_, held in self.cluster(request).updates.items() if held["of"] == of]
        return page(ids, "updateIds", request)

    def describe_cluster_versions(self, request: Request) -> Described:
        """The Kubernetes versions that a cluster can be made with."""
        understood(request, "clusterVersions", "versionStatus", "defaultOnly", "maxResults", "nextToken")
        offered = {version: catalogue.offered(version) for version in reversed(catalogue.VERSIONS)}
        wanted = picked(request, "versionStatus") | ({"defaultVersion": True} if request.get("defaultOnly") else {})
        names = request.get("clusterVersions") or offered
        found = [shown for version, shown in offered.items() if version in names and wanted.items() <= shown.items()]
        return page(found, "clusterVersions", request)

    def _new(self, name: str, version: str, request: Request) -> Described:
        vpc, access = (
            self._vpc_config(request["resourcesVpcConfig"]),
            {"authenticationMode": "CONFIG_MAP", **request.get("accessConfig", {})},
        )
        id_ = uuid.uuid4().hex.upper()
        return {
            "name": name,
            "arn": self.place.arn("eks", f"cluster/{name}"),
            "createdAt": now(),
            "version": version,
            "endpoint": f"https://{id_}.gr7.{self.place.region}.eks.amazonaws.com",
            "roleArn": request["roleArn"],
            "resourcesVpcConfig": vpc,
            "kubernetesNetworkConfig": self._kubernetes_network(vpc["vpcId"], request.get("kubernetesNetworkConfig", {})),
            "logging": catalogue.logging(request.get("logging", {}).get("clusterLogging", [])),
            "identity": {"oidc": {"issuer": f"https://oidc.eks.{self.place.region}.amazonaws.com/id/{id_}"}},
            "status": "ACTIVE",
            "certificateAuthority": {"data": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg=="},
            "platformVersion": "eks.1",
            "encryptionConfig": request.get("encryptionConfig", []),
            "accessConfig": picked(access, "authenticationMode"),
            "upgradePolicy": request.get("upgradePolicy", {"supportType": "EXTENDED"}),
            "deletionProtection": request.get("deletionProtection", False),
            "tags": dict(request.get("tags", {})),
        }

    def _require_zones(self, name: str, subnets: list[str]) -> None:
        bad, good = zones.without_control_plane(self.place.region, self.require_subnets(subnets))
        if bad:
            message = (
                f"Cannot create cluster '{name}' because {bad[0]}, the targeted availability zone, does not currently have sufficient "
                f"capacity to support the cluster. Retry and choose from these availability zones: {', '.join(good)}"
            )
            raise Refused("UnsupportedAvailabilityZoneException", message, clusterName=name, validZones=good)

    def _vpc_config(self, wanted: Mapping[str, Any]) -> Described:
        understood(wanted, "subnetIds", "securityGroupIds", "endpointPublicAccess", "endpointPrivateAccess", "publicAccessCidrs")
        subnets = self.require_subnets(wanted["subnetIds"])
        if len({subnet.availability_zone for subnet in subnets}) < ZONES:
            raise invalid("Subnets specified must be in at least two different AZs")
        vpc = str(subnets[0].vpc_id)
        self.require(neighbours.require_security_groups, wanted.get("securityGroupIds", []), vpc=vpc)
        reach = {"endpointPublicAccess": True, "endpointPrivateAccess": False, "publicAccessCidrs": ["0.0.0.0/0"]}
        config = {"securityGroupIds": [], **reach, **wanted, "vpcId": vpc}
        if not (config["endpointPublicAccess"] or config["endpointPrivateAccess"]):
            raise invalid("Private and public endpoint access cannot be false")
        return config

    def _kubernetes_network(self, vpc: str, wanted: Mapping[str, Any]) -> Described:
        """Services get addresses that the VPC has not."""
        understood(wanted, "serviceIpv4Cidr", "ipFamily")
        inside = IPv4Network(self.place.moto("ec2").get_vpc(vpc).cidr_block).subnet_of(TEN)
        defaults = {"serviceIpv4Cidr": "172.20.0.0/16" if inside else "10.100.0.0/16", "ipFamily": "ipv4"}
        return {**defaults, **wanted, "elasticLoadBalancing": {"enabled": False}}

    def _write_logs(self, described: Described) -> None:
        if described["logging"]["clusterLogging"][0]["enabled"]:
            neighbours.make_log_group(self.place, f"/aws/eks/{described['name']}/cluster")

    def _change_logging(self, cluster: Cluster, wanted: Mapping[str, Any]) -> Described:
        cluster.described["logging"] = catalogue.logging([*cluster.described["logging"]["clusterLogging"], *wanted["clusterLogging"]])
        self._write_logs(cluster.described)
        return cluster.update("LoggingUpdate", {"ClusterLogging": wanted})

    def _change_network(self, cluster: Cluster, wanted: Mapping[str, Any]) -> Described:
        config = cluster.described["resourcesVpcConfig"]
        kept = {name: value for name, value in config.items() if name not in ("vpcId", "clusterSecurityGroupId")}
        changed = self._vpc_config({**kept, **wanted})
        if changed["vpcId"] != cluster.vpc:
            raise invalid("Subnets specified must belong to the VPC of the cluster")
        config |= changed
        return cluster.update("VpcConfigUpdate" if wanted.keys() & {"subnetIds", "securityGroupIds"} else "EndpointAccessUpdate", {})

    def _change_access(self, cluster: Cluster, wanted: Mapping[str, Any]) -> Described:
        old, new = cluster.described["accessConfig"]["authenticationMode"], wanted["authenticationMode"]
        if catalogue.MODES.index(new) < catalogue.MODES.index(old):
            raise invalid(f"Unsupported authentication mode update from {old} to {new}")
        cluster.described["accessConfig"] = {"authenticationMode": new}
        return cluster.update("AccessConfigUpdate", {"AuthenticationMode": new})

    def _change_upgrades(self, cluster: Cluster, wanted: Mapping[str, Any]) -> Described:
        cluster.described["upgradePolicy"] = dict(wanted)
        return cluster.update("UpgradePolicyUpdate", {"UpgradePolicy": wanted})

    def _change_protection(self, cluster: Cluster, wanted: bool) -> Described:
        cluster.described["deletionProtection"] = wanted
        return cluster.update("DeletionProtectionUpdate", {"DeletionProtection": wanted})
