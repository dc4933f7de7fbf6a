"""Ctrl-C ends each command, wherever it was started."""

import signal
import sys
from collections.abc import Callable, Iterator

import click
import pytest

from local import __main__ as local
from operations import __main__ as operations
from rehearsal import __main__ as rehearsal

COMMANDS: dict[str, Callable[[], object]] = {
    "local": local.main,
    "operations": operations.main,
    "rehearsal": lambda: rehearsal.main(standalone_mode=False),
}


@pytest.fixture(autouse=True)
def ignored() -> Iterator[None]:
    """As a script's shell has it for what runs in its background."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("name", COMMANDS)
def test_an_interrupted_command_says_so_and_ends(
    name: str, number: signal.Signals, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def work() -> None:
        signal.raise_signal(number)

    monkeypatch.setattr(sys, "argv", [name])
    monkeypatch.setattr(local, "cli", work)
    monkeypatch.setattr(operations, "cli", work)
    monkeypatch.setattr(rehearsal, "missing", list)
    monkeypatch.setattr(rehearsal, "_settings_or_example", lambda: signal.raise_signal(number))
    with pytest.raises(SystemExit) as ended:
        COMMANDS[name]()
    assert ended.value.code == 130
    assert capsys.readouterr().err.lstrip().startswith("interrupted")
