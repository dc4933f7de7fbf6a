"""Where a service of our own stands: its region, and its neighbours there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from local.aws.emulator.gaps import prepare

GLOBAL = "aws"
"""moto's region of a service that has none, such as IAM."""


def _none(service: str) -> Any:
    raise LookupError(f"nobody said where {service} is")


@dataclass(frozen=True)
class Place:
    """A region of the one account. `own(service)` is a service of our own there; `web_server` is host:port of MWAA's web servers."""

    region: str
    own: Callable[[str], Any] = _none
    web_server: str = ""
    account: str = DEFAULT_ACCOUNT_ID

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a regional resource."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def moto(self, service: str) -> Any:
        """moto's backend of a service (moto's name for it): its models, to read and to make what AWS makes by itself."""
        prepare(service)
        backends: Any = get_backend(service)  # type: ignore[call-overload]  # a type for each service, none for all
        regions = backends[self.account]
        return regions[GLOBAL] if GLOBAL in regions else regions[self.region]
