"""What is installed, and whether it goes together."""

import importlib
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

import mwaa_lineage
from mwaa_lineage.doctor.findings import Kind, Report, described

AIRFLOW, CLASSIC, NATIVE = "apache-airflow", "openlineage-airflow", "apache-airflow-providers-openlineage"
CLIENT, SQLGLOT, WHEEL = "openlineage-python", "sqlglot", "mwaa-lineage"
TESTED = {CLASSIC: "==1.41.0", NATIVE: ">=1.4,<2.21", CLIENT: ">=1.16,<1.53", SQLGLOT: ">=30.15,<31"}
FORMER = ("lineage_diagnosis", "lineage_masking", "lineage_transport", "sql_lineage/flow.py")
"""What this package was before; the sql_lineage of now has no flow.py."""
_CLASSIC_ENDS = Version("2.8.0.b1")  # as openlineage-airflow itself has it
_NATIVE_BEGINS = Version("2.7")


def versions() -> dict[str, str]:
    """{package: its version} of those that matter, as far as they are installed."""
    found = {}
    for name in (AIRFLOW, CLASSIC, NATIVE, CLIENT, SQLGLOT, WHEEL):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def examine(report: Report, found: Mapping[str, str]) -> None:
    """Report what is installed: `found` as `versions` has it."""
    listed = ", ".join(f"{name} {version}" for name, version in found.items())
    report.ok("installed", f"Python {platform.python_version()}, {listed}")
    _integrations(report, found)
    if CLIENT not in found:
        report.found(Kind.CLIENT_MISSING)
    elif reason := _import("openlineage.client"):
        report.found(Kind.CLIENT_BROKEN, reason)
    if reason := _import("sqlglot"):
        report.found(Kind.SQLGLOT_MISSING, reason)
    installed = [(name, found[name], wanted) for name, wanted in TESTED.items() if name in found]
    if untested := [f"{name} {has}, not {wanted}" for name, has, wanted in installed if has not in SpecifierSet(wanted, prereleases=True)]:
        report.found(Kind.VERSION_UNTESTED, "; ".join(untested))


def copies(report: Report, path: Sequence[str]) -> None:
    """Report what lies beside the package that is used, in the places where Python looks: `path` as sys.path has them."""
    used = Path(mwaa_lineage.__file__).resolve().parent
    places = dict.fromkeys(Path(place).resolve() for place in path)
    for place in places:
        package = place / used.name
        if (package / "__init__.py").is_file() and package.resolve() != used:
            report.found(Kind.TWO_COPIES, f"used is {used}, not {package}")
    former = [str(place / name) for place in places for name in FORMER if (place / name).exists()]
    if former:
        report.found(Kind.FORMER_PACKAGES, ", ".join(former))


def _integrations(report: Report, found: Mapping[str, str]) -> None:
    airflow = Version(found.get(AIRFLOW, "0"))
    if CLASSIC in found and NATIVE in found:
        report.found(Kind.INTEGRATIONS_BOTH, f"{CLASSIC} {found[CLASSIC]}, {NATIVE} {found[NATIVE]}")
    elif CLASSIC in found and airflow >= _CLASSIC_ENDS:
        report.found(Kind.INTEGRATION_WRONG, f"{CLASSIC} on Airflow {airflow}")
    elif NATIVE in found and airflow < _NATIVE_BEGINS:
        report.found(Kind.INTEGRATION_WRONG, f"{NATIVE} on Airflow {airflow}")
    elif CLASSIC not in found and NATIVE not in found:
        report.found(Kind.INTEGRATION_MISSING, f"Airflow {airflow}")


def _import(module: str) -> str:
    """Why a module cannot be imported; empty when it can."""
    try:
        importlib.import_module(module)
    except Exception as error:  # whatever a package that does not fit raises
        return described(error)
    return ""
