"""What a life cycle has found out, printed at the end of the test run: a plugin of pytest, as the one who prints may not run the tests."""

from dataclasses import asdict, dataclass, field
from typing import Any

import pytest


@dataclass
class Figures:
    """{phase: seconds}, {stack: how many resources it had}, and what was left at the end: None while it has not ended."""

    seconds: dict[str, float] = field(default_factory=dict)
    resources: dict[str, int] = field(default_factory=dict)
    left: list[str] | None = None


FIGURES = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = Figures()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker process tells the one that prints what it has found out."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["figures"] = asdict(session.config.stash[FIGURES])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    told = getattr(node, "workeroutput", {}).get("figures", {})  # a worker that crashed has none
    if told.get("seconds"):
        node.config.stash[FIGURES] = Figures(**told)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    figures = config.stash[FIGURES]
    if not figures.seconds:
        return
    terminalreporter.section("life cycle of the stacks")
    for phase, duration in [*figures.seconds.items(), ("in all", sum(figures.seconds.values()))]:
        terminalreporter.line(f"{phase:<70}{duration:6.0f} s")
    for stack, count in [*figures.resources.items(), ("in all", sum(figures.resources.values()))]:
        terminalreporter.line(f"{stack:<70}{count:6} resources")
    if figures.left is not None:
        terminalreporter.line(f"left at the end: {', '.join(figures.left) or 'nothing but the state bucket'}")
