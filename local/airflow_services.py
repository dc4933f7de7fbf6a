"""An Airflow that goes on running, as on MWAA: scheduler, triggerer, pages and API on a loopback port, and who may sign in there."""

import json
import shutil
from pathlib import Path

from lineage import wall
from local.orchestrator import Airflow
from local.processes import answers
from modules.runtimes import release

USER = "admin"
READY_SECONDS = 300
_ACCOUNT = Path(__file__).with_name("airflow_account.py")
_WALL = Path(__file__).with_name("airflow_wall.py")


def start_services(airflow: Airflow, port: int, password: str) -> None:
    """Start what runs the DAGs, and what answers on the port, where USER may sign in; wait until it does. Raises ProcessFailed."""
    _put_wall_into(airflow.home / "plugins")
    start = _start_3 if release(airflow.runtime) >= (3,) else _start_2
    start(airflow, port, password)


def _put_wall_into(plugins: Path) -> None:
    """With the module that it imports: none of this project's is on the path of Airflow's Python."""
    shutil.copy(_WALL, plugins)
    shutil.copy(str(wall.__file__), plugins / "airflow_wall_rules.py")


def _start_2(airflow: Airflow, port: int, password: str) -> None:
    person = ["--firstname", USER, "--lastname", USER, "--email", f"{USER}@localhost", "--role", "Admin"]
    # -P leaves the folder `local` out of the path of modules.
    account = [airflow.command[0], "-P", str(_ACCOUNT), "users", "create", "--username", USER, *person]
    variables = airflow.environment | {"ACCOUNT_PASSWORD": password}
    if not (made := airflow.home / f"{airflow.metadata}.{USER}").exists():
        airflow.supervisor.run("airflow users create", account, environment=variables, log="user.log", seconds=READY_SECONDS)
        made.touch()
    web = airflow.start("web server", "webserver", "--hostname", "127.0.0.1", "--port", str(port), "--workers", "1")
    _start_scheduler(airflow)
    web.wait_until(lambda: answers(port, "/health"), seconds=READY_SECONDS)


def _start_3(airflow: Airflow, port: int, password: str) -> None:
    """Tasks of Airflow 3 speak to the API server only, and DAG files are read by a process of their own."""
    passwords = airflow.home / "passwords.json"
    passwords.touch(mode=0o600)
    passwords.write_text(json.dumps({USER: password}))
    airflow.environment |= {
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__SECRET_KEY": airflow.memory.secret("key of the API"),
        "AIRFLOW__API_AUTH__JWT_SECRET": airflow.memory.secret("key of tokens"),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
    }
    api = airflow.start("API server", "api-server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1")
    airflow.start("DAG processor", "dag-processor")
    api.wait_until(lambda: answers(port, "/api/v2/monitor/health"), seconds=READY_SECONDS)
    _start_scheduler(airflow)


def _start_scheduler(airflow: Airflow) -> None:
    """And the triggerer. Their servers of logs would listen on every address."""
    airflow.start("scheduler", "scheduler", "--skip-serve-logs")
    airflow.start("triggerer", "triggerer", "--skip-serve-logs")
