"""Gives OpenLineage the settings that MWAA's options cannot: they become AIRFLOW__* variables, OpenLineage reads OPENLINEAGE_*.

The settings are Airflow Variables, read from the secrets backend or AIRFLOW_VAR_*; never from the metadata database, which plugins on the
server side of Airflow 3 cannot reach. It all happens at import, before the OpenLineage integration caches its own settings. Whatever goes
wrong is logged and nothing is raised, so that Airflow starts. What the environment already holds stays as it is.

- OPENLINEAGE_URL: the lineage store, `http://<host>:<port>`; without it no event leaves Airflow.
- OPENLINEAGE_NAMESPACE: the namespace of the jobs; without it OpenLineage's own, `default`.
- OPENLINEAGE_API_KEY: optional, sent to the store as a bearer token.
- OPENLINEAGE_ENDPOINT: optional, the path at that address that takes events; OpenLineage's own by default, `api/v1/lineage`.
- OPENLINEAGE_HEADERS: optional, more headers for the store, a JSON object of texts.
- OPENLINEAGE_TIMEOUT: optional, the seconds a store may take to accept an event; 2 by default.

With a URL goes a transport: the one in mwaa_lineage/transport/, which spools events and has them delivered by a process beside Airflow. The
integration's own has a store that hangs cost every task 40 s. OPENLINEAGE_CONFIG names it, since every version of OpenLineage's client
reads that, 1.3 to 1.52, in both integrations. OPENLINEAGE_SPOOL_FOLDER is where it spools, below Airflow's home. OPENLINEAGE_SPOOL, from
the configuration option [mwaa_lineage] spool, is the place in S3 for what cannot be delivered. A transport that is configured already, by
one of the variables of `TRANSPORT`, is left alone.

Events are made in a thread of the task, which waits for them in bounded time: see mwaa_lineage/transport/in_thread.py. The lineage of stock
operators and hooks is derived here, too: see mwaa_lineage/airflow/stock/door.py.
"""

from __future__ import annotations

import importlib.util
import logging
import math
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from airflow import configuration
from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin

from mwaa_lineage.options import option

TRANSPORT = ("OPENLINEAGE__TRANSPORT", "OPENLINEAGE_CONFIG", "AIRFLOW__OPENLINEAGE__TRANSPORT", "AIRFLOW__OPENLINEAGE__CONFIG")
URL, NAMESPACE, API_KEY, TIMEOUT = "OPENLINEAGE_URL", "OPENLINEAGE_NAMESPACE", "OPENLINEAGE_API_KEY", "OPENLINEAGE_TIMEOUT"
ENDPOINT, HEADERS = "OPENLINEAGE_ENDPOINT", "OPENLINEAGE_HEADERS"
FOR_STORE = [URL, NAMESPACE, API_KEY, TIMEOUT, ENDPOINT, HEADERS]
SOURCE_CODE = ("OPENLINEAGE_AIRFLOW_DISABLE_SOURCE_CODE", "AIRFLOW__OPENLINEAGE__DISABLE_SOURCE_CODE")
POLICY = "AIRFLOW__OPENLINEAGE__EMISSION_POLICY"
NO_SOURCE_CODE = '[{"scope": {}, "controls": {"include_source_code": false}}]'
IN_THREAD = "AIRFLOW__OPENLINEAGE__EXECUTE_IN_THREAD"
CONFIG, FOLDER, SPOOL, MASK = "OPENLINEAGE_CONFIG", "OPENLINEAGE_SPOOL_FOLDER", "OPENLINEAGE_SPOOL", "OPENLINEAGE_MASK"
CONFIG_FILE = Path(__file__).parent / "transport/openlineage.yml"
READ = "MWAA_LINEAGE_SETTINGS_READ"
"""Set where nothing is wrong, for the processes that this one starts: they inherit the settings, and ask no secrets backend. A task may be
one (see forks.py)."""

log = logging.getLogger(__name__)


def masked(text: object) -> str:
    """The text on one line, the user and password of every URL in it hidden."""
    return re.sub(r"//[^/\s]*@", "//***@", " ".join(str(text).split()))


def is_url(value: str) -> bool:
    """Whether events can be sent there; a query or a fragment would get lost on the way."""
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not re.search(r"[\s?#]", value)
    except ValueError:
        return False


def is_seconds(value: str) -> bool:
    """Whether it is a number of seconds."""
    try:
        return 0 < float(value) < math.inf
    except ValueError:
        return False


def is_header(value: str) -> bool:
    """Whether HTTP can carry it; requests would show a key that it refuses in its error."""
    return value.isascii() and value.isprintable()


def is_path(value: str) -> bool:
    """Whether a request can go there: printable ASCII, without a query or a fragment."""
    return re.fullmatch(r'[!"$->@-~]+', value) is not None


def are_headers(value: str) -> bool:
    """Whether it is a JSON object of headers that HTTP can carry."""
    try:
        return bool(importlib.import_module("mwaa_lineage.transport.settings").headers_in(value))
    except ValueError:
        return False


def is_place(value: str) -> bool:
    """Whether it is a place in S3 below which objects can be put."""
    return re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+(/[\w.-]+)+/?", value) is not None


FORMS = {
    URL: (is_url, "a URL like http://marquez.example:5000"),
    API_KEY: (is_header, "one line of printable ASCII"),
    ENDPOINT: (is_path, "a path like api/v1/lineage"),
    HEADERS: (are_headers, 'a JSON object of headers like {"X-Api-Key": "..."}'),
    TIMEOUT: (is_seconds, "a number of seconds like 2"),
    SPOOL: (is_place, "a place in S3 like s3://bucket/lineage-spool/"),
}


def variables(names: list[str], problems: list[str]) -> dict[str, str]:
    """The Airflow Variables of these names; a backend that does not answer is asked once, because each time-out lasts seconds."""
    backends = [backend for backend in configuration.ensure_secrets_loaded() if type(backend).__name__ != "MetastoreBackend"]
    found: dict[str, str] = {}
    for name in names:
        for backend in list(backends):
            try:
                value = backend.get_variable(name)
            except Exception as error:
                problems.append(f"{type(backend).__name__} did not give {name}: {type(error).__name__}: {masked(error)}")
                if getattr(error, "response", None) is None:  # a refusal carries one, and concerns this name only
                    backends.remove(backend)
                continue
            if value is not None:
                found[name] = str(value).strip()
                break
    return found


def fault(name: str, value: str | None) -> str:
    """What is wrong with a setting; empty when nothing is."""
    if value is None:
        return "missing" if name in (URL, NAMESPACE) else ""
    if not value:
        return "empty"
    accepts, form = FORMS.get(name, (bool, ""))
    return "" if accepts(value) else f"malformed, not {form}"


def settings(names: list[str], problems: list[str], *, ask: bool = True) -> dict[str, str]:
    """The usable settings of these names: the environment's before Airflow's, which are asked for unless that has been done."""
    known = {name: os.environ[name] for name in names if os.environ.get(name)}
    if ask:
        known.update(variables([name for name in names if name not in known], problems))
    faults = {name: fault(name, known.get(name)) for name in names}
    problems.extend(f"{name} is {fault}" for name, fault in faults.items() if fault)
    return {name: value for name, value in known.items() if not faults[name]}


def own_masks() -> str:
    """The user's own expressions, one a line."""
    return os.environ.get(MASK) or option("mask")


def mask_faults(masks: str) -> tuple[str, ...]:
    """Which of those cannot be used, and why."""
    faults: tuple[str, ...] = importlib.import_module("mwaa_lineage.masking.own").faults(masks)
    return faults


def transport(problems: list[str]) -> dict[str, str]:
    """The variables that choose the spooling transport and say where it spools."""
    home = Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser()
    exports = {CONFIG: str(CONFIG_FILE), FOLDER: str(home / "lineage-spool")}
    if masks := own_masks():
        exports[MASK] = masks
        problems.extend(mask_faults(masks))
    place = os.environ.get(SPOOL) or option("spool")
    if not place:
        return exports
    wrong = fault(SPOOL, place)
    if wrong:
        problems.append(f"[mwaa_lineage] spool is {wrong}")
        return exports
    return {**exports, SPOOL: place}


def resolve(problems: list[str]) -> tuple[dict[str, str], list[str]]:
    """What to export, and in words what that is."""
    ours = str(CONFIG_FILE)  # inherited from the process that has started this one
    configured = sorted(name for name, value in os.environ.items() if value not in ("", ours) and name.startswith(TRANSPORT))
    exports = settings([NAMESPACE] if configured else FOR_STORE, problems, ask=not os.environ.get(READ))
    facts = [f"namespace {masked(exports[NAMESPACE])}" if NAMESPACE in exports else "namespace left to OpenLineage"]
    if configured:
        facts.append(f"transport left as {configured[0]} has it")
    elif URL in exports:
        timeout = exports.get(TIMEOUT, "2")
        path = f", path {exports[ENDPOINT]}" if ENDPOINT in exports else ""
        facts += [
            f"url {masked(exports[URL])}{path}",
            *(["headers set"] if HEADERS in exports else []),
            "API key set" if API_KEY in exports else "no API key",
            f"time-out {timeout} s",
        ]
        exports.update(transport(problems))
        facts.append(f"spool {os.environ.get(FOLDER) or exports[FOLDER]}" + (f", then {exports[SPOOL]}" if SPOOL in exports else ""))
    else:
        facts.append("no lineage is sent")
    return exports, facts


def has_emission_policy() -> bool:
    """Whether the provider has [openlineage] emission_policy: from 2.18 on, and it warns in each task's log of the options before that."""
    try:
        return importlib.util.find_spec("airflow.providers.openlineage.utils.emission_policy") is not None
    except (ImportError, RuntimeError):  # there is no provider, or it is none for this Airflow
        return False


def hide_source_code() -> None:
    """Keep source code out of events, unless an option says that it shall be there."""
    if any(os.environ.get(name) for name in SOURCE_CODE):
        return
    if has_emission_policy() and configuration.conf.get("openlineage", "emission_policy", fallback="[]") in ("[]", NO_SOURCE_CODE):
        os.environ[POLICY] = NO_SOURCE_CODE
    else:  # which both integrations read, and the provider only where its own option says nothing; a policy is applied on top of it
        os.environ[SOURCE_CODE[0]] = "true"


def hide_credentials() -> None:
    """Tell Airflow's masker the store's key and the user of its URL: every task has them in its environment, and may print that."""
    if os.environ.get(URL):
        settings = importlib.import_module("mwaa_lineage.transport.settings").Settings.from_environment()
        importlib.import_module("mwaa_lineage.masking.airflow_masker").hide(settings.secrets)


def export() -> None:
    """Set the variables that are not set yet and log, in one line, what OpenLineage has now. Raises nothing."""
    problems: list[str] = []
    facts: list[str] = []
    hide_source_code()
    os.environ[IN_THREAD] = os.environ.get(IN_THREAD) or "true"
    try:
        exports, facts = resolve(problems)
        os.environ.update({name: value for name, value in exports.items() if not os.environ.get(name)})
        hide_credentials()
        if os.environ.get(CONFIG) == str(CONFIG_FILE):
            importlib.import_module("mwaa_lineage.transport.transport")  # here, and not again in every process that is forked for a task
        in_thread = importlib.import_module("mwaa_lineage.transport.in_thread")
        if configuration.conf.getboolean("openlineage", "execute_in_thread"):
            in_thread.replace_waits()
        importlib.import_module("mwaa_lineage.airflow.stock.door").open_door()
        if in_thread.listeners():
            importlib.import_module("mwaa_lineage.airflow.forks").spare()
        if not problems:
            os.environ[READ] = "true"
    except Exception as error:
        problems.append(f"{type(error).__name__}: {masked(error)}")
    log.log(logging.WARNING if problems else logging.INFO, "OpenLineage: %s", "; ".join(facts + problems))


class TaskStarts:
    """What is done at the start of each task.

    Airflow's masker is told once more: the supervisor of a task of Airflow 3 forgets, before it starts one, what it was told at import.
    What hooks have sent before was of another task.
    """

    @hookimpl
    def on_task_instance_running(self) -> None:
        """In the task's own process, before its code. Raises nothing."""
        try:
            hide_credentials()
        except Exception as error:
            log.warning("OpenLineage: the store's key was not hidden from this log: %s", type(error).__name__)
        try:
            importlib.import_module("mwaa_lineage.airflow.stock.observed").observed.begin()
            importlib.import_module("mwaa_lineage.airflow.unobserved").forget()
        except Exception as error:
            log.warning("OpenLineage: the SQL of hooks may be told with an earlier task's: %s", type(error).__name__)


class EnvVarPlugin(AirflowPlugin):
    """Registers what hides the key: the other work is done when Airflow imports this module."""

    name = "mwaa_lineage"
    listeners = [TaskStarts()]  # noqa: RUF012 - as Airflow declares it


export()
