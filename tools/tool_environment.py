"""Tools whose dependencies clash with the project's: each runs in an environment of its own, made from its own locked requirements.

A tool is a folder of tools/ with requirements.in, what is wanted, and requirements.txt, what `make lock` resolves it to, with hashes. Its
environment is .state/tools/<tool>, made when it is first needed and again when the lock has changed.
"""

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import click

from tools.alone import alone
from tools.install_failed import last_line

ROOT = Path(__file__).parent.parent
ENVIRONMENTS = ROOT / ".state/tools"


class InstallFailed(click.ClickException):
    """A tool's environment could not be made; the message has what pip said, and ends in what to do."""


def tools() -> list[str]:
    """The tools that there are."""
    return sorted(path.parent.name for path in (ROOT / "tools").glob("*/requirements.in"))


def environment(tool: str) -> Path:
    """The folder with a tool's programs; installs them where that is due. Raises InstallFailed."""
    lock = ROOT / "tools" / tool / "requirements.txt"
    folder = ENVIRONMENTS / tool
    stamp = folder / "installed"
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    with alone(folder):
        if not stamp.is_file() or stamp.read_text() != digest:
            shutil.rmtree(folder, ignore_errors=True)
            venv.create(folder, with_pip=True)
            pip = [str(folder / "bin/python"), "-m", "pip", "--disable-pip-version-check", "-q", "install", "--require-hashes"]
            done = subprocess.run([*pip, "--requirement", str(lock)], stderr=subprocess.PIPE, text=True, check=False)
            if done.returncode != 0:
                raise InstallFailed(f"{done.stderr}{last_line(f'what tools/{tool} needs', done.stderr)}")
            stamp.write_text(digest)
    return folder / "bin"


@click.command()
@click.argument("names", metavar="TOOL...", nargs=-1, required=True, type=click.Choice(tools()))
def main(names: tuple[str, ...]) -> None:
    """Install the environments of tools."""
    for name in names:
        click.echo(f"{name}: {environment(name).relative_to(ROOT)}")


if __name__ == "__main__":
    main()
