"""The list of prices: what AWS charges, what is assumed where the bill depends on use, and what is free."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

LIST = Path(__file__).with_name("prices.toml")


class Unpriced(Exception):
    """Something of the deployment has no price; the message names each thing, and where a price belongs."""


@dataclass(frozen=True)
class Price:
    """US dollars for one unit, where that is to be read, of which day it is, and how sure it is (see prices.toml)."""

    usd: float
    source: str
    date: date
    checked: Literal["page", "public", "no"]


@dataclass(frozen=True)
class PriceList:
    """Prices of one region on one day. `assumed` are amounts a month, `logs` GB a month by the beginning of a log group's name."""

    region: str
    as_of: date
    prices: Mapping[str, Price]
    assumed: Mapping[str, float]
    logs: Mapping[str, float]
    free: Mapping[str, str]

    def price(self, name: str) -> Price:
        """The price of that name. Raises Unpriced."""
        if name not in self.prices:
            raise Unpriced(f'no price "{name}"')
        return self.prices[name]

    def log_volume(self, group: str) -> float:
        """GB a month that a log group of that name takes in. Raises Unpriced."""
        fitting = [beginning for beginning in self.logs if group.startswith(beginning)]
        if not fitting:
            raise Unpriced(f"no volume of a log group like {group}")
        return self.logs[max(fitting, key=len)]


def load_prices(path: Path = LIST) -> PriceList:
    """The list in a file. Raises OSError and ValueError."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    prices = {name: Price(**entry) for name, entry in table.pop("prices").items()}
    assumed = {name: entry["amount"] for name, entry in table.pop("assumed").items()}
    return PriceList(prices=prices, assumed=assumed, **table)
