"""Each table's load is one transaction: whatever happens beside or within it, the old rows are there or the new ones."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class, named as one

from local.postgres import Postgres
from local.processes import Supervisor
from local.settings import DATABASE
from tests.local.waiting import eventually

pytestmark = pytest.mark.system

CATEGORY = Path(__file__).parents[2] / "airflow/dags/sql/staging/category.sql"
STATEMENTS = [statement for statement in CATEGORY.read_text().split(";") if statement.strip()]
COUNT = "select count(*) from staging.category"
WAITING = "select count(*) from pg_locks where not granted"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    folder = tmp_path_factory.mktemp("warehouse")
    with Supervisor(folder / "logs") as supervisor:
        postgres = Postgres(folder / "postgres", supervisor)
        postgres.start()
        with postgres.connect() as connection, connection.cursor() as cursor:
            cursor.execute("create table s3_datalake.category (catid bigint, catgroup text, catname text, catdesc text)")
            cursor.execute("insert into s3_datalake.category select n, 'Shows', 'Drama', 'Spoken theatre' from generate_series(1, 11) n")
        yield postgres


def connect(warehouse: Postgres) -> Connection:
    return psycopg2.connect(
        host="127.0.0.1",
        port=warehouse.redshift_port,
        dbname=DATABASE,
        user="loader",
        password=warehouse.credentials.loader,
        client_encoding="UTF8",
    )


def run(connection: Connection, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def load(warehouse: Postgres) -> None:
    with connect(warehouse) as connection:
        run(connection, STATEMENTS)


def query(warehouse: Postgres, sql: str) -> int:
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        ((value,),) = cursor.fetchall()
    return int(value)


def test_two_loads_at_the_same_time_do_not_double_the_rows(warehouse: Postgres) -> None:
    load(warehouse)
    with ThreadPoolExecutor() as pool:
        with connect(warehouse) as first:
            run(first, STATEMENTS)
            second: Future[None] = pool.submit(load, warehouse)
            eventually(lambda: query(warehouse, WAITING) > 0, "the second load waits for the first")
        second.result(timeout=60)
    assert query(warehouse, COUNT) == 11


def test_a_load_that_fails_leaves_the_old_rows(warehouse: Postgres) -> None:
    load(warehouse)
    with connect(warehouse) as connection:
        run(connection, STATEMENTS[:-1])
        with pytest.raises(psycopg2.errors.DivisionByZero):
            run(connection, ["insert into staging.category select catid / 0 from s3_datalake.category"])
    assert query(warehouse, COUNT) == 11


def test_the_loader_is_no_superuser_and_cannot_write_to_the_lake(warehouse: Postgres) -> None:
    assert query(warehouse, "select count(*) from pg_roles where rolname = 'loader' and (rolsuper or rolcreatedb or rolcreaterole)") == 0
    with connect(warehouse) as connection, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run(connection, ["delete from s3_datalake.category"])
