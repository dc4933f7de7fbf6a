"""docs/pipeline.md, followed to the letter in a copy of the project: "Add a table", then "Add a DAG", and all is green.

Of `make check` this runs what follows the DAG folder; the rest does not know what stands there.
"""

import re
from collections.abc import Iterator

import pytest

from tests.dags.page import Played, beginning, steps
from tools.tool_environment import ROOT

pytestmark = pytest.mark.system

HEADINGS = ("Add a table", "Add a DAG")
AT_THE_END = ("make snapshots", "make check")
"""The last step of both: done once, after both."""
FOLLOWS_THE_FOLDER = re.compile(r"\bDAGS\b|airflow/dags|\bSNAPSHOTS\b")
JOBS = ("rs_staging_to_dm.load_dim_venue", "team_mart.build_daily")


def is_as_the_page_has_it() -> bool:
    """Whether nobody has gone these ways yet: the files that they begin with are not there, and a line that is changed only gets longer."""
    if any((ROOT / steps(heading)[0].file).exists() for heading in HEADINGS):
        return False
    changed = [step for heading in HEADINGS for step in steps(heading)[1:] if step.file.endswith(".py")]
    lines = [(line, (ROOT / step.file).read_text().splitlines()) for step in changed for line in step.lines]
    return all(any(old.startswith(beginning(line)) and line.startswith(old.rstrip("):")) for old in there) for line, there in lines)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    if not is_as_the_page_has_it():
        pytest.skip("the DAG folder is no longer the template's, of which the page tells its steps")
    played = Played(tmp_path_factory.mktemp("a copy"))
    try:
        for heading in HEADINGS:
            played.play(heading, but=AT_THE_END)
        yield played
    finally:
        played.run("make reset", played.project.command("reset"))


def test_every_step_says_what_to_do() -> None:
    for heading in HEADINGS:
        assert [step.lines for step in steps(heading)][-1] == list(AT_THE_END)
        assert [step for step in steps(heading) if not step.commands and not step.file] == []


def test_the_table_is_in_the_lineage_as_it_is_expected(played: Played) -> None:
    written = played.written["4. make demo"]
    assert re.search(rf"^{JOBS[0]} +dev\.staging\.venue +dev\.dm\.dim_venue +5/5 +COMPLETED$", written, re.MULTILINE), written
    assert "\nLineage complete: " in written


def test_the_dag_is_in_the_lineage_as_it_is_expected(played: Played) -> None:
    written = played.written["4. make check-lineage"]
    for job in JOBS:
        assert re.search(rf"^{job} .* COMPLETED$", written, re.MULTILINE), written
    assert "\nLineage complete: " in written
    assert "Coverage 100 %" in played.written["4. make coverage FAIL_UNDER=100"]


def test_what_follows_the_folder_is_green(played: Played) -> None:
    folder = played.project.folder
    modules = [file for file in sorted((folder / "tests").rglob("test_*.py")) if FOLLOWS_THE_FOLDER.search(file.read_text())]
    assert {"test_dag_bag.py", "test_repository_sql.py", "test_snapshots.py"} <= {file.name for file in modules}
    python = str(folder / ".venv/bin/python")
    played.run("make snapshots", played.project.command("snapshots"))
    deployed = (folder / "tests/modules/snapshots/mwaa.yaml").read_text()
    assert [name for name in ("dim_venue.sql", "team_mart.py", "team_mart.lineage.yaml") if name not in deployed] == []
    for tool in (["ruff", "check", "."], ["ruff", "format", "--check", "--quiet", "."]):
        played.run(tool[1], [python, "-m", *tool])
    played.run("make check", [python, "-m", "pytest", "-q", "-m", "not system", *map(str, modules)])
