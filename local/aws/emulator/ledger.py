"""What the emulator was asked, and what it said no to."""

import threading
from collections import Counter

from local.aws.emulator.errors import Refused


class Ledger:
    """`calls` counts the operations; `refusals` are requests that are none, or that the emulator cannot answer.

    `errors` are those of the services themselves, which AWS would have had too.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        with self._lock:
            self.calls: Counter[str] = Counter()
            self.refusals: list[dict[str, str]] = []
            self.errors: list[dict[str, str]] = []

    def called(self, service: str, operation: str) -> None:
        """Count a call."""
        with self._lock:
            self.calls[f"{service}.{operation}"] += 1

    def refused(self, service: str, operation: str, refused: Refused) -> None:
        """Note what the emulator itself refused."""
        with self._lock:
            self.refusals.append({"service": service, "operation": operation, "code": refused.code, "message": refused.message})

    def failed(self, service: str, operation: str, code: str, message: str) -> None:
        """Note an error of a service."""
        with self._lock:
            self.errors.append({"service": service, "operation": operation, "code": code, "message": message})
