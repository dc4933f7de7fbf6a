"""Build plugins.zip, the archive of airflow/plugins that MWAA unpacks: `make package-plugin`.

The same files give the same bytes on every machine: sorted entries, one timestamp and one mode for all, no compression (zlib's versions
differ). What MWAA would choke on is refused, every problem at once, and an archive that stands already stays as it was.
"""

import hashlib
import os
import stat
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path, PurePosixPath

import click

from modules.environment import chosen
from modules.runtimes import Runtime, runtime
from modules.settings import InvalidSettings
from modules.source_files import IGNORE_FILE, source_files
from tools.wheels import download, offline_requirements

ROOT = Path(__file__).parent.parent
COMPILED = {".pyc", ".pyo", ".so", ".pyd"}
SOURCE = {".py", ".sql"}
EARLIEST = (1980, 1, 1, 0, 0, 0)  # that zip can tell

Problem = tuple[PurePosixPath, str]


@dataclass(frozen=True)
class Package:
    """A built archive: its size in bytes, its SHA-256 in hex, its members in order."""

    path: Path
    size: int
    sha256: str
    members: tuple[str, ...]


class RefusedError(Exception):
    """What stands in the way of an archive: (file, reason) for each problem, in `problems`."""

    def __init__(self, source: Path, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join([f"{source} cannot become a plugins.zip:", *(f"  {file}: {reason}" for file, reason in problems)]))


def source_problem(data: bytes, name: PurePosixPath) -> str | None:
    """Why Airflow could not read this source; None when it can."""
    try:
        data.decode("utf-8")
        if name.suffix == ".py":
            with warnings.catch_warnings(action="ignore"):
                compile(data, str(name), "exec", dont_inherit=True)
    except UnicodeDecodeError as error:
        return f"not UTF-8: byte {error.start + 1} is 0x{data[error.start]:02x}"
    except SyntaxError as error:
        return f"syntax error: {error.msg}, line {error.lineno or 1}"
    return None


def file_problem(path: Path, name: PurePosixPath) -> str | None:
    """Why MWAA could not use this file; None when it can."""
    if path.is_symlink():
        return "a symlink, which an archive cannot carry: put the file itself here"
    if not path.is_file():
        return "neither a file nor a folder"
    if path.suffix in COMPILED:
        return "compiled for one machine: remove it and ship its source, or install its package through requirements.txt"
    return source_problem(path.read_bytes(), name) if path.suffix in SOURCE else None


def module_names(names: list[PurePosixPath], ignored: set[str]) -> dict[str, PurePosixPath]:
    """The names under which Python will know these files: {module: a file of it}.

    Airflow puts every module of the plugins folder, however deep, into sys.modules under its bare name, unless .airflowignore names
    the folder at the root that holds it.
    """
    modules: dict[str, PurePosixPath] = {}
    for name in names:
        if name.suffix != ".py":
            continue
        top = name.parts[0].removesuffix(".py")
        modules.setdefault(top, name)
        if f"{top}/" not in ignored:
            modules.setdefault(name.stem, name)
    return modules


@cache
def _installed() -> Mapping[str, list[str]]:
    """{module: the distributions that bring it} of this Python. It takes a second."""
    return packages_distributions()


def shadowing(names: list[PurePosixPath], ignored: set[str]) -> Iterator[Problem]:
    """The modules that would take the place of an installed one."""
    installed = _installed()
    for module, name in module_names(names, ignored).items():
        owner = "Python itself" if module in sys.stdlib_module_names else ", ".join(sorted(set(installed.get(module, []))))
        if owner:
            yield name, f"the module `{module}` would shadow the one of {owner}: rename it"


def checked(source: Path) -> dict[PurePosixPath, Path]:
    """{member: file} of the archive, or RefusedError."""
    if not source.is_dir():
        raise RefusedError(source, [(PurePosixPath("."), "no such folder")])
    members = {PurePosixPath(path.relative_to(source).as_posix()): path for path in source_files(source)}
    problems = [(name, problem) for name, path in members.items() if (problem := file_problem(path, name))]
    ignore_file = source / IGNORE_FILE
    ignored = {line.strip() for line in ignore_file.read_text().splitlines()} if ignore_file.is_file() else set()
    problems += shadowing(list(members), ignored)
    if not any(name.suffix == ".py" for name in members):
        problems.append((PurePosixPath("."), "holds no Python module"))
    if problems:
        raise RefusedError(source, sorted(problems))
    return dict(sorted(members.items()))


def write(members: dict[PurePosixPath, Path], target: Path) -> None:
    """Write the archive in one step: the target is the whole of it or what it was before."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, path in members.items():
                entry = zipfile.ZipInfo(str(name), EARLIEST)
                entry.create_system = 3  # Unix, wherever this runs: the mode is Unix's
                entry.external_attr = (stat.S_IFREG | 0o644) << 16
                archive.writestr(entry, path.read_bytes())
        Path(draft).chmod(0o644)
        Path(draft).replace(target)
    finally:
        Path(draft).unlink(missing_ok=True)


def package(source: Path, target: Path, wheels: Iterable[Path] = ()) -> Package:
    """Build the archive of `source` at `target`, plugin modules and `wheels` at its root, where MWAA wants them. Raises RefusedError."""
    members = dict(sorted({**checked(source), **{PurePosixPath(wheel.name): wheel for wheel in wheels}}.items()))
    write(members, target)
    data = target.read_bytes()
    return Package(target, len(data), hashlib.sha256(data).hexdigest(), tuple(map(str, members)))


def package_for(source: Path, target: Path, private: Runtime | None) -> Package:
    """The archive for the private web server of a runtime, or for a public one. Raises RefusedError, CalledProcessError.

    For a private one the requirements that go with it are written beside it; any others are removed, so that a deployment never takes
    the ones with the archive of another.
    """
    for requirements in target.parent.glob("requirements-*-private.txt"):
        requirements.unlink()
    if private is None:
        return package(source, target)
    with tempfile.TemporaryDirectory() as folder:
        built = package(source, target, download(private, Path(folder)))
    target.with_name(f"requirements-{private.airflow}-private.txt").write_text(offline_requirements(private))
    return built


def private_runtime(root: Path, wheels: bool | None) -> Runtime | None:
    """The runtime whose web server is private; None for a public one. The settings say it, if there are any and `wheels` does not.

    Raises InvalidSettings; ValueError for a version that is no runtime.
    """
    settings = chosen(root, os.environ) if wheels is not False else None
    if wheels is None:
        wheels = settings is not None and settings.mwaa_webserver == "private"
    return runtime(settings.airflow_version if settings else None) if wheels else None


@click.command()
@click.option("--source", type=click.Path(path_type=Path), default=ROOT / "airflow/plugins", help="The plugins folder.")
@click.option("--target", type=click.Path(path_type=Path), default=ROOT / "build/plugins.zip", help="The archive to build.")
@click.option(
    "--wheels/--no-wheels", default=None, help="Put every wheel into it that a private web server cannot fetch, whatever the settings."
)
def main(source: Path, target: Path, wheels: bool | None) -> None:
    """Build plugins.zip for MWAA, as the settings want it, and print its path, size and SHA-256."""
    try:
        built = package_for(source, target, private_runtime(Path.cwd(), wheels))
    except (InvalidSettings, ValueError) as error:
        raise click.ClickException(str(error)) from None
    except RefusedError as error:
        raise click.ClickException(str(error)) from None
    except subprocess.CalledProcessError as error:
        raise click.ClickException(f"the wheels could not be downloaded: pip ended with exit code {error.returncode}") from None
    shown = built.path.relative_to(Path.cwd()) if built.path.is_relative_to(Path.cwd()) else built.path
    click.echo(f"{shown}  {len(built.members)} files, {built.size:,} bytes\nsha256  {built.sha256}")


if __name__ == "__main__":
    main()
