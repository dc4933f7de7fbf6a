"""The user's own expressions: hidden in texts of events and not in names, a bad one ignored and named."""

from typing import Any

import pytest

from mwaa_lineage.masking.events import LONGEST, masked
from mwaa_lineage.masking.own import VARIABLE, faults, masks


@pytest.fixture(autouse=True)
def _option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "\n  BADGE-[0-9]+\n\n(unclosed\nx*\n(?i)project zebra\n")


def test_what_matches_is_hidden_wherever_a_text_has_it() -> None:
    event = {"run": {"facets": {"sql": {"query": "select 'BADGE-123', 'Project Zebra'"}, "deep": [{"BADGE-7": "of BADGE-8."}]}}}
    facets = masked(event)["run"]["facets"]
    assert facets["sql"]["query"] == "select '***', '***'"
    assert facets["deep"] == [{"***": "of ***."}]


def test_names_that_join_stay() -> None:
    event = {"outputs": [{"namespace": "redshift://w:5439", "name": "dev.badges.BADGE-123"}], "job": {"name": "BADGE-1.load"}}
    assert masked(event) == event


def test_columns_that_match_keep_their_lineage() -> None:
    event: dict[str, Any] = {"outputs": [{"facets": {"columnLineage": {"fields": {"BADGE-1": {"inputFields": []}}}}}]}
    assert masked(event) == event


def test_no_more_than_a_bounded_part_of_a_text_is_tried() -> None:
    assert "BADGE" not in masked({"text": "x" * LONGEST + "BADGE-1"})["text"]


def test_a_bad_expression_is_named_by_its_line_and_ignored() -> None:
    option = "BADGE-[0-9]+\n(unclosed\nx*"
    assert len(masks()) == 2
    assert faults(option) == (
        "line 2 of [mwaa_lineage] mask is ignored: missing ), unterminated subpattern at position 0",
        "line 3 of [mwaa_lineage] mask is ignored: it matches an empty text",
    )
    assert faults("") == ()
