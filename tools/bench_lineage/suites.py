"""The suites, each with a truth that no parser of this bench made."""

import json
import re
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import yaml

from tools.bench_lineage.case import Case, Edge, Question, Suite
from tools.lineage_judge.judge import FORMS, Edges, Judge
from tools.lineage_judge.tables import READ, WRITTEN
from tools.lineage_judge.twins import SIDE
from tools.lineage_judge.verdict import script
from tools.tool_environment import ROOT, environment

STATEMENTS = ROOT / "tests/mwaa_lineage/sql/statements.yaml"
REDSHIFT = Path(__file__).with_name("redshift.yaml")
DAGS = ROOT / "airflow/dags"
SCRIPTS, SEED = 300, 2026
PATIENCE = 5
"""Seconds after which the judge gives a script up."""
TASTE = re.compile(r"\bjoin\b[^;]*?\busing\s*\(|\bnatural\b|(?:select|,|then)\s+(?:not\s+)?exists\b|\bunpivot\b|\$path", re.IGNORECASE)
"""SQL whose right answer is a matter of taste: which side a joined column comes from, whether EXISTS or the name of a column or file has an
origin. So is what a column is called that has no name."""


REFUSED = re.compile(r"\blateral\b|\(values\b", re.IGNORECASE)
"""What Redshift does not have in FROM, and PostgreSQL has."""


def suites() -> list[Suite]:
    """All of them, in the order of the table. Raises InstallFailed where the packages of TPC cannot be."""
    benchmarks = _benchmarks()
    return [
        demo(),
        redshift(),
        statements(),
        Suite("TPC-H", "DuckDB's binder", tuple(_benchmark("tpch", benchmarks["tpch"]))),
        Suite("TPC-DS", "DuckDB's binder", tuple(_benchmark("tpcds", benchmarks["tpcds"]))),
        _random(),
    ]


def demo() -> Suite:
    """The ten files of the DAGs; their lineage stands beside them."""
    return Suite("The demo", "by hand", tuple(_demo()))


def redshift() -> Suite:
    """Statements as people write them for Redshift."""
    return _by_hand("Redshift's own", REDSHIFT)


def statements() -> Suite:
    """What this project's own tests have: mostly faults that it once had."""
    return _by_hand("This project's tests", STATEMENTS)


def _by_hand(title: str, file: Path) -> Suite:
    """Cases in the form of statements.yaml, less those that are about what is said, or a matter of taste."""
    document = yaml.safe_load(_renamed(file.read_text()))
    asked = [case for case in document["cases"] if not case.get("problems") and case.get("catalog") != "none"]
    unnamed = [case for case in asked if any("?column?" in columns for columns in case["outputs"].values())]
    cases = [_case(case, document["catalog"]) for case in asked if case not in unnamed and not TASTE.search(case["sql"])]
    return Suite(title, "by hand", tuple(cases), len(asked) - len(cases))


def _case(case: Mapping[str, Any], tables: dict[str, list[str]]) -> Case:
    edges = frozenset(_edges(case["outputs"]))
    return Case(case["name"], Question(case["sql"], tables), edges, frozenset(case["inputs"]), frozenset(case["outputs"]))


def _edges(outputs: Mapping[str, Mapping[str, list[str]]]) -> Iterator[Edge]:
    for table, columns in outputs.items():
        for column, origins in columns.items():
            for origin in origins:
                name, _, field = origin.rpartition(".")
                yield table, column, name, field


def _demo() -> Iterator[Case]:
    files = [yaml.safe_load(path.read_text()) for path in sorted(DAGS.glob("*.lineage.yaml"))]
    datasets = {name: dataset for file in files for name, dataset in file["datasets"].items()}
    jobs = {name: job for file in files for name, job in file["jobs"].items()}
    lake = {name: dataset["fields"] for name, dataset in datasets.items() if name.startswith("lake.")}
    made = {output: list(columns) for job in jobs.values() for output, columns in job["outputs"].items()}
    for name, job in jobs.items():
        (file,) = DAGS.glob(f"sql/*/{name.partition('.load_')[2]}.sql")
        sql = file.read_text().replace("s3_datalake.", "lake.")
        yield Case(name, Question(sql, lake | made), frozenset(_edges(job["outputs"])), frozenset(job["inputs"]), frozenset(job["outputs"]))


def _benchmarks() -> dict[str, Any]:
    program = [str(environment("tpc") / "python"), str(ROOT / "tools/tpc/judge.py")]
    found: dict[str, Any] = json.loads(subprocess.run(program, capture_output=True, text=True, check=True, timeout=300).stdout)
    return found


def _benchmark(name: str, found: Mapping[str, Any]) -> Iterator[Case]:
    """Each query as the making of a table; of its columns those count that the SQL gives a name."""
    tables = {f"{name}.{table}": columns for table, columns in found["tables"].items()}
    for query in found["queries"]:
        target = f"result.query{query['number']}"
        columns = list(zip(query["columns"], query["origins"], strict=True))
        edges = frozenset((target, column.lower(), f"{name}.{table}", field) for column, origins in columns for table, field in origins)
        named = frozenset(column.lower() for column, _ in columns if "(" not in column and query["columns"].count(column) == 1)
        question = Question(f"create table {target} as {query['sql']}", tables, name)
        read = frozenset(f"{name}.{table}" for table in query["tables"])
        yield Case(f"{name} {query['number']}", question, edges, read, frozenset([target]), named)


def _random() -> Suite:
    """Random scripts that DuckDB can run; those with a join USING of both sides, or with what Redshift lacks, are left out."""
    judge, cases, left_out = Judge(), list[Case](), 0
    tables = {_renamed(name): list(columns) for name, columns in {**READ, **WRITTEN}.items()}
    for number in range(SCRIPTS):
        steps = script(SEED, number)
        sql = ";\n".join(step.sql for step in steps)
        faces = [step.rows + " ".join(change.sql for change in step.changes) for step in steps]
        if TASTE.search(sql) or any(SIDE in face for face in faces) or REFUSED.search(sql):
            left_out += 1
            continue
        edges = _patiently(judge, lambda: judge.edges(steps))  # noqa: B023 - called at once
        if edges is not None:
            true = frozenset((table, column, _renamed(origin), name) for table, column, origin, name, how in edges if how == FORMS)
            cases.append(Case(f"script {number}", Question(_renamed(sql), tables), true))
    return Suite("Random scripts", "DuckDB", tuple(cases), left_out)


def _renamed(text: str) -> str:
    """Without names that are reserved words of Redshift, which a parser of its grammar refuses."""
    return re.sub(r"(?<=\.)new\b|(?<=table )new\b", "fresh", re.sub(r"\braw\b", "src", text))


def _patiently(judge: Judge, find: Callable[[], Edges]) -> Edges | None:
    patience = threading.Timer(PATIENCE, judge.engine.interrupt)
    patience.start()
    try:
        return find()
    except duckdb.Error:
        return None
    finally:
        patience.cancel()
