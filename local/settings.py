"""Settings of the local system: what a person may choose, validated as a whole, and the names everything on this machine goes by."""

from dataclasses import dataclass
from pathlib import Path

from data.tickit import MAX_SCALE, MAX_SEED
from modules.runtimes import load_runtimes, runtime

ROOT = Path(__file__).parent.parent
MAX_PORT = 65535

CI_VERSIONS = ("2.7.2", "2.10.3", "3.3.1")
"""Of Airflow: the default, the one that most environments are on, the newest; .ci/run names them too."""

REGION = "us-east-1"
BUCKET = "tickit-lake"
GLUE_DATABASE = "tickit"
EXTERNAL_SCHEMA = "s3_datalake"
DATABASE = "dev"
JOBS_NAMESPACE = "tickit"
WAREHOUSE_NAMESPACE = f"redshift://tickit.{REGION}:5439"
"""OpenLineage's name for the Redshift workgroup that this PostgreSQL stands for, whatever its port."""


class InvalidSettings(Exception):
    """Settings that cannot be used; the message lists every problem with the setting's name."""


@dataclass(frozen=True)
class Settings:
    """One local system.

    `scale` multiplies TICKIT's row counts, `seed` makes other rows, `port` is the lineage store's (0: any free one), `state`
    the folder that holds everything the system writes, `airflow_version` a row of airflow/runtimes.toml.
    """

    state: Path
    scale: float = 1.0
    seed: int = 2008
    port: int = 0
    airflow_version: str = runtime().airflow

    def __post_init__(self) -> None:
        problems = []
        if not 0 < self.scale <= MAX_SCALE:
            problems.append(f"SCALE is {self.scale}: a factor above 0, at most {MAX_SCALE}, for example SCALE=0.1")
        if not 0 <= self.seed <= MAX_SEED:
            problems.append(f"SEED is {self.seed}: a whole number from 0 to {MAX_SEED}, for example SEED=2008")
        if not 0 <= self.port <= MAX_PORT:
            problems.append(f"PORT is {self.port}: a TCP port, for example PORT=5000, or 0 for any free one")
        if self.airflow_version not in load_runtimes():
            problems.append(f"AIRFLOW_VERSION is {self.airflow_version}: one of {', '.join(load_runtimes())}")
        if problems:
            raise InvalidSettings("\n".join(problems))

    @property
    def logs(self) -> Path:
        """The folder of every process's log."""
        return self.state / "logs"
