"""What decides about rows and values: each case of indirect.yaml; and that nothing of it makes derivation slow."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from mwaa_lineage.sql.flow import derive
from mwaa_lineage.sql.origins import Origins, told
from mwaa_lineage.sql.relations import Catalog, Column, Relation
from mwaa_lineage.sql.sql import parse
from mwaa_lineage.sql.tables import Output
from tests.mwaa_lineage.sql.test_flow import CATALOG, NO_CATALOG, short, table

CASES = yaml.safe_load(Path(__file__).with_name("indirect.yaml").read_text())["cases"]
ENOUGH = 60


def roles(origins: Origins) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for origin, does in told(origins).items():
        for how in does:
            if how.type == "INDIRECT" or how.masking:
                name = f"{short(origin.table)}.{origin.column}"
                found.setdefault("MASKED" if how.masking else how.subtype, []).append(name)
    return {role: sorted(names) for role, names in found.items()}


def decided(output: Output) -> dict[str, dict[str, list[str]]]:
    found = {"*": roles(output.decided_by), **{column: roles(origins) for column, origins in output.written.items()}}
    return {column: how for column, how in found.items() if how}


def test_there_are_enough() -> None:
    assert len(CASES) > ENOUGH
    assert len({case["name"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_decides(case: dict[str, Any]) -> None:
    lineage = derive(parse([case["sql"]]), NO_CATALOG if case.get("catalog") == "none" else CATALOG)
    found = {short(target): decided(output) for target, output in lineage.outputs.items()}
    expected = {
        target: {column: {role: sorted(names) for role, names in how.items()} for column, how in columns.items()}
        for target, columns in case["outputs"].items()
    }
    assert {target: columns for target, columns in found.items() if columns} == expected
    messages = [problem.message for problem in lineage.problems]
    assert len(messages) == len(case.get("problems", [])), messages
    assert all(part in message for part, message in zip(case.get("problems", []), messages, strict=True)), messages


def test_what_filters_many_columns_stands_there_once() -> None:
    names = [f"c{number}" for number in range(300)]
    wide = Relation(tuple(map(Column, names)))
    catalog = Catalog("dev", ("public",), {table("raw.wide"): wide, table("mart.wide"): wide})
    filters = " and ".join(f"{name} > 1" for name in names)
    lineage = derive(parse([f"insert into mart.wide select {', '.join(names)} from raw.wide where {filters}"]), catalog)
    output = lineage.outputs[table("mart.wide")]
    assert len(output.decided_by) == len(names)
    assert [len(origins) for origins in output.written.values()] == [1] * len(names)


def test_filters_of_a_long_chain_are_found_in_no_time() -> None:
    links = ", ".join(f"t{n} as (select userid, city, state from t{n - 1} where city > '{n}' or state > '{n}')" for n in range(1, 300))
    sql = f"insert into dm.report (a) with t0 as (select * from staging.users), {links} select userid from t299"
    (output,) = derive(parse([sql]), CATALOG).outputs.values()
    assert decided(output) == {"*": {"FILTER": ["staging.users.city", "staging.users.state"]}}
