"""`make cost`, and the same for the documentation."""

import os
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from modules.environment import EXAMPLE, chosen_or_example
from modules.settings import load
from operations.cost.estimate import estimate_of
from operations.cost.prices import Unpriced, load_prices
from operations.cost.report import markdown
from operations.cost.report import show as show_bill
from operations.cost.savings import savings
from operations.deployment import Deployment
from operations.findings import problem, show


def deployment_or_example(root: Path, console: Console) -> Deployment:
    """The deployment of a project's folder. Nobody has to choose settings to ask what it costs: without any, the example's count.

    Raises InvalidSettings.
    """
    settings, file = chosen_or_example(root, os.environ)
    if file == EXAMPLE:
        console.print(f"There is no settings.toml yet: this is the bill of {EXAMPLE.name}.", highlight=False)
    return Deployment(settings, root)


def cost(deployment: Deployment, console: Console) -> int:
    """Print what the deployment costs, deployed or not, and what would be cheaper. 1 when something has no price."""
    settings, prices, today = deployment.settings, load_prices(), datetime.now(UTC).date()
    try:
        with console.status("making the stacks, with these settings and with cheaper ones"):
            now = estimate_of(settings, prices, today)
            cheaper = list(savings(settings, now, prices, today))
    except Unpriced as missing:
        show([problem("cost", str(missing), "add it there, with its source and date")], console)
        return 1
    show_bill(now, cheaper, settings.region, console)
    return 0


def example_markdown() -> str:
    """The bill of the example's settings on the day of the prices, so that it changes with them and with the stacks alone."""
    settings, prices = load(EXAMPLE, {}), load_prices()
    now = estimate_of(settings, prices, prices.as_of)
    return markdown(now, list(savings(settings, now, prices, prices.as_of)), settings.region)
