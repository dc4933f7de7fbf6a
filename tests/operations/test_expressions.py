"""A command may ask AWS more questions than jmespath's cache was made for."""

import jmespath  # type: ignore[import-untyped]
import pytest
from jmespath.parser import Parser  # type: ignore[import-untyped]

import local.expressions


def test_a_thousand_expressions_are_read() -> None:
    assert [jmespath.search(f"a{number}", {f"a{number}": number}) for number in range(1_000)] == list(range(1_000))


def test_with_its_own_limit_the_library_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """When this fails, jmespath is mended, and local/expressions.py can go."""
    monkeypatch.setattr(Parser, "_MAX_SIZE", 128)
    monkeypatch.setattr(Parser, "_CACHE", {})
    assert local.expressions.MOST > 128
    with pytest.raises(TypeError, match="Population must be a sequence"):
        [jmespath.compile(f"b{number}") for number in range(200)]
