import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from data import names, tickit
from data.__main__ import main
from data.draw import Draw
from data.tables import BUILDERS, Columns

STAGING = Path(__file__).parents[2] / "airflow" / "dags" / "sql" / "staging"
COLUMN = re.compile(r"^    (\w+) +(\w+)(?:\((\d+)(?:, (\d+))?\))?", re.MULTILINE)
# what a staging column may be filled from; caldate, the timestamps and venueseats arrive as text and are cast on the way
LAKE_TYPES = {
    "integer": ("int64", "string"),
    "smallint": ("int64",),
    "decimal": ("decimal128(8, 2)",),
    "boolean": ("bool",),
    "char": ("string",),
    "varchar": ("string",),
    "date": ("string",),
    "timestamp": ("string",),
}
PARENTS = (
    ("event", "venueid", "venue", "venueid"),
    ("event", "catid", "category", "catid"),
    ("event", "dateid", "date", "dateid"),
    ("listing", "sellerid", "users", "userid"),
    ("listing", "eventid", "event", "eventid"),
    ("listing", "dateid", "date", "dateid"),
    ("sales", "listid", "listing", "listid"),
    ("sales", "sellerid", "users", "userid"),
    ("sales", "buyerid", "users", "userid"),
    ("sales", "eventid", "event", "eventid"),
    ("sales", "dateid", "date", "dateid"),
)
SCALES = (1e-9, 0.01, 1.0)  # one row of each, a few hundred, all

Tables = dict[str, pa.Table]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[float], Tables]:
    """The tables at a scale, read back from the files, generated once."""
    made: dict[float, Tables] = {}

    def tables(scale: float) -> Tables:
        if scale not in made:
            files = tickit.generate(tmp_path_factory.mktemp("lake"), scale=scale)
            made[scale] = {table: pq.read_table(file, partitioning=None) for table, file in files.items()}
        return made[scale]

    return tables


@pytest.fixture(params=SCALES, ids=lambda scale: f"scale={scale:g}")
def tables(request: pytest.FixtureRequest, generated: Callable[[float], Tables]) -> Tables:
    return generated(request.param)


@pytest.fixture(scope="module")
def full(generated: Callable[[float], Tables]) -> Tables:
    return generated(1.0)


def staging_columns(table: str) -> list[tuple[str, str, int | None]]:
    create, _ = (STAGING / f"{table}.sql").read_text().split(");", 1)
    return [(name, kind, int(length) if length else None) for name, kind, length, _ in COLUMN.findall(create)]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def holds(condition: pa.ChunkedArray) -> bool:
    return bool(pc.all(condition).as_py())


def column_values(tables: Tables, *columns: str) -> set[Any]:
    return {value for name in columns for value in tables[name.split(".")[0]][name.split(".")[1]].unique().to_pylist()}


def test_row_counts_are_those_of_the_public_data_set() -> None:
    assert tickit.row_counts(1.0) == {
        "category": 11,
        "date": 365,
        "event": 8_798,
        "users": 49_990,
        "venue": 202,
        "listing": 192_497,
        "sales": 172_456,
    }
    assert tuple(tickit.row_counts(1.0)) == tickit.TABLES


def test_row_counts_follow_the_scale_but_for_categories_and_days() -> None:
    assert list(tickit.row_counts(0.01).values()) == [11, 365, 88, 500, 2, 1_925, 1_725]
    assert list(tickit.row_counts(2.5).values()) == [11, 365, 21_995, 124_975, 505, 481_242, 431_140]
    assert list(tickit.row_counts(1e-9).values()) == [11, 365, 1, 1, 1, 1, 1]


def test_files_hold_their_rows_in_their_schema(tables: Tables, request: pytest.FixtureRequest) -> None:
    scale = request.node.callspec.params["tables"]
    assert {name: table.num_rows for name, table in tables.items()} == tickit.row_counts(scale)
    for name, table in tables.items():
        assert table.schema.equals(tickit.schema(name))


def test_files_lie_one_folder_a_table_compressed_with_snappy(tmp_path: Path) -> None:
    files = tickit.generate(tmp_path, scale=0.01)
    assert files == {table: tmp_path / "tickit" / table / f"{table}.parquet" for table in tickit.TABLES}
    assert {tmp_path / name for name in contents(tmp_path)} == set(files.values())
    assert [path.name for path in tmp_path.iterdir()] == ["tickit"]
    assert {pq.read_metadata(file).row_group(0).column(0).compression for file in files.values()} == {"SNAPPY"}


@pytest.mark.parametrize("table", tickit.TABLES)
def test_columns_are_those_the_staging_sql_reads(table: str) -> None:
    staging = staging_columns(table)
    assert [name for name, _, _ in staging] == tickit.schema(table).names
    assert all(tickit.schema(table).field(name).nullable for name, _, _ in staging)
    for name, kind, _ in staging:
        assert str(tickit.schema(table).field(name).type) in LAKE_TYPES[kind], name


@pytest.mark.parametrize("table", tickit.TABLES)
def test_values_fit_the_staging_columns(table: str, full: Tables) -> None:
    """Redshift counts the length of char and varchar in bytes; char takes single-byte characters only."""
    for name, kind, length in staging_columns(table):
        column = full[table][name]
        if kind in {"char", "varchar"}:
            assert pc.max(pc.binary_length(column)).as_py() <= (length or 0), name
        if kind == "char":
            assert holds(pc.string_is_ascii(column)), name
        if kind == "smallint":
            assert pc.max(column).as_py() < 2**15, name


def test_ids_count_from_one(tables: Tables) -> None:
    for name, table in tables.items():
        first = 1827 if name == "date" else 1
        assert table.column(0).to_pylist() == list(range(first, first + table.num_rows)), name


@pytest.mark.parametrize(("child", "key", "parent", "parent_key"), PARENTS)
def test_keys_join(child: str, key: str, parent: str, parent_key: str, tables: Tables) -> None:
    assert tables[child][key].null_count == 0
    assert holds(pc.is_in(tables[child][key], value_set=tables[parent][parent_key]))


def test_days_are_those_of_2008(full: Tables) -> None:
    first, *_, last = (tuple(row.values()) for row in full["date"].to_pylist())
    assert first == (1827, "2008-01-01", "TU", 1, "JAN", 1, 2008, True)
    assert last == (2191, "2008-12-30", "TU", 53, "DEC", 4, 2008, False)


def test_times_are_text_and_fall_on_their_day(tables: Tables) -> None:
    days = tables["date"]["caldate"]
    for table, column in (("event", "starttime"), ("listing", "listtime"), ("sales", "saletime")):
        times = tables[table][column]
        assert holds(pc.match_substring_regex(times, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"))
        day = days.take(pc.subtract(tables[table]["dateid"], 1827))
        assert holds(pc.equal(pc.utf8_slice_codeunits(times, 0, 10), day)), table


def test_a_sale_belongs_to_its_listing(tables: Tables) -> None:
    sales = tables["sales"]
    listing = tables["listing"].take(pc.subtract(sales["listid"], 1))
    event = tables["event"].take(pc.subtract(sales["eventid"], 1))
    assert sales["sellerid"].equals(listing["sellerid"])
    assert sales["eventid"].equals(listing["eventid"])
    assert holds(pc.less_equal(listing["listtime"], sales["saletime"]))
    assert holds(pc.less(sales["saletime"], event["starttime"]))
    assert holds(pc.equal(sales["pricepaid"], pc.multiply(listing["priceperticket"], sales["qtysold"])))


def test_no_listing_sells_more_than_it_has(tables: Tables) -> None:
    sold = tables["sales"].group_by("listid").aggregate([("qtysold", "sum")])
    offered = tables["listing"]["numtickets"].take(pc.subtract(sold["listid"], 1))
    assert holds(pc.less_equal(sold["qtysold_sum"], offered))
    assert pc.min(tables["sales"]["qtysold"]).as_py() >= 1


def test_some_listings_sell_twice_and_some_never(full: Tables) -> None:
    sold = pc.value_counts(full["sales"]["listid"])
    assert set(sold.field("counts").to_pylist()) == {1, 2}
    assert len(sold) < full["listing"].num_rows


def test_amounts_add_up(tables: Tables) -> None:
    listing, sales = tables["listing"], tables["sales"]
    assert holds(pc.equal(listing["totalprice"], pc.multiply(listing["priceperticket"], listing["numtickets"])))
    assert holds(pc.equal(pc.multiply(sales["commission"], 100), pc.multiply(sales["pricepaid"], 15)))


def test_users_buy_from_others_under_names_of_their_own(full: Tables) -> None:
    assert holds(pc.not_equal(full["sales"]["buyerid"], full["sales"]["sellerid"]))
    users = full["users"]
    assert pc.count_distinct(users["username"]).as_py() == users.num_rows
    assert holds(pc.equal(pc.binary_length(users["username"]), 8))
    assert holds(pc.match_substring_regex(users["phone"], r"^\(\d{3}\) \d{3}-\d{4}$"))


def test_usernames_differ_up_to_the_largest_scale() -> None:
    names_there_are = len(set(names.SYLLABLES)) ** 4
    assert math.gcd(names.STRIDE, names_there_are) == 1
    assert tickit.row_counts(tickit.MAX_SCALE)["users"] <= names_there_are


@pytest.mark.parametrize("scale", [0.1, 1.0])
def test_awkward_values_are_there(scale: float, generated: Callable[[float], Tables]) -> None:
    tables = generated(scale)
    seats = column_values(tables, "venue.venueseats")
    assert r"\N" in seats
    assert all(seat == r"\N" or int(seat) > 0 for seat in seats)
    assert len(seats) > 2
    for like in tables["users"].schema.names[8:]:
        assert column_values(tables, f"users.{like}") == {True, False, None}
    people = "".join(column_values(tables, "users.firstname", "users.lastname"))
    for text in (people, *("".join(column_values(tables, column)) for column in ("venue.venuename", "event.eventname"))):
        assert "'" in text
        assert '"' in text
        assert re.search("[À-ž]", text), "no accent"
        assert re.search("[\u0370-\uffff]", text), "no other script"


def test_every_day_category_and_venue_is_in_use(full: Tables) -> None:
    for table, key in (("event", "dateid"), ("event", "catid"), ("event", "venueid"), ("sales", "dateid")):
        parents = {"dateid": 365, "catid": 11, "venueid": 202}[key]
        assert pc.count_distinct(full[table][key]).as_py() == parents, (table, key)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        tickit.generate(tmp_path / folder, scale=0.02, seed=7)
    assert contents(tmp_path / "first") == contents(tmp_path / "second")


def test_another_seed_gives_other_bytes_in_every_table_drawn(tmp_path: Path) -> None:
    one = tickit.generate(tmp_path / "one", scale=0.02, seed=1)
    two = tickit.generate(tmp_path / "two", scale=0.02, seed=2)
    same = {table for table in tickit.TABLES if one[table].read_bytes() == two[table].read_bytes()}
    assert same == {"category", "date"}


def test_a_table_is_the_same_drawn_before_or_after_others(generated: Callable[[float], Tables]) -> None:
    rows = tickit.row_counts(0.01)
    for table in ("venue", "users"):
        alone = BUILDERS[table](Draw(2008, table, rows[table]), rows, {})
        assert pa.Table.from_pydict(alone).equals(generated(0.01)[table])


def test_generating_again_replaces_the_files(tmp_path: Path) -> None:
    tickit.generate(tmp_path, scale=0.02)
    files = tickit.generate(tmp_path, scale=0.01)
    assert {table: pq.read_metadata(file).num_rows for table, file in files.items()} == tickit.row_counts(0.01)


def test_a_failure_leaves_the_old_files_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tickit.generate(tmp_path, scale=0.01)
    before = contents(tmp_path)

    def fail(*_: object) -> Columns:
        raise RuntimeError("no sales today")

    monkeypatch.setitem(BUILDERS, "sales", fail)
    with pytest.raises(RuntimeError, match="no sales today"):
        tickit.generate(tmp_path, scale=0.02)
    assert contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["tickit"]


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan, math.inf, 1e12])
def test_a_bad_scale_is_refused_by_name(scale: float, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"scale must be .* at most 100, not {scale}".replace("+", r"\+")):
        tickit.row_counts(scale)
    with pytest.raises(ValueError, match="scale must be"):
        tickit.generate(tmp_path / "out", scale=scale)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "abc"])
def test_a_bad_seed_is_refused_by_name(seed: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"seed must be a whole number from 0 to 4294967295, not {seed}"):
        tickit.generate(tmp_path, seed=seed)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"scale must be .*; seed must be "):
        tickit.generate(tmp_path, scale=0, seed=-1)


def test_the_command_lists_what_it_wrote(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, [str(tmp_path), "--scale", "0.01", "--seed", "5"])
    assert result.exit_code == 0, result.output
    assert [line.split()[:3] for line in result.output.splitlines()] == [
        [table, f"{rows:,}", "rows"] for table, rows in tickit.row_counts(0.01).items()
    ]
    assert (tmp_path / "tickit" / "sales" / "sales.parquet").is_file()


def test_the_command_refuses_bad_settings(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, [str(tmp_path), "--scale", "nan", "--seed", "-1"])
    assert result.exit_code == 1
    assert result.output == (
        "Error: scale must be a number above 0 and at most 100, not nan; seed must be a whole number from 0 to 4294967295, not -1\n"
    )
