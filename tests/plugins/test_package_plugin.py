"""The archive of the plugins: what goes in, that its bytes are reproducible, and what is refused."""

import hashlib
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools.package_plugin import ROOT, RefusedError, package

MEMBERS = {
    ".airflowignore": "helpers/\n",
    "my_plugin.py": "from helpers import names\n",
    "helpers/__init__.py": "",
    "helpers/names.py": "NAME = 'Zoë'\n",
    "helpers/sql/columns.sql": "select 1 -- é\n",
}
LEFTOVERS = {
    "__pycache__/my_plugin.cpython-311.pyc": "",
    "helpers/__pycache__/names.cpython-311.pyc": "",
    ".my_plugin.py.swp": "",
    "my_plugin.py~": "",
    "helpers/.DS_Store": "",
    ".idea/workspace.xml": "",
}


def fill(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return fill(tmp_path / "plugins", MEMBERS)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "build" / "plugins.zip"


def refusal(source: Path, target: Path) -> dict[str, str]:
    """{file: reason} of a refused archive, of which nothing may be left."""
    with pytest.raises(RefusedError) as caught:
        package(source, target)
    assert not target.parent.exists() or not list(target.parent.iterdir())
    assert all(f"{file}: {reason}" in str(caught.value) for file, reason in caught.value.problems)
    return {str(file): reason for file, reason in caught.value.problems}


def test_modules_stand_at_the_root_beside_their_sql_and_without_leftovers(source: Path, target: Path) -> None:
    fill(source, LEFTOVERS)
    built = package(source, target)
    with zipfile.ZipFile(target) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == MEMBERS
        assert archive.namelist() == sorted(MEMBERS) == sorted(built.members)
    assert (built.path, built.size) == (target, target.stat().st_size)
    assert built.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()


def test_the_same_files_give_the_same_bytes(source: Path, target: Path, tmp_path: Path) -> None:
    first = package(source, target)
    again = tmp_path / "again" / "plugins"
    fill(again, dict(reversed(MEMBERS.items())))
    for path in again.rglob("*.py"):
        path.chmod(0o600)
        os.utime(path, (1_000_000_000, 1_000_000_000))
    second = package(again, tmp_path / "second.zip")
    assert second.sha256 == first.sha256
    with zipfile.ZipFile(target) as archive:
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {stat.S_IFREG | 0o644}


def test_another_file_gives_other_bytes(source: Path, target: Path) -> None:
    before = package(source, target).sha256
    (source / "helpers/names.py").write_text("NAME = 'Zoe'\n")
    assert package(source, target).sha256 != before


@pytest.mark.parametrize(
    ("file", "owner"),
    [
        ("openlineage/__init__.py", "openlineage-python"),
        ("airflow/models.py", "apache-airflow"),
        ("sqlglot.py", "sqlglot"),
        ("json.py", "Python itself"),
        ("listeners/operator.py", "Python itself"),
        ("listeners/deep/yaml.py", "pyyaml"),
    ],
)
def test_a_module_that_shadows_an_installed_one_is_refused(source: Path, target: Path, file: str, owner: str) -> None:
    fill(source, {file: "x = 1\n"})
    reasons = refusal(source, target)
    assert list(reasons) == [file]
    assert "would shadow" in reasons[file]
    assert owner in reasons[file].lower().replace("python itself", "Python itself")


def test_a_folder_that_airflow_ignores_may_name_its_modules_as_it_likes(source: Path, target: Path) -> None:
    fill(source, {"helpers/operator.py": "x = 1\n"})
    assert "helpers/operator.py" in package(source, target).members


def test_every_problem_is_told_at_once(source: Path, target: Path) -> None:
    fill(source, {"broken.py": "x = 1\ndef f(:\n", "helpers/native.so": "", "old.pyc": "", "select.py": "x = 1\n"})
    (source / "latin.py").write_bytes("# é\n".encode("latin-1"))
    (source / "latin.sql").write_bytes("-- é\n".encode("latin-1"))
    (source / "null.py").write_bytes(b"x = 1\0\n")
    (source / "link.py").symlink_to(source / "my_plugin.py")
    (source / "folder").symlink_to(source / "helpers")
    reasons = refusal(source, target)
    assert {file: reason.split(":")[0].split(",")[0].split(" for ")[0] for file, reason in reasons.items()} == {
        "broken.py": "syntax error",
        "folder": "a symlink",
        "helpers/native.so": "compiled",
        "latin.py": "not UTF-8",
        "latin.sql": "not UTF-8",
        "link.py": "a symlink",
        "null.py": "syntax error",
        "old.pyc": "compiled",
        "select.py": "the module `select` would shadow the one of Python itself",
    }
    assert "line 2" in reasons["broken.py"]


def test_checking_the_syntax_leaves_nothing_behind(source: Path, target: Path) -> None:
    package(source, target)
    assert {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()} == set(MEMBERS)


@pytest.mark.parametrize("files", [{}, {"README.md": "nothing here\n"}])
def test_a_folder_without_a_module_is_refused(tmp_path: Path, target: Path, files: dict[str, str]) -> None:
    source = tmp_path / "empty"
    source.mkdir()
    assert refusal(fill(source, files), target) == {".": "holds no Python module"}


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, target: Path) -> None:
    assert refusal(tmp_path / "nowhere", target) == {".": "no such folder"}


def test_a_refusal_leaves_the_archive_that_stands(source: Path, target: Path) -> None:
    good = package(source, target).sha256
    fill(source, {"broken.py": "def f(:\n"})
    with pytest.raises(RefusedError):
        package(source, target)
    assert hashlib.sha256(target.read_bytes()).hexdigest() == good


def test_an_interrupted_build_leaves_the_archive_that_stands(source: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = package(source, target).sha256

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(OSError, match="No space left"):
        package(source, target)
    assert hashlib.sha256(target.read_bytes()).hexdigest() == good
    assert list(target.parent.iterdir()) == [target]


def command(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-m", "tools.package_plugin", "--no-wheels", f"--source={source}", f"--target={target}"]
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_prints_path_size_and_digest(source: Path, target: Path) -> None:
    done = command(source, target)
    assert done.returncode == 0, done.stderr
    assert str(target) in done.stdout
    assert f"{target.stat().st_size:,} bytes" in done.stdout
    assert hashlib.sha256(target.read_bytes()).hexdigest() in done.stdout


def test_the_command_fails_and_names_the_files(source: Path, target: Path) -> None:
    fill(source, {"broken.py": "def f(:\n", "json.py": ""})
    done = command(source, target)
    assert done.returncode == 1
    assert not target.exists()
    assert "broken.py: syntax error" in done.stderr
    assert "json.py: the module `json`" in done.stderr
    assert "Traceback" not in done.stderr


def test_this_projects_plugins_can_be_packaged(tmp_path: Path) -> None:
    source = tmp_path / "plugins"
    shutil.copytree(ROOT / "airflow/plugins", source)
    assert {"mwaa_lineage_plugin.py", ".airflowignore", "mwaa_lineage/transport/openlineage.yml"} <= set(
        package(source, tmp_path / "plugins.zip").members
    )
