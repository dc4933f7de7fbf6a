"""What a region's EKS holds, and what all of its operations need of it."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.aws.emulator import neighbours, roles
from local.aws.emulator.eks.catalogue import invalid
from local.aws.emulator.eks.machines import Machines
from local.aws.emulator.errors import NotEmulated, Refused
from local.aws.emulator.place import Place

Request = Mapping[str, Any]
Described = dict[str, Any]
"""A thing as EKS describes it."""


@dataclass
class Cluster:
    """A cluster as EKS describes it, and what belongs to it."""

    described: dict[str, Any]
    self_managed_addons: bool
    nodegroups: dict[str, Described] = field(default_factory=dict)
    machines: dict[str, Machines] = field(default_factory=dict)
    addons: dict[str, Described] = field(default_factory=dict)
    access: dict[str, Described] = field(default_factory=dict)
    policies: dict[str, dict[str, Described]] = field(default_factory=dict)
    pod_identities: dict[str, Described] = field(default_factory=dict)
    updates: dict[str, Described] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.described["name"])

    @property
    def version(self) -> str:
        """Of its Kubernetes."""
        return str(self.described["version"])

    @property
    def authenticates_by_entries(self) -> bool:
        """Whether access entries count."""
        return bool(self.described["accessConfig"]["authenticationMode"] != "CONFIG_MAP")

    @property
    def vpc(self) -> str:
        """The id of the VPC that it stands in."""
        return str(self.described["resourcesVpcConfig"]["vpcId"])

    def resources(self) -> list[str]:
        """Its name and those of what is in it."""
        pods = [f"{association['namespace']}/{association['serviceAccount']}" for association in self.pod_identities.values()]
        parts = {"node group": self.nodegroups, "add-on": self.addons, "access entry": self.access, "pod identity": pods}
        return [f"cluster {self.name}", *(f"{kind} {name} of {self.name}" for kind, names in parts.items() for name in names)]

    def tagged(self) -> list[tuple[str, dict[str, Any]]]:
        """(ARN, what carries the tags) of all that is in it."""
        kinds = {
            "nodegroupArn": self.nodegroups,
            "addonArn": self.addons,
            "accessEntryArn": self.access,
            "associationArn": self.pod_identities,
        }
        parts = [(part[arn], part) for arn, held in kinds.items() for part in held.values()]
        return [(self.described["arn"], self.described), *parts]

    def update(self, kind: str, changes: Mapping[str, object], **of: str) -> dict[str, Any]:
        """Record a change of what it is or, with `nodegroupName` or `addonName`, of that; it is under way only in the answer."""
        params = [{"type": name, "value": str(value)} for name, value in changes.items()]
        id_ = str(uuid.uuid4())
        update = {"id": id_, "status": "Successful", "type": kind, "params": params, "createdAt": now(), "errors": []}
        self.updates[id_] = {"update": update, "of": of}
        return {"update": update | {"status": "InProgress"}}


class State:
    """The clusters of a region."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.clusters: dict[str, Cluster] = {}

    def cluster(self, request: Request) -> Cluster:
        """The one that a request names. Raises Refused."""
        name = request.get("clusterName") or request["name"]
        if name not in self.clusters:
            raise missing(f"No cluster found for name: {name}.")
        return self.clusters[name]

    def require_role(self, arn: str, service: str, *, cluster: str = "", actions: Iterable[str] = ("sts:AssumeRole",)) -> None:
        """Raises Refused unless there is such a role and the service may take it on, for the cluster of that name if there is one."""
        self.require(neighbours.require_role, arn)
        source = self.place.arn("eks", f"cluster/{cluster}") if cluster else ""
        if reason := roles.refusal(self.place, arn, service, source=source, actions=actions):
            raise invalid(f"Role with arn: {arn}, could not be assumed because the trusted entity is not correct: {reason}")

    def require_subnets(self, ids: Iterable[str], *, vpc: str | None = None) -> list[Any]:
        """moto's subnets of these ids. Raises Refused if one does not exist, or they are not all in one VPC, that one."""
        subnets: list[Any] = self.require(neighbours.require_subnets, ids)
        if {subnet.vpc_id for subnet in subnets} != {vpc or subnets[0].vpc_id}:
            raise invalid("Subnets specified must belong to the same VPC")
        return subnets

    def require(self, look: Callable[..., Any], *of: Any, **more: Any) -> Any:
        """Look something up in another service. Raises Refused as EKS does."""
        try:
            return look(self.place, *of, **more)
        except Refused as refused:
            raise invalid(refused.message) from None


def understood(request: Request, *members: str) -> None:
    """Raises NotEmulated if a request has other members than these: to pass them over would be a lie."""
    given = {name for name, value in request.items() if value != []}  # an absent list in a URL arrives as an empty one
    if others := given - {*members, "clientRequestToken"}:
        raise NotEmulated(f"the emulated EKS knows nothing of {', '.join(sorted(others))}")


def picked(of: Request, *names: str) -> Described:
    """Those of the members that are there."""
    return {name: of[name] for name in names if name in of}


def missing(message: str) -> Refused:
    """What EKS answers when something is not there."""
    return Refused("ResourceNotFoundException", message)


def now() -> datetime:
    """The time to the second."""
    return datetime.now(UTC).replace(microsecond=0)
