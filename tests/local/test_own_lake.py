"""A lake of one's own in the external schema: what the warehouse reads of Parquet and CSV files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local import external_schema
from local.aws.machine import Aws
from local.memory import Memory
from local.postgres import Postgres
from local.processes import Supervisor

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    folder = tmp_path_factory.mktemp("lake")
    for year in ("2023", "2024"):
        file = folder / f"files/orders/year={year}/part.parquet"
        file.parent.mkdir(parents=True)
        more = {"Note": ['it\'s "new"']} if year == "2024" else {}
        pq.write_table(pa.table({"Id": [int(year)], "Paid": pa.array([None if year == "2023" else 1.5], pa.float64()), **more}), file)
    (folder / "files/shops.csv").write_text('id,name,size\n1,"Ann",\n2,\\N,7\n3,,\\N\n')
    with Supervisor(folder / "logs") as supervisor:
        aws, postgres = Aws(supervisor), Postgres(folder / "postgres", supervisor)
        aws.start()
        postgres.start()
        aws.land(folder / "files")
        for _ in range(2):  # as `make up` does it at each start
            external_schema.fill(postgres, aws)
        yield postgres


def rows(warehouse: Postgres, sql: str) -> list[tuple[Any, ...]]:
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_parquet_is_read_with_its_partitions_and_nothing_where_a_file_lacks_a_column(warehouse: Postgres) -> None:
    found = rows(warehouse, "select id, paid, note, year from s3_datalake.orders order by id")
    assert found == [(2023, None, None, "2023"), (2024, 1.5, 'it\'s "new"', "2024")]


def test_csv_is_read_as_hive_reads_it(warehouse: Postgres) -> None:
    assert rows(warehouse, "select * from s3_datalake.shops_csv order by id") == [(1, '"Ann"', None), (2, None, 7), (3, "", None)]


def test_the_views_say_what_the_catalog_knows(warehouse: Postgres) -> None:
    columns = "select tablename, columnname, external_type, columnnum, part_key from svv_external_columns order by tablename, columnnum"
    assert rows(warehouse, columns) == [
        ("orders", "id", "bigint", 1, 0),
        ("orders", "paid", "double", 2, 0),
        ("orders", "note", "string", 3, 0),
        ("orders", "year", "string", 4, 1),
        ("shops_csv", "id", "bigint", 1, 0),
        ("shops_csv", "name", "string", 2, 0),
        ("shops_csv", "size", "bigint", 3, 0),
    ]
    assert rows(warehouse, "select tablename, location from svv_external_tables order by tablename") == [
        ("orders", "s3://tickit-lake/tickit/orders/"),
        ("shops_csv", "s3://tickit-lake/tickit/shops.csv"),
    ]


def test_what_it_holds_is_there_when_it_is_started_again(tmp_path: Path) -> None:
    for start in range(2):
        with Supervisor(tmp_path / "logs") as supervisor:
            postgres = Postgres(tmp_path / "postgres", supervisor, Memory(tmp_path / "kept.json"))
            postgres.start()
            with postgres.connect() as connection, connection.cursor() as cursor:
                if start == 0:
                    cursor.execute("create table dm.kept (id int)")
            assert postgres.row_counts(["dm.kept"]) == {"dm.kept": 0}
            assert rows(postgres, "select count(*) from pg_tables where tablename = 'kept'") == [(1,)]
            assert not postgres.has_metadata("airflow_9")
            postgres.make_metadata(f"airflow_{start}")
            assert postgres.has_metadata("airflow_0")
