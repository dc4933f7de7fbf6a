"""docs/pipeline.md, followed to the letter in a copy of the project: "Add a table", then "Add a DAG", and all is green.

Of `make check` this runs what follows the DAG folder; the rest does not know what stands there.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rehearsal.project import Project

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/pipeline.md").read_text()
HEADINGS = ("Add a table", "Add a DAG")
AT_THE_END = ("make snapshots", "make check")
"""The last step of both: done once, after both."""
SCALE = "SCALE=0.02"
SECONDS = 600
FOLLOWS_THE_FOLDER = re.compile(r"\bDAGS\b|airflow/dags|\bSNAPSHOTS\b")
JOBS = ("rs_staging_to_dm.load_dim_venue", "team_mart.build_daily")


@dataclass(frozen=True)
class Step:
    """A step of the page: the file that it names last, and the lines that it gives."""

    file: str
    lines: list[str]

    @property
    def commands(self) -> list[str]:
        return [line for line in self.lines if line.startswith("make ")]


def steps(heading: str) -> list[Step]:
    section = re.split(r"^## ", PAGE.partition(f"\n## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    found = []
    for text in re.split(r"^\d+\. ", section, flags=re.MULTILINE)[1:]:
        said, _, block = text.partition("\n\n")
        lines = [line.removeprefix(" " * 7) for line in block.rstrip().split("\n")]
        found.append(Step((re.findall(r"`(airflow/[\w./]+)`", said) or [""])[-1], lines))
    return found


def beginning(line: str) -> str:
    """By which the line is found whose place it takes."""
    return line[: line.index("(") + 1]


def write(file: Path, lines: list[str]) -> None:
    """A new file has these lines; of one that is there, a line takes the place of the one that begins so, and YAML goes below its keys."""
    if not file.exists():
        file.write_text("\n".join(lines) + "\n")
        return
    there = file.read_text().splitlines()
    if file.suffix == ".yaml":
        key = ""
        for line in lines:
            key = line if not line.startswith(" ") else key
            if line != key:
                there.insert(_end_of(key, there), line)
    else:
        for line in lines:
            (place,) = (number for number, old in enumerate(there) if old.startswith(beginning(line)))
            there[place] = line
    file.write_text("\n".join(there) + "\n")


def is_as_the_page_has_it() -> bool:
    """Whether nobody has gone these ways yet: the files that they begin with are not there, and a line that is changed only gets longer."""
    if any((ROOT / steps(heading)[0].file).exists() for heading in HEADINGS):
        return False
    changed = [step for heading in HEADINGS for step in steps(heading)[1:] if step.file.endswith(".py")]
    lines = [(line, (ROOT / step.file).read_text().splitlines()) for step in changed for line in step.lines]
    return all(any(old.startswith(beginning(line)) and line.startswith(old.rstrip("):")) for old in there) for line, there in lines)


def _end_of(key: str, lines: list[str]) -> int:
    """Behind the last line below a key of YAML."""
    begin = lines.index(key) + 1
    section = next((number for number in range(begin, len(lines)) if re.match(r"\w", lines[number])), len(lines))
    return max(number for number in range(begin, section) if lines[number].strip()) + 1


class Played:
    """The copy, and what each command has written."""

    def __init__(self, folder: Path) -> None:
        self.project = Project.copy(folder, {})
        self.written: dict[str, str] = {}

    def play(self, heading: str) -> None:
        for step in steps(heading):
            for command in step.commands:
                if command not in AT_THE_END:
                    self.run(command, self.project.command(*command.split()[1:], SCALE))
            if not step.commands:
                write(self.project.folder / step.file, step.lines)

    def run(self, name: str, command: list[str]) -> None:
        """It must succeed."""
        done = subprocess.run(
            command, cwd=self.project.folder, env=self.project.variables, capture_output=True, text=True, check=False, timeout=SECONDS
        )
        assert done.returncode == 0, f"{name}\n{done.stdout[-6000:]}{done.stderr[-3000:]}"
        self.written[name] = done.stdout


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    if not is_as_the_page_has_it():
        pytest.skip("the DAG folder is no longer the template's, of which the page tells its steps")
    played = Played(tmp_path_factory.mktemp("a copy"))
    try:
        for heading in HEADINGS:
            played.play(heading)
        yield played
    finally:
        played.run("make reset", played.project.command("reset"))


def test_every_step_says_what_to_do() -> None:
    for heading in HEADINGS:
        assert [step.lines for step in steps(heading)][-1] == list(AT_THE_END)
        assert [step for step in steps(heading) if not step.commands and not step.file] == []


def test_the_table_is_in_the_lineage_as_it_is_expected(played: Played) -> None:
    written = played.written["make demo"]
    assert re.search(rf"^{JOBS[0]} +dev\.staging\.venue +dev\.dm\.dim_venue +5/5 +COMPLETED$", written, re.MULTILINE), written
    assert "\nLineage complete: " in written


def test_the_dag_is_in_the_lineage_as_it_is_expected(played: Played) -> None:
    written = played.written["make check-lineage"]
    for job in JOBS:
        assert re.search(rf"^{job} .* COMPLETED$", written, re.MULTILINE), written
    assert "\nLineage complete: " in written
    assert "Coverage 100 %" in played.written["make coverage FAIL_UNDER=100"]


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
