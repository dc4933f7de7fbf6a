"""The bills of settings, from stacks that the whole run of the tests synthesizes once. Needs Node."""

from datetime import date

import pytest

from modules.settings import Settings
from operations.cost import command, savings
from operations.cost.estimate import Estimate, estimate
from operations.cost.prices import PriceList
from tests.synthesis import cdktf_out
from tools.synthesized import read


def estimate_of(settings: Settings, prices: PriceList, today: date) -> Estimate:
    """As `operations.cost.estimate.estimate_of`, which synthesizes anew each time."""
    return estimate(read(cdktf_out(settings)), prices, today)


def share(patch: pytest.MonkeyPatch) -> None:
    """Let the savings and the documents' bill be made so."""
    for module in (savings, command):
        patch.setattr(module, "estimate_of", estimate_of)
