"""Write airflow/locks/<version>.txt: what runs an Airflow version on a machine that is no MWAA, under the constraints that MWAA imposes.

Those are the ones of airflow/requirements where a version has its own, else what Airflow publishes, or the files `airflow-<version>.txt` in
the folder that AIRFLOW_CONSTRAINTS names. The default version has no lock of its own: it is in Pipfile.lock.

Beside the requirements it writes wheels-<version>.txt: what of all that they need is not in MWAA's image.

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
PLATFORM = "x86_64-manylinux_2_28"
"""Of Amazon Linux 2023, on which MWAA runs."""
IMAGE = ("apache-airflow-providers-amazon", "apache-airflow-providers-postgres")
"""What MWAA's image has beside Airflow and the DAGs use: 001-install-required-pip-packages.sh in aws/amazon-mwaa-docker-images."""


def published(runtime: Runtime) -> str:
    """The file or address of Airflow's own constraints."""
    if MIRROR in os.environ:
        return str(Path(os.environ[MIRROR], f"airflow-{runtime.airflow}.txt"))
    return PUBLISHED.format(airflow=runtime.airflow, python=runtime.python)


def constraints(runtime: Runtime) -> str:
    """The file or address of the constraints that MWAA installs a runtime's requirements under."""
    own = REQUIREMENTS / f"constraints-{runtime.airflow}.txt"
    return str(own) if own.exists() else published(runtime)


def required(runtime: Runtime) -> list[str]:
    """The requirements; the constraints that they name stand on MWAA's disk."""
    lines = (REQUIREMENTS / f"requirements-{runtime.airflow}.txt").read_text().splitlines()
    return [line for line in lines if not line.startswith("--constraint ")]


def wanted(runtime: Runtime) -> list[str]:
    """What MWAA's image has and the DAGs use, and the requirements on top of it."""
    packages = [f"apache-airflow=={runtime.airflow}", *IMAGE, *required(runtime)]
    if release(runtime) < (2, 11):
        # The constraints leave it open, and 82 has no pkg_resources, which python-daemon and sqlalchemy-redshift import.
        packages.append("setuptools<81")
    return packages


def compiled(packages: list[str], under: str, *where: str) -> str:
    """The pins of all that the packages need, `under` constraints. Raises CalledProcessError when there is no solution."""
    command = ["uv", "pip", "compile", "-", "--quiet", "--no-header", "--no-annotate", f"--constraint={under}", *where]
    return subprocess.run(command, input="\n".join(packages), capture_output=True, text=True, check=True).stdout


def lock(runtime: Runtime) -> str:
    """For MWAA's Python and for 3.11. Raises CalledProcessError."""
    return compiled(wanted(runtime), constraints(runtime), "--universal", "--python-version=3.11")


def lacking(runtime: Runtime) -> str:
    """What the requirements need that MWAA's image lacks, or has in another version. Raises CalledProcessError."""
    place = (f"--python-version={runtime.python}", f"--python-platform={PLATFORM}")
    image = [f"apache-airflow=={runtime.airflow}", *IMAGE]
    has = compiled(image, published(runtime), *place).splitlines()
    needs = compiled([*image, *required(runtime)], constraints(runtime), *place).splitlines()
    heading = f"# What requirements-{runtime.airflow}.txt needs and MWAA's image for it lacks. Written by `make lock`."
    return "\n".join([heading, *(pin for pin in needs if pin not in has), ""])


def main() -> None:
    """Lock every runtime but the default, and list the wheels of all."""
    for number, runtime in enumerate(load_runtimes().values()):
        print(f"Airflow {runtime.airflow}")
        try:
            (REQUIREMENTS / f"wheels-{runtime.airflow}.txt").write_text(lacking(runtime))
            if number:
                (LOCKS / f"{runtime.airflow}.txt").write_text(lock(runtime))
        except subprocess.CalledProcessError as error:
            what = f"the requirements of Airflow {runtime.airflow} under {constraints(runtime)}"
            sys.exit(f"make lock: nothing satisfies {what}:\n{error.stderr}")


if __name__ == "__main__":
    main()
