"""Stacks are deployed in the order in which they read each other, and the longest chain is the one that the documents say."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modules import graph
from modules.settings import Settings
from tools.critical_path import critical_path, duration
from tools.synthesized import SynthesizedStack, read
from tools.tool_environment import ROOT
from tools.write_docs import reads


@pytest.fixture(scope="module")
def stacks(synthesize_to: Callable[..., Path]) -> list[SynthesizedStack]:
    return read(synthesize_to())


def test_stacks_come_after_those_they_read(stacks: list[SynthesizedStack]) -> None:
    order = [stack.id for stack in stacks]
    for stack in stacks:
        assert set(reads(stack)) == set(stack.dependencies)
        assert all(order.index(upstream) < order.index(stack.id) for upstream in stack.dependencies)


@pytest.mark.parametrize("overrides", [{}, {"lineage_url": "https://lineage.example.com:443"}], ids=["all", "without Marquez"])
def test_the_graph_is_what_is_synthesized(
    overrides: dict[str, Any], synthesize_to: Callable[..., Path], settings: Callable[..., Settings]
) -> None:
    made = {stack.id: set(stack.dependencies) for stack in read(synthesize_to(**overrides))}
    assert made == {stack: set(graph.READS[stack]) for stack in graph.stacks(settings(**overrides))}


def test_the_graph_is_in_an_order_in_which_stacks_can_be_deployed() -> None:
    order = list(graph.READS)
    assert all(order.index(upstream) < order.index(stack) for stack, reads in graph.READS.items() for upstream in reads)


def test_the_graph_takes_no_cdktf() -> None:
    """The commands read it, and CDKTF alone takes longer to import than they run."""
    code = "import sys; import modules.graph; print([name for name in sys.modules if name.startswith(('cdktf', 'jsii', 'constructs'))])"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout == "[]\n"


def test_airflow_is_the_longest_chain_and_begins_with_the_network(stacks: list[SynthesizedStack]) -> None:
    steps = critical_path(stacks)
    assert steps[-1].path == "mwaa/airflow/environment"
    assert {step.stack for step in steps} <= {"network", "mwaa"}
    assert duration(steps) <= 32 * 60


def stack(id_: str, *dependencies: str, **resources: Any) -> SynthesizedStack:
    """A stack of one resource a keyword: its kind and what it refers to."""
    found: dict[str, dict[str, Any]] = {}
    for name, (kind, refers) in resources.items():
        found.setdefault(kind, {})[name] = {"//": {"metadata": {"path": f"{id_}/{name}"}}, "for": refers}
    return SynthesizedStack(id_, dependencies, {"resource": found})


def test_the_longest_chain_goes_through_references_and_stacks() -> None:
    first = stack("first", balancer=("aws_lb", ""), database=("aws_db_instance", ""))
    second = stack(
        "second",
        "first",
        cluster=("aws_eks_cluster", ""),
        role=("aws_iam_role", "${aws_eks_cluster.cluster.arn}"),
        statement=("aws_redshiftdata_statement", "${aws_iam_role.role.arn}"),
        apart=("aws_redshiftserverless_workgroup", ""),
    )
    steps = critical_path([first, second])
    assert [(step.path, step.end) for step in steps] == [("first/database", 80), ("second/cluster", 980), ("second/statement", 1010)]


def test_without_anything_slow_there_is_no_chain() -> None:
    assert critical_path([stack("quick", role=("aws_iam_role", ""))]) == []
