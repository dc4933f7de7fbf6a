"""What the role of a crawler needs, in the order in which a crawl asks for it.

docs.aws.amazon.com/glue/latest/dg/crawler-prereqs.html, and for resources "Actions, resources, and condition keys for AWS Glue": an
action on a table is one on its database and on the catalog, too.
"""

from local.aws.emulator.permissions import Wanted
from local.aws.emulator.place import Place


def to_begin(place: Place, crawler: str, security: str, log_group: str, *, has_log_group: bool) -> Wanted:
    """Its security configuration, and its log."""
    group = place.arn("logs", f"log-group:{log_group}")
    wanted: Wanted = [("glue:GetSecurityConfiguration", "*", {})] if security else []
    wanted += [] if has_log_group else [("logs:CreateLogGroup", group, {})]
    wanted += [("logs:AssociateKmsKey", group, {})] if security and _encrypts_logs(place, security) else []
    stream = f"{group}:log-stream:{crawler}"
    return [*wanted, ("logs:CreateLogStream", stream, {}), ("logs:PutLogEvents", stream, {})]


def to_see(place: Place, database: str) -> Wanted:
    """The database."""
    return _on(place, "glue:GetDatabase", f"database/{database}")


def to_write(place: Place, database: str, table: str, *, exists: bool) -> Wanted:
    """One table."""
    resources = (f"database/{database}", f"table/{database}/{table}")
    return _on(place, "glue:GetTable", *resources) + _on(place, "glue:UpdateTable" if exists else "glue:CreateTable", *resources)


def _on(place: Place, action: str, *resources: str) -> Wanted:
    return [(action, place.arn("glue", resource), {}) for resource in ("catalog", *resources)]


def _encrypts_logs(place: Place, security: str) -> bool:
    configured = place.moto("glue").security_configurations.get(security)
    encryption = configured.configuration.get("CloudWatchEncryption", {}) if configured else {}
    return bool(encryption.get("CloudWatchEncryptionMode", "DISABLED") != "DISABLED")
