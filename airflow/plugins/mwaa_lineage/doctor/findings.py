"""All that the doctor can find, with the cure of each, and the report that it writes. The table in docs/lineage.md says the same."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum

from mwaa_lineage.masking.settings import Mask


class Level(Enum):
    """How much a finding matters: the word that its line begins with."""

    OK = "ok"
    WARNING = "WARNING"
    FAULT = "FAULT"


_RESTART = "then update the environment: workers that run keep what they have read when they started"
_REQUIREMENTS = "then update the environment: MWAA installs requirements.txt only then, and nothing of it if one line cannot be"


class Kind(Enum):
    """What can be found: its level, what it means, and its cure."""

    CLIENT_MISSING = (
        Level.FAULT,
        "OpenLineage's client is not installed",
        f"name the integration in requirements.txt, {_REQUIREMENTS} (log streams `requirements_install*`)",
    )
    CLIENT_BROKEN = (
        Level.FAULT,
        "OpenLineage's client is installed and cannot be imported",
        f"take the versions of airflow/requirements for this Airflow, {_REQUIREMENTS}",
    )
    INTEGRATION_MISSING = (
        Level.FAULT,
        "no OpenLineage integration is installed, so no task sends anything",
        f"requirements.txt needs openlineage-airflow up to Airflow 2.7, apache-airflow-providers-openlineage from 2.8 on; {_REQUIREMENTS}",
    )
    INTEGRATIONS_BOTH = (
        Level.FAULT,
        "both OpenLineage integrations are installed, of which openlineage-airflow then does nothing",
        "keep openlineage-airflow up to Airflow 2.7, apache-airflow-providers-openlineage from 2.8 on, and remove the other",
    )
    INTEGRATION_WRONG = (
        Level.FAULT,
        "the installed integration does nothing on this Airflow",
        "replace it: openlineage-airflow up to Airflow 2.7, apache-airflow-providers-openlineage from 2.8 on",
    )
    SQLGLOT_MISSING = (
        Level.FAULT,
        "sqlglot cannot be imported, without which no SQL is read",
        f"name sqlglot in requirements.txt as airflow/requirements does, {_REQUIREMENTS}",
    )
    VERSION_UNTESTED = (
        Level.WARNING,
        "a version is installed with which lineage was not tested",
        "take the versions of airflow/requirements for this Airflow; with another one, look whether the lineage of some tasks is right",
    )
    TWO_COPIES = (
        Level.WARNING,
        "this package is here twice, and one of the two is not used, whatever its version",
        "take one of them away: the wheel's line in requirements.txt, or mwaa_lineage and mwaa_lineage_plugin.py in plugins.zip",
    )
    FORMER_PACKAGES = (
        Level.WARNING,
        "packages of which this one is made now are still here, and may be used in its place",
        "remove them from plugins.zip, with env_var_plugin.py; of sql_lineage only the two modules may stay that plugins.zip has now",
    )
    PLUGIN_BROKEN = (
        Level.FAULT,
        "Airflow could not import a plugin that lineage needs",
        "mend what the error names; `make package-plugin` builds plugins.zip, which MWAA takes with an update of the environment",
    )
    PLUGIN_NOT_LOADED = (
        Level.FAULT,
        "Airflow has not loaded the env-var plugin, which gives OpenLineage its settings",
        "plugins.zip must hold mwaa_lineage_plugin.py at its root, or requirements.txt name the wheel; [core] lazy_load_plugins be False",
    )
    INTEGRATION_DISABLED = (
        Level.FAULT,
        "the integration is switched off",
        "remove the setting that is named here",
    )
    INTEGRATION_INACTIVE = (
        Level.FAULT,
        "the integration is installed, and Airflow has not registered its listener",
        "cure the other findings first: the provider stays off without a transport, openlineage-airflow beside it or from Airflow 2.8 on",
    )
    SELECTIVE = (
        Level.WARNING,
        "only DAGs and tasks that ask for lineage have it",
        "unset [openlineage] selective_enable, or enable the DAGs with enable_lineage()",
    )
    OPERATORS_DISABLED = (
        Level.WARNING,
        "some operators have no lineage",
        "shorten [openlineage] disabled_for_operators, if that is not wanted",
    )
    STOCK_OPERATORS_UNREAD = (
        Level.FAULT,
        "the integration does not ask this package, so that operators and hooks have the integration's own lineage, or none",
        "remove what stands in the way as this line says, or take the integration's version of airflow/requirements for this Airflow",
    )
    TRANSPORT_BROKEN = (
        Level.FAULT,
        "OpenLineage's client cannot make its transport",
        "mend the setting that the error names, or remove it: the env-var plugin then chooses this project's transport",
    )
    TRANSPORT_CONSOLE = (
        Level.FAULT,
        "events are written to the log and sent nowhere",
        "give the Airflow Variable OPENLINEAGE_URL a value",
    )
    TRANSPORT_NOOP = (
        Level.FAULT,
        "the client throws every event away",
        "remove OPENLINEAGE_DISABLED, or the transport of type noop",
    )
    TRANSPORT_OTHER = (
        Level.WARNING,
        "the transport is not this project's: what it cannot deliver is lost, and a store that hangs holds up tasks",
        "remove the transport's setting (AIRFLOW__OPENLINEAGE__…, OPENLINEAGE__TRANSPORT…, OPENLINEAGE_CONFIG), if that is not wanted",
    )
    URL_MISSING = (
        Level.FAULT,
        "the address of the lineage store is not known",
        "give the Airflow Variable OPENLINEAGE_URL a value like http://marquez.example:5000",
    )
    NAMESPACE_MISSING = (
        Level.WARNING,
        "OPENLINEAGE_NAMESPACE has no value, so the jobs stand in the namespace `default`",
        "give the Airflow Variable OPENLINEAGE_NAMESPACE a value",
    )
    SETTING_WRONG = (
        Level.FAULT,
        "a setting cannot be used, and is left out",
        f"correct the Airflow Variable of that name, {_RESTART}",
    )
    SETTING_STALE = (
        Level.WARNING,
        "a setting's secret has another value than this process has read when it started",
        "update the environment, so that its workers start anew; until then events go where they went",
    )
    SECRETS_UNREADABLE = (
        Level.FAULT,
        "the secrets backend does not give a setting",
        "the execution role needs secretsmanager:GetSecretValue (and kms:Decrypt), the subnets a way to Secrets Manager",
    )
    HOST_UNKNOWN = (
        Level.FAULT,
        "the store's host has no address here",
        "correct the host in OPENLINEAGE_URL; a private name resolves only in a VPC that its zone belongs to",
    )
    UNREACHABLE = (
        Level.FAULT,
        "no connection to the store",
        "is it running? Its security group must let Airflow's in, on that port, and the subnets must have a route",
    )
    TLS_FAILED = (
        Level.FAULT,
        "no TLS with the store",
        "OPENLINEAGE_URL must name the host of the certificate, whose authority the workers must know; plain HTTP begins with http://",
    )
    STORE_SILENT = (
        Level.FAULT,
        "the store accepts connections and does not answer",
        "look at the store itself and its database; a wrong port, and http:// for https://, look like this as well",
    )
    STORE_FAILING = (
        Level.FAULT,
        "the store, or what stands before it, is failing",
        "look at the store's log and its database, and at the load balancer's targets",
    )
    NOT_A_LINEAGE_API = (
        Level.FAULT,
        "what answers there takes no lineage events",
        "OPENLINEAGE_URL is the address of the store's API, not of its web page, a sign-in, or a redirect; OPENLINEAGE_ENDPOINT its path",
    )
    KEY_WANTED = (
        Level.FAULT,
        "the store wants an API key, and none is set",
        f"put the store's key into the Airflow Variable OPENLINEAGE_API_KEY, {_RESTART}",
    )
    KEY_REFUSED = (
        Level.FAULT,
        "the store does not accept the API key",
        f"put the store's key into the Airflow Variable OPENLINEAGE_API_KEY, {_RESTART}",
    )
    EVENT_REFUSED = (
        Level.FAULT,
        "the store refuses a plain event",
        "it may be of another version than the integration, or no OpenLineage API: its answer says what it misses",
    )
    TRANSPORT_FAILED = (
        Level.FAULT,
        "the transport could not send an event",
        "the error says why; this project's transport, which the env-var plugin chooses when none is set, keeps such events",
    )
    EVENT_STUCK = (
        Level.FAULT,
        "the store takes events, and the courier does not deliver them",
        "what courier.log in the spool folder says is the cause; until then the DAG `lineage_replay` delivers",
    )
    EVENT_NOT_STORED = (
        Level.FAULT,
        "the event was sent, and the store does not have it",
        "does another store answer at this address, or does a filter of OpenLineage's configuration drop events?",
    )
    WRITE_ONLY = (
        Level.WARNING,
        "the store takes events and lets nobody read here, so that nothing says whether they arrived",
        "look at the store's own page for the job of this line; the doctor reads a Marquez only, with a key that may read",
    )
    INTEGRATION_SILENT = (
        Level.FAULT,
        "events arrive, and the integration has sent none for this very task",
        "the task's log, above, says why extraction or emission failed; setuptools must be below 70 for openlineage-airflow up to 1.3",
    )
    SPOOL_ELSEWHERE = (
        Level.WARNING,
        "the spool folder cannot be used, and events are kept in another one",
        "make the folder writable for Airflow's user, or name another in OPENLINEAGE_SPOOL_FOLDER",
    )
    SPOOL_UNUSABLE = (
        Level.FAULT,
        "no folder can be written to, so that an event the store does not take at once is lost",
        "make one of the folders writable for Airflow's user, and free space on its disk",
    )
    EVENTS_WAITING = (
        Level.WARNING,
        "events wait for delivery",
        "trigger the DAG `lineage_replay` once the store takes events",
    )
    EVENTS_REFUSED = (
        Level.WARNING,
        "the store has refused events, which are kept aside",
        "the reason stands beside each; put the files back into waiting/ when it is cured, or remove them",
    )
    BUCKET_MISNAMED = (
        Level.FAULT,
        "the spool's place in S3 cannot be used, and is left out",
        "correct the configuration option mwaa_lineage.spool: s3://<bucket>/<prefix>/",
    )
    BUCKET_UNUSABLE = (
        Level.FAULT,
        "the spool's place in S3 cannot be written or listed, so that a worker that vanishes takes its events along",
        "the execution role needs s3:PutObject, GetObject, DeleteObject and ListBucket there, the subnets a way to S3",
    )
    NAMESPACES_WRONG = (
        Level.FAULT,
        "the option that names warehouses cannot be read, and is left out",
        "correct the configuration option mwaa_lineage.namespaces",
    )
    CONNECTION_UNKNOWN = (
        Level.WARNING,
        "the option that names warehouses has a connection that Airflow does not give",
        "correct its id in the configuration option mwaa_lineage.namespaces, or add the connection",
    )
    MASK_UNUSABLE = (
        Level.WARNING,
        "an expression of the user's own masks cannot be used, and hides nothing",
        "correct that line of the configuration option mwaa_lineage.mask: a regular expression of Python that matches no empty text",
    )
    CHECK_FAILED = (
        Level.FAULT,
        "a check of the doctor itself came to no end",
        "the error says why; the other lines hold all the same",
    )

    @property
    def level(self) -> Level:
        """How much it matters."""
        return self.value[0]

    @property
    def meaning(self) -> str:
        """What it says."""
        return self.value[1]

    @property
    def cure(self) -> str:
        """What to do about it."""
        return self.value[2]

    @property
    def title(self) -> str:
        """Its name, as lines and documents have it."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True)
class Finding:
    """One line of the report; `kind` is None where all is well."""

    kind: Kind | None
    text: str

    @property
    def level(self) -> Level:
        """How much it matters."""
        return self.kind.level if self.kind else Level.OK

    def __str__(self) -> str:
        return f"{self.level.value:<8}{self.text}"


@dataclass
class Report:
    """What was found, in order, without any secret."""

    mask: Mask = field(default_factory=lambda: Mask.of(os.environ))
    findings: list[Finding] = field(default_factory=list)

    def ok(self, subject: str, detail: object) -> None:
        """Something that is as it should be."""
        self.findings.append(Finding(None, self.mask.clean(f"{subject}: {detail}")))

    def found(self, kind: Kind, detail: object = "") -> None:
        """Something that is not."""
        said = self.mask.clean(detail)
        self.findings.append(Finding(kind, f"{kind.title}: {kind.meaning}{f' ({said})' if said else ''}. Cure: {kind.cure}."))

    @contextmanager
    def check(self, subject: str) -> Iterator[None]:
        """A part of the examination, whose unforeseen end is a finding and stops no other part."""
        try:
            yield
        except Exception as error:
            self.found(Kind.CHECK_FAILED, f"{subject}: {described(error)}")

    def of(self, level: Level) -> list[Finding]:
        """The findings of a level."""
        return [finding for finding in self.findings if finding.level is level]


def described(error: BaseException) -> str:
    """An exception in one line."""
    return f"{type(error).__name__}: {error}"
