"""The life of a deployment: interrupted, resumed, changed, destroyed. It is lived once; the tests look at what was noted on the way."""

import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from local.aws.machine import Aws
from tests.deployment.figures import Figures
from tests.deployment.project import Done, Project

STACKS = ("network", "lake", "redshift", "mwaa", "marquez", "marquez-chart")
STATE_BUCKET = "tickit-states"
FIRST: dict[str, Any] = {
    "deployment_id": "tickit",
    "owner": "data-platform@example.com",
    "region": "us-east-1",
    "external_ip": ["198.51.100.7/32"],
    "account_id": "123456789012",
    "state_backend": f"s3://{STATE_BUCKET}/tickit",
    "budget_usd": 600,
}
CHANGED: dict[str, Any] = FIRST | {
    "redshift_base_capacity": 16,
    "redshift_max_capacity": 32,
    "mwaa_class": "mw1.medium",
    "eks_version": "1.36",
    "eks_nodes": 3,
    "marquez_retention_days": 365,
    "marquez_read_only": False,
    "budget_usd": 700,
    "tags": {"cost-centre": "4711"},
}
NO_SECRETS = ("airflow/variables/OPENLINEAGE_URL", "airflow/variables/OPENLINEAGE_NAMESPACE", "airflow/connections/REDSHIFT_CONNECTOR")
DAG = "airflow/dags/lineage_doctor.py"
NO_PREFLIGHT = "PREFLIGHT=0"
"""It would refuse an address that is an example's, and the machine's own if the internet tells it."""
ANOTHER_LINE = "\n# another version\n"
QUESTION = re.compile(r"\.(Describe|Get|Head|List)")
"""An operation that makes nothing."""
STILL = 1.0
"""Seconds without any other, after which none is under way."""


@dataclass(frozen=True)
class Moment:
    """AWS's inventory and calls so far, and by the states {stack: {address: id}} of what was made to its end."""

    inventory: dict[str, list[str]]
    calls: dict[str, int]
    made: dict[str, dict[str, str]]


@dataclass
class Life:
    """What was noted: how commands ended, what plans wanted to do, what was there."""

    project: Project
    aws: Aws
    figures: Figures
    done: dict[str, Done] = field(default_factory=dict)
    plans: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    moments: dict[str, Moment] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    still_since: float = 0

    def live(self) -> None:
        """All of it, in this order; a command that fails ends it."""
        self.project.choose(**FIRST)
        self._make("bootstrap the state bucket", "bootstrap")
        self.aws.hold_environments()
        self._interrupt("deploy, interrupted in the middle", when=self._is_in_the_middle)
        self.aws.release_environments()
        self._note("interrupted")
        self._look("interrupted")
        self._make("destroy redshift, half made", "destroy", "STACK=redshift", "YES=1")
        self._make("destroy lake", "destroy", "STACK=lake", "YES=1")
        self._note("destroyed lake and redshift")
        self._make("deploy, resumed", "deploy", "YES=1", NO_PREFLIGHT)
        self._note("deployed")
        self._look("deployed")
        self.held["catalog"] = sorted(
            table["Name"] for table in self.aws.client("glue").get_tables(DatabaseName="tickit_lake")["TableList"]
        )
        self._plan("nothing changed")
        self.aws.expire_statements()
        self._plan("statements expired", "redshift")
        self.held["expired"] = [error for error in self.aws.errors() if "it has expired after" in error["message"]]
        self._hold("before the change")
        self._change()
        self._plan("settings changed", refresh=False)  # AWS has just been found to be as the states say
        self._make("deploy the change", "deploy", "YES=1", NO_PREFLIGHT)
        self._hold("after the change")
        self.held["dag"] = self._uploaded_dag()
        self._plan("change deployed")
        self._note("changed")
        self.held["states"], self.held["secrets"] = self._states(), self._secrets()
        self._make("destroy everything", "destroy", "YES=1")
        self._note("destroyed")
        self._report()

    def _is_in_the_middle(self) -> bool:
        """Two stacks are at work: the warehouse runs SQL, and the environment, which is held, is being created.

        And nothing is being made by a call: of one that is cut off AWS may have what it makes, while Terraform's state has not.
        """
        calls = self.aws.calls()
        changes = {name: often for name, often in calls.items() if not QUESTION.search(name)}
        if changes != self.changes:
            self.changes, self.still_since = changes, time.monotonic()
        return calls.keys() >= {"redshift-data.ExecuteStatement", "mwaa.CreateEnvironment"} and time.monotonic() > self.still_since + STILL

    def _make(self, phase: str, *arguments: str) -> None:
        with self._timed(phase):
            self.done[phase] = self.project.make(*arguments)
        assert self.done[phase].code == 0, f"{phase}: exit code {self.done[phase].code}\n{self.done[phase].output[-6000:]}"

    def _interrupt(self, phase: str, when: Callable[[], bool]) -> None:
        with self._timed(phase):
            self.done[phase] = self.project.interrupt("deploy", "YES=1", NO_PREFLIGHT, when=when)

    def _look(self, moment: str) -> None:
        """What the preflight has against a deployment of which something stands."""
        with self._timed(f"preflight: {moment}"):
            output = self.project.make("preflight").output
        self.held[f"preflight, {moment}"] = [line.strip() for line in output.splitlines() if line.startswith("  ✗ ")]

    def _plan(self, phase: str, *stacks: str, refresh: bool = True) -> None:
        with self._timed(f"plan: {phase}"), ThreadPoolExecutor(max_workers=3) as pool:
            named = stacks or STACKS
            plans = pool.map(lambda stack: self.project.plan(stack, refresh=refresh), named)
            self.plans[phase] = dict(zip(named, plans, strict=True))

    def _change(self) -> None:
        self.project.choose(**CHANGED)
        with (self.project.folder / DAG).open("a") as file:
            file.write(ANOTHER_LINE)
        self._make("synthesize the change", "synth")

    def _note(self, moment: str) -> None:
        made = {PurePosixPath(key).stem: _made(json.loads(text)) for key, text in self._states().items()}
        self.moments[moment] = Moment(self.aws.inventory(), self.aws.calls(), made)

    def _report(self) -> None:
        self.figures.resources.update({stack: len(made) for stack, made in self.moments["changed"].made.items()})
        left = self.moments["destroyed"].inventory
        self.figures.left = [f"{service} {name}" for service, names in left.items() for name in names if name != STATE_BUCKET]

    def _hold(self, moment: str) -> None:
        """What AWS says of that which is changed."""
        eks, cluster = self.aws.client("eks"), "tickit-marquez"
        (name,) = eks.list_nodegroups(clusterName=cluster)["nodegroups"]
        nodes = eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
        environment = self.aws.client("mwaa").get_environment(Name="tickit-airflow")["Environment"]
        workgroup = self.aws.client("redshift-serverless").get_workgroup(workgroupName="tickit")["workgroup"]
        budget = self.aws.client("budgets").describe_budget(AccountId=FIRST["account_id"], BudgetName="tickit-monthly")["Budget"]
        self.held[moment] = {
            "nodes": nodes["scalingConfig"]["desiredSize"],
            "kubernetes": {
                "cluster": eks.describe_cluster(name=cluster)["cluster"]["version"],
                "nodes": nodes["version"],
                "kube-proxy": eks.describe_addon(clusterName=cluster, addonName="kube-proxy")["addon"]["addonVersion"],
            },
            "class": environment["EnvironmentClass"],
            "capacity": workgroup["baseCapacity"],
            "budget": float(budget["BudgetLimit"]["Amount"]),
            "tags": environment["Tags"].get("cost-centre"),
        }

    def _uploaded_dag(self) -> str:
        """As it is in the bucket that Airflow reads."""
        bucket = self.aws.client("mwaa").get_environment(Name="tickit-airflow")["Environment"]["SourceBucketArn"].rpartition(":")[2]
        answer = self.aws.client("s3").get_object(Bucket=bucket, Key=DAG.removeprefix("airflow/"))
        return str(answer["Body"].read().decode())

    def _states(self) -> dict[str, str]:
        """{key: text} of every state."""
        s3 = self.aws.client("s3")
        keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=STATE_BUCKET)["Contents"]]
        return {key: s3.get_object(Bucket=STATE_BUCKET, Key=key)["Body"].read().decode() for key in keys}

    def _secrets(self) -> dict[str, str]:
        """{name: value} of the secrets that are secret: keys and bare passwords, not addresses."""
        manager = self.aws.client("secretsmanager")
        names = {secret["Name"] for secret in manager.list_secrets()["SecretList"]} - set(NO_SECRETS)
        values = {name: manager.get_secret_value(SecretId=name)["SecretString"] for name in names}
        return {name: json.loads(value)["password"] if value.startswith("{") else value for name, value in values.items()}

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self.figures.seconds[phase] = time.monotonic() - started


def _made(state: dict[str, Any]) -> dict[str, str]:
    """{address: id} of what a state manages; without what was half made, which Terraform makes anew."""
    return {
        f"{resource['type']}.{resource['name']}": instance["attributes"]["id"]
        for resource in state["resources"]
        if resource["mode"] == "managed"
        for instance in resource["instances"]
        if instance.get("status") != "tainted"
    }
