"""`make bench-lineage-cost`: what the lineage of SQL of each shape costs a task that itself takes no time, each in a process of its own.

The seconds are those that the task waits at its start and at its end, the megabytes all that the process has had at most, Airflow's among
them; *derived* is what has its columns, *tables only* what was too large or too deep, *given up* what was not derived in time.
"""

import json
import logging
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Shape = Callable[[int], str]
# ruff: noqa: S608 - SQL that nobody runs


def chain(operator: str) -> Shape:
    """A value joined to itself."""
    return lambda n: f"insert into t select {operator.join(['a'] * n)} from b"


def nested(before: str, after: str) -> Shape:
    """A value within brackets of some kind."""
    return lambda n: f"insert into t select {before * n}a{after * n} from b"


def joined(pieces: Callable[[int], Iterable[str]], between: str, before: str = "", after: str = "") -> Shape:
    """Pieces of a statement, or statements."""
    return lambda n: before + between.join(pieces(n)) + after


def each(piece: str) -> Callable[[int], Iterable[str]]:
    """`piece` with its number, n times."""
    return lambda n: (piece.format(i, i - 1) for i in range(n))


SHAPES: dict[str, tuple[Shape, tuple[int, ...]]] = {
    "an ordinary statement": (joined(each("select a{0}, sum(b{0}) from r.b{0}"), " union all ", "insert into t "), (1, 10)),
    "rows of values": (joined(each("({0}, 'text', null, -1.5, '2020-01-01'::date)"), ", ", "insert into t values "), (1_000, 200_000)),
    "rows with calls": (joined(each("({0}, upper('x'), getdate())"), ", ", "insert into t values "), (200_000,)),
    "rows with secrets": (joined(each("""({0}, '{{"token": "tok-{0}-abcdef"}}')"""), ", ", "insert into t values "), (2_500, 50_000)),
    "literals in IN": (joined(each("{0}"), ", ", "insert into t select a from b where a in (", ")"), (200_000, 1_000_000)),
    "a long literal": (lambda n: f"insert into t select '{'x' * n}' from b", (10_000_000,)),
    "a long comment": (lambda n: f"/* {'x ' * n} */ insert into t select a from b", (5_000_000,)),
    "and": (lambda n: f"insert into t select a from b where {' and '.join(f'c{i} = {i}' for i in range(n))}", (500, 5_000, 500_000)),
    "or": (lambda n: f"insert into t select a from b where {' or '.join(f'c = {i}' for i in range(n))}", (5_000,)),
    "||": (chain(" || "), (500, 5_000)),
    "+": (chain(" + "), (5_000,)),
    "union all": (joined(each("select a from b{0}"), " union all ", "insert into t "), (500, 5_000, 20_000, 300_000)),
    "joins": (joined(each("join b{0} on b{0}.a = b.a"), " ", "insert into t select b.a from b "), (200, 2_000, 250_000)),
    "WITH on WITH": (
        joined(each('"c{0}" as (select a from "c{1}")'), ", ", 'insert into t with "c-1" as (select a from b), ', " select a from c99"),
        (100, 400),
    ),
    "branches of CASE": (joined(each("when a = {0} then 'x{0}'"), " ", "insert into t select case ", " end from b"), (1_000, 16_000)),
    "columns": (joined(each("a as x{0}"), ", ", "insert into u select ", " from b"), (400, 4_000)),
    "statements": (joined(each("insert into t{0} select a from b"), "; "), (300, 4_000, 200_000)),
    "aliases that use the last one twice": (
        joined(each('"x{1}" + "x{1}" as "x{0}"'), ", ", 'insert into t select a as x, a as "x-1", ', " from b"),
        (12, 30),
    ),
    "brackets": (nested("(", ")"), (50, 500, 5_000)),
    "coalesce(": (nested("coalesce(", ", 0)"), (50, 500)),
    "replace(": (nested("replace(", ", 'x', 'y')"), (50, 500)),
    "CASE in CASE": (nested("case when a = 1 then 1 else ", " end"), (50, 500)),
    "subqueries": (lambda n: f"insert into t select a from {'(select a from ' * n}b{') x' * n}", (30, 300)),
    "scalar subqueries": (lambda n: f"insert into t select {'(select ' * n}b.a{' from c)' * n} from b", (30, 300)),
}


def measure(sql: str) -> dict[str, Any]:
    """Of this process: seconds, megabytes and the outcome."""
    from mwaa_lineage.airflow.lineage_operator import LineageSQLOperator  # noqa: PLC0415
    from mwaa_lineage.airflow.task_lineage import Sent  # noqa: PLC0415
    from mwaa_lineage.airflow.warehouse import Redshift  # noqa: PLC0415
    from mwaa_lineage.sql.relations import Catalog, Column, Relation, Table  # noqa: PLC0415
    from mwaa_lineage.transport.in_thread import in_thread  # noqa: PLC0415 - plugins, which are on no search path of the tools

    columns = {"b": "a", "t": "vwxyz"}
    catalog = Catalog(
        "dev",
        relations={Table("dev", "public", name): Relation(tuple(map(Column, names))) for name, names in columns.items()},
        complete=False,
    )

    class Known(Redshift):
        """A warehouse whose catalog takes no time."""

        key = "known"

        def name(self) -> tuple[str, str]:
            """Its namespace and its database."""
            return "redshift://w", "dev"

        def read(self, names: Iterable[Any]) -> Catalog:
            """All of it."""
            del names
            return catalog

    operator = LineageSQLOperator(task_id="t", conn_id="c", sql=sql)
    operator._sent = lambda: [Sent(Known(), (sql,))]  # type: ignore[method-assign]
    begun = time.monotonic()
    in_thread(operator.get_openlineage_facets_on_start, "on_running")
    started = time.monotonic()
    told: list[Any] = []
    in_thread(lambda: told.append(operator.get_openlineage_facets_on_complete(None)), "on_success")
    ended = time.monotonic()
    if not told:
        return {"start": started - begun, "end": ended - started, "megabytes": 0, "outcome": "NO EVENT", "tables": 0, "error": ""}
    (facets,) = told
    errors = [error.errorMessage for error in facets.run_facets["extractionError"].errors] if facets.run_facets else []
    return {
        "start": started - begun,
        "end": ended - started,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "outcome": outcome(errors),
        "tables": len(facets.inputs) + len(facets.outputs),
        "error": "" if not errors else errors[0][:100],
    }


def outcome(errors: list[str]) -> str:
    """In two words."""
    if any("not derived in time" in error for error in errors):
        return "given up"
    return "tables only" if any("only the tables" in error for error in errors) else "derived"


def in_a_process(sql: str) -> dict[str, Any]:
    """What `measure` finds in a fork of this one."""
    reading, writing = os.pipe()
    if not os.fork():
        with os.fdopen(writing, "w") as pipe:
            json.dump(measure(sql), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        found: dict[str, Any] = json.load(pipe)
    os.wait()
    return found


def main() -> None:
    """Print a line for each shape and size."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "airflow/plugins"))
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as home:
        os.environ["AIRFLOW_HOME"] = home
        import mwaa_lineage.airflow.report  # type: ignore[import-not-found,unused-ignore]  # noqa: F401, PLC0415 - when the home is known

        print(f"{'shape':36} {'times':>9} {'kB':>7} {'start s':>8} {'end s':>6} {'MB':>5}  outcome")
        for name, (shape, sizes) in SHAPES.items():
            for size in sizes:
                sql = shape(size)
                found = in_a_process(sql)
                figures = f"{found['start']:8.2f} {found['end']:6.2f} {found['megabytes']:5.0f}"
                print(f"{name:36} {size:9,} {len(sql) / 1000:7,.0f} {figures}  {found['outcome']}, {found['tables']:,} tables", flush=True)
                if found["error"]:
                    print(f"{'':36} {found['error']}")


if __name__ == "__main__":
    main()
