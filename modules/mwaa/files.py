"""Which files MWAA takes, and under which keys of its bucket."""

from pathlib import Path

from cdktf import Precondition, TerraformResourceLifecycle

from modules.artefacts import Artefact
from modules.source_files import source_files

ROOT = Path(__file__).parent.parent.parent
DAGS = ROOT / "airflow/dags"
REQUIREMENTS = ROOT / "airflow/requirements"
PLUGINS = "plugins.zip"


class Requirements(Artefact):
    """What MWAA installs on an Airflow version: written by hand, not built."""

    @property
    def lifecycle(self) -> TerraformResourceLifecycle:
        """Without the file the plan fails, and says what belongs into it."""
        missing = f"{self.path} is missing: write down there what MWAA is to install, as the files beside it do for their Airflow versions."
        return TerraformResourceLifecycle(precondition=[Precondition(condition=f'${{fileexists("{self.source}")}}', error_message=missing)])


def requirements_key(version: str) -> str:
    """The key of the requirements for an Airflow version."""
    return f"requirements-{version}.txt"


def requirements(version: str, *, private: bool) -> Artefact:
    """What MWAA installs. A private web server reaches no package index: its requirements and their wheels are built together."""
    key = requirements_key(version)
    if private:
        return Artefact(f"build/{key.removesuffix('.txt')}-private.txt", "package-plugin")
    return Requirements(_from_root(REQUIREMENTS / key), "synth")


def environment_files(version: str, *, private: bool) -> dict[str, Artefact]:
    """{key: file} of an environment of an Airflow version, whose web server is private or not."""
    dags = {path.relative_to(DAGS).as_posix(): path for path in source_files(DAGS)}
    # MWAA has the DAG folder, and no other, before it installs: what the requirements name as their constraints goes there.
    dags |= {path.name: path for path in REQUIREMENTS.glob(f"constraints-{version}.txt")}
    return {
        **{f"dags/{name}": Artefact(_from_root(dags[name]), "synth") for name in sorted(dags)},
        requirements_key(version): requirements(version, private=private),
        PLUGINS: Artefact(f"build/{PLUGINS}", "package-plugin"),
    }


def _from_root(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
