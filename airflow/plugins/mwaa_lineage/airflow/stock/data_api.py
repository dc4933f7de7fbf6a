"""A warehouse behind the Redshift Data API: its catalog is asked by the same API, by the hook that the task has.

A statement of it is a session of its own, so nothing can be set for the next one; and it is asked for again and again whether it has ended.
"""

import re
import time
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from mwaa_lineage.airflow.warehouse import Redshift

if TYPE_CHECKING:  # sqlglot is not for parsing DAGs
    from mwaa_lineage.sql.relations import Catalog, Name

SECONDS = 30.0  # that a statement may take, as long as one by a connection
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0  # seconds between two questions whether it has ended
NAME = "mwaa_lineage: catalog"  # of the statements, for who looks at the list of them
_CALL = {
    "database": "Database",
    "cluster_identifier": "ClusterIdentifier",
    "workgroup_name": "WorkgroupName",
    "db_user": "DbUser",
    "secret_arn": "SecretArn",
}
"""What an operator and a hook call the members of a request that say where a statement runs, and as whom."""
_RUNNING = ("SUBMITTED", "PICKED", "STARTED")


class DataApiError(Exception):
    """The Data API has not given the rows of a statement; the message says why."""


@dataclass(frozen=True)
class DataApi(Redshift):
    """`hook` is a RedshiftDataHook, `call` what each request says of the warehouse."""

    hook: Any
    call: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, hook: Any, given: Mapping[str, Any]) -> "DataApi":
        """By what an operator has, or a hook is given."""
        return cls(hook, tuple((member, str(given[name])) for name, member in _CALL.items() if given.get(name)))

    @property
    def key(self) -> Hashable:
        """The hook's connection and region, and where it sends a statement."""
        return self.hook.aws_conn_id, self.hook.region_name, self.call

    def name(self) -> tuple[str, str]:
        """By the workgroup or cluster, and its region.

        Raises ValueError where the call does not have its name: a statement in a session says neither it nor the database, and
        the ARN of a workgroup has an identifier of its own.
        """
        from mwaa_lineage.airflow.datasets import redshift_namespace  # noqa: PLC0415 - as above

        call = dict(self.call)
        warehouse = call.get("WorkgroupName") or call.get("ClusterIdentifier")
        if not warehouse or "Database" not in call:
            raise ValueError(
                "the statement was sent to a session of the Redshift Data API: without workgroup_name or cluster_identifier, "
                "and database, nobody knows which warehouse that is"
            )
        if warehouse.startswith("arn:"):
            raise ValueError(f"the workgroup is given by its ARN, which does not have its name: {warehouse}")
        return redshift_namespace(warehouse, self.hook.conn.meta.region_name), call["Database"].lower()

    def read(self, names: "Iterable[Name]") -> "Catalog":
        """By statements of its own. Raises DataApiError, and what boto3 raises."""
        from mwaa_lineage.sql.catalog import catalog_of  # noqa: PLC0415 - as above

        return catalog_of(self._ask, names)

    def _ask(self, sql: str, parameters: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        numbers = count()
        named = re.sub("%s", lambda _: f":p{next(numbers)}", sql)
        values = [{"name": f"p{number}", "value": value} for number, value in enumerate(parameters)]
        given = {"Parameters": values} if values else {}  # an empty list is refused
        begun = self.hook.conn.execute_statement(**dict(self.call), Sql=named, StatementName=NAME, **given)
        return _rows(self.hook.conn, begun["Id"])


def _rows(client: Any, statement: str) -> Iterator[tuple[Any, ...]]:
    _wait(client, statement)
    page: dict[str, Any] = {}
    while not page or page.get("NextToken"):
        page = client.get_statement_result(Id=statement, **({"NextToken": page["NextToken"]} if page else {}))
        yield from (tuple(map(_value, record)) for record in page["Records"])


def _wait(client: Any, statement: str) -> None:
    """Until it has ended well."""
    over, pause = time.monotonic() + SECONDS, FIRST_PAUSE
    while (said := client.describe_statement(Id=statement))["Status"] in _RUNNING:
        if time.monotonic() > over:
            with suppress(Exception):  # it may have ended meanwhile, or not be ours to cancel
                client.cancel_statement(Id=statement)
            raise DataApiError(f"a statement was still {said['Status']} after {SECONDS:g} s, and was cancelled")
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
    if said["Status"] != "FINISHED":
        raise DataApiError(f"the Redshift Data API says {said['Status']}: {said.get('Error') or 'without a reason'}")


def _value(field: Mapping[str, Any]) -> Any:
    """A field has one member, which says its type (Amazon Redshift Data API Reference, Field)."""
    ((type_, value),) = field.items()
    return None if type_ == "isNull" else value
