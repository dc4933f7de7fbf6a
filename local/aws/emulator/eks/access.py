"""Access entries: who may use a cluster, and with which of EKS's own policies."""

import re
import uuid
from collections.abc import Mapping
from typing import Any

from local.aws.emulator.caller import CALLER
from local.aws.emulator.eks import catalogue
from local.aws.emulator.eks.catalogue import invalid
from local.aws.emulator.eks.state import Cluster, Described, Request, State, missing, now, picked, understood
from local.aws.emulator.errors import Refused
from local.aws.emulator.paging import page
from local.aws.emulator.place import Place

PRINCIPAL = re.compile(r"arn:aws:iam::(?P<account>\d{12}):(?P<kind>role|user)/(?:.+/)?(?P<name>[^/]+)")
NODES = {"type": "EC2_LINUX", "kubernetesGroups": ["system:nodes"], "username": "system:node:{{EC2PrivateDNSName}}"}


class Access(State):
    """The operations on access entries."""

    def create_access_entry(self, request: Request) -> Described:
        """For a role or a user that exists, in a cluster that authenticates by entries."""
        cluster, principal = _with_entries(self.cluster(request)), request["principalArn"]
        understood(request, "clusterName", "principalArn", "kubernetesGroups", "username", "type", "tags")
        self._require_principal(principal)
        if principal in cluster.access:
            raise Refused("ResourceInUseException", "The specified access entry resource is already in use on this cluster.")
        return {"accessEntry": _enter(self.place, cluster, principal, request)}

    def describe_access_entry(self, request: Request) -> Described:
        """One."""
        return {"accessEntry": self._entry(request)}

    def list_access_entries(self, request: Request) -> Described:
        """The principals of a cluster's, of all or of those with a policy."""
        cluster, policy = _with_entries(self.cluster(request)), request.get("associatedPolicyArn")
        principals = [principal for principal in cluster.access if policy is None or policy in cluster.policies[principal]]
        return page(principals, "accessEntries", request)

    def update_access_entry(self, request: Request) -> Described:
        """Its name and groups in Kubernetes."""
        entry = self._entry(request)
        entry |= picked(request, "kubernetesGroups", "username") | {"modifiedAt": now()}
        return {"accessEntry": entry}

    def delete_access_entry(self, request: Request) -> Described:
        """With its policies."""
        cluster, principal = self.cluster(request), self._entry(request)["principalArn"]
        del cluster.access[principal], cluster.policies[principal]
        return {}

    def associate_access_policy(self, request: Request) -> Described:
        """One of EKS's own policies, in the whole cluster or in some namespaces."""
        cluster, principal = self.cluster(request), self._entry(request)["principalArn"]
        policy, scope, since = request["policyArn"], request["accessScope"], now()
        catalogue.require_access_policy(policy)
        if (scope.get("type") == "namespace") != bool(scope.get("namespaces")):
            raise invalid("An access scope of the type namespace, and no other, has namespaces")
        given = {"policyArn": policy, "accessScope": {"namespaces": [], **scope}, "associatedAt": since, "modifiedAt": since}
        cluster.policies[principal][policy] = given
        return {"clusterName": cluster.name, "principalArn": principal, "associatedAccessPolicy": given}

    def list_associated_access_policies(self, request: Request) -> Described:
        """Those of one principal."""
        cluster, principal = self.cluster(request), self._entry(request)["principalArn"]
        policies = page(list(cluster.policies[principal].values()), "associatedAccessPolicies", request)
        return {"clusterName": cluster.name, "principalArn": principal, **policies}

    def disassociate_access_policy(self, request: Request) -> Described:
        """One."""
        cluster, principal = self.cluster(request), self._entry(request)["principalArn"]
        if cluster.policies[principal].pop(request["policyArn"], None) is None:
            raise missing(f"The specified policyArn could not be found: {request['policyArn']}")
        return {}

    def _entry(self, request: Request) -> Described:
        cluster, principal = _with_entries(self.cluster(request)), request["principalArn"]
        if principal not in cluster.access:
            raise missing(f"The specified principalArn could not be found: {principal}")
        return cluster.access[principal]

    def _require_principal(self, arn: str) -> None:
        iam = self.place.moto("iam")
        known = {CALLER.format(account=self.place.account), *(some.arn for some in [*iam.roles.values(), *iam.users.values()])}
        if PRINCIPAL.fullmatch(arn) is None or arn not in known:
            raise invalid("The specified principalArn is invalid: invalid principal.")


def admit_nodes(place: Place, cluster: Cluster, role: str) -> None:
    """EKS gives a node group's role an entry by itself."""
    if cluster.authenticates_by_entries and role not in cluster.access:
        _enter(place, cluster, role, NODES)


def dismiss_nodes(cluster: Cluster, role: str) -> None:
    """It takes the entry back with the last node group of the role."""
    if role in cluster.access and not any(nodegroup["nodeRole"] == role for nodegroup in cluster.nodegroups.values()):
        del cluster.access[role], cluster.policies[role]


def _enter(place: Place, cluster: Cluster, principal: str, wanted: Mapping[str, Any]) -> Described:
    cluster.access[principal] = {
        "clusterName": cluster.name,
        "principalArn": principal,
        "kubernetesGroups": wanted.get("kubernetesGroups", []),
        "accessEntryArn": place.arn("eks", f"access-entry/{cluster.name}/{principal.rpartition(':')[2]}/{uuid.uuid4()}"),
        "createdAt": now(),
        "modifiedAt": now(),
        "tags": dict(wanted.get("tags", {})),
        "username": wanted.get("username", _kubernetes_user(principal)),
        "type": wanted.get("type", "STANDARD"),
    }
    cluster.policies[principal] = {}
    return cluster.access[principal]


def _with_entries(cluster: Cluster) -> Cluster:
    if not cluster.authenticates_by_entries:
        modes = ", ".join(catalogue.MODES[1:])
        message = f"The cluster's authentication mode must be set to one of [{modes}] to perform this operation."
        raise Refused("InvalidRequestException", message)
    return cluster


def _kubernetes_user(principal: str) -> str:
    named = PRINCIPAL.fullmatch(principal)
    if named is None or named["kind"] == "user":
        return principal
    return f"arn:aws:sts::{named['account']}:assumed-role/{named['name']}/{{{{SessionName}}}}"
