"""The day until which a deployment is wanted: after it nothing more is made, and what there is can still be looked at and destroyed."""

from collections.abc import Iterator

from operations.deployment import Deployment
from operations.findings import Finding, ok, problem


def findings(deployment: Deployment) -> Iterator[Finding]:
    """Whether that day is over; nothing where no day is named."""
    if (day := deployment.settings.expires) is None:
        return
    if deployment.settings.has_expired:
        yield problem("expires", f"{day} is past", "`make destroy`, or name a later day in the settings")
    else:
        yield ok("expires", f"{day}, on the tags of everything")
