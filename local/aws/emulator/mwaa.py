"""MWAA: environments, with what AWS checks before it makes one, and the tokens for their web servers."""

import secrets
import time
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from moto.core.utils import get_service_model
from moto.s3.exceptions import MissingBucket

from local.aws.emulator import mwaa_needs, neighbours, rest_api, sessions
from local.aws.emulator.errors import NotEmulated, Refused, require_known
from local.aws.emulator.mwaa_network import misconfiguration
from local.aws.emulator.neighbours import invalid
from local.aws.emulator.paging import page
from local.aws.emulator.place import Place

RUNTIMES = Path(__file__).parents[3] / "airflow/runtimes.toml"
"""The Airflow versions that MWAA creates environments of."""
MICRO = "mw1.micro"
CLASSES = (MICRO, "mw1.small", "mw1.medium", "mw1.large", "mw1.xlarge", "mw1.2xlarge")
LOGS = {
    "DagProcessingLogs": "DAGProcessing",
    "SchedulerLogs": "Scheduler",
    "TaskLogs": "Task",
    "WebserverLogs": "WebServer",
    "WorkerLogs": "Worker",
}
DEFAULTS = {
    "AirflowConfigurationOptions": {},
    "EndpointManagement": "SERVICE",
    "EnvironmentClass": "mw1.small",
    "MaxWebservers": 2,
    "MaxWorkers": 10,
    "MinWebservers": 2,
    "MinWorkers": 1,
    "Schedulers": 2,
    "WebserverAccessMode": "PRIVATE_ONLY",
    "WeeklyMaintenanceWindowStart": "SUN:02:00",
}
ONE_IN_MICRO = ("MaxWebservers", "MaxWorkers", "MinWebservers", "MinWorkers", "Schedulers")
"""https://docs.aws.amazon.com/mwaa/latest/userguide/environment-class.html"""
FILES = {
    "PluginsS3Path": "PluginsS3ObjectVersion",
    "RequirementsS3Path": "RequirementsS3ObjectVersion",
    "StartupScriptS3Path": "StartupScriptS3ObjectVersion",
}
SETTABLE: tuple[str, ...] = (
    "Name",
    "ExecutionRoleArn",
    "SourceBucketArn",
    "DagS3Path",
    "NetworkConfiguration",
    "AirflowVersion",
    "LoggingConfiguration",
)
SETTABLE += ("AirflowConfigurationOptions", "EnvironmentClass", "MaxWorkers", "MinWorkers", "Schedulers", "MaxWebservers", "MinWebservers")
SETTABLE += ("WeeklyMaintenanceWindowStart", "WebserverAccessMode", *FILES, *FILES.values())
"""What can be said of an environment, at first and later."""
TOKEN_SECONDS = 60


@dataclass(frozen=True)
class Token:
    """Admits once to an environment's web server: to its command line (`cli`) or to its pages (`web`), until a monotonic time."""

    environment: str
    kind: str
    until: float


class Mwaa:
    """The environments of a region. They are ready at once, or have failed at once; those that are made between hold and release wait."""

    service = "mwaa"

    def __init__(self, place: Place) -> None:
        self._place = place
        self._environments: dict[str, dict[str, Any]] = {}
        self._tokens: dict[str, Token] = {}
        self._held = False

    def hold(self) -> None:
        """Take as long as AWS does: what is made from now on is being created until `release`."""
        self._held = True

    def release(self) -> None:
        """What is being created is ready."""
        self._held = False
        for environment in self._environments.values():
            if environment["Status"] == "CREATING":
                environment["Status"] = "AVAILABLE"

    def keys(self, name: str) -> dict[str, str]:
        """What an environment's Airflow signs with, as variables: keys of a session in its execution role. Raises Refused."""
        environment = self._environment({"Name": name})
        if reason := mwaa_needs.cannot_assume(self._place, environment):
            raise Refused(sessions.ACCESS_DENIED, reason)
        session = sessions.begin(self._place, environment["ExecutionRoleArn"], "AmazonMWAA-airflow")
        return {
            "AWS_ACCESS_KEY_ID": session.access_key_id,
            "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
            "AWS_SESSION_TOKEN": session.session_token,
        }

    def resources(self) -> list[str]:
        """What exists."""
        return [f"environment {name}" for name in self._environments]

    def create_environment(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """With the log groups that it writes to. What AWS finds only while it builds, makes it fail later: see LastUpdate."""
        require_known(request, *SETTABLE, "KmsKey", "Tags", "EndpointManagement")
        name = request["Name"]
        if name in self._environments:
            raise invalid(f"An environment named {name} exists already.")
        defaults = DEFAULTS | (dict.fromkeys(ONE_IN_MICRO, 1) if request.get("EnvironmentClass") == MICRO else {})
        self._environments[name] = self._settled({**_known(defaults), "AirflowVersion": _creatable()[-1], **request}, before={})
        environment = self._environments[name]
        now = _now()
        made = {
            "Arn": self._place.arn("airflow", f"environment/{name}"),
            "CeleryExecutorQueue": f"arn:aws:sqs:{self._place.region}:000000000000:airflow-celery-{uuid.uuid4()}",
            "CreatedAt": now,
            "ServiceRoleArn": f"arn:aws:iam::{self._place.account}:role/aws-service-role/airflow.amazonaws.com/AWSServiceRoleForAmazonMWAA",
            "Tags": dict(request.get("Tags", {})),
            "WebserverUrl": self._place.web_server,
        }
        environment |= _known(made)
        error = misconfiguration(self._place, environment["NetworkConfiguration"]) or mwaa_needs.refusal(self._place, environment)
        environment["Status"] = "CREATING" if self._held else "AVAILABLE"
        if error:
            environment["Status"] = "CREATE_FAILED"
            failure = {"ErrorCode": "INCORRECT_CONFIGURATION", "ErrorMessage": error}
            environment["LastUpdate"] = {"CreatedAt": now, "Status": "FAILED", "Error": failure}
        return {"Arn": environment["Arn"]}

    def get_environment(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One."""
        environment = self._environment(request)
        return {"Environment": {name: value for name, value in environment.items() if name != "Tags" or value}}

    def list_environments(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The names."""
        return page(list(self._environments), "Environments", request, most=25)

    def update_environment(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Change what can be changed; subnets cannot."""
        require_known(request, *SETTABLE, "WorkerReplacementStrategy")
        before = self._environment(request)
        changed = {name: value for name, value in request.items() if name not in ("NetworkConfiguration", "WorkerReplacementStrategy")}
        network = before["NetworkConfiguration"] | request.get("NetworkConfiguration", {})
        after = self._settled(before | changed | {"NetworkConfiguration": network}, before=before)
        after["LastUpdate"] = {"CreatedAt": _now(), "Status": "SUCCESS"}
        self._environments[request["Name"]] = after
        return {"Arn": after["Arn"]}

    def delete_environment(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Its log groups stay."""
        del self._environments[self._environment(request)["Name"]]
        return {}

    def create_cli_token(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """For the command line of an environment that runs."""
        return {"CliToken": self._token(request, "cli"), "WebServerHostname": self._place.web_server}

    def create_web_login_token(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """For the pages of an environment that runs."""
        identity = {"IamIdentity": "user/local", "AirflowIdentity": "user/local"}
        told = {"WebToken": self._token(request, "web"), "WebServerHostname": self._place.web_server}
        return told | _known(identity, "CreateWebLoginTokenResponse")

    def invoke_rest_api(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Pass a call on to the REST API of an environment that runs."""
        return rest_api.invoke(self._place.airflow, self._available(request), request)

    def list_tags_for_resource(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Tags of an environment."""
        tags = self._by_arn(request)["Tags"]
        return {"Tags": tags} if tags else {}

    def tag_resource(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Add or change tags."""
        self._by_arn(request)["Tags"].update(request["Tags"])
        return {}

    def untag_resource(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Remove tags."""
        for key in request["tagKeys"]:
            self._by_arn(request)["Tags"].pop(key, None)
        return {}

    def redeem(self, token: str, kind: str) -> str | None:
        """The environment that a token admits to, if it is one of that kind and has not expired. The environment may be gone."""
        known = self._tokens.get(token)
        return known.environment if known and known.kind == kind and time.monotonic() < known.until else None

    def runs(self, name: str) -> str:
        """The Airflow version of an environment with a web server; empty where there is none of that name."""
        environment = self._environments.get(name, {})
        return str(environment["AirflowVersion"]) if environment.get("Status") == "AVAILABLE" else ""

    def _environment(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if request["Name"] not in self._environments:
            raise Refused("ResourceNotFoundException", f"No environment named {request['Name']}.")
        return self._environments[request["Name"]]

    def _available(self, request: Mapping[str, Any]) -> dict[str, Any]:
        environment = self._environment(request)
        if not self.runs(environment["Name"]):
            raise Refused("ResourceNotFoundException", f"The environment {environment['Name']} is not available.")
        return environment

    def _by_arn(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._environment({"Name": request["ResourceArn"].rpartition("/")[2]})

    def _token(self, request: Mapping[str, Any], kind: str) -> str:
        name = self._available(request)["Name"]
        token = secrets.token_urlsafe(64)
        self._tokens[token] = Token(name, kind, time.monotonic() + TOKEN_SECONDS)
        return token

    def _settled(self, wanted: Mapping[str, Any], *, before: Mapping[str, Any]) -> dict[str, Any]:
        """The environment that is wanted, if AWS would agree to it."""
        self._check_airflow(wanted, before)
        self._check_size(wanted, before)
        self._check_network(wanted["NetworkConfiguration"])
        neighbours.require_role(self._place, wanted["ExecutionRoleArn"])
        if "KmsKey" in wanted:
            neighbours.require_key(self._place, wanted["KmsKey"])
        self._check_bucket(wanted)
        return {**wanted, "LoggingConfiguration": self._logging(wanted)}

    def _check_airflow(self, wanted: Mapping[str, Any], before: Mapping[str, Any]) -> None:
        version, present = wanted["AirflowVersion"], before.get("AirflowVersion")
        if version != present and version not in _creatable():
            raise invalid(f"AirflowVersion {version}: must be one of {', '.join(_creatable())}")
        if present and not _moves(present, version):
            raise invalid(f"An environment of Airflow {present} does not move to {version}: between 2 and 3 it goes from and to 2.11 only.")

    def _check_size(self, wanted: Mapping[str, Any], before: Mapping[str, Any]) -> None:
        size, present = wanted["EnvironmentClass"], before.get("EnvironmentClass")
        if size not in CLASSES:
            raise invalid(f"EnvironmentClass {size}: must be one of {', '.join(CLASSES)}")
        if present and present != size and MICRO in (present, size):
            raise NotEmulated(f"how AWS changes an environment's class to or from {MICRO}, the emulator does not know")
        if size == MICRO and (more := [name for name in ONE_IN_MICRO if wanted.get(name, 1) != 1]):
            raise invalid(f"{', '.join(more)}: must be 1 with {MICRO}.")
        if wanted["MinWorkers"] > wanted["MaxWorkers"]:
            raise invalid(f"MinWorkers {wanted['MinWorkers']} is above MaxWorkers {wanted['MaxWorkers']}.")

    def _check_network(self, network: Mapping[str, Any]) -> None:
        subnets = neighbours.require_subnets(self._place, network.get("SubnetIds", []))
        if len({subnet.availability_zone for subnet in subnets}) != len(subnets) or len(subnets) != 2:  # noqa: PLR2004 - MWAA's rule
            raise invalid("SubnetIds: two subnets in different availability zones are needed.")
        neighbours.require_security_groups(self._place, network.get("SecurityGroupIds", []), vpc=subnets[0].vpc_id)

    def _check_bucket(self, wanted: Mapping[str, Any]) -> None:
        name, s3 = wanted["SourceBucketArn"].rpartition(":")[2], self._place.moto("s3")
        try:
            bucket = s3.get_bucket(name)
        except MissingBucket:
            raise invalid(f"The bucket {name} does not exist.") from None
        if bucket.region_name != self._place.region:
            raise invalid(f"The bucket {name} is in {bucket.region_name}, not in {self._place.region}.")
        if bucket.versioning_status != "Enabled":
            raise invalid(f"The bucket {name} must have versioning enabled.")
        blocked = bucket.public_access_block
        if not blocked or not all(str(value).lower() == "true" for value in vars(blocked).values()):
            raise invalid(f"The bucket {name} must block all public access.")
        for path, version in FILES.items():
            key = wanted.get(path)
            if key and s3.get_object(name, key, version_id=wanted.get(version)) is None:
                raise invalid(f"Unable to read version {wanted.get(version) or 'latest'} of s3://{name}/{key}.")

    def _logging(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The logging of all five modules, whose log groups are made if nobody has."""
        given, name, logging = wanted.get("LoggingConfiguration", {}), wanted["Name"], {}
        for module, log in LOGS.items():
            group = f"airflow-{name}-{log}"
            level = {"Enabled": False, "LogLevel": "INFO"} | given.get(module, {})
            if level["Enabled"]:
                neighbours.make_log_group(self._place, group)
            logging[module] = level | {"CloudWatchLogGroupArn": self._place.arn("logs", f"log-group:{group}")}
        return logging


def _creatable() -> list[str]:
    """The versions of which environments can be made today, the oldest first."""
    rows = tomllib.loads(RUNTIMES.read_text(encoding="utf-8"))
    today = datetime.now(UTC).date()
    versions = [version for version, row in rows.items() if isinstance(row, dict) and row.get("end_of_support", today) >= today]
    return sorted(versions, key=_number)


def _moves(present: str, version: str) -> bool:
    """Whether AWS changes an environment's version so: https://docs.aws.amazon.com/mwaa/latest/userguide/upgrading-environment.html."""
    lower, higher = sorted((_number(present), _number(version)))
    return lower[0] == higher[0] or (lower[:2] == [2, 11] and higher[0] == 3)  # noqa: PLR2004 - the next major version


def _number(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _known(members: Mapping[str, Any], shape: str = "Environment") -> dict[str, Any]:
    """Those members that this botocore has heard of: an older one knows fewer."""
    known = get_service_model("mwaa").shape_for(shape).members
    return {name: value for name, value in members.items() if name in known}


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
