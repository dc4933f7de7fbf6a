"""Redshift Serverless: namespaces, workgroups, what they may cost, snapshots. It has no data: nothing runs in it."""

import json
import secrets
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from local.aws.emulator import neighbours, redshift_capacity
from local.aws.emulator.caller import CALLER, DATABASE_ROLES, KEY
from local.aws.emulator.errors import Refused, require_known
from local.aws.emulator.neighbours import invalid
from local.aws.emulator.paging import page
from local.aws.emulator.place import Place

PARAMETERS = {
    "auto_mv": "true",
    "datestyle": "ISO, MDY",
    "enable_case_sensitive_identifier": "false",
    "enable_user_activity_logging": "true",
    "max_query_execution_time": "14400",
    "query_group": "default",
    "require_ssl": "true",
    "search_path": "$user, public",
    "use_fips_ssl": "false",
}
"""What a workgroup has if nobody says otherwise: docs.aws.amazon.com/redshift/latest/mgmt/serverless-configurations.html."""
QUERY_LIMITS = {
    "max_join_row_count",
    "max_nested_loop_join_row_count",
    "max_query_blocks_read",
    "max_query_cpu_time",
    "max_query_cpu_usage_percent",
    "max_query_queue_time",
    "max_query_temp_blocks_to_disk",
    "max_scan_row_count",
}
PORTS = (range(5431, 5456), range(8191, 8216))
ZONES = 3
LIFE = range(900, 3601)
"""Seconds for which a temporary password may be asked for, the first of them where nobody says (GetCredentials)."""


NAMESPACE: tuple[str, ...] = (
    "namespaceName",
    "adminUsername",
    "kmsKeyId",
    "iamRoles",
    "logExports",
    "defaultIamRoleArn",
    "manageAdminPassword",
)
NAMESPACE += ("adminUserPassword", "adminPasswordSecretKmsKeyId")
WORKGROUP: tuple[str, ...] = (
    "workgroupName",
    "baseCapacity",
    "maxCapacity",
    "configParameters",
    "enhancedVpcRouting",
    "publiclyAccessible",
)
WORKGROUP += ("subnetIds", "securityGroupIds", "port", "trackName", "ipAddressType", "pricePerformanceTarget")
"""What can be said of them, at first and later."""


class RedshiftServerless:
    """The namespaces and workgroups of a region. Everything is ready at once."""

    service = "redshift-serverless"

    def __init__(self, place: Place) -> None:
        self._place = place
        self.namespaces: dict[str, dict[str, Any]] = {}
        self.workgroups: dict[str, dict[str, Any]] = {}
        self._limits: dict[str, dict[str, Any]] = {}
        self._snapshots: dict[str, dict[str, Any]] = {}
        self._tags: dict[str, dict[str, str]] = {}
        self._minted: dict[str, tuple[str, datetime]] = {}

    def resources(self) -> list[str]:
        """What exists."""
        kinds = {"namespace": self.namespaces, "workgroup": self.workgroups, "usage limit": self._limits, "snapshot": self._snapshots}
        return [f"{kind} {name}" for kind, held in kinds.items() for name in held]

    def create_namespace(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """With its admin's secret, if Redshift is to manage the password, and the log groups that it exports to."""
        require_known(request, *NAMESPACE, "dbName", "tags")
        name = request["namespaceName"]
        if name in self.namespaces:
            raise Refused("ConflictException", f"A namespace named {name} exists already.")
        if request.get("manageAdminPassword") and request.get("adminUserPassword"):
            raise invalid("adminUserPassword cannot be given when manageAdminPassword is true.")
        self._check_namespace(request)
        id_ = str(uuid.uuid4())
        namespace = {
            "namespaceArn": self._place.arn("redshift-serverless", f"namespace/{id_}"),
            "namespaceId": id_,
            "namespaceName": name,
            "adminUsername": request.get("adminUsername", "admin"),
            "dbName": request.get("dbName", "dev"),
            "kmsKeyId": request.get("kmsKeyId", "AWS_OWNED_KMS_KEY"),
            "iamRoles": _reported(request.get("iamRoles", [])),
            "logExports": request.get("logExports", []),
            "creationDate": _now(),
            "status": "AVAILABLE",
        } | _picked(request, "defaultIamRoleArn")
        if request.get("manageAdminPassword"):
            namespace |= self._admin_secret(namespace, request.get("adminPasswordSecretKmsKeyId"))
        self.namespaces[name] = namespace
        self._write_logs(namespace)
        self._tag(namespace["namespaceArn"], request)
        return {"namespace": namespace}

    def get_namespace(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One."""
        return {"namespace": self._namespace(request)}

    def list_namespaces(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """All."""
        return page(list(self.namespaces.values()), "namespaces", request)

    def update_namespace(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Change what can be changed. Who manages the password is settled when the namespace is made."""
        require_known(request, *NAMESPACE)
        namespace = self._namespace(request)
        self._check_namespace(request)
        if request.get("manageAdminPassword") and "adminPasswordSecretArn" not in namespace:
            namespace |= self._admin_secret(namespace, request.get("adminPasswordSecretKmsKeyId"))
        namespace |= _picked(request, "adminUsername", "kmsKeyId", "logExports", "defaultIamRoleArn")
        if "iamRoles" in request:
            namespace["iamRoles"] = _reported(request["iamRoles"])
        self._write_logs(namespace)
        return {"namespace": namespace}

    def delete_namespace(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """With its admin's secret; not its log groups. Takes a final snapshot if asked to."""
        namespace = self._namespace(request)
        name = namespace["namespaceName"]
        if any(workgroup["namespaceName"] == name for workgroup in self.workgroups.values()):
            raise Refused("ConflictException", f"The namespace {name} has a workgroup: delete that first.")
        if final := request.get("finalSnapshotName"):
            days = request.get("finalSnapshotRetentionPeriod", -1)
            self.create_snapshot({"namespaceName": name, "snapshotName": final, "retentionPeriod": days})
        if secret := namespace.get("adminPasswordSecretArn"):
            self._place.moto("secretsmanager").delete_secret(secret, None, force_delete_without_recovery=True)
        del self.namespaces[name]
        self._tags.pop(namespace["namespaceArn"], None)
        return {"namespace": namespace | {"status": "DELETING"}}

    def create_workgroup(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """In subnets of three availability zones, for a namespace that has none yet."""
        require_known(request, *WORKGROUP, "namespaceName", "tags")
        name, namespace = request["workgroupName"], self._namespace(request)["namespaceName"]
        if name in self.workgroups:
            raise Refused("ConflictException", f"A workgroup named {name} exists already.")
        if any(workgroup["namespaceName"] == namespace for workgroup in self.workgroups.values()):
            raise Refused("ConflictException", f"The namespace {namespace} has a workgroup already.")
        id_ = str(uuid.uuid4())
        workgroup = {
            "workgroupArn": self._place.arn("redshift-serverless", f"workgroup/{id_}"),
            "workgroupId": id_,
            "workgroupName": name,
            "namespaceName": namespace,
            "baseCapacity": request.get("baseCapacity", 128),
            "enhancedVpcRouting": request.get("enhancedVpcRouting", False),
            "publiclyAccessible": request.get("publiclyAccessible", False),
            "subnetIds": request.get("subnetIds") or self._default_subnets(),
            "securityGroupIds": request.get("securityGroupIds", []),
            "port": request.get("port", 5439),
            "configParameters": _parameters(request.get("configParameters", [])),
            "creationDate": _now(),
            "status": "AVAILABLE",
        } | _picked(request, "maxCapacity", "pricePerformanceTarget", "trackName", "ipAddressType")
        self._settle(workgroup, before=None)
        self.workgroups[name] = workgroup
        self._tag(workgroup["workgroupArn"], request)
        return {"workgroup": workgroup | {"status": "CREATING"}}

    def get_workgroup(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One."""
        return {"workgroup": self._workgroup(request)}

    def list_workgroups(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """All."""
        return page(list(self.workgroups.values()), "workgroups", request)

    def update_workgroup(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Change what can be changed."""
        require_known(request, *WORKGROUP)
        workgroup = self._workgroup(request)
        changed = workgroup | {name: value for name, value in request.items() if name != "configParameters"}
        if "configParameters" in request:
            changed["configParameters"] = _parameters([*workgroup["configParameters"], *request["configParameters"]])
        self._settle(changed, before=workgroup)
        self.workgroups[workgroup["workgroupName"]] = changed
        return {"workgroup": changed | {"status": "MODIFYING"}}

    def delete_workgroup(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """With its usage limits."""
        workgroup = self._workgroup(request)
        del self.workgroups[workgroup["workgroupName"]]
        self._limits = {id_: limit for id_, limit in self._limits.items() if limit["resourceArn"] != workgroup["workgroupArn"]}
        self._tags.pop(workgroup["workgroupArn"], None)
        return {"workgroup": workgroup | {"status": "DELETING"}}

    def create_usage_limit(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One for each kind of use and period."""
        if not any(workgroup["workgroupArn"] == request["resourceArn"] for workgroup in self.workgroups.values()):
            raise _missing("workgroup", request["resourceArn"])
        if request["amount"] <= 0:
            raise invalid("amount must be positive.")
        limit = {"breachAction": "log", "period": "monthly", **request}
        same = ("resourceArn", "usageType", "period")
        if any(all(other[name] == limit[name] for name in same) for other in self._limits.values()):
            raise Refused("ConflictException", "A usage limit of that type and period exists already.")
        id_ = str(uuid.uuid4())
        self._limits[id_] = limit | {"usageLimitId": id_, "usageLimitArn": self._place.arn("redshift-serverless", f"usagelimit/{id_}")}
        return {"usageLimit": self._limits[id_]}

    def get_usage_limit(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One."""
        return {"usageLimit": self._limit(request)}

    def list_usage_limits(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """All, or those of a workgroup or of a kind of use; the model has no empty list of them."""
        wanted = _picked(request, "resourceArn", "usageType")
        limits = [limit for limit in self._limits.values() if all(limit[name] == value for name, value in wanted.items())]
        return page(limits, "usageLimits", request) if limits else {}

    def update_usage_limit(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Change amount or action."""
        limit = self._limit(request)
        limit |= _picked(request, "amount", "breachAction")
        return {"usageLimit": limit}

    def delete_usage_limit(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One."""
        return {"usageLimit": self._limits.pop(self._limit(request)["usageLimitId"])}

    def create_snapshot(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """It outlives its namespace."""
        require_known(request, "namespaceName", "snapshotName", "retentionPeriod")
        namespace, name = self._namespace(request), request["snapshotName"]
        if name in self._snapshots:
            raise Refused("ConflictException", f"A snapshot named {name} exists already.")
        self._snapshots[name] = {
            "snapshotName": name,
            "snapshotArn": self._place.arn("redshift-serverless", f"snapshot/{uuid.uuid4()}"),
            "snapshotCreateTime": _now(),
            "snapshotRetentionPeriod": request.get("retentionPeriod", -1),
            "ownerAccount": self._place.account,
            "status": "AVAILABLE",
            **_picked(namespace, "namespaceName", "namespaceArn", "adminUsername", "kmsKeyId"),
        }
        return {"snapshot": self._snapshots[name]}

    def get_snapshot(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One."""
        return {"snapshot": self._snapshot(request)}

    def list_snapshots(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """All, or those of a namespace."""
        require_known(request, "namespaceName", "namespaceArn", "maxResults", "nextToken")
        wanted = _picked(request, "namespaceName", "namespaceArn")
        found = [snapshot for snapshot in self._snapshots.values() if all(snapshot[name] == value for name, value in wanted.items())]
        return page(found, "snapshots", request)

    def delete_snapshot(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One."""
        return {"snapshot": self._snapshots.pop(self._snapshot(request)["snapshotName"]) | {"status": "DELETED"}}

    def get_credentials(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A temporary user.

        The PostgreSQL behind it knows one password of a user: while that is good it is given again, for as long as it is asked for now.
        """
        require_known(request, "workgroupName", "dbName", "durationSeconds")
        self._workgroup(request)
        seconds = request.get("durationSeconds", LIFE.start)
        if seconds not in LIFE:
            raise invalid(f"durationSeconds must be between {LIFE.start} and {LIFE.stop - 1}.")
        user, roles = self._identity()
        now = _now()
        password, until = self._minted.get(user, ("", now))
        if until <= now:
            password = secrets.token_urlsafe(24)
        until = max(until, now + timedelta(seconds=seconds))
        self._place.warehouse.admit(user, password, until, roles)
        self._minted[user] = password, until
        return {"dbUser": user, "dbPassword": password, "expiration": until, "nextRefreshTime": until}

    def list_tags_for_resource(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Tags of a namespace or a workgroup."""
        return {"tags": [{"key": key, "value": value} for key, value in self._tags_of(request).items()]}

    def tag_resource(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Add or change tags."""
        self._tags_of(request).update({tag["key"]: tag["value"] for tag in request["tags"]})
        return {}

    def untag_resource(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Remove tags."""
        tags = self._tags_of(request)
        for key in request["tagKeys"]:
            tags.pop(key, None)
        return {}

    def _identity(self) -> tuple[str, str]:
        """The caller's name as a user of the database, and its tag RedshiftDbRoles."""
        session = self._place.moto("sts").get_assumed_role_from_access_key(KEY.get())
        if session is None:
            return f"IAM:{CALLER.rpartition('/')[2]}", DATABASE_ROLES
        name = session.role_arn.rpartition("/")[2]
        tags, _ = self._place.moto("iam").list_role_tags(name, None)
        return f"IAMR:{name}", next((tag["Value"] for tag in tags if tag["Key"] == "RedshiftDbRoles"), "")

    def _namespace(self, request: Mapping[str, Any]) -> Any:
        return _held(self.namespaces, "namespace", request["namespaceName"])

    def _workgroup(self, request: Mapping[str, Any]) -> Any:
        return _held(self.workgroups, "workgroup", request.get("workgroupName", ""))

    def _limit(self, request: Mapping[str, Any]) -> Any:
        return _held(self._limits, "usage limit", request["usageLimitId"])

    def _snapshot(self, request: Mapping[str, Any]) -> Any:
        by_arn = {snapshot["snapshotArn"]: name for name, snapshot in self._snapshots.items()}
        return _held(self._snapshots, "snapshot", request.get("snapshotName") or by_arn.get(request.get("snapshotArn", ""), ""))

    def _tags_of(self, request: Mapping[str, Any]) -> Any:
        return _held(self._tags, "resource", request["resourceArn"])

    def _tag(self, arn: str, request: Mapping[str, Any]) -> None:
        self._tags[arn] = {tag["key"]: tag["value"] for tag in request.get("tags", [])}

    def _check_namespace(self, request: Mapping[str, Any]) -> None:
        roles = request.get("iamRoles", [])
        for role in roles:
            neighbours.require_role(self._place, role)
        if "defaultIamRoleArn" in request and request["defaultIamRoleArn"] not in roles:
            raise invalid("defaultIamRoleArn must be one of iamRoles.")
        for key in _picked(request, "kmsKeyId", "adminPasswordSecretKmsKeyId").values():
            neighbours.require_key(self._place, key)

    def _admin_secret(self, namespace: Mapping[str, Any], key: str | None) -> dict[str, Any]:
        """The members that tell of the admin's secret, which is made."""
        user = namespace["adminUsername"]
        content = json.dumps({"username": user, "password": secrets.token_urlsafe(24)})
        manager = self._place.moto("secretsmanager")
        secret = manager.create_managed_secret(
            "redshift", f"redshift!{namespace['namespaceName']}-{user}", secret_string=content, kms_key_id=key
        )
        return {"adminPasswordSecretArn": secret.arn} | ({"adminPasswordSecretKmsKeyId": key} if key else {})

    def _write_logs(self, namespace: Mapping[str, Any]) -> None:
        for log in namespace["logExports"]:
            neighbours.make_log_group(self._place, f"/aws/redshift/{namespace['namespaceName']}/{log}")

    def _default_subnets(self) -> list[str]:
        return [subnet.id for subnet in self._place.moto("ec2").get_default_subnets().values()][:ZONES]

    def _settle(self, workgroup: dict[str, Any], *, before: Mapping[str, Any] | None) -> None:
        """Check where it is to stand and how large it is to be, and give it its endpoint; `before` is the one that is changed."""
        redshift_capacity.check_size(self._place.region, workgroup)
        if not any(workgroup["port"] in ports for ports in PORTS):
            raise invalid(f"port {workgroup['port']}: 5431 to 5455 or 8191 to 8215")
        subnets = neighbours.require_subnets(self._place, workgroup["subnetIds"])
        redshift_capacity.check_room(self._place.region, workgroup, subnets, before=before)
        vpc = subnets[0].vpc_id
        neighbours.require_security_groups(self._place, workgroup["securityGroupIds"], vpc=vpc)
        name, tail = workgroup["workgroupName"], workgroup["workgroupId"][-12:]
        interfaces = [
            {
                "networkInterfaceId": f"eni-{index:05}{tail}",
                "subnetId": subnet.id,
                "privateIpAddress": subnet.cidr_block.rpartition(".")[0] + ".10",
                "availabilityZone": subnet.availability_zone,
            }
            for index, subnet in enumerate(subnets)
        ]
        workgroup["endpoint"] = {
            "address": f"{name}.{self._place.account}.{self._place.region}.redshift-serverless.amazonaws.com",
            "port": workgroup["port"],
            "vpcEndpoints": [{"vpcEndpointId": f"vpce-00000{tail}", "vpcId": vpc, "networkInterfaces": interfaces}],
        }


def _parameters(given: list[dict[str, str]]) -> list[dict[str, str]]:
    """All parameters, the defaults among them."""
    wanted = {parameter["parameterKey"]: parameter["parameterValue"] for parameter in given}
    if unknown := wanted.keys() - PARAMETERS.keys() - QUERY_LIMITS:
        raise invalid(f"configParameters: unknown: {', '.join(sorted(unknown))}")
    return [{"parameterKey": key, "parameterValue": value} for key, value in sorted((PARAMETERS | wanted).items())]


def _reported(roles: list[str]) -> list[str]:
    """Roles in the form in which Redshift reports them."""
    return [f"IamRole(applyStatus=in-sync, iamRoleArn={arn})" for arn in roles]


def _picked(request: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: request[name] for name in names if name in request}


def _held(held: Mapping[str, Any], kind: str, name: str) -> Any:
    if name not in held:
        raise _missing(kind, name)
    return held[name]


def _missing(kind: str, name: str) -> Refused:
    return Refused("ResourceNotFoundException", f"The {kind} {name} does not exist.", resourceName=name)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
