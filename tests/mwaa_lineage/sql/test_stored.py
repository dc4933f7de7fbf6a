"""What views and procedures say that the catalog has stored: the cases of stored.yaml."""

from pathlib import Path
from typing import Any

import pytest

from mwaa_lineage.sql import calls
from mwaa_lineage.sql.flow import Lineage, derive
from mwaa_lineage.sql.relations import Catalog, Column, Procedure, Relation
from mwaa_lineage.sql.sql import parse
from tests.corpus import read
from tests.mwaa_lineage.sql.test_flow import short, table, written

STORED = read(Path(__file__).with_name("stored.yaml"))


def catalog(procedures: dict[str, list[dict[str, Any]]] | None = None) -> Catalog:
    relations = {table(name): Relation(tuple(map(Column, columns))) for name, columns in (STORED["catalog"] | STORED["columns"]).items()}
    return Catalog(
        "dev",
        ("public",),
        relations,
        views={table(name): definition for name, definition in STORED["views"].items()},
        procedures={
            table(name): tuple(Procedure(each["source"], len(each["parameters"]), tuple(each["parameters"])) for each in several)
            for name, several in (procedures or STORED["procedures"]).items()
        },
    )


def of_views(lineage: Lineage) -> dict[str, dict[str, list[str]]]:
    return written(Lineage([], {view: output for view, output in lineage.views.items() if output.written}, {}, []))


def ordered(expected: dict[str, dict[str, list[str]]]) -> dict[str, dict[str, list[str]]]:
    return {target: {column: sorted(origins) for column, origins in columns.items()} for target, columns in expected.items()}


@pytest.mark.parametrize("case", STORED["cases"], ids=lambda case: case["name"])
def test_stored(case: dict[str, Any]) -> None:
    lineage = derive(parse([case["sql"]]), catalog())
    assert written(lineage) == ordered(case.get("outputs", {}))
    assert of_views(lineage) == ordered(case.get("views", {}))
    assert sorted(map(short, lineage.inputs)) == sorted(case.get("inputs", []))
    messages = [problem.message for problem in lineage.problems]
    assert len(messages) == len(case.get("problems", [])), messages
    assert all(part in message for part, message in zip(case.get("problems", []), messages, strict=True)), messages


def test_each_case_has_a_name_of_its_own() -> None:
    names = [case["name"] for case in STORED["cases"]]
    assert len(set(names)) == len(names) > 40


def test_problems_of_a_procedure_are_those_of_its_call() -> None:
    lineage = derive(parse(["begin; call mart.handles(); call mart.dynamic(); commit"]), catalog())
    assert [problem.statement for problem in lineage.problems] == [1, 2]


def test_procedures_that_call_others_time_and_again_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the eight calls the next one ten times."""
    monkeypatch.setattr(calls, "MOST", 500)
    chain = {f"mart.p{level}": [{"parameters": [], "source": f"begin {f'call mart.p{level + 1}();' * 10} end"}] for level in range(8)} | {
        "mart.p8": [{"parameters": [], "source": "begin insert into mart.sales (a) select id from raw.orders; end"}]
    }
    lineage = derive(parse(["call mart.p0()"]), catalog(chain))
    assert written(lineage) == {"mart.sales": {"a": ["raw.orders.id"]}}
    assert "procedures run more than 500 statements" in lineage.problems[0].message


def test_a_source_that_is_too_long_is_said() -> None:
    source = "begin " + "insert into mart.sales (a) select id from raw.orders; " * 10_000 + "end"
    lineage = derive(parse(["call mart.long()"]), catalog({"mart.long": [{"parameters": [], "source": source}]}))
    assert "it has more than 400000 characters" in lineage.problems[0].message


def test_views_on_views_are_told_to_the_last() -> None:
    """Of late-binding ones, whose columns only the definitions have."""
    views = {table(f"mart.v{n}"): f"create view mart.v{n} as select * from mart.v{n + 1} with no schema binding" for n in range(200)}
    chain = Catalog("dev", ("public",), {table("mart.v200"): Relation((Column("id"),))}, views=views)
    lineage = derive(parse(["create table mart.copy as select * from mart.v0"]), chain)
    assert written(lineage) == {"mart.copy": {"id": ["mart.v0.id"]}}
    assert of_views(lineage)["mart.v199"] == {"id": ["mart.v200.id"]}
    assert (len(lineage.views), lineage.problems) == (200, [])
