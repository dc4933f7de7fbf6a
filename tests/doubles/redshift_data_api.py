"""A stand-in for the Redshift Data API: it runs the SQL on PostgreSQL, and COPY and UNLOAD between that and S3.

Requests are judged by botocore's model, and refused where AWS refuses them: each refusal says by which page.
"""

import re
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from botocore import xform_name
from moto.core.request import Request
from sqlglot import TokenType, tokenize
from werkzeug.serving import WSGIRequestHandler, make_server

from local.aws.emulator import protocol
from local.aws.emulator.errors import Refused, require_known
from tests.doubles.redshift_files import CopiesFiles

LARGEST = 100_000  # bytes of a statement (Amazon Redshift Management Guide, Considerations when calling the Amazon Redshift Data API)
PAGE = 2  # rows, so that whoever does not turn pages is seen
LONGS, DOUBLES, BOOLEAN = {20, 21, 23}, {700, 701}, 16  # PostgreSQL's types
_NAMED = re.compile(r"(?<![:\w]):(\w+)")
_TEMPORARY = re.compile(r"#(\w+)")


class Statement:
    """One that was sent, or one of a batch; it runs in a thread of its own."""

    def __init__(self, id_: str, sqls: Sequence[str], parameters: Mapping[str, str], told: Mapping[str, Any]) -> None:
        self.id, self.sqls, self.parameters, self.told = id_, sqls, parameters, told
        self.status, self.error = "SUBMITTED", ""
        self.results: list[list[list[dict[str, Any]]] | None] = [None] * len(sqls)
        self.done = threading.Event()

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self.status in ("FINISHED", "FAILED", "ABORTED")


class DataApi:
    """The service in one region: `connect` opens a session, `warehouses` says of names whether they are a workgroup's or a cluster's.

    `held` statements stay in the state STARTED until they are cancelled: those in whose SQL it stands.
    """

    def __init__(self, connect: Callable[[], Any], warehouses: Mapping[str, str], files: CopiesFiles | None = None) -> None:
        self._connect, self._warehouses, self._files = connect, warehouses, files
        self.statements: dict[str, Statement] = {}
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.held = "no statement"

    def execute_statement(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One statement (Amazon Redshift Data API Reference, ExecuteStatement: "must be a single SQL statement")."""
        return self._begin(request, [request["Sql"]])

    def batch_execute_statement(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Several, as one transaction (the same, BatchExecuteStatement)."""
        return self._begin(request, request["Sqls"])

    def describe_statement(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """How it goes."""
        statement = self._statement(request)
        parts = [{"Id": f"{statement.id}:{number}", "HasResultSet": rows is not None} for number, rows in enumerate(statement.results, 1)]
        return {
            **statement.told,
            "Status": statement.status,
            "QueryString": ";\n".join(statement.sqls),
            "HasResultSet": any(rows is not None for rows in statement.results),
            **({"Error": statement.error} if statement.error else {}),
            **({"SubStatements": parts} if len(parts) > 1 else {}),
        }

    def get_statement_result(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The rows, by pages. A statement without any, or that has not ended well, is refused (seen in tests of a client of the real
        service: ballerina-platform/module-ballerinax-aws.redshiftdata)."""
        statement = self._statement(request)
        number = int(request["Id"].partition(":")[2] or 1) - 1
        rows = statement.results[number] if statement.status == "FINISHED" and number < len(statement.results) else None
        if rows is None:
            raise Refused("ResourceNotFoundException", "Query does not have result. Please check query status with DescribeStatement.")
        token = request.get("NextToken", "0")
        if not token.isdecimal() or int(token) > len(rows):
            raise Refused("ValidationException", f"Invalid NextToken: {token}")
        begin, end = int(token), int(token) + PAGE
        return {"Records": rows[begin:end], "TotalNumRows": len(rows), **({"NextToken": str(end)} if end < len(rows) else {})}

    def cancel_statement(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The same, CancelStatement: "To be canceled, a query must be running"."""
        statement = self._statement(request)
        if statement.ended:
            raise Refused(
                "ValidationException", f"Could not cancel a query that is already in {statement.status} state with ID: {statement.id}"
            )
        statement.status = "ABORTED"
        statement.done.set()
        return {"Status": True}

    def _begin(self, request: Mapping[str, Any], sqls: Sequence[str]) -> dict[str, Any]:
        self._check(request, sqls)
        given = {name: request[name] for name in ("Database", "WorkgroupName", "ClusterIdentifier", "DbUser") if name in request}
        told = {"Id": str(uuid.uuid4()), "CreatedAt": datetime.now(UTC).replace(microsecond=0), **given}
        parameters = {each["name"]: each["value"] for each in request.get("Parameters", [])}
        statement = self.statements[told["Id"]] = Statement(told["Id"], sqls, parameters, told)
        threading.Thread(target=self._run, args=(statement,), daemon=True).start()
        return told

    def _check(self, request: Mapping[str, Any], sqls: Sequence[str]) -> None:
        """ExecuteStatement and BatchExecuteStatement: how a request says where it runs, and the limits of the Management Guide."""
        known = ("Sql", "Sqls", "Database", "WorkgroupName", "ClusterIdentifier", "DbUser", "Parameters", "StatementName", "ClientToken")
        require_known(request, *known, "WithEvent")
        if ("WorkgroupName" in request) == ("ClusterIdentifier" in request):
            raise Refused("ValidationException", "Exactly one of WorkgroupName and ClusterIdentifier is needed.")
        kind, name = ("workgroup", "WorkgroupName") if "WorkgroupName" in request else ("cluster", "ClusterIdentifier")
        if self._warehouses.get(request[name]) != kind:
            raise Refused("ValidationException", f"Redshift endpoint doesn't exist in this region: {request[name]}")
        if "WorkgroupName" in request and "DbUser" in request:  # "The database user name is derived from the IAM identity"
            raise Refused("ValidationException", "DbUser is not for a serverless workgroup.")
        if any(len(sql.encode()) > LARGEST for sql in sqls):
            raise Refused("ValidationException", "The maximum query statement size is 100 KB.")

    def _statement(self, request: Mapping[str, Any]) -> Statement:
        found = self.statements.get(request["Id"].partition(":")[0])
        if found is None:
            raise Refused("ResourceNotFoundException", "Query does not exist.", ResourceId=request["Id"])
        return found

    def _run(self, statement: Statement) -> None:
        statement.status = "STARTED"
        if any(self.held in sql for sql in statement.sqls):
            statement.done.wait()
            return
        try:
            with closing(self._connect()) as session, session, session.cursor() as cursor:
                for number, sql in enumerate(statement.sqls):
                    statement.results[number] = self._rows(cursor, sql, statement.parameters)
            statement.status = "FINISHED"
        except Exception as error:  # whatever the driver raises
            statement.error = f"ERROR: {str(error).splitlines()[0]}"
            statement.status = "FAILED"
        statement.done.set()

    def _rows(self, cursor: Any, sql: str, parameters: Mapping[str, str]) -> list[list[dict[str, Any]]] | None:
        if sum(token.token_type is TokenType.SEMICOLON for token in tokenize(sql.rstrip().rstrip(";"), dialect="redshift")):
            raise ValueError("cannot insert multiple commands into a prepared statement")
        if self._files and self._files.run(cursor, sql):
            return None
        sql = re.sub(r"(?i)create table #", "create temporary table #", sql)
        sql = _TEMPORARY.sub(r'"#\1"', sql)
        if parameters:
            sql = _NAMED.sub(lambda mark: f"%({mark[1]})s" if mark[1] in parameters else mark[0], sql.replace("%", "%%"))
        cursor.execute(sql, parameters or None)
        if cursor.description is None:
            return None
        types = [column.type_code for column in cursor.description]
        return [[_field(value, type_) for value, type_ in zip(row, types, strict=True)] for row in cursor.fetchall()]


def _field(value: Any, type_: int) -> dict[str, Any]:
    """By the guide's table of JDBC's types."""
    if value is None:
        return {"isNull": True}
    if type_ in LONGS:
        return {"longValue": value}
    if type_ in DOUBLES:
        return {"doubleValue": value}
    return {"booleanValue": value} if type_ == BOOLEAN else {"stringValue": str(value)}


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - as werkzeug calls it
        del type, message, args


@contextmanager
def serving(api: DataApi, region: str) -> Iterator[str]:
    """Its URL, while it answers."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        request, addressed = Request(environ), None
        try:
            addressed = protocol.address(request)
            model, labels = protocol.operation_of(request, addressed)
            call = protocol.understand(request, addressed, model, labels)
            api.requests.append((str(model.name), call.parameters))
            if addressed.region != region:
                raise Refused("ValidationException", f"Redshift endpoint doesn't exist in this region: {addressed.region}")
            return protocol.success(call, getattr(api, xform_name(model.name))(call.parameters)).send(start_response)
        except Refused as refused:
            return protocol.failure(addressed, refused).send(start_response)

    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        for statement in api.statements.values():
            statement.done.set()
        server.shutdown()
        with suppress(OSError):
            server.server_close()
