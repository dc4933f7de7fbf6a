"""Pod Identity: which service account has which role."""

import secrets
import string

from local.aws.emulator import roles
from local.aws.emulator.eks.state import Described, Request, State, missing, now, picked, understood
from local.aws.emulator.errors import Refused
from local.aws.emulator.paging import page

LETTERS = string.ascii_lowercase + string.digits


class PodIdentity(State):
    """The operations on associations."""

    def create_pod_identity_association(self, request: Request) -> Described:
        """One role for a service account, which need not exist."""
        cluster = self.cluster(request)
        understood(request, "clusterName", "namespace", "serviceAccount", "roleArn", "tags")
        self._require_role(cluster.name, request["roleArn"])
        account = picked(request, "namespace", "serviceAccount")
        for id_, other in cluster.pod_identities.items():
            if picked(other, "namespace", "serviceAccount") == account:
                raise Refused("ResourceInUseException", f"Association already exists: {id_}")
        id_ = "a-" + "".join(secrets.choice(LETTERS) for _ in range(17))
        cluster.pod_identities[id_] = account | {
            "clusterName": cluster.name,
            "roleArn": request["roleArn"],
            "associationArn": self.place.arn("eks", f"podidentityassociation/{cluster.name}/{id_}"),
            "associationId": id_,
            "createdAt": now(),
            "modifiedAt": now(),
            "tags": dict(request.get("tags", {})),
        }
        return {"association": cluster.pod_identities[id_]}

    def describe_pod_identity_association(self, request: Request) -> Described:
        """One."""
        return {"association": self._pod_identity(request)}

    def list_pod_identity_associations(self, request: Request) -> Described:
        """A cluster's, all or those of a namespace or a service account."""
        wanted, members = picked(request, "namespace", "serviceAccount"), ("clusterName", "namespace", "serviceAccount")
        found = [
            picked(association, *members, "associationArn", "associationId")
            for association in self.cluster(request).pod_identities.values()
            if wanted.items() <= association.items()
        ]
        return page(found, "associations", request)

    def update_pod_identity_association(self, request: Request) -> Described:
        """Another role."""
        association = self._pod_identity(request)
        understood(request, "clusterName", "associationId", "roleArn")
        self._require_role(association["clusterName"], request.get("roleArn", association["roleArn"]))
        association |= picked(request, "roleArn") | {"modifiedAt": now()}
        return {"association": association}

    def delete_pod_identity_association(self, request: Request) -> Described:
        """One."""
        association = self._pod_identity(request)
        del self.cluster(request).pod_identities[association["associationId"]]
        return {"association": association}

    def _require_role(self, cluster: str, role: str) -> None:
        """A wrong trust policy shows on AWS when a pod asks. Here no pod ever asks, so the association is refused."""
        self.require_role(role, "pods.eks.amazonaws.com", cluster=cluster, actions=roles.POD_ACTIONS)

    def _pod_identity(self, request: Request) -> Described:
        id_, associations = request["associationId"], self.cluster(request).pod_identities
        if id_ not in associations:
            raise missing(f"The association {id_} could not be found")
        return associations[id_]
