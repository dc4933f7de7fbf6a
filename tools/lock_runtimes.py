"""Write airflow/locks/<version>.txt: what runs an Airflow version on a machine that is no MWAA, under the constraints that MWAA imposes.

Those are the ones of airflow/requirements where a version has its own, else what Airflow publishes, or the files `airflow-<version>.txt` in
the folder that AIRFLOW_CONSTRAINTS names. The default version has no lock of its own: it is in Pipfile.lock.

Pins without hashes: with the hashes of every wheel the ten files would have 3 MB, and nothing that they install leaves the machine.
Run by `make lock`.
"""

import os
import subprocess
import sys
from pathlib import Path

from modules.runtimes import Runtime, load_runtimes, release

ROOT = Path(__file__).parent.parent
LOCKS = ROOT / "airflow/locks"
REQUIREMENTS = ROOT / "airflow/requirements"
PUBLISHED = "https://raw.githubusercontent.com/apache/airflow/constraints-{airflow}/constraints-{python}.txt"
MIRROR = "AIRFLOW_CONSTRAINTS"


def constraints(runtime: Runtime) -> str:
    """The file or address of the constraints that MWAA installs a runtime's requirements under."""
    own = REQUIREMENTS / f"constraints-{runtime.airflow}.txt"
    if own.exists():
        return str(own)
    if MIRROR in os.environ:
        return str(Path(os.environ[MIRROR], f"airflow-{runtime.airflow}.txt"))
    return PUBLISHED.format(airflow=runtime.airflow, python=runtime.python)


def wanted(runtime: Runtime) -> list[str]:
    """What MWAA's image has and the DAGs use, and the requirements on top of it; the constraints that they name stand on MWAA's disk."""
    requirements = (REQUIREMENTS / f"requirements-{runtime.airflow}.txt").read_text().splitlines()
    pins = [line for line in requirements if not line.startswith("--constraint ")]
    packages = [f"apache-airflow=={runtime.airflow}", "apache-airflow-providers-amazon", *pins]
    if release(runtime) < (2, 11):
        # The constraints leave it open, and 82 has no pkg_resources, which python-daemon and sqlalchemy-redshift import.
        packages.append("setuptools<81")
    return packages


def compiled(runtime: Runtime) -> str:
    """The lock, for MWAA's Python and for 3.11. Raises CalledProcessError when there is no solution."""
    command = ["uv", "pip", "compile", "-", "--quiet", "--universal", "--python-version=3.11"]
    command += ["--no-header", "--no-annotate", f"--constraint={constraints(runtime)}"]
    return subprocess.run(command, input="\n".join(wanted(runtime)), capture_output=True, text=True, check=True).stdout


def main() -> None:
    """Lock every runtime but the default."""
    for runtime in list(load_runtimes().values())[1:]:
        print(f"Airflow {runtime.airflow}")
        try:
            (LOCKS / f"{runtime.airflow}.txt").write_text(compiled(runtime))
        except subprocess.CalledProcessError as error:
            what = f"the requirements of Airflow {runtime.airflow} under {constraints(runtime)}"
            sys.exit(f"make lock: nothing satisfies {what}:\n{error.stderr}")


if __name__ == "__main__":
    main()
