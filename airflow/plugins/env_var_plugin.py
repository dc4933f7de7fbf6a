"""Gives OpenLineage the settings that MWAA cannot: it lets only AIRFLOW__* variables be set, OpenLineage reads OPENLINEAGE_*.

The settings are Airflow Variables, read from the secrets backend or AIRFLOW_VAR_*; never from the metadata database, which plugins on the
server side of Airflow 3 cannot reach. It all happens at import, before the OpenLineage integration caches its own settings. Whatever goes
wrong is logged and nothing is raised, so that Airflow starts. What the environment already holds stays as it is.

- OPENLINEAGE_URL: the lineage store, `http://<host>:<port>`; without it no event leaves Airflow.
- OPENLINEAGE_NAMESPACE: the namespace of the jobs; without it OpenLineage's own, `default`.
- OPENLINEAGE_API_KEY: optional, sent to the store as a bearer token.
- OPENLINEAGE_TIMEOUT: optional, the seconds a store may take to accept an event; 2 by default.

With a URL goes a transport that does not retry (OPENLINEAGE__TRANSPORT__*, which the client prefers to the URL): by default a store that
hangs costs every task 40 s. A transport that is configured already, by one of the variables of `TRANSPORT`, is left alone.
"""

from __future__ import annotations

import json
import logging
import math
import os
import re
from urllib.parse import urlsplit

from airflow import configuration
from airflow.plugins_manager import AirflowPlugin

TRANSPORT = ("OPENLINEAGE__TRANSPORT", "OPENLINEAGE_CONFIG", "AIRFLOW__OPENLINEAGE__TRANSPORT", "AIRFLOW__OPENLINEAGE__CONFIG")
URL, NAMESPACE, API_KEY, TIMEOUT = "OPENLINEAGE_URL", "OPENLINEAGE_NAMESPACE", "OPENLINEAGE_API_KEY", "OPENLINEAGE_TIMEOUT"

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


FORMS = {
    URL: (is_url, "a URL like http://marquez.example:5000"),
    API_KEY: (is_header, "one line of printable ASCII"),
    TIMEOUT: (is_seconds, "a number of seconds like 2"),
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


def settings(names: list[str], problems: list[str]) -> dict[str, str]:
    """The usable settings of these names: the environment's before Airflow's."""
    known = {name: os.environ[name] for name in names if os.environ.get(name)}
    known.update(variables([name for name in names if name not in known], problems))
    faults = {name: fault(name, known.get(name)) for name in names}
    problems.extend(f"{name} is {fault}" for name, fault in faults.items() if fault)
    return {name: value for name, value in known.items() if not faults[name]}


def transport(url: str, timeout: str, api_key: str | None) -> dict[str, str]:
    """The variables of a transport that tries once (https://openlineage.io/docs/client/python/configuration)."""
    options = {"TYPE": "http", "URL": url, "TIMEOUT": f"{float(timeout):g}", "RETRY": json.dumps({"total": 0})}
    if api_key:
        options["AUTH"] = json.dumps({"type": "api_key", "apiKey": api_key})
    if os.environ.get("OPENLINEAGE_ENDPOINT"):
        options["ENDPOINT"] = os.environ["OPENLINEAGE_ENDPOINT"]
    return {f"OPENLINEAGE__TRANSPORT__{option}": value for option, value in options.items()}


def resolve(problems: list[str]) -> tuple[dict[str, str], list[str]]:
    """What to export, and in words what that is."""
    configured = sorted(name for name, value in os.environ.items() if value and name.startswith(TRANSPORT))
    exports = settings([NAMESPACE] if configured else [URL, NAMESPACE, API_KEY, TIMEOUT], problems)
    facts = [f"namespace {masked(exports[NAMESPACE])}" if NAMESPACE in exports else "namespace left to OpenLineage"]
    if configured:
        facts.append(f"transport left as {configured[0]} has it")
    elif URL in exports:
        timeout = exports.get(TIMEOUT, "2")
        facts += [f"url {masked(exports[URL])}", "API key set" if API_KEY in exports else "no API key", f"time-out {timeout} s, no retries"]
        exports.update(transport(exports[URL], timeout, exports.get(API_KEY)))
    else:
        facts.append("no lineage is sent")
    return exports, facts


def export() -> None:
    """Set the variables that are not set yet and log, in one line, what OpenLineage has now. Raises nothing."""
    problems: list[str] = []
    facts: list[str] = []
    try:
        exports, facts = resolve(problems)
        os.environ.update({name: value for name, value in exports.items() if not os.environ.get(name)})
    except Exception as error:
        problems.append(f"{type(error).__name__}: {masked(error)}")
    log.log(logging.WARNING if problems else logging.INFO, "OpenLineage: %s", "; ".join(facts + problems))


class EnvVarPlugin(AirflowPlugin):
    """Registers nothing: the work is done when Airflow imports this module."""

    name = "env_var_plugin"


export()
