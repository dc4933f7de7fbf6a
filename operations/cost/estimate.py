"""The bill of a whole deployment, and of other settings for it."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import main
from modules.settings import Settings
from operations.cost.prices import LIST, PriceList, Unpriced
from operations.cost.resources import HOURS, Line, Pricing, When, lines
from tools.synthesized import SynthesizedStack, read


@dataclass(frozen=True)
class Estimate:
    """What a deployment costs in a month; `stacks` are its stacks in the order of deployment."""

    stacks: tuple[str, ...]
    lines: tuple[Line, ...]
    prices: PriceList

    def idle(self, stack: str | None = None) -> float:
        """US dollars a month that are charged without anybody using the deployment, or one stack of it."""
        return sum(line.usd for line in self._of(stack) if line.when is not When.USED)

    def used(self, stack: str | None = None) -> float:
        """US dollars a month that the assumed runs add."""
        return sum(line.usd for line in self._of(stack) if line.when is When.USED)

    def at_most(self) -> float:
        """US dollars in the dearest month that the deployment's limits allow."""
        return sum(line.usd_at_most for line in self.lines)

    @property
    def an_hour(self) -> float:
        """US dollars an hour, idle."""
        return self.idle() / HOURS

    @property
    def a_run(self) -> float:
        """US dollars that one run of both DAGs adds, with its crawl."""
        return self.used() / self.prices.assumed["runs"]

    @property
    def demo(self) -> float:
        """US dollars for a deployment, one run and a destroy on the same day."""
        return self.an_hour * self.prices.assumed["demo hours"] + self.a_run

    def _of(self, stack: str | None) -> Iterable[Line]:
        return (line for line in self.lines if stack in (None, line.stack))


def estimate(stacks: Sequence[SynthesizedStack], prices: PriceList, today: date) -> Estimate:
    """The bill of synthesized stacks. Raises Unpriced with all that has no price."""
    found: list[Line] = []
    problems: list[str] = []
    for stack in stacks:
        pricing = Pricing(stack, prices, today)
        for address in stack.blocks:
            if not address.startswith("data."):
                try:
                    found += lines(address, pricing)
                except Unpriced as problem:
                    problems.append(f"  {stack.id}: {address}: {problem}")
    if problems:
        raise Unpriced("\n".join([f"What has no price in {LIST.name}:", *problems]))
    return Estimate(tuple(stack.id for stack in stacks), _merged(found), prices)


def estimate_of(settings: Settings, prices: PriceList, today: date) -> Estimate:
    """The bill of the stacks that settings make. Raises Unpriced."""
    with tempfile.TemporaryDirectory() as folder:
        main.deployment(settings, Path(folder)).synth()
        return estimate(read(Path(folder)), prices, today)


def _merged(found: Iterable[Line]) -> tuple[Line, ...]:
    """One line for what a stack has several of."""
    merged: dict[tuple[str, str], Line] = {}
    for line in found:
        before = merged.get((line.stack, line.what))
        if before is None:
            merged[line.stack, line.what] = line
            continue
        most = None if line.most is None or before.most is None else before.most + line.most
        merged[line.stack, line.what] = Line(line.stack, line.what, before.amount + line.amount, line.price, line.when, most)
    return tuple(merged.values())
