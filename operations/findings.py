"""What a command found: lines for a person, each with what to do about it."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from rich.console import Console
from rich.text import Text

_OF_A_DEPLOYMENT = re.compile(
    r"\bmake (bootstrap|check-lineage|cost|deploy|destroy|explain|leftovers|outputs|permissions|plan|preflight|run-pipeline|state)\b"
)


class Level(Enum):
    """How much a finding matters: its mark and its colour."""

    OK = ("✓", "green")
    WARNING = ("!", "yellow")
    PROBLEM = ("✗", "bold red")


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it is, and the cure of what is not as it should be."""

    level: Level
    subject: str
    detail: str = ""
    cure: str = ""


def ok(subject: str, detail: str = "") -> Finding:
    """Nothing to do."""
    return Finding(Level.OK, subject, detail)


def warning(subject: str, detail: str, cure: str) -> Finding:
    """Something that a person should know and may leave."""
    return Finding(Level.WARNING, subject, detail, cure)


def problem(subject: str, detail: str, cure: str) -> Finding:
    """Something that stands in the way."""
    return Finding(Level.PROBLEM, subject, detail, cure)


def problems(findings: Sequence[Finding]) -> list[Finding]:
    """Those that stand in the way."""
    return [finding for finding in findings if finding.level is Level.PROBLEM]


def show(findings: Sequence[Finding], console: Console) -> None:
    """Print each on a line of its own, its cure below it."""
    for finding in findings:
        mark, style = finding.level.value
        line = f"{finding.subject}: {finding.detail}" if finding.detail else finding.subject
        console.print(Text.assemble((f"  {mark} ", style), here(line)), soft_wrap=True)
        if finding.cure:
            console.print(Text(f"      {here(finding.cure)}"), soft_wrap=True)


def here(text: str) -> str:
    """The text with the environment of this command in every command that it names: without it they would work on another deployment."""
    name = os.environ.get("ENV", "")
    return _OF_A_DEPLOYMENT.sub(rf"\g<0> ENV={name}", text) if name and "/" not in name else text
