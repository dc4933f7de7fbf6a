"""Whether everything that the stacks upload is there, and made from today's sources."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from operations.deployment import Deployment
from operations.findings import Finding, ok, problem
from operations.preflight.synthesized import stacks, synthesized
from operations.question import Question
from tools.package_plugin import RefusedError, checked
from tools.wheels import pins

BUILD = "Run `make package-plugin`."


def files(deployment: Deployment) -> Iterator[Finding]:
    """Whether each file is there that a stack uploads; the stack's own precondition says how to make it."""
    for stack in stacks(deployment):
        objects = {address: block for address, block in stack.blocks.items() if "source" in block and address.startswith("aws_s3_object.")}
        missing = [block for block in objects.values() if not _file(deployment.root, block["source"]).is_file()]
        for message in sorted(map(_missing, missing)):
            detail, _, cure = message.partition(": ")
            yield problem(f"Files of {stack.id}", detail, cure.capitalize())
        if objects and not missing:
            yield ok(f"Files of {stack.id}", f"all {len(objects)} are there")


def _file(root: Path, source: str) -> Path:
    return root / source.removeprefix("${path.module}/../../../")


def _missing(block: dict[str, Any]) -> str:
    """The message of the block's own precondition: `FILE is missing: what to do`."""
    return str(block["lifecycle"]["precondition"][0]["error_message"])


def plugins(deployment: Deployment) -> Iterator[Finding]:
    """Whether plugins.zip holds what the plugins folder holds today."""
    archive, folder = deployment.root / "build/plugins.zip", deployment.root / "airflow/plugins"
    try:
        sources = {str(name): path.read_bytes() for name, path in checked(folder).items()}
    except RefusedError as error:
        yield problem("plugins.zip", f"cannot be built: {'; '.join(f'{file}: {reason}' for file, reason in error.problems)}", "Mend these.")
        return
    if not archive.is_file():
        yield problem("plugins.zip", "is not built", BUILD)
        return
    held = _contents(archive)
    packed = {name: data for name, data in held.items() if not name.endswith(".whl")}
    changed = sorted(name for name in sources.keys() | packed.keys() if sources.get(name) != packed.get(name))
    if changed:
        yield problem("plugins.zip", f"is older than its sources: {', '.join(changed)}", BUILD)
    else:
        yield ok("plugins.zip", f"holds today's {len(sources)} files")
    if deployment.settings.mwaa_webserver == "private":
        yield from _wheels(deployment, [name for name in held if name.endswith(".whl")])


def _contents(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def _wheels(deployment: Deployment, found: list[str]) -> Iterator[Finding]:
    """A private web server reaches no package index: what MWAA's image lacks travels in the archive."""
    try:
        wanted = pins(deployment.settings.airflow_version, deployment.root / "airflow/requirements")
    except FileNotFoundError as error:
        yield problem("Wheels", f"{Path(error.filename).name} is missing", "`make lock` writes it for every row of airflow/runtimes.toml.")
        return
    carried = {_wheel(name.split("-")[0], name.split("-")[1]) for name in found}
    missing = [pin for pin in wanted if _wheel(*pin.split("==")) not in carried]
    if missing:
        yield problem("Wheels", f"plugins.zip lacks {', '.join(missing)}: a private web server needs them", BUILD)
    else:
        yield ok("Wheels", f"all {len(wanted)} are in plugins.zip")


def _wheel(name: str, version: str) -> tuple[str, str]:
    """Names of packages are the same in any case and with any separator: packaging.python.org, name normalization."""
    return re.sub(r"[-_.]+", "-", name).lower(), version


QUESTIONS = (Question("Synthesis", synthesized), Question("Files", files), Question("plugins.zip", plugins))
