"""Marquez's pods fit on the nodes: as they run, and while an upgrade has both its migration and the new pods beside the old ones."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from modules.environment import EXAMPLE
from modules.settings import Settings, load
from operations.cost.savings import SAVINGS
from tests.modules.chart import DEFAULT, Manifest, Values, kinds, manifests, pods
from tests.modules.terraform_json import Stack, block

Synthesize = Callable[..., dict[str, Stack]]
UNITS = {"Mi": 1, "Gi": 1024}


@dataclass(frozen=True)
class Room:
    """Thousandths of a CPU, and MiB; of pods also their number."""

    cpu: int
    memory: int
    pods: int = 1

    def __sub__(self, other: "Room") -> "Room":
        return Room(self.cpu - other.cpu, self.memory - other.memory, self.pods - other.pods)

    def holds(self, other: "Room") -> bool:
        return min(self.cpu - other.cpu, self.memory - other.memory, self.pods - other.pods) >= 0


MACHINES = {"t3.medium": (2, 4096, 17), "t3.large": (2, 8192, 35), "c5.large": (2, 4096, 29)}
"""{type: CPUs, MiB, and pods that the VPC CNI has addresses for}.

Sources: EC2's instance types; eni-max-pods.txt of awslabs/amazon-eks-ami.
"""
SYSTEM = 2 * [Room(cpu=100, memory=70)]
"""CoreDNS, as EKS's add-on requests it."""
DAEMONS = Room(cpu=50 + 100, memory=0, pods=3)
"""Of every node: the VPC CNI with its policy agent (25m each), kube-proxy (100m), the Pod Identity agent (nothing)."""


def allocatable(machine: str) -> Room:
    """What a node of Amazon Linux 2023 has for pods, without the daemons' part.

    The kubelet keeps 255 MiB and 11 for each possible pod; 6 % of the first CPU and 1 % of the second; evicts below 100 MiB
    (awslabs/amazon-eks-ami, nodeadm's kubelet configuration). The kernel and the hypervisor take some of the machine's memory before: 7.5 %
    is what Karpenter assumes (its setting vmMemoryOverheadPercent).
    """
    cpus, memory, possible = MACHINES[machine]
    assert cpus == 2
    return Room(1000 * cpus - 60 - 10, int(memory * 0.925) - 255 - 11 * possible - 100, possible) - DAEMONS


def requested(pod: Manifest) -> Room:
    """What Kubernetes looks for: its containers' sum, or more if one that runs before them wants more."""
    together = [_request(each) for each in pod["containers"]]
    first = [_request(each) for each in pod.get("initContainers", [])]
    cpu = max([sum(cpu for cpu, _ in together), *(cpu for cpu, _ in first)])
    return Room(cpu, max([sum(memory for _, memory in together), *(memory for _, memory in first)]))


def _request(container: Manifest) -> tuple[int, int]:
    wanted = container["resources"]["requests"]
    cpu, memory = str(wanted["cpu"]), wanted["memory"]
    return int(cpu.removesuffix("m")) if cpu.endswith("m") else 1000 * int(cpu), int(memory[:-2]) * UNITS[memory[-2:]]


def at_worst(values: Values) -> Iterator[Room]:
    """The pods that run, then those that an upgrade brings: the migration, and one more of each deployment (`maxSurge: 1`)."""
    chart = manifests(values)
    templates = pods(chart)
    deployments = kinds(chart, "Deployment")
    for name, deployment in deployments.items():
        yield from deployment["spec"]["replicas"] * [requested(templates[name])]
    yield from SYSTEM
    yield requested(templates["migration"])
    yield from (requested(templates[name]) for name in deployments)


def fit(wanted: list[Room], nodes: int, machine: str) -> bool:
    """Whether all find room, each on the node with the most memory left."""
    left = nodes * [allocatable(machine)]
    for pod in wanted:
        left.sort(key=lambda node: -node.memory)
        place = next((index for index, node in enumerate(left) if node.holds(pod)), None)
        if place is None:
            return False
        left[place] -= pod
    return True


AIRFLOW = load(EXAMPLE, {}).airflow_version
"""The example's, with which the savings are priced: what is synthesized for one is there for the other."""


def release(synthesize: Synthesize, overrides: dict[str, Any]) -> Values:
    """The chart's values in a deployment with these settings."""
    (text,) = block(synthesize(**overrides, airflow_version=AIRFLOW)["marquez-chart"], "helm_release")["values"]
    values: Values = json.loads(text)
    return values | {name: DEFAULT[name] for name in ("ingestion", "network")} | {"database": values["database"] | DEFAULT["database"]}


RECOMMENDED = [{}, *({name: value for name, value in saving.changes.items() if name.startswith("eks_")} for saving in SAVINGS)]
"""The defaults, and what `make cost` and the documents advise."""
SIZES = [dict(pairs) for pairs in dict.fromkeys(tuple(sorted(changes.items())) for changes in RECOMMENDED)]


@pytest.mark.parametrize(
    "overrides", [*SIZES, {"eks_node_type": "t3.large", "eks_nodes": 1}, {"eks_node_type": "c5.large", "eks_nodes": 1}]
)
def test_an_upgrade_finds_room(overrides: dict[str, Any], synthesize: Synthesize, settings: Callable[..., Settings]) -> None:
    chosen = settings(**overrides)
    assert fit(list(at_worst(release(synthesize, overrides))), chosen.eks_nodes, chosen.eks_node_type)


def test_the_savings_of_one_node_are_among_them() -> None:
    assert {"eks_nodes": 1} in SIZES
    assert {"eks_nodes": 1, "eks_spot": True} in SIZES


def test_two_pods_each_on_one_node_leave_an_upgrade_no_room(synthesize: Synthesize) -> None:
    """What a single node would run with as many pods as two nodes have."""
    two = release(synthesize, {})
    assert not fit(list(at_worst(two)), 1, "t3.medium")


def test_a_node_has_what_eks_leaves_it() -> None:
    """A t3.medium says it has 1930m and some 3,300 MiB for pods; the estimate is a little below that."""
    node = allocatable("t3.medium")
    assert node.cpu + DAEMONS.cpu == 1930
    assert 3200 < node.memory < 3310
