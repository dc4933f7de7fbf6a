"""Many texts as people and programs write them: no credential is left, and what is innocent stays as it is."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mwaa_lineage.masking.texts import HIDDEN, mask, secrets_in
from tests.corpus import read

CANARY = "c4n4ry"
TOLERATED = {"The option --token takes the token from a file."}
"""Innocent texts that are changed: a word behind an option could be its value."""


def texts(name: str) -> list[str]:
    """Those of a file, of all kinds."""
    kinds: dict[str, list[str]] = read(Path(__file__).with_name(name))
    return [text for kind in kinds.values() for text in kind]


LEAKS, INNOCENT = texts("leaks.yaml"), texts("innocent.yaml")


@pytest.mark.parametrize("text", LEAKS, ids=lambda text: text[:60])
def test_no_credential_is_left(text: str) -> None:
    assert CANARY in text
    masked = mask(text)
    assert CANARY not in masked
    assert HIDDEN in masked
    assert mask(masked) == masked


@pytest.mark.parametrize("text", [text for text in INNOCENT if text not in TOLERATED], ids=lambda text: text[:60])
def test_an_innocent_text_stays(text: str) -> None:
    assert mask(text) == text
    assert secrets_in(text) == set()


NESTED: dict[str, Callable[[str], str]] = {
    "JSON": lambda text: json.dumps({"sql": text}),
    "JSON in JSON": lambda text: json.dumps([json.dumps({"sql": text})]),
    "a dictionary": lambda text: repr({"sql": text}),
    "a tuple": lambda text: str((text, "x")),
    "a dictionary in JSON": lambda text: json.dumps({"b": repr([text])}),
    "JSON in a list": lambda text: repr([json.dumps({"sql": text})]),
    "a log line": lambda text: f"INFO - ran {text!r}, 3 rows",
}


@pytest.mark.parametrize("nest", NESTED.values(), ids=NESTED)
def test_no_credential_is_left_in_a_text_within_a_text(nest: Callable[[str], str]) -> None:
    assert [nest(text) for text in LEAKS if CANARY in mask(nest(text))] == []


@pytest.mark.parametrize("nest", NESTED.values(), ids=NESTED)
def test_few_innocent_texts_within_texts_are_changed(nest: Callable[[str], str]) -> None:
    changed = [nest(text) for text in INNOCENT if mask(nest(text)) != nest(text)]
    assert len(changed) <= 2 * len(INNOCENT) // 100, changed


def test_the_corpus_is_large_and_few_texts_are_tolerated() -> None:
    assert len(set(LEAKS)) >= 200
    assert len(set(INNOCENT)) >= 200
    assert len(TOLERATED) <= len(INNOCENT) // 100
    assert set(INNOCENT) >= TOLERATED
