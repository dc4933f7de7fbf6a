"""The parsers, each a program of this package that runs with the Python of an environment."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib.metadata import version

from tools.bench_lineage import asking
from tools.bench_lineage.case import Answer, Case
from tools.sqlglot_versions import folder, versions
from tools.tool_environment import ROOT, environment

PROCESSES = min(os.cpu_count() or 1, 4)


@dataclass(frozen=True)
class Parser:
    """`program`: a module of this package, and its options. `tool`: the environment whose Python runs it, this one's if there is none.

    `sqlglot`: the version that this project is asked with; empty for others.
    """

    title: str
    program: tuple[str, ...]
    tool: str = ""
    sqlglot: str = ""

    def answers(self, cases: Sequence[Case]) -> list[Answer]:
        """One for each case, from as many processes as share the work. Raises RuntimeError where one fails."""
        with ThreadPoolExecutor(PROCESSES) as pool:
            shares = list(pool.map(self._share, (cases[place::PROCESSES] for place in range(PROCESSES))))
        return [shares[place % PROCESSES][place // PROCESSES] for place in range(len(cases))]

    def _share(self, cases: Sequence[Case]) -> list[Answer]:
        python = str(environment(self.tool) / "python") if self.tool else sys.executable
        module, *options = self.program
        questions = "\n".join(json.dumps(asdict(case.question)) for case in cases)
        path = [str(folder(self.sqlglot)), str(ROOT / "airflow/plugins")] if self.sqlglot else []
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join([*path, str(ROOT)])}
        command = [python, "-m", f"tools.bench_lineage.{module}", *options]
        done = subprocess.run(command, input=questions, capture_output=True, text=True, check=False, cwd=ROOT, env=environ)
        found = [asking.read(line) for line in done.stdout.splitlines()]
        if done.returncode or len(found) != len(cases):
            raise RuntimeError(f"{self.title}: {len(found)} answers to {len(cases)} questions\n{done.stderr[-2000:]}")
        return found


def _locked(tool: str, package: str) -> str:
    lines = (ROOT / "tools" / tool / "requirements.in").read_text().splitlines()
    return next(line.partition("==")[2] for line in lines if line.startswith(package))


def ours() -> list[Parser]:
    """This project on each sqlglot that a runtime installs."""
    return [Parser(f"this project, sqlglot {each}", ("ask_ours",), sqlglot=each) for each in versions()]


def peers() -> list[Parser]:
    """Each with its own best settings, and openlineage-sql also as Airflow's provider calls it."""
    openlineage = f"openlineage-sql {_locked('openlineage_sql', 'openlineage-sql')}"
    return [
        Parser(f"{openlineage}, as Airflow calls it", ("ask_openlineage",), "openlineage_sql"),
        Parser(f"{openlineage}, each statement alone", ("ask_openlineage", "--alone"), "openlineage_sql"),
        Parser(f"sqllineage {_locked('sqllineage', 'sqllineage')}", ("ask_sqllineage",), "sqllineage"),
        Parser(f"sqlglot.lineage {version('sqlglot')}", ("ask_sqlglot",)),
        Parser(f"DataHub {_locked('datahub', 'acryl-datahub')}", ("ask_datahub",), "datahub"),
    ]
