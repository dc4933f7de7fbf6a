"""All SQL that runs in the warehouse is Redshift's: a grammar of Redshift reads it, and nothing in it is PostgreSQL's alone.

The grammar is sqlfluff's, which knows Redshift's own statements; it takes some of PostgreSQL's for Redshift's as well, and those are in
local/redshift/refusals.py.
"""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from local.redshift.refusals import refusal
from local.settings import ROOT
from tools.tool_environment import environment

FOLDERS = ("modules/sql", "airflow/dags/sql", "airflow/plugins/mwaa_lineage/sql/queries")
FILES = sorted(file.relative_to(ROOT) for folder in FOLDERS for file in (ROOT / folder).rglob("*.sql"))
MARKS = {"{schemas}": "'public', 'dm'", "{tables}": "'event'", "%s": "'dev'"}
NAMES = [str(file) for file in FILES]
PLANTED = {
    "modules/sql/staging.sql": ("if not exists", "if not exist"),
    "modules/sql/s3_datalake.sql": ("from data catalog", "from the data catalog"),
    "modules/sql/loader_dm.sql": ("to role loader", "too role loader"),
    "modules/sql/loader_schemas.sql": ("on schema", "in schema"),
    "modules/sql/loader.sql": ("call public.create_loader()", "call public.create_loader"),
    "modules/sql/loader_procedure.sql": ("language plpgsql", "langage plpgsql"),
    "modules/sql/public.sql": ("from public", "form public"),
    "airflow/dags/sql/dm/fact_sales.sql": ("lock table dm.fact_sales", "lock tabel dm.fact_sales"),
    "airflow/dags/sql/dm/dim_users.sql": ("userid      integer not null", "userid      serial"),
    "airflow/dags/sql/staging/venue.sql": ("from s3_datalake.venue", "from s3_datalake.venue on conflict do nothing"),
    "airflow/dags/sql/staging/sales.sql": ("delete from staging.sales;", "deleet from staging.sales;"),
}
"""{file: (what stands there, a fault)}."""


def text(file: Path) -> str:
    """A file's SQL with values in its places, as it runs."""
    sql = (ROOT / file).read_text()
    for mark, value in MARKS.items():
        sql = sql.replace(mark, value)
    return sql


def unreadable(folder: Path, texts: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """What of the texts Redshift's grammar cannot read, {name: [what]}."""
    for name, sql in texts:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(sql)
    # It parses before it applies rules; this one finds nothing, as no words are blocked.
    options = ["--dialect=redshift", "--templater=raw", "--rules=CV09", "--format=json", "--ignore-local-config", "--processes=1"]
    done = subprocess.run(
        [str(environment("sqlfluff") / "sqlfluff"), "lint", *options, "."],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    found = json.loads(done.stdout)
    return {file["filepath"]: [each["description"] for each in file["violations"] if each["code"] == "PRS"] for file in found}


@pytest.mark.parametrize("name", NAMES)
def test_redshift_refuses_nothing_of_it(name: str) -> None:
    assert refusal(text(Path(name))) is None


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_it_means_something_else_to_redshift(name: str) -> None:
    """There a backslash in a string is an escape, and TRUNCATE commits: a load that then fails would leave an empty table."""
    code = "\n".join(line.partition("--")[0] for line in text(Path(name)).splitlines())
    assert "\\" not in code
    assert "truncate" not in code.lower()


@pytest.mark.system
def test_a_grammar_of_redshift_reads_it(tmp_path: Path) -> None:
    assert [folder for folder in FOLDERS if not any(name.startswith(folder) for name in NAMES)] == []
    assert unreadable(tmp_path, ((name, text(Path(name))) for name in NAMES)) == {name: [] for name in NAMES}


@pytest.mark.system
def test_a_planted_fault_is_found_in_every_kind_of_file(tmp_path: Path) -> None:
    planted = []
    for name, (sound, fault) in PLANTED.items():
        sql = text(Path(name))
        assert sound in sql, name
        planted.append((name, sql.replace(sound, fault)))
    found = unreadable(tmp_path, planted)
    assert [name for name, problems in found.items() if not problems] == []
    assert found.keys() == PLANTED.keys()
