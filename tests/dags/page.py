"""docs/pipeline.md, followed to the letter in a copy of the project."""

import re
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from rehearsal.project import Project
from tools.tool_environment import ROOT

SECONDS = 600
SCALE = "SCALE=0.02"
_LATE = "not derived in time"
_MORE_RUNS = 3
"""Of a command that says so: a task waits some seconds only for its lineage, which a busy machine may need longer for."""
_PAGE = (ROOT / "docs/pipeline.md").read_text()


@dataclass(frozen=True)
class Step:
    """A step of the page: the file that it names last, and the lines that it gives."""

    file: str
    lines: list[str]

    @property
    def commands(self) -> list[str]:
        return [line for line in self.lines if line.startswith("make ")]


def steps(heading: str) -> list[Step]:
    section = re.split(r"^## ", _PAGE.partition(f"\n## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    found = []
    for text in re.split(r"^\d+\. ", section, flags=re.MULTILINE)[1:]:
        said, _, block = text.partition("\n\n")
        lines = [line.removeprefix(" " * 7) for line in block.rstrip().split("\n")]
        found.append(Step((re.findall(r"`((?:airflow|shop)/[\w./]+)`", said) or [""])[-1], lines))
    return found


def beginning(line: str) -> str:
    """By which the line is found whose place it takes."""
    return line[: line.index("(") + 1]


def write(file: Path, lines: list[str]) -> None:
    """A new file has these lines; of one that is there, a function or a line takes the place of the one that begins so, and YAML goes
    below its keys."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(lines) + "\n")
        return
    there = file.read_text().splitlines()
    if file.suffix == ".yaml":
        key = ""
        for line in lines:
            key = line if not line.startswith(" ") else key
            if line != key:
                there.insert(_end_of(key, there), line)
    elif lines[0].startswith("def "):
        begin = there.index(lines[0])
        there[begin : there.index("", begin)] = lines
    else:
        for line in lines:
            (place,) = (number for number, old in enumerate(there) if old.startswith(beginning(line)))
            there[place] = line
    file.write_text("\n".join(there) + "\n")


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

    def play(self, heading: str, but: Collection[str] = ()) -> None:
        """Go all its steps, without some commands."""
        for number, step in enumerate(steps(heading), 1):
            for command in step.commands:
                if command not in but:
                    name, words = f"{number}. {command}", self.project.command(*command.split()[1:], SCALE)
                    self.run(name, words)
                    for _ in range(_MORE_RUNS):
                        if _LATE in self.written[name]:
                            self.run(name, words)
            if not step.commands:
                write(self.project.folder / step.file, step.lines)

    def run(self, name: str, command: list[str]) -> None:
        """It must succeed."""
        done = subprocess.run(
            command, cwd=self.project.folder, env=self.project.variables, capture_output=True, text=True, check=False, timeout=SECONDS
        )
        assert done.returncode == 0, f"{name}\n{done.stdout[-6000:]}{done.stderr[-3000:]}"
        self.written[name] = done.stdout
