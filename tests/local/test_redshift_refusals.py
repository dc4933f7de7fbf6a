"""Which statements of PostgreSQL's are refused as Redshift refuses them, and which are not."""

import pytest

from local.redshift.refusals import RULES, refusal

UNSUPPORTED, SYNTAX, NO_FUNCTION, UNKNOWN, FORBIDDEN = "0A000", "42601", "42883", "42704", "42501"
REFUSED = {
    # Transactions and connections
    "savepoint a": (UNSUPPORTED, 'SQL command "savepoint a" not supported.'),
    "begin; release savepoint a": (UNSUPPORTED, 'SQL command "release savepoint a" not supported.'),
    "ROLLBACK TO SAVEPOINT sa_savepoint_2": (UNSUPPORTED, 'SQL command "ROLLBACK TO SAVEPOINT sa_savepoint_2" not supported.'),
    "rollback work to a": (UNSUPPORTED, "not supported"),
    "deallocate all": (SYNTAX, 'syntax error at or near "all"'),
    "discard all": (SYNTAX, "discard"),
    "do $$ begin end $$": (SYNTAX, "do"),
    "listen x": (UNSUPPORTED, "not supported"),
    "show standard_conforming_strings": (UNKNOWN, 'unrecognized configuration parameter "standard_conforming_strings"'),
    "set lock_timeout = 5": (UNKNOWN, "lock_timeout"),
    "set local row_security to off": (UNKNOWN, "row_security"),
    "select current_setting('server_version_num')": (UNKNOWN, "server_version_num"),
    "show server_version": (FORBIDDEN, 'must be superuser to examine "server_version"'),
    "select current_setting('server_version')": (FORBIDDEN, "server_version"),
    # Definitions
    "create unique index i on t (a)": (UNSUPPORTED, 'SQL command "create unique index i on t (a)" not supported on Redshift tables.'),
    "create sequence s": (UNSUPPORTED, "create sequence s"),
    "create type mood as enum ('a')": (UNSUPPORTED, "not supported"),
    "create trigger t before insert on a execute function f()": (UNSUPPORTED, "not supported"),
    "create extension hstore": (UNSUPPORTED, "not supported"),
    "create foreign table t (a int) server s": (UNSUPPORTED, "not supported"),
    "create table t (id serial primary key)": (UNSUPPORTED, 'Column "id" has unsupported type "serial".'),
    "create table if not exists a.t (b int, c uuid)": (UNSUPPORTED, 'Column "c" has unsupported type "uuid".'),
    "create table t (a varchar(10)[])": (UNSUPPORTED, 'Column "a" has unsupported type "varchar[]".'),
    "alter table t add column j jsonb": (UNSUPPORTED, 'Column "j" has unsupported type "jsonb".'),
    "alter table t add column a int, add column b int": (SYNTAX, ","),
    "alter table t add column if not exists a int": (SYNTAX, "if"),
    "create table t (a int) partition by range (a)": (SYNTAX, "partition"),
    "create table t (a int) inherits (u)": (SYNTAX, "inherits"),
    "create unlogged table t (a int)": (SYNTAX, "unlogged"),
    # Changes of rows
    "insert into t values (1) on conflict do nothing": (SYNTAX, 'syntax error at or near "conflict"'),
    "insert into t values (1) on conflict (a) do update set a = excluded.a": (SYNTAX, "conflict"),
    "insert into t values (1) returning a": (SYNTAX, "returning"),
    "update t set a = 1 where b = 2 returning *": (SYNTAX, "returning"),
    "with x as (delete from t returning a) select * from x": (SYNTAX, "returning"),
    "with x as (delete from t) select 1": (SYNTAX, "delete"),
    "merge into t using s on t.a = s.a when matched then delete": (SYNTAX, "when"),
    "merge into t using s on t.a = s.a when matched and s.b then delete when not matched then insert values (1)": (SYNTAX, "and"),
    "merge into t using s on t.a = s.a when matched then do nothing when not matched then insert values (1)": (SYNTAX, "do"),
    "merge into t using s on t.a = s.a when matched then delete when matched then delete when not matched then insert values (1)": (
        SYNTAX,
        "when",
    ),
    "truncate t cascade": (SYNTAX, "cascade"),
    "truncate t, u": (SYNTAX, ","),
    "copy t from stdin with (format csv)": (UNSUPPORTED, "LOAD source is not supported"),
    # Queries
    "select distinct on (a) a from t": (UNSUPPORTED, "SELECT DISTINCT ON is not supported"),
    "select * from t, lateral (select t.a) u": (SYNTAX, "lateral"),
    "select * from t left join lateral (select t.a) u on true": (SYNTAX, "lateral"),
    "select * from (values (1), (2)) v": (SYNTAX, "values"),
    "select * from t where a is not distinct from b": (SYNTAX, "distinct"),
    "select count(*) filter (where a > 1) from t": (SYNTAX, "("),
    "select array[1, 2]": (SYNTAX, "["),
    "select string_agg(a, ',') from t": (NO_FUNCTION, "function string_agg does not exist"),
    "select a from t; select array_agg(a) from t": (NO_FUNCTION, "array_agg"),
    "explain select unnest(a) from t": (NO_FUNCTION, "unnest"),
    "select pg_try_advisory_lock(1)": (NO_FUNCTION, "pg_try_advisory_lock"),
    "select to_regtype('hstore')": (NO_FUNCTION, "to_regtype"),
    "insert into t select generate_series(1, 9)": (UNSUPPORTED, "not supported on Redshift tables"),
    "select a::jsonb from t": (UNKNOWN, 'type "jsonb" does not exist'),
    "select cast(a as uuid) from t": (UNKNOWN, 'type "uuid" does not exist'),
    "select '{}'::text[]": (UNKNOWN, 'type "text[]" does not exist'),
}
ACCEPTED = [
    "begin; lock table t; delete from t; insert into t select * from u; commit",
    "rollback",
    "deallocate prepare plan",
    "set statement_timeout to 30000",
    "show search_path",
    "select current_database(), current_user, current_setting('search_path')",
    "select 'on conflict', 'returning', 'savepoint a', 'array_agg('",
    'select "returning", "serial" from t',
    "select a as json, b as uuid from t -- on conflict do nothing",
    "select format, div from t",
    "select listagg(a, ',') within group (order by a) from t",
    "create table if not exists t (serialno integer, uuid_text varchar(36), price decimal(8, 2), js super)",
    "create table t distkey (a) sortkey (b) as select a, b from u",
    "insert into t (a) values (1), (2)",
    "with x as (select 1 as a) select a from x",
    "merge into t using s on t.a = s.a when matched then update set b = s.b when not matched then insert values (s.a, s.b)",
    "merge into t using s on t.a = s.a remove duplicates",
    "truncate t",
    "copy t from 's3://bucket/key' iam_role default format parquet",
    "select s.items[0].name from t as s",
    "select t.a from t join u on t.a = u.a where t.b not in (select distinct b from v)",
    "alter table t append from u",
    "unterminated 'string",
    "",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_what_redshift_refuses_is_refused_with_its_error(sql: str) -> None:
    sqlstate, words = REFUSED[sql]
    refused = refusal(sql)
    assert refused is not None
    assert refused.sqlstate == sqlstate
    assert words in refused.message


@pytest.mark.parametrize("sql", ACCEPTED)
def test_what_it_takes_is_not(sql: str) -> None:
    assert refusal(sql) is None


def test_every_rule_has_a_statement_here(monkeypatch: pytest.MonkeyPatch) -> None:
    for rule in RULES:
        monkeypatch.setattr("local.redshift.refusals.RULES", [rule])
        assert any(map(refusal, REFUSED)), rule.pattern
