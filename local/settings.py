"""Settings of the local system: what a person may choose, validated as a whole, and the names everything on this machine goes by."""

from dataclasses import dataclass
from pathlib import Path

from data.tickit import MAX_SCALE, MAX_SEED
from modules.runtimes import load_runtimes, runtime

ROOT = Path(__file__).parent.parent
DAGS = ROOT / "airflow/dags"
PLUGINS = ROOT / "airflow/plugins"
MAX_PORT = 65535

CI_VERSIONS = ("2.7.2", "2.10.3", "3.3.1")
"""Of Airflow: the default, the one that most environments are on, the newest; .ci/run names them too."""

REGION = "us-east-1"
BUCKET = "tickit-lake"
GLUE_DATABASE = "tickit"
EXTERNAL_SCHEMA = "s3_datalake"
DATABASE = "dev"
JOBS_NAMESPACE = "tickit"
WORKGROUP = "tickit"
WAREHOUSE_NAMESPACE = f"redshift://{WORKGROUP}.{REGION}:5439"
"""OpenLineage's name for the Redshift workgroup that this PostgreSQL stands for, whatever its port."""


class InvalidSettings(Exception):
    """Settings that cannot be used; the message lists every problem with the setting's name."""


@dataclass(frozen=True)
class Settings:
    """One local system.

    `scale` multiplies TICKIT's row counts, `seed` makes other rows, `port` is the lineage store's (0: any free one), `state`
    the folder that holds everything the system writes, `airflow_version` a row of airflow/runtimes.toml, `dags` the folder of the DAGs,
    `lake` a folder of Parquet and CSV files in place of TICKIT, `requirements` a file of packages that the DAGs need.
    """

    state: Path
    scale: float = 1.0
    seed: int = 2008
    port: int = 0
    airflow_version: str = runtime().airflow
    dags: Path = DAGS
    lake: Path | None = None
    requirements: Path | None = None

    def __post_init__(self) -> None:
        versions = load_runtimes()
        wrong = {
            f"SCALE is {self.scale}: a factor above 0, at most {MAX_SCALE}, for example SCALE=0.1": not 0 < self.scale <= MAX_SCALE,
            f"SEED is {self.seed}: a whole number from 0 to {MAX_SEED}, for example SEED=2008": not 0 <= self.seed <= MAX_SEED,
            f"PORT is {self.port}: a TCP port, for example PORT=5000, or 0 for any free one": not 0 <= self.port <= MAX_PORT,
            f"AIRFLOW_VERSION is {self.airflow_version}: one of {', '.join(versions)}": self.airflow_version not in versions,
            f"DAGS is {self.dags}: there is no such folder": not self.dags.is_dir(),
            f"LAKE is {self.lake}: there is no such folder": self.lake and not self.lake.is_dir(),
            f"REQUIREMENTS is {self.requirements}: there is no such file": self.requirements and not self.requirements.is_file(),
        }
        if any(wrong.values()):
            raise InvalidSettings("\n".join(problem for problem, is_so in wrong.items() if is_so))

    @property
    def logs(self) -> Path:
        """The folder of every process's log."""
        return self.state / "logs"
