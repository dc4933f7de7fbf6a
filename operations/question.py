"""One question of a command that looks at many things."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from operations.findings import Finding, warning
from operations.reading import unread


class Reader(Protocol):
    """Who is asked: it has clients of AWS's services."""

    @property
    def client(self) -> Callable[[str], Any]:
        """Gives boto3's client of a service."""


Asked = TypeVar("Asked", bound=Reader)


@dataclass(frozen=True)
class Question(Generic[Asked]):
    """`ask` gives findings about `subject`; `services` are the AWS services that it calls, by the SDK's names."""

    subject: str
    ask: Callable[[Asked], Iterable[Finding]]
    services: tuple[str, ...] = ()

    def prepare(self, reader: Asked) -> None:
        """Make its clients: threads may share clients, but not make them."""
        for service in self.services:
            reader.client(service)

    def answer(self, reader: Asked) -> list[Finding]:
        """What is found. An answer that fails half-way ends in a warning: what came before it counts, and so do the other questions."""
        found: list[Finding] = []
        try:
            for finding in self.ask(reader):
                found.append(finding)  # noqa: PERF402 - what was found before a failure stays
        except Exception as error:
            reason = unread(error, [reader.client(service) for service in self.services])
            found.append(warning(self.subject, reason, "Look at it yourself, or ask again when it can be read."))
        return found
