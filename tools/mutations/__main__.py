"""`make mutations`: makes small changes in the product's sources, each in a copy, and says which of them the fast tests notice.

The changes are the same for a seed. The files of tests that are nearest to the changed file run, up to the first failure: those that
import it, then those that import it by others; all fast tests where none does. So what only tests far away notice counts as not noticed.
A change with which the tests hang is noticed. Ctrl-C ends it with what there is.
"""

import resource
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from xml.etree import ElementTree as ET

import click

from tools.mutations.mutant import Mutant
from tools.mutations.reach import fast_tests, reaching
from tools.mutations.sample import sample
from tools.mutations.trial import NO_TESTS, Hanging, changed, copied, run

ROOT = Path(__file__).parent.parent.parent
OTHERS = ("tests/", "tools/")
"""What is no part of the product."""
MEMORY = 8 * 2**30  # bytes that a process may have: a change may make it want all there is
PATIENCE = (120, 2)  # seconds, and times what the tests take without a change, until they are said to hang
FAILED = 1  # pytest's exit code
NEAREST = 20  # files of tests that run
WIDTH = 60


@dataclass(frozen=True)
class Usual:
    """How the tests are without a change: the seconds of each file, and the tests that fail anyhow."""

    seconds: Mapping[str, float]
    failing: frozenset[str]


@click.command()
@click.option("--number", default=40, show_default=True)
@click.option("--seed", default=2008, show_default=True)
@click.option("--of", "prefix", default="", help="How the paths of the files begin.")
def main(number: int, seed: int, prefix: str) -> None:
    """Say which of some small changes the fast tests notice."""
    files = _files()
    sources = {file: (ROOT / file).read_bytes() for file in files if file.endswith(".py")}
    tests = _tests(sources)
    product = {file: source for file, source in sources.items() if file.startswith(prefix) and not file.startswith(OTHERS)}
    chosen = sample(product, number, seed)
    if not chosen:
        raise click.BadParameter(f"no file of the product begins with {prefix}", param_hint="--of")
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    noticed: list[bool] = []
    try:
        with copied(ROOT, files) as copy:
            usual = _usual(copy, sorted({test for mutant in chosen for test in tests[mutant.file]}))
            for mutant in chosen:
                begun = time.monotonic()
                noticed.append(_is_noticed(copy, mutant, sources[mutant.file], tests[mutant.file], usual))
                click.echo(_line(mutant, sources[mutant.file], time.monotonic() - begun, is_noticed=noticed[-1]))
    except KeyboardInterrupt:
        click.echo("interrupted")
    share = f", {sum(noticed) / len(noticed):.0%}" if noticed else ""
    click.echo(f"{sum(noticed)} of {len(noticed)} changes noticed{share} (seed {seed}, {len(chosen)} of {prefix or 'the product'})")


def _files() -> list[str]:
    """What git knows or would take, as it is now."""
    listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(file for file in listed.stdout.split("\0") if (ROOT / file).is_file())


def _tests(sources: Mapping[str, bytes]) -> dict[str, list[str]]:
    everything, reached = fast_tests(sources), reaching(sources)
    return {file: reached[file][:NEAREST] if file in reached else everything for file in sources}


def _usual(copy: Path, tests: Iterable[str]) -> Usual:
    report = copy.parent / "report.xml"
    code, said = run(copy, *tests, f"--junitxml={report}", "--override-ini=junit_family=xunit1")
    if code not in (0, FAILED):
        raise click.ClickException(f"without a change the tests do not run:\n{said}")
    cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 - pytest's own
    seconds = dict[str, float]()
    for case in cases:
        seconds[case.attrib["file"]] = seconds.get(case.attrib["file"], 0) + float(case.attrib["time"])
    wrong = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    failing = frozenset(f"{case.attrib['file']}::{case.attrib['name']}" for case in wrong)
    click.echo(f"Without a change {len(cases) - len(failing)} tests pass in {sum(seconds.values()):.0f} s")
    for test in sorted(failing):
        click.echo(f"left out, as it fails anyhow: {test}")
    return Usual(seconds, failing)


def _is_noticed(copy: Path, mutant: Mutant, source: bytes, tests: list[str], usual: Usual) -> bool:
    first, times = PATIENCE
    patience = first + times * sum(usual.seconds.get(test, 0) for test in tests)
    left_out = [f"--deselect={test}" for test in usual.failing]
    try:
        with changed(copy / mutant.file, mutant.of(source)):
            code, _ = run(copy, "-x", *left_out, *tests, seconds=patience)
    except Hanging:
        return True
    return code not in (0, NO_TESTS)


def _line(mutant: Mutant, source: bytes, seconds: float, *, is_noticed: bool) -> str:
    before = shorten(source[mutant.start : mutant.end].decode(), WIDTH)
    verdict = "noticed" if is_noticed else "NOT noticed"
    return f"{verdict:<11} {seconds:4.0f} s  {mutant.kind:<12} {mutant.file}:{mutant.line}  {before} -> {shorten(mutant.text, WIDTH)}"


if __name__ == "__main__":
    main()
