"""What MWAA's pip has to do with each requirements file: find one set of versions under constraints, or it installs nothing.

For 2.7.2 and 2.8.1 the constraints are MWAA's, as this project ships them, and the proof is whole. For the others they are Airflow's
published lists, which are not in this repository: the lock takes their place, which `make lock` resolves under them. So it is proven
here that a requirements file has a solution on MWAA's Python and platform, all of it pinned in the lock; that the lock keeps the
published pins holds as of the last `make lock`, which fails otherwise. A pin that somebody changes in a requirements file and not in
the lock is found here; one that somebody changes in both by hand is found by the next `make lock`.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from local.airflow_python import UV
from modules.runtimes import RUNTIMES, load_runtimes, runtime
from tools.lock_runtimes import LOCKS, PLATFORM, REQUIREMENTS, wanted

pytestmark = pytest.mark.system

Done = subprocess.CompletedProcess[str]


def resolved(version: str, packages: list[str]) -> Done:
    """On MWAA's platform and Python, under the version's own constraints, else its lock, which was made under the published ones."""
    own = REQUIREMENTS / f"constraints-{version}.txt"
    constraints = own if own.exists() else LOCKS / f"{version}.txt"
    command = [str(UV), "pip", "compile", "-", "--quiet", "--no-header", "--no-annotate", f"--constraint={constraints}"]
    command += [f"--python-version={runtime(version).python}", f"--python-platform={PLATFORM}"]
    return subprocess.run(command, input="\n".join(packages), capture_output=True, text=True, timeout=600, cwd=RUNTIMES.parent, check=False)


@pytest.fixture(scope="module")
def resolutions() -> Iterator[Mapping[str, Future[Done]]]:
    """Of every version, side by side: each waits for the package index most of the time."""
    with ThreadPoolExecutor(max_workers=len(load_runtimes())) as pool:
        yield {version: pool.submit(resolved, version, wanted(row)) for version, row in load_runtimes().items()}


@pytest.mark.parametrize("version", load_runtimes())
def test_there_is_a_set_of_versions_and_all_of_it_is_constrained(version: str, resolutions: Mapping[str, Future[Done]]) -> None:
    done = resolutions[version].result()
    assert done.returncode == 0, done.stderr
    own = REQUIREMENTS / f"constraints-{version}.txt"
    allowed = (own if own.exists() else LOCKS / f"{version}.txt").read_text().lower()
    pins = re.findall(r"^([\w.-]+)(?:\[.*\])?(==\S+)", done.stdout, re.MULTILINE)
    assert len(pins) > 100
    unknown = {name + pin for name, pin in pins if not re.search(rf"^{re.escape(name)}(\[.*\])?{re.escape(pin)}", allowed, re.MULTILINE)}
    assert {pin for pin in unknown if not pin.startswith("setuptools==")} == set()


def test_a_requirement_that_the_constraints_exclude_is_found() -> None:
    done = resolved("3.3.1", [*wanted(runtime("3.3.1")), "sqlglot==30.30.0"])
    assert done.returncode != 0
    assert "sqlglot" in done.stderr
