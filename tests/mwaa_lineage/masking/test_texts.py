"""Credentials in texts: none survives, and nothing else is lost."""

from pathlib import Path
from typing import Any

import pytest

from mwaa_lineage.masking.texts import HIDDEN, mask, secrets_in
from tests.corpus import read

CANARIES: list[dict[str, Any]] = read(Path(__file__).with_name("canaries.yaml"))


@pytest.mark.parametrize("case", CANARIES, ids=lambda case: case["text"][:60])
def test_credentials_are_masked_and_nothing_else(case: dict[str, Any]) -> None:
    masked = mask(case["text"])
    assert not [secret for secret in case["secrets"] if secret in masked]
    assert not [kept for kept in case["kept"] if kept not in masked]
    assert bool(case["secrets"]) == (HIDDEN in masked)


@pytest.mark.parametrize("case", CANARIES, ids=lambda case: case["text"][:60])
def test_masking_twice_changes_nothing_more(case: dict[str, Any]) -> None:
    assert mask(mask(case["text"])) == mask(case["text"])
    assert secrets_in(mask(case["text"])) == set()


def test_the_secrets_of_a_statement() -> None:
    assert secrets_in(CANARIES[0]["text"]) == set(CANARIES[0]["secrets"])


def test_what_may_be_a_name_in_sql_is_no_secret_to_be_hidden_elsewhere() -> None:
    assert secrets_in('select 1 from u where password = "users" --token from users') == set()


def test_a_known_secret_is_masked_wherever_it_stands() -> None:
    assert mask("near c4n4ry, c4n4ryLonger", {"c4n4ry", "c4n4ryLonger"}) == "near ***, ***"


@pytest.mark.parametrize("shown", ["...4ry/Secret+Key' csv", "at c4n4ry/Sec..."])
def test_of_a_secret_that_is_cut_off_the_rest_is_masked(shown: str) -> None:
    assert "4ry" not in mask(shown, {"c4n4ry/Secret+Key"})


@pytest.mark.parametrize("length", range(1, 9))
def test_a_value_too_short_to_search_for_is_masked_in_its_place_only(length: int) -> None:
    """Four characters are the first that are searched for, whole or cut off."""
    secret = "k7Qz9XwP"[:length]
    found = secrets_in(f"create user u password '{secret}'")
    assert found == ({secret} if length >= 4 else set())
    assert mask(f"create user {secret} password '{secret}'", found) == f"create user {'***' if found else secret} password '***'"
    for shown in (f"at {secret}...", f"...{secret} csv"):
        assert (secret in mask(shown, {secret})) == (length < 4)


@pytest.mark.parametrize("length", range(1, 9))
def test_of_a_secret_that_is_cut_off_four_characters_give_it_away(length: int) -> None:
    secret = "k7Qz9XwPm3Rt"
    for shown, part in ((f"at {secret[:length]}...", secret[:length]), (f"...{secret[-length:]} csv", secret[-length:])):
        assert (part in mask(shown, {secret})) == (length < 4)


@pytest.mark.parametrize("piece", ["a.b-", "x", "'", "password ", "://", "(1, 'a password', null), ", "AKIA", "token='", "u:p@"])
def test_a_secret_behind_a_long_text_is_masked(piece: str) -> None:
    """A pattern that searches on to the end from everywhere would take minutes here."""
    assert "c4n4ry" not in mask(f"{piece * (300_000 // len(piece))}\nc4n4ry/Secret+Key", {"c4n4ry/Secret+Key"})
