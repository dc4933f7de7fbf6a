"""What is the deployment's, and what a stack of it still holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from modules.graph import READS
from modules.settings import Settings
from operations.deployment import Deployment
from operations.reading import pages

TAG = "deployment"
"""The mandatory tag whose value is the deployment's id."""
CLUSTER_TAGS = ("eks:cluster-name", "aws:eks:cluster-name", "cluster.k8s.amazonaws.com/name")
"""By these EKS, its node groups and its network plugin tag what they make themselves."""
NAMING = ("id", "arn", "name", "identifier")
"""Attributes of a resource in Terraform's state by one of which AWS knows it."""

Tags = Mapping[str, str]


@dataclass(frozen=True)
class Belongings:
    """What is known before the search.

    `account`: its number. `tagged`: {ARN: the deployment that its tag names}. `held`: {Terraform type: what AWS knows the state's
    resources by}. `clusters`: the EKS clusters that exist.
    """

    settings: Settings
    account: str
    tagged: Mapping[str, str]
    held: Mapping[str, frozenset[str]]
    clusters: frozenset[str]

    def ours(self, name: str, arn: str = "", tags: Tags | None = None) -> bool:
        """Whether a thing is the deployment's: its tag decides, without one its name."""
        owner = (tags or {}).get(TAG) or self.tagged.get(arn)
        return owner == self.settings.deployment_id if owner else self.is_name(name) or self.is_name(cluster(tags or {}))

    def is_name(self, name: str) -> bool:
        """Whether a name begins with the deployment's id, and with no longer one of another deployment in the account."""
        own = self.settings.deployment_id
        others = {other for other in self.tagged.values() if other.startswith(f"{own}-")}
        return _begins(name, own) and not any(_begins(name, other) for other in others)

    def is_tagged(self, id_: str) -> bool:
        """Whether the deployment's tag is on what has an id, which ends its ARN."""
        return any(owner == self.settings.deployment_id for arn, owner in self.tagged.items() if arn.endswith(f"/{id_}"))

    def has(self, resource: str, *names: str) -> bool:
        """Whether a deployed stack holds such a resource, by its name, its id or its ARN."""
        return not self.held.get(resource, frozenset()).isdisjoint(names)

    def with_cluster(self, tags: Tags) -> bool:
        """Whether EKS made a thing for a cluster that exists: it goes when the cluster does."""
        return cluster(tags) in self.clusters


def belongings(deployment: Deployment) -> Belongings:
    """Read the account's tags and the stacks' states. The tags are those of the region; IAM has its own."""
    client = deployment.client("resourcegroupstaggingapi")
    found = pages(client, "get_resources", "ResourceTagMappingList[]", TagFilters=[{"Key": TAG}])
    clusters = frozenset(pages(deployment.client("eks"), "list_clusters", "clusters[]"))
    owners = {item["ResourceARN"]: tags(item)[TAG] for item in found}
    account = deployment.client("sts").get_caller_identity()["Account"]
    return Belongings(deployment.settings, account, owners, _held(deployment), clusters)


def tags(item: Any) -> dict[str, str]:
    """{key: value} of what an answer has as tags: most services spell it differently."""
    found: Any = next((item[key] for key in ("Tags", "TagList", "tags", "TagSet") if item.get(key)), {})
    if isinstance(found, Mapping):
        return dict(found)
    return {tag.get("Key", tag.get("key")): tag.get("Value", tag.get("value", "")) for tag in found}


def cluster(tags: Tags) -> str:
    """The EKS cluster for which something was made; empty for what was made for none."""
    owned = (key.rpartition("/")[2] for key in tags if key.startswith("kubernetes.io/cluster/"))
    return next((tags[key] for key in CLUSTER_TAGS if key in tags), next(owned, ""))


def _begins(name: str, id_: str) -> bool:
    return f"{name}-".replace("_", "-").startswith(f"{id_}-")  # Glue's databases have underscores for hyphens


def _held(deployment: Deployment) -> dict[str, frozenset[str]]:
    states = [state for stack in READS if (state := deployment.states.of(stack))]
    managed = [resource for state in states for resource in state.managed]
    kinds = {resource["type"] for resource in managed}
    return {kind: frozenset(_names(resource for resource in managed if resource["type"] == kind)) for kind in kinds}


def _names(resources: Iterable[Any]) -> Iterable[str]:
    for resource in resources:
        for instance in resource["instances"]:
            yield from (str(instance["attributes"][key]) for key in NAMING if instance["attributes"].get(key))
