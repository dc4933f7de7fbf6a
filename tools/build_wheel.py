"""Build the wheel of airflow/plugins/mwaa_lineage, which any Airflow can install: `make wheel`.

It is small, as comments and docstrings are left out. The same files give the same bytes wherever zlib is the same: sorted entries, one
timestamp and one mode for all.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import click

from modules.source_files import source_files
from tools.bare_source import bare
from tools.tool_environment import environment

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "airflow/plugins/mwaa_lineage"
METADATA = ROOT / "airflow/wheel/pyproject.toml"
EARLIEST = "315532800"  # 1980, in seconds since 1970: the first time that zip can tell
ELSEWHERE = ("coverage",)
"""What only this project's own deployment has a use for, which gets it by plugins.zip: the DAG lineage_coverage."""
BUILD = "import sys; from flit_core.buildapi import build_wheel; print(build_wheel(sys.argv[1]))"


def build(target: Path) -> Path:
    """The wheel, new in the folder `target`, where it takes the place of older ones. Raises InstallFailed, CalledProcessError."""
    target.mkdir(parents=True, exist_ok=True)
    for older in target.glob("mwaa_lineage-*.whl"):
        older.unlink()
    with tempfile.TemporaryDirectory() as folder:
        stage(Path(folder))
        command = [str(environment("flit") / "python"), "-c", BUILD, str(target.resolve())]
        variables = {**os.environ, "SOURCE_DATE_EPOCH": EARLIEST}
        done = subprocess.run(command, cwd=folder, env=variables, stdout=subprocess.PIPE, text=True, check=True)
    return target / done.stdout.strip()


def stage(folder: Path) -> None:
    """Put what the wheel is made of into a folder: the package, its metadata, the license."""
    for file in (METADATA, ROOT / "LICENSE"):
        shutil.copy(file, folder)
    for file in source_files(PACKAGE):
        if file.relative_to(PACKAGE).parts[0] in ELSEWHERE:
            continue
        copy = folder / PACKAGE.name / file.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".py":
            copy.write_text(bare(file.read_text(encoding="utf-8")), encoding="utf-8")
        else:
            shutil.copy(file, copy)


@click.command()
@click.option("--target", type=click.Path(path_type=Path), default=ROOT / "build", help="The folder for the wheel.")
def main(target: Path) -> None:
    """Build the wheel and print its path, size and SHA-256."""
    wheel = build(target)
    shown = wheel.relative_to(Path.cwd()) if wheel.is_relative_to(Path.cwd()) else wheel
    click.echo(f"{shown}  {wheel.stat().st_size:,} bytes\nsha256  {hashlib.sha256(wheel.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
