"""The sampler of mutations: which changes it makes, which tests it asks, and that it says what they notice."""

import ast
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tools.mutations import __main__ as sampler
from tools.mutations.mutant import mutants
from tools.mutations.reach import fast_tests, reaching
from tools.mutations.sample import sample
from tools.mutations.trial import Hanging, changed, copied, run

CHANGES = {
    "a < b": {"(a <= b)", "(a >= b)"},
    "a == b": {"(a != b)"},
    "a not in b": {"(a in b)"},
    "a < b < c": set(),
    "(é, a or b)": {"(é, (a and b))"},
    "a + 1": {"(a - 1)", "a + 2"},
    "a + 'text'": set(),
    "f'{a + 1} of {b or c}'": set(),
    "a(True, None, 'text')": {"a(False, None, 'text')", "pass"},
    "x = a if b else c": {"x = a if (not (b)) else c"},
    "x = [a for a in b if a]": {"x = [a for a in b if (not (a))]"},
    "while a:\n    break": {"while (not (a)):\n    break", "while a:\n    pass"},
    "raise E('text')": {"pass"},
    "a.b = c": {"pass"},
    "b = c": set(),
    "x += y": {"pass"},
    "'''Text.'''": set(),
    "def f(a: int = 1, *, b='x') -> A: ...": {"def f(a: int = 2, *, b='x') -> A: ...", "def f(a: int = 1, *, b='changed') -> A: ..."},
    "def f():\n    '''Text.'''\n    a = b\n    return a": {"def f():\n    '''Text.'''\n    return\n    return a"},
    "class A:\n    a: int = 1": {"class A:\n    a: int = 2"},
    "@a(frozen=True)\nclass A: pass": set(),
    "if TYPE_CHECKING:\n    import a": set(),
}


@pytest.mark.parametrize("source", CHANGES)
def test_every_change_of_a_source(source: str) -> None:
    made = {mutant.of(source.encode()).decode() for mutant in mutants("a.py", source.encode())}
    wanted = CHANGES[source] | ({"pass"} if isinstance(ast.parse(source).body[0], ast.Expr) and source != "'''Text.'''" else set())
    assert made == wanted


def test_a_change_of_a_real_source_is_another_program() -> None:
    source = (sampler.ROOT / "tools/mutations/sample.py").read_bytes()
    before = ast.dump(ast.parse(source))
    for mutant in mutants("a.py", source):
        assert ast.dump(ast.parse(mutant.of(source))) != before
        assert mutant.line == source[: mutant.start].count(b"\n") + 1


SOURCES = {f"{name}.py": b"def f(a, b=1):\n    return a < b and b\n" * 3 for name in "abc"} | {"empty.py": b""}


def test_a_seed_chooses_the_same_changes_and_none_twice() -> None:
    everything = [mutant for file, source in SOURCES.items() for mutant in mutants(file, source)]
    some = sample(SOURCES, 10, seed=1)
    assert some == sample(dict(reversed(SOURCES.items())), 10, seed=1)
    assert some != sample(SOURCES, 10, seed=2)
    assert sample(SOURCES, 1_000, seed=1)[:10] == some
    assert sorted(map(repr, sample(SOURCES, 1_000, seed=1))) == sorted(map(repr, everything))


TREE = {
    "airflow/plugins/p/__init__.py": b"",
    "airflow/plugins/p/deep.py": b"",
    "airflow/plugins/p/used.py": b"from p import deep",
    "lake/__main__.py": b"",
    "lake/lonely.py": b"",
    "tests/conftest.py": b"pytest_plugins = ('tests.figures',)",
    "tests/figures.py": b"",
    "tests/a/test_deep.py": b"def test():\n    import p.deep",
    "tests/a/test_around.py": b"import p.used",
    "tests/a/test_program.py": b"import subprocess\nsubprocess.run(['python', '-m', 'lake.__main__'])",
    "tests/a/test_slow.py": b"pytestmark = pytest.mark.system\nimport p.deep, lake.lonely",
}


def test_the_nearest_tests_come_first_and_slow_ones_not_at_all() -> None:
    found = reaching(TREE)
    deep, around, program = (f"tests/a/test_{name}.py" for name in ("deep", "around", "program"))
    assert found["airflow/plugins/p/deep.py"] == [deep, around]
    assert found["airflow/plugins/p/used.py"] == [around]
    assert found["airflow/plugins/p/__init__.py"] == [around, deep]
    assert found["lake/__main__.py"] == [program]
    assert found["tests/figures.py"] == [around, deep, program]
    assert "lake/lonely.py" not in found
    assert fast_tests(TREE) == [around, deep, program]


def test_a_file_is_as_it_was_after_a_change(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"a = 1\n")
    before = file.stat().st_mtime_ns
    with suppress(KeyboardInterrupt), changed(file, b"a = 2\n"):
        assert file.read_bytes() == b"a = 2\n"
        raise KeyboardInterrupt
    assert (file.read_bytes(), file.stat().st_mtime_ns) == (b"a = 1\n", before)
    assert list(tmp_path.iterdir()) == [file]


PROJECT = {
    "pytest.ini": "[pytest]\npythonpath = .\nmarkers = system\n",
    "counted.py": "def upto(number):\n    while number < 3:\n        number += 1\n    return number\n",
    "unseen.py": "def unseen(a):\n    return a or 1\n",
    "tests/test_counted.py": "import counted, unseen\n\ndef test_upto(): assert counted.upto(1) == 3\n\ndef test_wrong(): assert False\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for file, text in PROJECT.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)
    return tmp_path


@pytest.mark.system
def test_what_the_tests_notice_is_said_and_what_they_do_not(project: Path) -> None:
    """Without `number += 1` the tests hang, and one fails anyhow."""
    subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
    started = (
        "from pathlib import Path; from tools.mutations import __main__ as sampler; "
        f"sampler.ROOT = Path({str(project)!r}); sampler.PATIENCE = (3, 1); sampler.main(['--seed=1'])"
    )
    done = subprocess.run([sys.executable, "-c", started], cwd=sampler.ROOT, capture_output=True, text=True, check=True, timeout=300)
    first, left_out, *lines, last = done.stdout.splitlines()
    assert first.startswith("Without a change 1 tests pass")
    assert left_out == "left out, as it fails anyhow: tests/test_counted.py::test_wrong"
    verdicts = {(line.split("  ")[-1], "unseen.py" in line): not line.startswith("NOT") for line in lines}
    assert verdicts["number += 1 -> pass", False]
    assert {is_noticed for (_, is_unseen), is_noticed in verdicts.items() if is_unseen} == {False}
    assert last.startswith(f"{sum(verdicts.values())} of {len(lines)} changes noticed, ")
    assert {file: (project / file).read_text() for file in PROJECT} == PROJECT


@pytest.mark.system
def test_tests_that_hang_are_ended(project: Path) -> None:
    with copied(project, list(PROJECT)) as copy:
        (copy / "counted.py").write_text("while True:\n    pass\n")
        with pytest.raises(Hanging):
            run(copy, seconds=3)
    assert not copy.exists()
