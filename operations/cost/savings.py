"""Settings with which the deployment costs less and still works, priced by making its stacks with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from modules.settings import Settings
from operations.cost.estimate import Estimate, estimate_of
from operations.cost.prices import PriceList


@dataclass(frozen=True)
class Saving:
    """Other values for some settings, and what one gives up or must have for them."""

    changes: Mapping[str, Any]
    drawback: str


@dataclass(frozen=True)
class PricedSaving:
    """A saving, and the bill with it."""

    saving: Saving
    estimate: Estimate = field(repr=False)


def _example(name: str) -> Any:
    return (Settings.model_fields[name].examples or [None])[0]


SMALL_AIRFLOW = {"mwaa_class": "mw1.small", "mwaa_min_workers": 1}
MICRO_AIRFLOW = {"mwaa_class": "mw1.micro", "mwaa_min_workers": 1, "mwaa_max_workers": 1}
ONE_SPOT_NODE = {"eks_nodes": 1, "eks_spot": True}
EXISTING_VPC = {name: _example(name) for name in ("existing_vpc_id", "existing_private_subnet_ids", "existing_public_subnet_ids")}
NO_MARQUEZ = {"lineage_url": _example("lineage_url")}

SAVINGS = (
    Saving(SMALL_AIRFLOW, "few tasks at a time"),
    Saving(MICRO_AIRFLOW, "three tasks at a time, beside the one scheduler; choose it before the first deploy"),
    Saving({"eks_nodes": 1}, "one pod each; Marquez is away while its only node is replaced"),
    Saving({"eks_spot": True}, "AWS takes nodes away at two minutes' notice"),
    Saving(ONE_SPOT_NODE, "both of these: for a demo"),
    Saving(NO_MARQUEZ, "lineage goes to an endpoint that exists, whose cost is not counted here"),
    Saving(EXISTING_VPC, "a VPC that exists, with NAT and perhaps endpoints, whose cost is not counted here"),
    Saving(MICRO_AIRFLOW | NO_MARQUEZ | EXISTING_VPC, "the least: Airflow and an idle warehouse, beside what exists"),
)


def savings(settings: Settings, now: Estimate, prices: PriceList, today: date) -> Iterator[PricedSaving]:
    """Those that make this deployment cheaper, in the order of SAVINGS; each takes a second. Raises Unpriced."""
    for saving in SAVINGS:
        changes = {name: value for name, value in saving.changes.items() if _matters(settings, name, value)}
        if not changes:
            continue
        cheaper = estimate_of(Settings(**settings.model_dump() | changes), prices, today)
        if cheaper.idle() < now.idle():
            yield PricedSaving(Saving(changes, saving.drawback), cheaper)


def _matters(settings: Settings, name: str, value: Any) -> bool:
    """Whether the setting would change something: an endpoint or a VPC that is set already stands for another."""
    if name.startswith("eks_") and not settings.with_marquez:
        return False
    if name in EXISTING_VPC or name in NO_MARQUEZ:
        return not getattr(settings, name)
    return bool(getattr(settings, name) != value)
