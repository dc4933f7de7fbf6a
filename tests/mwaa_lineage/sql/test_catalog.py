"""The catalog: what is asked of the warehouse, and what its answers mean."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from mwaa_lineage.sql.catalog import DEEPEST, read_catalog
from mwaa_lineage.sql.flow import derive
from mwaa_lineage.sql.relations import Column, GlueTable, Location, Name, Procedure, Relation, Table
from mwaa_lineage.sql.sql import names, parse
from tests.mwaa_lineage.sql.warehouse import NO_EXTERNAL_TABLES, DatabaseError, Warehouse, session

RECORDED: dict[str, Any] = {
    view: [tuple(row) for row in rows]
    for view, rows in yaml.safe_load(Path(__file__).with_name("recorded_spectrum.yaml").read_text()).items()
}
STAGING = {
    "current_setting": session(),
    "information_schema": [("staging", "sales", "salesid", "integer"), ("staging", "sales", "Price", "numeric")],
}


def test_ordinary_relations_have_the_catalogs_columns_in_order() -> None:
    catalog = read_catalog(Warehouse(STAGING), [Name("staging", "sales")])
    assert catalog.relations == {Table("dev", "staging", "sales"): Relation((Column("salesid", "integer"), Column("price", "numeric")))}
    assert (catalog.database, catalog.complete) == ("dev", True)


@pytest.mark.parametrize(
    ("setting", "path"),
    [('"$user", public', ("loader", "public")), ("a,b , c", ("a", "b", "c")), ('"My Schema"', ("My Schema",)), ("", ("public",))],
)
def test_the_search_path_is_the_sessions(setting: str, path: tuple[str, ...]) -> None:
    assert read_catalog(Warehouse({"current_setting": session(search_path=setting)}), [Name(None, "t")]).search_path == path


def test_only_the_schemas_and_tables_that_the_sql_mentions_are_asked_for() -> None:
    warehouse = Warehouse(STAGING)
    read_catalog(warehouse, [Name("staging", "sales"), Name("dm", "report")])
    _, _, ordinary, tables, columns = warehouse.executed
    assert ordinary[1] == ("dm", "staging", "report", "sales") * 2  # for the columns, and for what is a view
    assert tables[1] == columns[1] == ("dev", "dm", "staging", "report", "sales")


def test_a_bare_name_is_looked_for_on_the_search_path() -> None:
    warehouse = Warehouse(STAGING)
    read_catalog(warehouse, [Name("staging", "sales"), Name(None, "region")])
    assert warehouse.executed[2][1] == ("loader", "pg_catalog", "public", "staging", "region", "sales") * 2


def test_a_bare_name_is_looked_for_where_the_sql_says_so_too() -> None:
    statements = parse(["set search_path = a, b; select * from t join c.u using (x)"])
    assert names(statements) == {Name(None, "t"), Name("a", "t"), Name("b", "t"), Name("c", "u")}


def test_the_new_name_of_a_table_is_looked_for_in_its_schema() -> None:
    assert names(parse(["alter table dm.new rename to report"])) == {Name("dm", "new"), Name("dm", "report")}


def test_the_catalog_is_given_half_a_minute() -> None:
    warehouse = Warehouse(STAGING)
    read_catalog(warehouse, [Name("staging", "sales")])
    assert warehouse.executed[0][0] == "set statement_timeout to 30000"


def test_external_tables_are_what_the_recorded_views_say_under_any_schema() -> None:
    warehouse = Warehouse({"current_setting": session(), **RECORDED})
    catalog = read_catalog(warehouse, [Name("spectrum", "sales_part"), Name("spectrum", "customers"), Name("apg", "orders")])
    sales = catalog.relations[Table("dev", "spectrum", "sales_part")]
    assert sales.location == Location("awssampledbuswest2", "tickit/spectrum/sales_partition")
    assert sales.columns[0] == Column("salesid", "int")
    assert sales.names == ("salesid", "pricepaid", "saletime", "saledate")
    assert catalog.relations[Table("dev", "spectrum", "customers")].location == Location("lake", "customers")


OWN = "arn:aws:iam::123456789012:role/spectrum"
OTHER = "arn:aws-cn:iam::210987654321:role/path/lake"


@pytest.mark.parametrize(
    ("options", "glue"),
    [
        ({"IAM_ROLE": OWN}, ("aws", None, "123456789012")),
        ({"IAM_ROLE": OWN, "REGION": "us-west-2"}, ("aws", "us-west-2", "123456789012")),
        ({"IAM_ROLE": f"{OWN},{OTHER}"}, ("aws-cn", None, "210987654321")),
        ({"IAM_ROLE": OWN, "CATALOG_ROLE": OTHER}, ("aws-cn", None, "210987654321")),
        ({"IAM_ROLE": OWN, "CATALOG_ID": "333333333333"}, ("aws", None, "333333333333")),
        ({"IAM_ROLE": "default"}, None),
        ({"IAM_ROLE": "SESSION"}, None),
        ({}, None),
    ],
)
def test_an_external_table_is_a_table_of_the_glue_catalog(options: dict[str, str], glue: tuple[str, str | None, str] | None) -> None:
    answers = {"current_setting": session(), **RECORDED, "svv_external_schemas": [("Spectrum", "SpectrumDB", json.dumps(options))]}
    table = read_catalog(Warehouse(answers), [Name("spectrum", "customers")]).relations[Table("dev", "spectrum", "customers")]
    assert table.glue == (GlueTable(*glue, "spectrumdb", "customers") if glue else None)
    assert table.location


@pytest.mark.parametrize("answer", [[("spectrum", "db", "{")], [("spectrum", "db", "[]")], [("spectrum", None, None)], NO_EXTERNAL_TABLES])
def test_an_external_table_whose_catalog_is_not_known_has_its_place_all_the_same(answer: Any) -> None:
    answers = {"current_setting": session(), **RECORDED, "svv_external_schemas": answer}
    table = read_catalog(Warehouse(answers), [Name("spectrum", "customers")]).relations[Table("dev", "spectrum", "customers")]
    assert (table.location, table.glue) == (Location("lake", "customers"), None)


def test_a_federated_table_is_a_table_of_the_warehouse() -> None:
    catalog = read_catalog(Warehouse({"current_setting": session(), **RECORDED}), [Name("apg", "orders")])
    assert catalog.relations[Table("dev", "apg", "orders")] == Relation((Column("id", "integer"),))


def test_what_is_listed_as_external_is_external_even_if_it_is_ordinary_too() -> None:
    ordinary = [("spectrum", "customers", "id", "bigint")]
    warehouse = Warehouse({"current_setting": session(), "information_schema": ordinary, **RECORDED})
    assert read_catalog(warehouse, [Name("spectrum", "customers")]).relations[Table("dev", "spectrum", "customers")].location


def test_a_warehouse_without_the_views_has_no_external_tables() -> None:
    catalog = read_catalog(Warehouse({**STAGING, "svv_external_tables": NO_EXTERNAL_TABLES}), [Name("staging", "sales")])
    assert list(catalog.relations) == [Table("dev", "staging", "sales")]


def test_any_other_error_is_raised() -> None:
    refused = DatabaseError("permission denied for relation svv_external_tables", "42501")
    with pytest.raises(DatabaseError, match="permission denied"):
        read_catalog(Warehouse({**STAGING, "svv_external_tables": refused}), [Name("staging", "sales")])


def test_lineage_of_nested_columns_of_a_recorded_table() -> None:
    statements = parse(["create table t as select c.name.given, o.price from spectrum.customers c, c.orders o"])
    catalog = read_catalog(Warehouse({"current_setting": session(), **RECORDED}), names(statements))
    lineage = derive(statements, catalog)
    (output,) = lineage.outputs.values()
    assert {column: [origin.column for origin in origins] for column, origins in output.columns.items()} == {
        "given": ["name"],
        "price": ["orders"],
    }
    assert lineage.problems == []


def queries(warehouse: Warehouse) -> list[str]:
    """Of which kind each was, by a word of it."""
    words = ("statement_timeout", "current_setting", "information_schema", *RECORDED, "pg_get_viewdef", "pg_proc_info")
    return [next(word for word in words if word in sql) for sql, _ in warehouse.executed]


READ = ["statement_timeout", "current_setting", "information_schema", "svv_external_tables", "svv_external_columns"]
PAID = {**STAGING, "information_schema": [("mart", "paid", None, None), ("mart", "paid", "id", "integer")]}


def test_what_is_no_view_costs_no_further_question() -> None:
    warehouse = Warehouse(STAGING)
    catalog = read_catalog(warehouse, [Name("staging", "sales"), Name("dm", "new")])
    assert (queries(warehouse), catalog.views, catalog.procedures) == (READ, {}, {})


def test_a_view_has_its_definition_and_what_that_mentions_is_read() -> None:
    warehouse = Warehouse({**PAID, "pg_get_viewdef": [("mart", "paid", "SELECT id FROM Raw.Orders")]})
    catalog = read_catalog(warehouse, [Name("mart", "paid")])
    assert catalog.views == {Table("dev", "mart", "paid"): "SELECT id FROM Raw.Orders"}
    assert catalog.relations[Table("dev", "mart", "paid")] == Relation((Column("id", "integer"),))
    assert queries(warehouse) == [*READ, "pg_get_viewdef", *READ[2:], "pg_get_viewdef"]
    assert warehouse.executed[5][1] == ("mart", "paid")
    assert warehouse.executed[6][1] == ("raw", "orders") * 2


def test_systems_own_views_are_not_read() -> None:
    warehouse = Warehouse({**STAGING, "information_schema": [("pg_catalog", "pg_tables", None, None)]})
    assert read_catalog(warehouse, [Name(None, "pg_tables")]).views == {}
    assert queries(warehouse) == READ


@pytest.mark.parametrize("parameters", [["p_from", "P To"], '{p_from,"P To"}'], ids=["a list", "a text"])
def test_a_procedure_that_is_called_has_its_source_and_what_that_mentions_is_read(parameters: Any) -> None:
    source = "begin insert into staging.sales select * from raw.sales; call mart.other(); end"
    warehouse = Warehouse({**STAGING, "pg_proc_info": [("mart", "load", 2, parameters, source)]})
    catalog = read_catalog(warehouse, [Name("mart", "load", is_called=True)])
    assert catalog.procedures[Table("dev", "mart", "load")][0] == Procedure(source, 2, ("p_from", "P To"))
    assert queries(warehouse) == [*READ[:2], "pg_proc_info", "pg_proc_info", *READ[2:]]
    assert warehouse.executed[3][1] == ("mart", "other")
    assert warehouse.executed[4][1] == ("raw", "staging", "sales") * 2


def test_what_is_no_plain_sql_mentions_nothing() -> None:
    warehouse = Warehouse({**STAGING, "pg_proc_info": [("mart", "load", 0, None, "begin execute 'select 1'; end")]})
    assert read_catalog(warehouse, [Name("mart", "load", is_called=True)]).procedures != {}
    assert queries(warehouse) == [*READ[:2], "pg_proc_info"]


@pytest.mark.parametrize(
    "error", [DatabaseError("permission denied", "42501"), DatabaseError("no such relation", "42P01"), OSError("gone")]
)
def test_a_catalog_that_refuses_what_is_stored_tells_the_rest(error: Exception) -> None:
    warehouse = Warehouse({**PAID, "pg_get_viewdef": error, "pg_proc_info": error})
    catalog = read_catalog(warehouse, [Name("mart", "paid"), Name("mart", "load", is_called=True)])
    assert catalog.relations == {Table("dev", "mart", "paid"): Relation((Column("id", "integer"),))}
    assert (catalog.views, catalog.procedures, catalog.complete) == ({Table("dev", "mart", "paid"): ""}, {}, True)
    assert catalog.unread == f"what views and procedures are made of cannot be read: {error}"


def test_views_on_views_are_read_to_a_depth() -> None:
    class Endless(Warehouse):
        """Each view is made of another one."""

        def execute(self, sql: str, parameters: Any = ()) -> None:
            super().execute(sql, parameters)
            if "pg_get_viewdef" in sql:
                self._rows = [("mart", parameters[1], f"select id from mart.{parameters[1]}x")]
            elif "information_schema" in sql:
                self._rows = [("mart", parameters[1], None, None)]

    warehouse = Endless({"current_setting": session()})
    catalog = read_catalog(warehouse, [Name("mart", "v")])
    assert queries(warehouse).count("pg_get_viewdef") == DEEPEST
    lineage = derive(parse(["select id from mart.v"]), catalog)
    (problem,) = lineage.problems
    assert problem.message.startswith("what view dev.mart.vxxxxxxxx is made of: views on views are read 8 levels deep")
    assert len([view for view, output in lineage.views.items() if output.written]) == DEEPEST
