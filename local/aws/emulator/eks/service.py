"""The service as a whole: all of its operations, and the tags of what they make."""

from local.aws.emulator.eks.access import Access
from local.aws.emulator.eks.addons import Addons
from local.aws.emulator.eks.clusters import Clusters
from local.aws.emulator.eks.nodegroups import Nodegroups
from local.aws.emulator.eks.pod_identity import PodIdentity
from local.aws.emulator.eks.state import Described, Request
from local.aws.emulator.errors import Refused


class Eks(Clusters, Nodegroups, Addons, Access, PodIdentity):
    """The EKS of a region."""

    service = "eks"

    def resources(self) -> list[str]:
        """What exists."""
        return [name for cluster in self.clusters.values() for name in cluster.resources()]

    def tag_resource(self, request: Request) -> Described:
        """Of anything with an ARN."""
        self._tagged(request)["tags"].update(request["tags"])
        return {}

    def untag_resource(self, request: Request) -> Described:
        """Those that are not there are no error."""
        tags = self._tagged(request)["tags"]
        for key in request["tagKeys"]:
            tags.pop(key, None)
        return {}

    def list_tags_for_resource(self, request: Request) -> Described:
        """All."""
        return {"tags": self._tagged(request)["tags"]}

    def _tagged(self, request: Request) -> Described:
        for cluster in self.clusters.values():
            for arn, carrier in cluster.tagged():
                if arn == request["resourceArn"]:
                    return carrier
        raise Refused("NotFoundException", f"The specified resource could not be found: {request['resourceArn']}")
