"""No part of an exception shows a credential, and it stays what it is."""

import traceback
from collections.abc import Callable

import pytest

from mwaa_lineage.airflow.masked_error import masked
from mwaa_lineage.masking.texts import mask

SECRET = "password='c4n4ry'"


class Statement(Exception):
    """As SQLAlchemy's: what it says is put together of what it holds."""

    def __init__(self) -> None:
        super().__init__("no")
        self.statement = SECRET
        self.params = {"password": "c4n4ry"}

    def __str__(self) -> str:
        return f"no: {self.statement} {self.params}"


def from_a_cause() -> Exception:
    error = RuntimeError("no")
    error.__cause__ = ValueError(SECRET)
    return error


def within_a_context() -> Exception:
    error = RuntimeError("no")
    error.__context__ = KeyError(SECRET)
    return error


def with_a_note() -> Exception:
    error = RuntimeError("no")
    error.add_note(SECRET)
    return error


def in_a_circle() -> Exception:
    error, other = RuntimeError(SECRET), ValueError(SECRET)
    error.__cause__, other.__cause__ = other, error
    return error


ERRORS: dict[str, Callable[[], Exception]] = {
    "a text": lambda: RuntimeError(SECRET),
    "an object": lambda: RuntimeError({"M": "no", "password": "c4n4ry"}),
    "several arguments": lambda: OSError(2, SECRET, "file"),
    "bytes": lambda: RuntimeError(SECRET.encode()),
    "attributes": Statement,
    "a cause": from_a_cause,
    "a context": within_a_context,
    "a note": with_a_note,
    "a group": lambda: ExceptionGroup("no", [from_a_cause()]),
    "a circle": in_a_circle,
}


@pytest.mark.parametrize("make", ERRORS.values(), ids=ERRORS)
def test_no_credential_is_left(make: Callable[[], Exception]) -> None:
    error = make()
    assert "c4n4ry" in "".join(traceback.format_exception(error))
    assert masked(error, mask)
    assert "c4n4ry" not in "".join(traceback.format_exception(error)) + str(error.args) + str(vars(error))
    assert type(error) is type(make())
    assert not masked(error, mask)


def test_an_innocent_one_stays() -> None:
    error = RuntimeError("no", 7, {"a": 1})
    error.add_note("line 1")
    assert not masked(error, mask)
    assert (error.args, error.__notes__) == (("no", 7, {"a": 1}), ["line 1"])
