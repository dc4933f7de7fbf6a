"""The stacks of a deployment, and which of them read which: main.py builds them from it, and the commands take their order from it.

It imports no CDKTF, because most commands need none.
"""

from collections.abc import Mapping

from modules.settings import Settings

READS: Mapping[str, tuple[str, ...]] = {
    "network": (),
    "lake": ("network",),
    "redshift": ("network", "lake"),
    "mwaa": ("network",),
    "marquez": ("network",),
    "marquez-chart": ("network", "marquez"),
}
"""{stack: those whose outputs it reads}, in an order in which they can be deployed. Airflow waits for neither the warehouse nor Marquez."""
MARQUEZ = {"marquez", "marquez-chart"}


def stacks(settings: Settings) -> list[str]:
    """The stacks that the settings want, in an order in which they can be deployed."""
    return [stack for stack in READS if settings.with_marquez or stack not in MARQUEZ]
