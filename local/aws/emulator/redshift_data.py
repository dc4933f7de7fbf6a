"""The Redshift Data API. It runs nothing: a statement whose workgroup and secret exist has ended at once.

It has failed if it makes an external schema, or selects from one, in a role that does not let it.
"""

import json
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from local.aws.emulator import neighbours
from local.aws.emulator.errors import Refused, require_known
from local.aws.emulator.external_schemas import DROP, ExternalSchema
from local.aws.emulator.neighbours import invalid
from local.aws.emulator.paging import page
from local.aws.emulator.place import Place


class RedshiftData:
    """The statements of a region."""

    service = "redshift-data"

    def __init__(self, place: Place) -> None:
        self._place = place
        self._statements: dict[str, dict[str, Any]] = {}
        self._expired: dict[str, int] = {}
        self._schemas: dict[str, dict[str, ExternalSchema]] = {}

    def resources(self) -> list[str]:
        """Nothing: statements are a history that AWS forgets, and nobody can delete them."""
        return []

    def expire(self) -> None:
        """Forget all statements, as AWS does after a day. It goes on to know that there were some: an expired one is no unknown one."""
        self._expired |= dict.fromkeys(self._statements, int(datetime.now(UTC).timestamp()))
        self._statements.clear()

    def execute_statement(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """In a workgroup, signed in by a secret or by the caller's own identity."""
        workgroup = self._check(request)
        error = self._outcome(workgroup, request)
        now = datetime.now(UTC).replace(microsecond=0)
        given = {name: request[name] for name in ("Database", "SecretArn", "WorkgroupName") if name in request}
        statement = {"Id": str(uuid.uuid4()), "CreatedAt": now, **given}
        self._statements[statement["Id"]] = statement | {
            "StatementName": request.get("StatementName", ""),
            "QueryString": request["Sql"],
            "UpdatedAt": now,
            "Status": "FAILED" if error else "FINISHED",
            **({"Error": error} if error else {}),
        }
        return statement

    def describe_statement(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """How it went."""
        statement = self._statement(request)
        told = {name: value for name, value in statement.items() if name != "StatementName"}
        return told | {
            "Duration": 1_000_000,
            "HasResultSet": False,
            "ResultRows": 0,
            "ResultSize": 0,
            "RedshiftQueryId": 1,
            "RedshiftPid": 1,
        }

    def list_statements(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The latest first; `StatementName` is the beginning of a name. Without `Status`, those that have finished."""
        require_known(request, "Status", "StatementName", "RoleLevel", "MaxResults", "NextToken")
        status, prefix = request.get("Status", "FINISHED"), request.get("StatementName", "")
        names = ("Id", "QueryString", "StatementName", "SecretArn", "Status", "CreatedAt", "UpdatedAt")
        found = [
            {name: statement[name] for name in names if statement.get(name)}
            for statement in reversed(self._statements.values())
            if status in ("ALL", statement["Status"]) and statement["StatementName"].startswith(prefix)
        ]
        return page(found, "Statements", request)

    def _outcome(self, workgroup: Mapping[str, Any], request: Mapping[str, Any]) -> str:
        """The error that the statement ends with, of those that the emulator knows; empty if it ends well."""
        warehouse, sql = self._place.own("redshift-serverless"), request["Sql"]
        namespace, user = warehouse.namespaces[workgroup["namespaceName"]], self._user(request)
        schemas = self._schemas.setdefault(namespace["namespaceId"], {})
        if made := ExternalSchema.created_by(sql):
            refused = made.refusal_to_make(self._place, workgroup, namespace, user)
            if not refused:
                schemas.setdefault(made.name, made)
            return refused
        if dropped := DROP.search(sql):
            schemas.pop(dropped["schema"].lower(), None)
        named = re.findall(rf"\b({'|'.join(schemas)})\.(\w+)", sql.lower()) if schemas else []
        refusals = (schemas[schema].refusal_to_read(self._place, workgroup, user, table) for schema, table in named)
        return next(filter(None, refusals), "")

    def _user(self, request: Mapping[str, Any]) -> str:
        """The database user that a statement runs as: the secret's, or the caller's own."""
        if "SecretArn" not in request:
            return "IAM:moto"
        manager = self._place.moto("secretsmanager")
        return str(json.loads(manager.get_secret_value(request["SecretArn"], "", "")["SecretString"])["username"])

    def _check(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        require_known(request, "Sql", "StatementName", "WorkgroupName", "Database", "SecretArn", "ClientToken", "WithEvent")
        if "WorkgroupName" not in request or "Database" not in request:
            raise invalid("WorkgroupName and Database are needed.")
        workgroup = request["WorkgroupName"].rpartition("/")[2]
        serverless = self._place.own("redshift-serverless").workgroups.values()
        found = next((made for made in serverless if workgroup in (made["workgroupName"], made["workgroupId"])), None)
        if found is None:
            raise invalid(f"Redshift endpoint doesn't exist in this region: {workgroup}")
        if "SecretArn" in request:
            neighbours.require_secret(self._place, request["SecretArn"])
        return dict(found)

    def _statement(self, request: Mapping[str, Any]) -> dict[str, Any]:
        id_ = request["Id"]
        if id_ in self._expired:  # the Terraform provider knows an expired statement by these very words
            raise invalid(f"Could not retrieve the query result as it has expired after {self._expired[id_]}.")
        if id_ not in self._statements:
            raise Refused("ResourceNotFoundException", "Query does not exist.", ResourceId=id_)
        return self._statements[id_]
