"""The table of who must be able to do what, and who must not: tests/iam/scenarios.

It is written from AWS's documentation and not from our code.

Each row is allowed. Below `denied` stand its neighbours, by name: what they change of the row must be why they are refused.

- who: a role of COMPONENTS, service:<principal>, other:<role of another account>, aws:<role of an account of AWS's>, role:<role that AWS
  makes in the account>, nobody (a user without policies), admin (who may do everything), person (who has the policy to sign in),
  anybody (unsigned). Roles of other accounts may do everything, as far as their own account goes.
- does, resource: actions, and the ARN or *; {names} are COMPONENTS and those of _Judge. {neighbour} is another deployment of the same
  account and region, of SECRETS: no row lets one into the other.
- with: condition keys. Requests use TLS unless a row says otherwise.
- via: the endpoint by which the request leaves the VPC; where the network has none, it goes through NAT.
- key: what is then asked of the deployment's key, by the same principal, through the service.
- owner: the account of the resource, where it is not the deployment's; that account then admits everybody.
- unless: the deployments of conftest.py in which a row does not hold.
- source: the page below docs.aws.amazon.com.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from local.aws.emulator.permissions import ANYTHING, OPEN
from local.aws.iam import Decision, Document, Policies, Principal, Request, decide
from tests.corpus import read
from tests.iam.synthesized import PolicySet

FOLDER = Path(__file__).parent / "scenarios"
COMPONENTS = {
    "access_logs": "lake/access_logs/bucket",
    "airflow": "mwaa/execution_role/role",
    "airflow_bucket": "mwaa/bucket/bucket",
    "alarm_topic": "network/alarms/topic",
    "api_key": "network/lineage_secrets/openlineage_api_key",
    "cluster": "marquez/cluster/eks",
    "cluster_role": "marquez/cluster/role/role",
    "connection": "redshift/connection",
    "crawl": "lake/crawl/role",
    "crawl_failed": "lake/crawl_failed/role/role",
    "crawler": "lake/crawler/role",
    "crawler_logs": "lake/crawler/logs",
    "flow_log_group": "network/flow_logs/logs",
    "flow_logs": "network/flow_logs/role",
    "key": "network/key/key",
    "lake_reader": "redshift/lake_reader/role",
    "migration": "marquez/migration_identity/role/role",
    "monitoring": "marquez/database/monitoring/role",
    "namespace_secret": "network/lineage_secrets/openlineage_namespace",
    "node_role": "marquez/nodes/role/role",
    "password": "marquez/database/password/secret",
    "pods": "marquez/identity/role/role",
    "raw": "lake/raw/bucket",
    "url_secret": "network/lineage_secrets/openlineage_url",
    "workflow": "lake/crawl/workflow",
}
"""{name: path of the construct}"""
SECRETS = {"tickit": "airflow", "prod-2": "airflow-prod"}
"""{deployment_id: secrets_prefix} of two deployments in one account and region; each is the other's neighbour."""
SIGN_IN = "mwaa/sign_in/policy"
OTHER, AWS = "444455556666", "999999999999"


@dataclass(frozen=True)
class Row:
    """One line of the table: `fields` as the module says."""

    id: str
    allowed: bool
    fields: Mapping[str, Any]


class Absent(Exception):
    """A deployment without the row's component."""


@cache
def rows() -> tuple[Row, ...]:
    """All rows: those that are allowed, each followed by its neighbours."""
    files = sorted(FOLDER.glob("*.yaml"))
    return tuple(row for file in files for one in read(file) for row in _family(one))


def _family(one: dict[str, Any]) -> Iterator[Row]:
    id_, denied = one.pop("id"), one.pop("denied", {})
    yield Row(id_, True, one)
    for name, changed in denied.items():
        context = {key: value for key, value in (one.get("with", {}) | changed.get("with", {})).items() if value is not None}
        yield Row(f"{id_}:{name}", False, one | changed | {"with": context})


def problems(row: Row, policies: PolicySet, deployment: str) -> list[str] | None:
    """Which actions are decided otherwise than the row says, and why; None where the deployment lacks the row's components."""
    try:
        decisions = _Judge(policies, deployment).decisions(row.fields)
    except Absent:
        return None
    return [f"{'allowed' if one.allowed else 'denied'}: {one.reason}" for one in decisions if one.allowed is not row.allowed]


class _Judge:
    def __init__(self, policies: PolicySet, deployment: str) -> None:
        self._policies = policies
        place = policies.place
        self._account = place.account
        components = {name: policies.arns[path] for name, path in COMPONENTS.items() if path in policies.arns}
        (neighbour,) = SECRETS.keys() - {deployment}
        of_it = {"deployment": deployment, "glue_database": _glue_database(deployment), "vpc": policies.vpc_id}
        others = {
            "other": OTHER,
            "aws": AWS,
            "neighbour": neighbour,
            "neighbours_glue_database": _glue_database(neighbour),
            "neighbours_secrets": SECRETS[neighbour],
        }
        self._names = vars(place) | components | of_it | others

    def decisions(self, fields: Mapping[str, Any]) -> list[Decision]:
        principal, identity = self._who(self._filled(fields["who"]))
        actions = fields["does"] if isinstance(fields["does"], list) else [fields["does"]]
        return [self._decide(fields, principal, identity, action) for action in actions]

    def _filled(self, text: str) -> str:
        try:
            return str(text).format_map(self._names)
        except KeyError as error:
            if error.args[0] in COMPONENTS:
                raise Absent(error.args[0]) from error
            raise

    def _who(self, who: str) -> tuple[Principal, tuple[Document, ...]]:
        kind, _, name = who.partition(":")
        if kind == "service":
            return Principal.service(name), ()
        if kind == "anybody":
            return Principal.anonymous(), ()
        if kind in COMPONENTS:
            return self._component(kind)
        everything = (ANYTHING,)
        sign_in = (self._policies.identity[SIGN_IN],)
        own = {"other": everything, "aws": everything, "admin": everything, "nobody": (), "role": (), "person": sign_in}[kind]
        account = {"other": OTHER, "aws": AWS}.get(kind, self._account)
        iam = f"arn:{self._policies.place.partition}:iam::{account}"
        return (Principal.role(f"{iam}:{name}") if name else Principal.user(f"{iam}:user/{kind}")), own

    def _component(self, name: str) -> tuple[Principal, tuple[Document, ...]]:
        role = self._policies.roles.get(COMPONENTS[name])
        if not role:
            raise Absent(name)
        return Principal.role(role.arn, session="session"), role.identity

    def _decide(self, fields: Mapping[str, Any], principal: Principal, identity: tuple[Document, ...], action: str) -> Decision:
        on, owner = self._filled(fields["resource"]), self._filled(fields.get("owner", "{account}"))
        owner = on.split(":")[4] or owner if ":" in on else owner
        context = {"aws:SecureTransport": "true"} | {key: self._filled(value) for key, value in fields.get("with", {}).items()}
        foreign = owner != self._account
        policies = Policies(
            identity,
            self._resource_policy(on, foreign=foreign),
            self._policies.endpoints.get(fields.get("via", "")),
            OPEN if foreign else self._policies.keys.get(on),
        )
        decision = decide(Request(principal, action, on, context, owner if on != "*" else None), policies)
        if not decision.allowed or not fields.get("key"):
            return decision
        service = action.partition(":")[0]
        through = context | {"kms:ViaService": f"{service}.{self._policies.place.region}.amazonaws.com"}
        key = self._filled("{key}")
        return decide(Request(principal, fields["key"], key, through), Policies(identity, key=self._policies.keys[key]))

    def _resource_policy(self, on: str, *, foreign: bool) -> Document | None:
        if foreign:
            return OPEN
        trusts = {role.arn: role.trust for role in self._policies.roles.values()}
        return trusts.get(on) or self._policies.resources.get(on.partition("/")[0] if ":s3:::" in on else on)


def _glue_database(deployment: str) -> str:
    return f"{deployment}_lake".replace("-", "_")
