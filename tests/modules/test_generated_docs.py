"""The documents show the stacks, durations, settings and costs that there are."""

from collections.abc import Callable
from pathlib import Path

import pytest

from main import ROOT
from tools.synthesized import SynthesizedStack, read
from tools.write_docs import PARTS, document


@pytest.fixture(scope="module")
def stacks(synthesize_to: Callable[..., Path]) -> list[SynthesizedStack]:
    return read(synthesize_to())


@pytest.mark.parametrize("name", PARTS)
def test_a_document_is_current(stacks: list[SynthesizedStack], name: str) -> None:
    text = (ROOT / name).read_text()
    assert document(name, stacks, text) == text, "run `make docs`"


def test_a_document_without_a_place_for_a_part_is_refused(stacks: list[SynthesizedStack]) -> None:
    with pytest.raises(ValueError, match=r"docs/architecture\.md needs the lines <!-- stacks"):
        document("docs/architecture.md", stacks, "nothing")
