"""COPY and UNLOAD of CSV, as far as Airflow's operators write them: between a table of PostgreSQL and S3."""

import io
import re
from typing import Any

_COPY = re.compile(
    r"\s*copy\s+(?P<table>[\w.#]+)\s*(?P<columns>\([^)]*\))?\s*from\s+'s3://(?P<bucket>[^/']+)/(?P<key>[^']*)'(?P<rest>.*)", re.I | re.S
)
_UNLOAD = re.compile(
    r"\s*unload\s*\(\s*(?:'(?P<quoted>(?:[^']|'')*)'|\$\$(?P<query>.*?)\$\$)\s*\)\s*to\s+'s3://(?P<bucket>[^/']+)/(?P<key>[^']*)'(?P<rest>.*)",
    re.I | re.S,
)
_CREDENTIALS = re.compile(r"credentials\s+'(aws_iam_role=|aws_access_key_id=[^;]+;aws_secret_access_key=)|iam_role\s+'", re.I)


class CopiesFiles:
    """`s3` is a client of boto3."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3

    def run(self, cursor: Any, sql: str) -> bool:
        """Whether it was a COPY or an UNLOAD, which has run. Raises ValueError for one without credentials (Amazon Redshift, COPY: they are
        required), and for one that finds no file."""
        for form, do in ((_COPY, self._load), (_UNLOAD, self._unload)):
            if found := form.fullmatch(sql):
                if _CREDENTIALS.search(found["rest"]) is None:
                    raise ValueError("must specify CREDENTIALS or IAM_ROLE")
                do(cursor, found)
                return True
        return False

    def _load(self, cursor: Any, copy: re.Match[str]) -> None:
        found = self._s3.list_objects_v2(Bucket=copy["bucket"], Prefix=copy["key"]).get("Contents", [])
        if not found:
            raise ValueError(f"The specified S3 prefix '{copy['key']}' does not exist")
        table = re.sub(r"#\w+", lambda name: f'"{name[0]}"', copy["table"])
        for each in found:
            body = self._s3.get_object(Bucket=copy["bucket"], Key=each["Key"])["Body"].read().decode()
            cursor.copy_expert(f"copy {table} {copy['columns'] or ''} from stdin csv", io.StringIO(body))

    def _unload(self, cursor: Any, unload: re.Match[str]) -> None:
        query = unload["query"] if unload["quoted"] is None else unload["quoted"].replace("''", "'")
        rows = io.StringIO()
        cursor.copy_expert(f"copy ({query}) to stdout csv", rows)
        self._s3.put_object(Bucket=unload["bucket"], Key=f"{unload['key']}0000_part_00", Body=rows.getvalue().encode())
