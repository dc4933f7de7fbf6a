"""How the emulated AWS says no."""

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """AWS would refuse this; `code` as in the service's model, from which its HTTP status is taken.

    `members` are further ones of the error's own shape.
    """

    def __init__(self, code: str, message: str, **members: Any) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.__dict__.update(members)


class Invalid(Refused):
    """The request is not one that the service's model knows: a mistake of whoever sent it."""


class NotEmulated(Refused):
    """The emulator cannot answer this, AWS could. No SDK tries again on its status, which is 501."""

    def __init__(self, message: str) -> None:
        super().__init__("NotImplemented", message)


def require_known(request: Mapping[str, Any], *members: str) -> None:
    """Refuse a request for more than the emulator does. Raises NotEmulated, rather than to leave out what AWS would have done."""
    if unknown := request.keys() - set(members):
        raise NotEmulated(f"the emulator does nothing with {', '.join(sorted(unknown))}")
