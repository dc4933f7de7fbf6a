"""From an HTTP request to an operation and its parameters, and from a result to an HTTP response, in whatever protocol a service speaks."""

import functools
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree as ET

from botocore.awsrequest import HeadersDict
from botocore.exceptions import UnknownServiceError
from botocore.parsers import ResponseParserError, create_parser
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS, QueryParser
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.http import HTTP_STATUS_CODES

from local.aws.emulator import validation
from local.aws.emulator.errors import Invalid, NotEmulated, Refused
from local.aws.emulator.moto_side import Answer

SIGNED_AS = {
    "airflow": "mwaa",
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "servicequotas": "service-quotas",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
"""{name in a signature: botocore's name}, where they differ."""
INVALID_CODE = {"query": "ValidationError", "ec2": "InvalidParameterValue", "rest-xml": "InvalidArgument"}
SCOPE = 5
"""Elements of a credential in a signature: keyid/date/region/service/term."""
NOT_IMPLEMENTED = 501


@dataclass(frozen=True)
class Call:
    """A request that has been understood: an operation of a service in a region, with its parameters."""

    service: str
    region: str
    operation: OperationModel
    parameters: dict[str, Any]
    protocol: str


@dataclass(frozen=True)
class Addressed:
    """Whom a signed request is for, with whose access key it is signed, and in which of the service's protocols it is made and answered."""

    key: str
    service: str
    region: str
    model: ServiceModel
    protocol: str


def address(request: Request) -> Addressed:
    """The service and region in a signature. Raises Refused for none or a malformed one, NotEmulated for an unknown service."""
    signature = request.headers.get("Authorization", "") or f"Credential={request.args.get('X-Amz-Credential', '')}"
    credential = signature.partition("Credential=")[2].partition(",")[0]
    if not credential:
        if "AWSAccessKeyId" not in request.args:
            raise Refused("MissingAuthenticationToken", "The request is not signed.")
        # A URL signed in the old way, which S3 alone still takes.
        credential = f"{request.args['AWSAccessKeyId']}/date/us-east-1/s3/aws4_request"
    scope = credential.split("/")
    if len(scope) != SCOPE:  # such as that of somebody who takes the secret for the key's id
        raise Refused("IncompleteSignature", f"Credential must have exactly {SCOPE} slash-delimited elements, got {credential!r}")
    region, signed_as = scope[2], scope[3]
    service = SIGNED_AS.get(signed_as, signed_as)
    if service == "s3" and request.path.startswith("/v20180820/"):
        service = "s3control"
    try:
        model = get_service_model(service)
        return Addressed(scope[0], service, region, model, determine_request_protocol(model, request.content_type))
    except UnknownServiceError:
        raise NotEmulated(f"botocore knows no service {service}") from None
    except NotImplementedError:  # moto's word for it
        raise NotEmulated(f"{service} in {request.content_type} is no protocol that the emulator speaks") from None


def understand(request: Request, to: Addressed, operation: OperationModel, labels: dict[str, Any]) -> Call:
    """The call that a request makes of an operation. Raises Invalid for what the operation's model does not know."""
    protocol = to.protocol
    try:
        parameters, problems = _read(request, operation, labels, protocol)
    except (ValueError, TypeError, AttributeError, KeyError, ET.ParseError) as error:
        parameters, problems = {}, [f"the request cannot be read as {protocol}: {error}"]
    if problems:
        code = INVALID_CODE.get(protocol, "ValidationException")
        raise Invalid(code, f"{to.service}.{operation.name}: " + "; ".join(dict.fromkeys(problems)))
    return Call(to.service, to.region, operation, parameters, protocol)


def hold(environ: dict[str, Any]) -> bytes:
    """The body of a request, for as many readers as there are: each calls this before it reads."""
    if "emulator.body" not in environ:
        environ["emulator.body"] = Request(environ).get_data()
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["CONTENT_LENGTH"] = str(len(environ["emulator.body"]))
    environ["wsgi.input"] = io.BytesIO(environ["emulator.body"])
    return bytes(environ["emulator.body"])


def operation_of(request: Request, to: Addressed) -> tuple[OperationModel, dict[str, Any]]:
    """The operation, and the labels in the path. Raises NotEmulated for one that the model does not know.

    A stream is left alone: only S3 has any, and needs no body to find its operation.
    """
    body = hold(request.environ) if to.service != "s3" else b""
    try:
        return get_service_router(to.service).match(Request(request.environ))
    except NotFound:
        action = dict(parse_qsl(body.decode(errors="replace"))).get("Action")
        wanted = request.headers.get("X-Amz-Target") or action or f"{request.method} {request.full_path}"
        raise NotEmulated(f"botocore's model of {to.service} knows no operation for {wanted}") from None
    finally:
        if to.service != "s3":
            hold(request.environ)


def _read(request: Request, operation: OperationModel, labels: dict[str, Any], protocol: str) -> tuple[dict[str, Any], list[str]]:
    """The parameters, and what is wrong with them."""
    streams = operation.has_streaming_input
    body = b"" if streams else hold(request.environ)
    shape = operation.input_shape
    if protocol in ("query", "ec2"):
        arguments = _Arguments(parse_qsl(body.decode(), keep_blank_values=True) or request.args.items(multi=True))
        problems = []
    else:
        arguments = _Arguments(request.args.items(multi=True))
        problems = list(_address_problems(request, operation) if streams else _wire_problems(request, operation, protocol, body))
    if problems:
        return {}, problems
    parsed = _parser(protocol)(operation).parse(
        {
            "body": body,
            "headers": request.headers,
            "method": request.method,
            "url_params": labels,
            "url_path": request.path,
            "values": arguments,
        }
    )
    if protocol in ("query", "ec2"):
        problems = [f'Unknown parameter in input: "{name}"' for name in arguments if name not in arguments.read]
    problems += validation.parameter_problems(parsed, shape)
    if not problems and shape:
        problems += validation.pattern_problems(_decoded(parsed), shape)
    return parsed, problems


def _decoded(parsed: dict[str, Any]) -> dict[str, Any]:
    """S3's CopySource comes URL-encoded, its slashes too if a client likes, and has its pattern when it is decoded. Older models want a
    slash before the bucket, which S3 takes and clients leave out (S3 API Reference, CopyObject)."""
    return parsed | {"CopySource": "/" + unquote(parsed["CopySource"]).lstrip("/")} if "CopySource" in parsed else parsed


class _Arguments(MultiDict[str, str]):
    """Arguments of the query protocols, which remember those that a parser has read: the rest is unknown to the model."""

    def __init__(self, arguments: Iterable[tuple[str, str]]) -> None:
        super().__init__(arguments)
        self.read = {"Action", "Version"}

    def get(self, key: str, default: Any = None, *_: Any) -> Any:
        self.read.add(key)
        return super().get(key, default)


def _parser(protocol: str) -> type[Any]:
    parser = PROTOCOL_PARSERS[protocol]
    return _strict(parser) if issubclass(parser, QueryParser) else parser


@functools.cache
def _strict(parser: type[Any]) -> type[Any]:
    """moto's parser of a query protocol takes anything that is not `true` for false: this one does not."""

    def parse_boolean(self: Any, shape: Any, arguments: Any, prefix: str = "") -> Any:
        text = self._default_handle(shape, arguments, prefix)
        if isinstance(text, str) and text not in ("true", "false"):
            raise ValueError(f"Invalid type for parameter {prefix}, value: {text}, valid types: true, false")
        return text == "true" if isinstance(text, str) else text

    return type("Strict", (parser,), {"_parse_boolean": parse_boolean})


def _address_problems(request: Request, operation: OperationModel) -> Iterable[str]:
    yield from validation.query_problems(request.args, operation.input_shape, operation.http_trait.query_args)
    yield from validation.header_problems(dict(request.headers), operation.input_shape, checksum=bool(operation.http_checksum))


def _wire_problems(request: Request, operation: OperationModel, protocol: str, body: bytes) -> Iterable[str]:
    """What the model does not know in a request that is JSON or XML."""
    if protocol != "json":
        yield from _address_problems(request, operation)
    shape, body_only = operation.input_shape, protocol != "json"
    if shape and "payload" in shape.serialization:
        shape, body_only = shape.members[shape.serialization["payload"]], False
    if shape is None or not body or shape.type_name in ("string", "blob"):
        return
    if protocol == "rest-xml":
        yield from validation.xml_problems(ET.fromstring(body), shape)  # noqa: S314 - from tests on this machine
    else:
        yield from validation.json_problems(json.loads(body), shape, body_only=body_only)


def success(call: Call, result: Mapping[str, Any] | None) -> Answer:
    """The response with a result of ours. Raises NotEmulated for one that botocore would not read back as it is."""
    result, name = result or {}, f"{call.service}.{call.operation.name}"
    if problems := validation.parameter_problems(result, call.operation.output_shape):
        raise NotEmulated(f"the emulator's answer to {name} is wrong: {'; '.join(problems)}")
    serialized = _serializer(call.service, call.protocol, call.operation).serialize(result)
    answer = _answer(serialized)
    if lost := list(_lost(result, parsed(call, answer), "")):
        raise NotEmulated(f"the emulator's answer to {name} does not arrive: {', '.join(lost)}")
    return answer


def parsed(call: Call, answer: Answer) -> dict[str, Any]:
    """What botocore reads in an answer. Raises NotEmulated if it cannot."""
    streams = call.operation.has_streaming_output or call.operation.has_event_stream_output
    response = {
        "status_code": int(answer.status.split()[0]),
        "headers": HeadersDict(dict(answer.headers)),
        "body": b"" if streams else answer.body,
        "context": {},
    }
    try:
        if _is_json(call) and response["body"]:
            json.loads(answer.body)  # botocore takes what is no JSON for a message
        result = create_parser(call.protocol).parse(response, call.operation.output_shape)
    except (ResponseParserError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotEmulated(f"botocore cannot read the answer to {call.service}.{call.operation.name}: {error}") from None
    result.pop("ResponseMetadata", None)
    return dict(result)


def _is_json(call: Call) -> bool:
    """Whether the answer is JSON as a whole."""
    shape = call.operation.output_shape
    payload = shape.serialization.get("payload") if shape else None
    is_text = payload is not None and shape.members[payload].type_name in ("blob", "string")
    return "json" in call.protocol and not is_text


def _lost(sent: Any, arrived: Any, path: str) -> Iterable[str]:
    """Where what arrived is not what was sent; instants are sent in several ways, so only whether they arrive counts."""
    if isinstance(sent, Mapping):
        for name, value in sent.items():
            yield from _lost(value, arrived.get(name) if isinstance(arrived, Mapping) else None, f"{path}.{name}" if path else name)
    elif isinstance(sent, list):
        if not isinstance(arrived, list) or len(arrived) != len(sent):
            yield path
        else:
            for index, value in enumerate(sent):
                yield from _lost(value, arrived[index], f"{path}[{index}]")
    elif sent != arrived and not isinstance(arrived, datetime):
        yield path


def failure(addressed: Addressed | None, refused: Refused) -> Answer:
    """The response with an error, its HTTP status from the model."""
    if addressed is None:
        body = json.dumps({"__type": refused.code, "message": refused.message}).encode()
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", refused.code)]
        answer = Answer("403 Forbidden", headers, body)
    else:
        operation = addressed.model.operation_model(addressed.model.operation_names[0])
        answer = _answer(_serializer(addressed.service, addressed.protocol, operation).serialize(refused))
    if isinstance(refused, NotEmulated):
        return Answer(_status(NOT_IMPLEMENTED), answer.headers, answer.body)
    return answer


def _serializer(service: str, protocol: str, operation: OperationModel) -> Any:
    return get_serializer_class(service, protocol)(operation_model=operation)


def _answer(serialized: Mapping[str, Any]) -> Answer:
    body = serialized["body"]
    encoded = body if isinstance(body, bytes) else str(body).encode()
    return Answer(_status(serialized["status_code"]), list(serialized["headers"].items()), encoded)


def _status(code: int) -> str:
    return f"{code} {HTTP_STATUS_CODES.get(code, '')}"
