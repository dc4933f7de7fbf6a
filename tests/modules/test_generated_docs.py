"""The documents show the stacks, durations, settings and costs that there are."""

from collections.abc import Callable
from pathlib import Path

import pytest

from main import ROOT
from modules.environment import EXAMPLE
from modules.settings import load
from operations.cost.estimate import estimate
from operations.cost.prices import load_prices
from tests import bills
from tools.synthesized import SynthesizedStack, read
from tools.write_docs import PARTS, document


@pytest.fixture(scope="module")
def stacks(synthesize_to: Callable[..., Path]) -> list[SynthesizedStack]:
    """Those of the example, as `make docs` writes of them."""
    return read(synthesize_to(airflow_version=load(EXAMPLE, {}).airflow_version))


@pytest.mark.parametrize("name", PARTS)
def test_a_document_is_current(stacks: list[SynthesizedStack], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bills.share(monkeypatch)
    text = (ROOT / name).read_text()
    assert document(name, stacks, text) == text, "run `make docs`"


def test_a_document_without_a_place_for_a_part_is_refused(stacks: list[SynthesizedStack]) -> None:
    with pytest.raises(ValueError, match=r"docs/architecture\.md needs the lines <!-- stacks"):
        document("docs/architecture.md", stacks, "nothing")


def test_the_money_in_the_readme_is_that_of_the_bill(stacks: list[SynthesizedStack]) -> None:
    prices = load_prices()
    bill = estimate(stacks, prices, prices.as_of)
    text = " ".join((ROOT / "README.md").read_text().split())
    assert f"about {bill.an_hour * 24:.0f} dollars a day" in text
    assert f"a demo of three hours about {bill.demo:.0f} dollars" in text
    assert prices.assumed["demo hours"] == 3
