"""Whole events: what must not leave, and what must be left as it is so that the lineage stays what it was."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mwaa_lineage.masking import events
from mwaa_lineage.masking.events import LONGEST, MARGIN, masked
from mwaa_lineage.masking.texts import HIDDEN
from tests.corpus import read

CANARY = "c4n4ry"
TEXTS: list[dict[str, Any]] = read(Path(__file__).with_name("canaries.yaml"))
SQL = f"create user u password '{CANARY}'; copy t from 's3://raw/t' credentials 'aws_access_key_id=AKIA{CANARY.upper()}EXAMPLE'"
TRACE = f'  File "dag.py", line 7, in load\n    connect("postgres://u:{CANARY}@host/db")\nOperationalError: key ASIAIOSFODNN7C4N4RY'


def event(**run_facets: Any) -> dict[str, Any]:
    return {
        "eventType": "START",
        "eventTime": "2026-01-31T00:00:00.000000+00:00",
        "producer": "https://github.com/apache/airflow/tree/providers-openlineage/1.4.0",
        "run": {"runId": "3b452093-782c-4ef2-9c0c-aafe2aa6f34d", "facets": run_facets},
        "job": {"namespace": "tickit", "name": "dag.load", "facets": {}},
        "inputs": [],
        "outputs": [],
    }


FACETS: dict[str, dict[str, Any]] = {
    # As the provider's version 1.4.0 gives it: all attributes of the operator, rendered, under `args`.
    "the operator as Airflow 2.8.1 sends it": {
        "airflow": {
            "task": {
                "task_id": "load",
                "args": {"sql": [SQL], "parameters": {"db_password": CANARY}, "hook_params": {"options": "-c x=1"}},
            },
            "dagRun": {"conf": {"api_key": CANARY, "nested": {"client_secret": {"of": [CANARY, 7]}}}, "external_trigger": True},
        }
    },
    "an operator that no extractor knows": {
        "unknownSourceAttribute": {
            "unknownItems": [
                {"name": "BashOperator", "properties": {"bash_command": f"API_TOKEN={CANARY} load", "env": {"PGPASSWORD": CANARY}}}
            ]
        }
    },
    "an exception": {"errorMessage": {"message": f"postgres://u:{CANARY}@host", "programmingLanguage": "python", "stackTrace": TRACE}},
    "variables": {
        "environmentVariables": {
            "environmentVariables": [
                {"name": "LOADER_TOKEN", "value": CANARY},
                {"name": "WAREHOUSE", "value": f"redshift://me:{CANARY}@host"},
            ]
        }
    },
    "tags": {"tags": {"tags": [{"key": "deploy-token", "value": CANARY, "source": "USER"}]}},
    "texts in texts": {
        "airflow": {"dagRun": {"conf": json.dumps({"conf": json.dumps({"password": CANARY})})}, "note": f"{{'token': '{CANARY}'}}"}
    },
    "a parser that quotes where it failed": {
        "extractionError": {
            "errors": [{"errorMessage": f"Expected: =, found: '{CANARY}User'", "task": f"create user u password '{CANARY}User'"}]
        }
    },
    "a value that was handed on": {
        "airflow": {"dagRun": {"conf": {"api_key": f"{CANARY}-of-the-run"}}, "task": {"command": f"load {CANARY}-of-the-run"}}
    },
    "source code": {"code": {"source": f'password = "{CANARY}"\ncurl --api-token {CANARY} -H "Authorization: Bearer {CANARY}"'}},
}


@pytest.mark.parametrize("facets", FACETS.values(), ids=FACETS)
def test_no_secret_is_left_and_nothing_else_is_lost(facets: dict[str, Any]) -> None:
    done = masked(event(**facets))
    assert CANARY not in json.dumps(done).lower()
    assert HIDDEN in json.dumps(done)
    assert {**done, "run": {}} == {**event(), "run": {}}
    assert shape(done) == shape(event(**facets))


def shape(value: Any) -> Any:
    """The keys and lengths of what stands in an event."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    return [shape(each) for each in value] if isinstance(value, list) else None


@pytest.mark.parametrize("case", TEXTS, ids=lambda case: case["text"][:60])
def test_each_text_is_masked_wherever_it_stands(case: dict[str, Any]) -> None:
    done = json.dumps(masked(event(some={"deep": [{"text": case["text"]}]})))
    assert not [secret for secret in case["secrets"] if json.dumps(secret)[1:-1] in done]


def test_two_statements_are_a_list_and_no_pair() -> None:
    copy = f"copy t from 's3://raw/t' credentials 'aws_access_key_id=AKIA{CANARY.upper()}EXAMPLE;aws_secret_access_key={CANARY}'"
    done = masked(event(task={"sql": [copy, "select 1"]}))["run"]["facets"]["task"]["sql"]
    assert CANARY not in done[0].lower()
    assert done[0].startswith("copy t from 's3://raw/t' credentials 'aws_access_key_id=***")
    assert done[1] == "select 1"
    assert masked({"pairs": [["db password", CANARY], ["user", "me"]]}) == {"pairs": [["db password", HIDDEN], ["user", "me"]]}


def test_a_value_of_no_secret_name_stays() -> None:
    facets = {"airflow": {"task": {"retries": 2, "depends_on_past": False, "owner": "me", "password": None, "api_key": ""}}}
    assert masked(event(**facets)) == event(**facets)


def test_a_short_value_of_a_secret_name_is_hidden_in_its_place_only() -> None:
    done = masked(event(airflow={"secret_type": "new", "text": "a new table"}))
    assert done["run"]["facets"]["airflow"] == {"secret_type": HIDDEN, "text": "a new table"}


def test_columns_that_are_named_like_secrets_keep_their_lineage() -> None:
    """Their names are keys, or stand under `name`, and say nothing of the values beside them."""
    column = {"namespace": "redshift://w:5439", "name": "dev.staging.users", "field": "password", "transformations": [{"type": "DIRECT"}]}
    dataset = {
        "namespace": "redshift://w:5439",
        "name": "dev.dm.tokens",
        "facets": {
            "schema": {"fields": [{"name": "password", "type": "varchar"}, {"name": "secret_token", "type": "int"}]},
            "columnLineage": {"fields": {"password": {"inputFields": [column]}, "secret_token": {"inputFields": [column]}}},
            "dataQualityMetrics": {"columnMetrics": {"password": {"nullCount": 3, "min": 1.5}}},
        },
    }
    whole = {**event(), "outputs": [dataset]}
    assert masked(whole) == whole


@pytest.fixture
def airflow_knows(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Airflow's masker has been told a secret."""

    def tell(secret: str) -> None:
        masker = ModuleType("masker")
        masker.redact = lambda text: text.replace(secret, "***")  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, events._MASKERS[0], masker)

    return tell


def test_what_airflows_masker_knows_is_hidden_but_not_in_names(airflow_knows: Callable[[str], None]) -> None:
    airflow_knows("staging")
    done = masked(
        {**event(some={"text": "the staging area"}), "outputs": [{"namespace": "redshift://w:5439", "name": "dev.staging.users"}]}
    )
    assert done["run"]["facets"]["some"]["text"] == "the *** area"
    assert done["outputs"][0]["name"] == "dev.staging.users"


def test_airflows_own_masker_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.utils.log import secrets_masker  # noqa: PLC0415

    masker: Any = secrets_masker.SecretsMasker()  # type: ignore[no-untyped-call]
    masker.add_mask("registered-by-a-connection")
    monkeypatch.setattr(secrets_masker, "_secrets_masker", lambda: masker)
    assert masked({"text": "with registered-by-a-connection in it"}) == {"text": "with *** in it"}


def test_without_a_masker_in_airflows_logging_the_rest_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.utils.log import secrets_masker  # noqa: PLC0415

    def none() -> secrets_masker.SecretsMasker:
        raise RuntimeError("No SecretsMasker found!")

    monkeypatch.setattr(secrets_masker, "_secrets_masker", none)
    assert masked({"text": f"password='{CANARY}'"}) == {"text": "password='***'"}


def test_of_a_text_that_is_too_long_no_part_leaves_that_was_not_looked_through() -> None:
    begun = f"password '{CANARY}{CANARY}"
    text = "x" * (LONGEST - len(begun)) + f"{begun}{CANARY}' and more"
    done = masked({"text": text})["text"]
    assert CANARY not in done
    assert done.startswith("x" * (LONGEST - 2 * MARGIN))
    assert done.endswith(HIDDEN)
    assert masked({"text": "x" * LONGEST}) == {"text": "x" * LONGEST}


VALUES_BELOW = [
    "auth",
    "dsn",
    "connection_string",
    "conn_uri",
    "cookie",
    "Cookies",
    "fernet_key",
    "SecretAccessKey",
    "x-api-key",
    "db.passwd",
]


@pytest.mark.parametrize("name", VALUES_BELOW)
@pytest.mark.parametrize(
    "value", [CANARY, [CANARY, {"of": CANARY}], {"of": [CANARY]}, f"host {CANARY}"], ids=["text", "list", "object", "words"]
)
def test_whatever_stands_below_such_a_name_is_hidden(name: str, value: Any) -> None:
    done = masked(event(conf={name: value, "again": f"{value} is {CANARY}" if isinstance(value, str) and len(value) > 8 else ""}))
    assert CANARY not in json.dumps(done["run"]["facets"]["conf"][name])


PAIRS: list[Any] = [
    {"Name": "PASSWORD", "Value": CANARY},
    {"NAME": "db_password", "VALUE": CANARY},
    {"Value": CANARY, "Name": "PASSWORD"},
    {"ParameterKey": "DbPassword", "ParameterValue": CANARY},
    {"parameter_name": "token", "parameter_value": [CANARY]},
    {"key": "api-token", "value": {"of": CANARY}},
    [["password", CANARY]],
    [["user", "me"], ["apiKey", CANARY]],
    [("password", CANARY)],
    ["password", {"of": CANARY}],
]


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_the_second_of_a_pair_is_hidden(pair: Any) -> None:
    assert CANARY not in json.dumps(masked(event(conf=pair)))


def test_a_key_that_holds_a_secret_is_hidden_and_its_value_kept() -> None:
    password = "c4n4ry-of-somebody"
    conf = {"password": password, "for": {password: 1, f"with {password}": 2, f"{password} {password}": 3, f"postgres://u:{password}@h": 4}}
    done = masked(event(conf=conf))["run"]["facets"]["conf"]
    assert CANARY not in json.dumps(done)
    assert sorted(done["for"].values()) == [1, 2, 3, 4]


def test_two_keys_of_which_the_same_is_left_are_both_kept() -> None:
    done = masked(event(conf={"k 1234-a": 1, "k 1234-b": 2, "pwd": ["k 1234-a", "k 1234-b"]}))["run"]["facets"]["conf"]
    assert done == {"***": 1, "*** (1)": 2, "pwd": [HIDDEN, HIDDEN]}


def test_a_secret_that_is_a_word_of_events_takes_none_apart(airflow_knows: Callable[[str], None]) -> None:
    airflow_knows("facets")
    done = masked(event(conf={"password": "eventType"}))
    assert {"eventType", "run", "job"} <= set(done)
    assert "facets" in done["run"]


CORPUS: dict[str, list[str]] = read(Path(__file__).with_name("leaks.yaml"))


@pytest.mark.parametrize("kind", CORPUS)
def test_no_text_of_the_corpus_leaves_in_an_event(kind: str) -> None:
    for text in CORPUS[kind]:
        facets = {"some": {"deep": [{"text": text}]}, "quoted": json.dumps({"text": text}), "repr": repr({"text": text}), text: 1}
        assert CANARY not in json.dumps(masked(event(**facets))), text
