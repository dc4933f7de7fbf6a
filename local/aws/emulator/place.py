"""Where a service of our own stands: its region, and its neighbours there."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from local.aws.emulator.airflow_behind import AirflowBehind
from local.aws.emulator.gaps import prepare
from local.aws.emulator.warehouse_behind import WarehouseBehind

ACCOUNT = os.environ.get("MOTO_ACCOUNT_ID", DEFAULT_ACCOUNT_ID)
"""moto's own variable: docs.getmoto.org, "Multi-Account support"."""
GLOBAL = "aws"
"""moto's region of a service that has none, such as IAM."""


def _none(service: str) -> Any:
    raise LookupError(f"nobody said where {service} is")


@dataclass(frozen=True)
class Place:
    """A region of the one account. `own(service)` is a service of our own there; `web_server` is host:port of MWAA's web servers,
    `airflow` stands behind them, and `warehouse` behind Redshift's workgroups."""

    region: str
    own: Callable[[str], Any] = _none
    web_server: str = ""
    airflow: AirflowBehind = field(default_factory=lambda: AirflowBehind(None))
    warehouse: WarehouseBehind = field(default_factory=lambda: WarehouseBehind(None))
    account: str = ACCOUNT

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a regional resource."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def moto(self, service: str) -> Any:
        """moto's backend of a service (moto's name for it): its models, to read and to make what AWS makes by itself."""
        prepare(service)
        backends: Any = get_backend(service)  # type: ignore[call-overload]  # a type for each service, none for all
        regions = backends[self.account]
        return regions[GLOBAL] if GLOBAL in regions else regions[self.region]
