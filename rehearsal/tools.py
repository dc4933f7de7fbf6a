"""The programs that a rehearsal needs on this machine."""

from operations.findings import problems
from operations.preflight import programs

OTHERS = {
    "make": "Install it with your system's packages.",
    "git": "Install it: https://git-scm.com/downloads",
    "npm": "It comes with Node.js: https://nodejs.org",
}
"""{program: how to get it}, where any version will do."""


def missing() -> list[str]:
    """One line for each program that is not there, does not start, or is too old."""
    judged = problems([*programs.terraform(None), *programs.node(None)])
    absent = [f"{name} is not on PATH, or does not start. {cure}" for name, cure in OTHERS.items() if not programs.said(name, "--version")]
    return [f"{finding.subject} {finding.detail}. {finding.cure}" for finding in judged] + absent
