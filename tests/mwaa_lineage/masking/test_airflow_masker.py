"""What Airflow's masker is told of a task, and that telling it ends, however much there is to tell."""

from typing import Any

import pytest
from airflow.utils.log.secrets_masker import SecretsMasker

from mwaa_lineage.masking import airflow_masker
from mwaa_lineage.masking.airflow_masker import hide


@pytest.fixture
def masker(monkeypatch: pytest.MonkeyPatch) -> SecretsMasker:
    """Airflow's own, which has been told nothing."""
    new: SecretsMasker = SecretsMasker()  # type: ignore[no-untyped-call]
    monkeypatch.setattr(airflow_masker, "_mask_secret", lambda: new.add_mask)
    return new


@pytest.fixture
def slow(masker: SecretsMasker, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """It takes a tenth of a second for each text; gives what it has been told."""
    told: list[str] = []
    monkeypatch.setattr(airflow_masker, "_mask_secret", lambda: lambda text, _: told.append(text))
    monkeypatch.setattr("mwaa_lineage.masking.airflow_masker.time.monotonic", lambda: len(told) / 10)
    return told


def test_parameters_are_hidden_by_their_names_however_deep(masker: SecretsMasker) -> None:
    hide(
        ["c4n4ryOfSql"], [{"city": "Bern", "token": "c4n4ryOne", "more": {"passwords": ["c4n4ryTwo", ("c4n4ryThree", 4)]}}, ["Thun"], None]
    )
    said = masker.redact("c4n4ryOfSql c4n4ryOne c4n4ryTwo c4n4ryThree Bern Thun")
    assert said == "*** *** *** *** Bern Thun"


def some(kind: str) -> tuple[list[str], list[Any]]:
    texts = [f"c4n4ry-{number}" for number in range(1_000)]
    shapes: dict[str, tuple[list[str], list[Any]]] = {
        "secrets": (texts, []),
        "a parameter each": ([], [{f"password_{number}": text for number, text in enumerate(texts)}]),
        "a list": ([], [{"tokens": texts}]),
        "nested": ([], [{"a": [{"secret": text} for text in texts]}]),
        "parameters of many statements": ([], [{"token": text} for text in texts]),
    }
    return shapes[kind]


@pytest.mark.parametrize("kind", ["secrets", "a parameter each", "a list", "nested", "parameters of many statements"])
def test_telling_ends_in_time(kind: str, slow: list[str]) -> None:
    hide(*some(kind))
    assert len(slow) == 3


def test_parameters_whose_names_say_that_they_are_secret_are_told_first(slow: list[str]) -> None:
    hide([], [{**{f"column_{number}": f"value-{number}" for number in range(5_000)}, "api_key": "c4n4ryOne"}, {"db_password": "c4n4ryTwo"}])
    assert slow[:2] == ["c4n4ryOne", "c4n4ryTwo"]


def test_what_is_longer_than_any_secret_is_not_compiled(masker: SecretsMasker) -> None:
    hide(["c4n4ry" * 2_000], [{"token": "c4n4ry" * 2_000}])
    assert masker.patterns == set()


def test_secrets_are_told_up_to_some_dozens_the_longest_first(masker: SecretsMasker) -> None:
    hide([f"c4n4ry-{'x' * number}" for number in range(100)])
    assert len(masker.patterns) == 32
    assert min(map(len, masker.patterns)) > 68
