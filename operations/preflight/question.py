"""One question of the preflight."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from operations.deployment import Deployment
from operations.findings import Finding, warning
from operations.reading import unread


@dataclass(frozen=True)
class Question:
    """`ask` gives findings about `subject`; `services` are the AWS services that it calls, by the SDK's names."""

    subject: str
    ask: Callable[[Deployment], Iterable[Finding]]
    services: tuple[str, ...] = ()

    def prepare(self, deployment: Deployment) -> None:
        """Make its clients: threads may share clients, but not make them."""
        for service in self.services:
            deployment.client(service)

    def answer(self, deployment: Deployment) -> list[Finding]:
        """What is found. An answer that fails half-way is a warning: the other questions still have theirs."""
        try:
            return list(self.ask(deployment))
        except Exception as error:
            reason = unread(error, [deployment.client(service) for service in self.services])
            return [warning(self.subject, reason, "Look at it yourself, or ask again when it can be read.")]
