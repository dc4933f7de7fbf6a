"""Credentials in texts: none survives, and nothing else is lost."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from mwaa_lineage.masking.texts import HIDDEN, mask, secrets_in

CANARIES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("canaries.yaml").read_text())


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


def test_a_value_too_short_to_search_for_is_masked_in_its_place_only() -> None:
    assert secrets_in("create user u password 'abc'") == set()
    assert mask("create user abc password 'abc'") == "create user abc password '***'"


@pytest.mark.parametrize("piece", ["a.b-", "x", "'", "password ", "://", "(1, 'a password', null), ", "AKIA", "token='", "u:p@"])
def test_a_secret_behind_a_long_text_is_masked(piece: str) -> None:
    """A pattern that searches on to the end from everywhere would take minutes here."""
    assert "c4n4ry" not in mask(f"{piece * (300_000 // len(piece))}\nc4n4ry/Secret+Key", {"c4n4ry/Secret+Key"})
