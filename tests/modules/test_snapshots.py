"""What is deployed, as text that a review can read: see snapshot.py."""

import os
from typing import Any

import pytest

from tests.modules.snapshot import SNAPSHOTS, text

STACKS = ["network", "lake", "redshift", "marquez", "marquez-chart", "mwaa"]


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_is_as_its_snapshot_shows_it(stack: str, synthesized: dict[str, Any]) -> None:
    path = SNAPSHOTS / f"{stack}.yaml"
    found = text(synthesized[stack])
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(found)
    assert found == path.read_text(), (
        f"{path.name} shows another stack: if the change is meant, run `make snapshots` and review the difference"
    )


def test_every_snapshot_is_of_a_stack() -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.yaml")} == set(STACKS)
