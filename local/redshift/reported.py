"""What Redshift reports of itself when a client connects, where PostgreSQL reports something else.

The names and values are those that Redshift's own driver logs (aws/amazon-redshift-jdbc-driver#115 and #6). Redshift is PostgreSQL 8.0.2:
it knows no parameter that came later, and refuses a client that sets one ("FATAL: unrecognized configuration parameter", sqlalchemy#9494).
"""

import re
from collections.abc import Mapping

VERSION = "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.71629"
"""What `select version()` says (duckdb/duckdb-postgres#245)."""
RENAMED = {"DateStyle": "datestyle"}
REPORTED = frozenset(
    [
        "client_encoding",
        "datestyle",
        "integer_datetimes",
        "is_superuser",
        "server_encoding",
        "server_version",
        "session_authorization",
        "TimeZone",
    ]
)
FIXED = {"server_version": "8.0.2", "server_encoding": "UNICODE"}
UNKNOWN = frozenset(
    [
        *("backslash_quote", "bytea_output", "default_transaction_deferrable", "default_transaction_read_only", "escape_string_warning"),
        *("idle_in_transaction_session_timeout", "idle_session_timeout", "intervalstyle", "jit", "lock_timeout", "row_security"),
        *("server_version_num", "session_replication_role", "standard_conforming_strings", "synchronous_commit", "transaction_timeout"),
        "xmloption",
    ]
)
"""Parameters of PostgreSQL that came after 8.0: its release notes, 8.1 to 17."""
AS_8_0 = {"standard_conforming_strings": "off", "escape_string_warning": "off"}
"""A backslash in a string is an escape for Redshift: its guide doubles those of regular expressions (REGEXP_REPLACE function, examples)."""
OPTION = re.compile(r"(?:-c\s*|--)([\w-]+)\s*=")


def unknown(asked: Mapping[str, str]) -> str | None:
    """The first parameter of a client's startup packet that Redshift does not know."""
    names = [*asked, *OPTION.findall(asked.get("options", ""))]
    return next((name for name in names if name.lower().replace("-", "_") in UNKNOWN), None)


def reported(name: str, value: str, asked: Mapping[str, str]) -> tuple[str, str] | None:
    """A parameter as Redshift reports it, None for what it does not report, to a client that `asked` for some when it connected."""
    name = RENAMED.get(name, name)
    if name not in REPORTED:
        return None
    if name == "client_encoding" and name not in asked:
        return name, "UNICODE"
    return name, FIXED.get(name, value)
