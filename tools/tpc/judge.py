"""The queries of TPC-H and TPC-DS, from DuckDB's own packages, and which columns form theirs, as DuckDB's binder says.

A program for this tool's own environment, whose DuckDB is the one that the packages are for. It prints a JSON object:
{benchmark: {"tables": {table: columns}, "queries": [...]}}, of each query its number and text, its tables, the names of its columns, and
the columns that each comes from.

DuckDB serializes the plan that it has bound, before it is optimized: each reference is a place among the columns of the operators below.
"""

import importlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

Columns = list[set[tuple[str, str]]]
"""Of each column of an operator, the tables and columns that form it."""

BENCHMARKS = {"tpch": "call dbgen(sf = 0)", "tpcds": "call dsdgen(sf = 0)"}
ABOVE = ("LOGICAL_ORDER_BY", "LOGICAL_FILTER", "LOGICAL_LIMIT", "LOGICAL_DISTINCT")
BESIDE = ("INNER", "LEFT", "RIGHT", "OUTER", "FULL", "SINGLE")


class Unknown(Exception):
    """The plan has something that this judge does not know."""


class Plan:
    """Follows the columns of one plan from its tables up."""

    def __init__(self) -> None:
        self.ctes: dict[int, Columns] = {}
        self.correlated: list[Columns] = []
        self.tables: set[str] = set()

    def columns(self, operator: dict[str, Any]) -> Columns:
        """Those of an operator. Raises Unknown."""
        kind = operator["type"].removeprefix("LOGICAL_").lower()
        if operator["type"] in ABOVE:
            return self._above(operator)
        follow = getattr(self, f"_{kind}", None)
        if follow is None:
            raise Unknown(operator["type"])
        found: Columns = follow(operator)
        return found

    def _above(self, operator: dict[str, Any]) -> Columns:
        below = self._below(operator)
        order = operator.get("projections") or operator.get("projection_map")
        return [below[place] for place in order] if order else below

    def _below(self, operator: dict[str, Any]) -> Columns:
        (child,) = operator["children"]
        return self.columns(child)

    def _get(self, operator: dict[str, Any]) -> Columns:
        table = operator["function_data"]["table"]
        self.tables.add(table)
        if operator["projection_ids"]:
            raise Unknown("projection_ids")
        return [
            {(table, operator["names"][each["index"]])} if each["index"] < len(operator["names"]) else set()
            for each in operator["column_indexes"]
        ]

    def _projection(self, operator: dict[str, Any]) -> Columns:
        return _formed(operator["expressions"], self._below(operator))

    def _aggregate_and_group_by(self, operator: dict[str, Any]) -> Columns:
        below = self._below(operator)
        groups = _formed(operator["groups"], below)
        grouping = [set[tuple[str, str]]().union(*(groups[place] for place in places)) for places in operator["grouping_functions"]]
        return [*groups, *_formed(operator["expressions"], below), *grouping]

    def _window(self, operator: dict[str, Any]) -> Columns:
        below = self._below(operator)
        return [*below, *_formed(operator["expressions"], below)]

    def _cross_product(self, operator: dict[str, Any]) -> Columns:
        left, right = operator["children"]
        return [*self.columns(left), *self.columns(right)]

    def _comparison_join(self, operator: dict[str, Any]) -> Columns:
        left, right = operator["children"]
        first = self.columns(left)
        return self._joined(operator, first, self.columns(right))

    def _delim_join(self, operator: dict[str, Any]) -> Columns:
        """The side to the right may use columns of the left one, which DELIM_GET gives."""
        if operator["delim_flipped"]:
            raise Unknown("delim_flipped")
        left, right = operator["children"]
        first = self.columns(left)
        self.correlated.append(_formed(operator["duplicate_eliminated_columns"], first))
        second = self.columns(right)
        self.correlated.pop()
        return self._joined(operator, first, second)

    @staticmethod
    def _joined(operator: dict[str, Any], left: Columns, right: Columns) -> Columns:
        kind = operator["join_type"]
        first = [left[place] for place in operator["left_projection_map"]] or left
        second = [right[place] for place in operator["right_projection_map"]] or right
        if kind in ("SEMI", "ANTI"):
            return first
        if kind == "MARK":
            # Whether a row is among others; a value of its own is asked for in no query of these benchmarks.
            return [*first, set()]
        if kind in BESIDE:
            return [*first, *second]
        raise Unknown(kind)

    def _delim_get(self, operator: dict[str, Any]) -> Columns:
        del operator
        return self.correlated[-1]

    def _materialized_cte(self, operator: dict[str, Any]) -> Columns:
        definition, query = operator["children"]
        self.ctes[operator["table_index"]] = self.columns(definition)
        return self.columns(query)

    def _cte_ref(self, operator: dict[str, Any]) -> Columns:
        return self.ctes[operator["cte_index"]]

    def _union(self, operator: dict[str, Any]) -> Columns:
        branches = [self.columns(child) for child in operator["children"]]
        return [set[tuple[str, str]]().union(*column) for column in zip(*branches, strict=True)]

    _intersect = _union

    def _except(self, operator: dict[str, Any]) -> Columns:
        first, *_ = [self.columns(child) for child in operator["children"]]
        return first


def _formed(expressions: Sequence[Any], below: Columns) -> Columns:
    """Of each expression, the columns of all references in it."""
    return [set[tuple[str, str]]().union(*(below[place] for place in _places(expression))) for expression in expressions]


def _places(expression: Any) -> Iterator[int]:
    if isinstance(expression, dict):
        if expression.get("expression_class") == "BOUND_REF":
            yield expression["index"]
        for part in expression.values():
            yield from _places(part)
    elif isinstance(expression, list):
        for part in expression:
            yield from _places(part)


def judged(engine: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    """A query's tables, column names and origins."""
    plan = Plan()
    (text,) = engine.execute("select json_serialize_plan(?, optimize := false)", [sql]).fetchone() or ("",)
    (root,) = json.loads(text)["plans"]
    origins = plan.columns(root)
    names = [row[0] for row in engine.execute(f"describe {sql}").fetchall()]
    return {
        "tables": sorted(plan.tables),
        "columns": names,
        "origins": [sorted(each) for each in origins[: len(names)]],
    }


def benchmark(name: str) -> dict[str, Any]:
    """The tables and queries of one benchmark."""
    engine = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    package = importlib.import_module(f"duckdb_extension_{name}")
    (extension,) = Path(package.__path__[0]).glob("extensions/*/*.duckdb_extension")
    engine.execute(f"load '{extension}'")
    engine.execute(BENCHMARKS[name])
    tables: dict[str, list[str]] = {}
    for table, column in engine.execute(
        "select table_name, column_name from duckdb_columns() where not internal order by column_index"
    ).fetchall():
        tables.setdefault(table, []).append(column)
    queries = engine.execute(f"select query_nr, query from {name}_queries() order by query_nr").fetchall()  # noqa: S608 - a name of BENCHMARKS
    texts = [(number, query.strip().rstrip(";")) for number, query in queries]
    return {"tables": tables, "queries": [{"number": number, "sql": sql, **judged(engine, sql)} for number, sql in texts]}


if __name__ == "__main__":
    print(json.dumps({name: benchmark(name) for name in BENCHMARKS}))
