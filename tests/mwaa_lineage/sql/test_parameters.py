"""SQL with its parameters, as the server gets it; and templates that did not render."""

from typing import Any

import pytest

from mwaa_lineage.sql.parameters import as_sent
from mwaa_lineage.sql.sql import parse


@pytest.mark.parametrize(
    ("sql", "parameters", "sent"),
    [
        ("select a %% 2", None, "select a %% 2"),
        ("select a %% 2", {}, "select a %% 2"),
        ("select a %% 2 from t where b = %(x)s", {"x": "secret"}, "select a % 2 from t where b = ''"),
        ("select %s, %s, %s, %s", ("a", 1, None, True), "select '', 0, null, null"),
        ("select 1 where a in %s and b = any(%s)", ((1, 2), [3]), "select 1 where a in (null) and b = any(null)"),
        ("select like '%%x'", [1], "select like '%x'"),
        ("copy t from %(at)s iam_role %(role)s", {"at": "s3://b/it's", "role": "r"}, "copy t from 's3://b/it''s' iam_role ''"),
        ("select %(missing)s", {"x": 1}, "select null"),
        ("select %s, %s", ["s3://b/k"], "select 's3://b/k', null"),
        ("copy t from :p where a::date = :d", [{"name": "p", "value": "s3://b/k"}, {"name": "d", "value": "1"}], None),
        ("select 1 %s", "text", "select 1 %s"),
        ("select 1 %s", 7, "select 1 %s"),
    ],
)
def test_as_sent(sql: str, parameters: Any, sent: str | None) -> None:
    assert as_sent(sql, parameters) == (sent or "copy t from 's3://b/k' where a::date = :d")


@pytest.mark.parametrize(
    "sql",
    [
        "create table x_{{ ds_nodash }} as select a from b",
        "insert into t select '{{ ds }}' from s",
        "copy t from 's3://b/{{ macros.ds_add(ds, 1) }}/' iam_role default",
        "select 1 {% if x %} from a {% endif %}",
        "insert into {{params.table}} select 1",
        "drop table {{ t }}",
    ],
)
def test_a_template_that_did_not_render_is_said(sql: str) -> None:
    (statement,) = parse([sql])
    assert (
        statement.problem == f"{sql.split(maxsplit=1)[0].upper()} has a template that did not render: what it reads and writes is missing"
    )


@pytest.mark.parametrize(
    "sql",
    [
        """select '{"a": {"b": 1}}' from t""",
        "select '{{a,b},{c,d}}'::text[], '{{1,2}}' from t",
        "delete from t -- {{ ds }}\nwhere a = 1",
        "select /* {% if x %} */ a from t",
    ],
)
def test_what_is_no_template_is_read(sql: str) -> None:
    (statement,) = parse([sql])
    assert (statement.problem, statement.tree is None) == (None, False)
