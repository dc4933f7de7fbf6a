"""Write Pipfile.lock from Pipfile, under the constraints of the default Airflow runtime.

`pipenv lock` takes no constraints, and without them pip's resolver moves Airflow's own dependencies past what Airflow 2.7.2 runs with.
uv resolves with them; the lock it yields is an ordinary Pipfile.lock, which pipenv verifies and installs. Versions that are locked stay
where they are, unless Pipfile or another package asks for another; without a Pipfile.lock everything is resolved anew.
Run by `make lock` in the environment that holds pipenv and uv.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from pipenv.vendor import plette  # type: ignore[import-not-found]

ROOT = Path(__file__).parent.parent
CONSTRAINTS = ROOT / "airflow/requirements/constraints-2.7.2.txt"
LOCK = ROOT / "Pipfile.lock"


def requirement(name: str, spec: str | dict[str, Any]) -> str:
    """A Pipfile entry as a line of requirements.txt."""
    if isinstance(spec, str):
        return name + ("" if spec == "*" else spec)
    return f"{name}[{','.join(spec.get('extras', []))}]{spec['version']}"


def resolve(requirements: list[str], present: list[str], constraints: Path) -> str:
    """Requirements with hashes, for every platform, at the `present` pins where those will do.

    Raises CalledProcessError when there is no solution.
    """
    command = ["uv", "pip", "compile", "-", "--quiet", "--universal", "--python-version=3.11", "--generate-hashes"]
    with tempfile.NamedTemporaryFile("r+", suffix=".txt") as output:  # what uv finds there is what it prefers
        output.write("\n".join(present))
        output.flush()
        command += ["--no-annotate", "--no-header", f"--constraint={constraints}", f"--output-file={output.name}"]
        subprocess.run(command, input="\n".join(requirements), capture_output=True, text=True, check=True)
        return Path(output.name).read_text()


def pins(entries: dict[str, dict[str, Any]]) -> list[str]:
    """Entries of Pipfile.lock as lines of requirements.txt."""
    return [f"{name}{entry['version']}" + (f"; {entry['markers']}" if "markers" in entry else "") for name, entry in entries.items()]


def locked(resolved: str) -> dict[str, dict[str, Any]]:
    """{package: entry of Pipfile.lock} from requirements with hashes."""
    packages: dict[str, dict[str, Any]] = {}
    for line in resolved.replace("\\\n", " ").splitlines():
        pin, *hashes = line.split("--hash=")
        parts = re.match(r"(?P<name>[\w.-]+)(\[(?P<extras>[^]]+)\])?(?P<version>==[^\s;]+)\s*(;\s*(?P<markers>.*\S))?", pin)
        if parts is None:
            raise SystemExit(f"make lock: cannot read the resolver's line {line!r}")
        entry: dict[str, Any] = {"hashes": sorted(digest.strip() for digest in hashes), "index": "pypi", "version": parts["version"]}
        if parts["extras"]:
            entry["extras"] = parts["extras"].split(",")
        if parts["markers"]:
            entry["markers"] = parts["markers"].strip()
        packages[parts["name"]] = entry
    return packages


def main() -> None:
    """Resolve both sections; the tools fit around the product."""
    with (ROOT / "Pipfile").open() as file:
        pipfile = plette.Pipfile.load(file)
    lock: dict[str, Any] = {
        "_meta": {
            "hash": {"sha256": pipfile.get_hash().value},
            "pipfile-spec": 6,
            "requires": dict(pipfile["requires"]._data),
            "sources": list(pipfile["source"]._data),
        }
    }
    present = json.loads(LOCK.read_text()) if LOCK.exists() else {"default": {}, "develop": {}}
    product = [requirement(*item) for item in pipfile["packages"]._data.items()]
    tools = [requirement(*item) for item in pipfile["dev-packages"]._data.items()]
    try:
        lock["default"] = locked(resolve(product, pins(present["default"]), CONSTRAINTS))
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as fixed:
            fixed.write("\n".join(pins(lock["default"])))
            fixed.flush()
            lock["develop"] = locked(resolve(tools, pins(present["develop"]), Path(fixed.name)))
    except subprocess.CalledProcessError as error:
        sys.exit(f"make lock: no set of versions satisfies Pipfile under {CONSTRAINTS.relative_to(ROOT)}:\n{error.stderr}")
    LOCK.write_text(json.dumps(lock, indent=4, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
