"""External schemas: Redshift acts in a role, on the catalog and on the files of the lake.

Redshift takes the role on when the schema is made, and asks the catalog; it reads files when somebody selects from a table of it:
docs.aws.amazon.com/redshift/latest/dg/c-spectrum-iam-policies.html. With enhanced VPC routing it reads through the gateway endpoint of S3
in its VPC: docs.aws.amazon.com/redshift/latest/mgmt/spectrum-enhanced-vpc.html.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.aws.emulator import lake_formation, permissions, roles
from local.aws.emulator.place import Place

CREATE = re.compile(
    r"create\s+external\s+schema\s+(?:if\s+not\s+exists\s+)?\"?(?P<schema>\w+)\"?\s+from\s+data\s+catalog\s+"
    r"database\s+'(?P<database>[^']+)'.*?iam_role\s+'(?P<role>[^']+)'",
    re.IGNORECASE | re.DOTALL,
)
DROP = re.compile(r"drop\s+schema\s+(?:if\s+exists\s+)?\"?(?P<schema>\w+)", re.IGNORECASE)
CATALOG = ("glue:GetDatabase", "glue:GetTables", "glue:GetTable")


@dataclass(frozen=True)
class ExternalSchema:
    """A schema over a database of the catalog, read in a role."""

    name: str
    database: str
    role: str

    @staticmethod
    def created_by(sql: str) -> "ExternalSchema | None":
        """The one that a statement makes, if it makes one."""
        found = CREATE.search(sql)
        return ExternalSchema(found["schema"].lower(), found["database"], found["role"]) if found else None

    def refusal_to_make(self, place: Place, workgroup: Mapping[str, Any], namespace: Mapping[str, Any], user: str) -> str:
        """Why Redshift would not make it, in the words of its error; empty if it would."""
        if not any(f"iamRoleArn={self.role})" in role for role in namespace["iamRoles"]):
            return f"ERROR: The requested role {self.role} is not associated to cluster"
        return self._refusal_to_act(place, workgroup, user)

    def refusal_to_read(self, place: Place, workgroup: Mapping[str, Any], user: str, table: str) -> str:
        """Why nobody could select from a table of it; empty if they could."""
        found = place.moto("glue").databases[self.database].tables.get(table)
        if found is None:
            return f'ERROR: relation "{self.name}.{table}" does not exist'
        if refused := self._refusal_to_act(place, workgroup, user):
            return refused
        if refused := lake_formation.refusal_to_read(place, self.role, self.database, table):
            return f"ERROR: {refused}"
        bucket, _, folder = found.as_dict()["StorageDescriptor"]["Location"].removeprefix("s3://").partition("/")
        keys = [key for key in place.moto("s3").get_bucket(bucket).keys if key.startswith(folder)]
        wanted = permissions.to_read(place, bucket, keys, folder)
        gateway = _gateway_policy(place, workgroup) if workgroup["enhancedVpcRouting"] else ""
        refused = permissions.first_refusal(place, self.role, wanted, gateway=gateway)
        return f"ERROR: Spectrum Scan Error: S3ServiceException:Access Denied: {refused}" if refused else ""

    def _refusal_to_act(self, place: Place, workgroup: Mapping[str, Any], user: str) -> str:
        """Of the role, and of the catalog, as a database that Lake Formation keeps looks as if it were not there."""
        if reason := roles.redshift_refusal(place, self.role, workgroup["workgroupId"], user):
            return f"ERROR: Not authorized to get credentials of role {self.role}: {reason}"
        resources = ["catalog", f"database/{self.database}", f"table/{self.database}/*"]
        for action in CATALOG:
            for resource in resources if "Table" in action else resources[:2]:
                if refused := permissions.refusal(place, self.role, action, place.arn("glue", resource)):
                    return f"ERROR: {refused}"
        if self.database not in place.moto("glue").databases:
            return f"ERROR: Database {self.database} not found in the data catalog"
        refused = lake_formation.refusal_to_describe(place, self.role, self.database)
        return f"ERROR: {refused}" if refused else ""


def _gateway_policy(place: Place, workgroup: Mapping[str, Any]) -> str:
    """The policy of the gateway that the workgroup's way to S3 leads through; empty if there is none."""
    vpc = workgroup["endpoint"]["vpcEndpoints"][0]["vpcId"]
    gateways = [end for end in place.moto("ec2").vpc_end_points.values() if end.vpc_id == vpc and end.service_name.endswith(".s3")]
    return next((str(gateway.policy_document) for gateway in gateways if gateway.vpc_endpoint_type == "Gateway"), "")
