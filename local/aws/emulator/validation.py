"""Whether a request is one that the service's model knows, as strictly as AWS or stricter: nothing in it may go unread.

Types are judged as they are sent, before a parser makes them fit; members by name; then values: lengths, ranges, enumerations.
"""

import contextlib
import functools
import re
import warnings
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from botocore.validate import ParamValidator
from moto.core.model import Shape, StructureShape

JSON_TYPES: dict[str, tuple[type[Any], ...]] = {
    "string": (str,),
    "character": (str,),
    "blob": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float, str),
    "double": (int, float, str),
    "timestamp": (int, float, str),
    "list": (list,),
    "map": (dict,),
    "structure": (dict,),
}
TRANSPORT_HEADERS = {
    "x-amz-api-version",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-security-token",
    "x-amz-target",
    "x-amz-te",
    "x-amz-trailer",
    "x-amz-user-agent",
}
"""AWS's headers that are no operation's own."""
SECURITY_GROUP_TEXT = re.compile(r"[a-zA-Z0-9 ._:/()#,@\[\]+=&;{}!$*-]{0,255}")
BALANCER_NAME = re.compile("[a-zA-Z0-9]([a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?")
DOCUMENTED = {
    ("CreateSecurityGroupRequest", "GroupName"): re.compile(f"(?!sg-){SECURITY_GROUP_TEXT.pattern}"),
    ("CreateSecurityGroupRequest", "Description"): SECURITY_GROUP_TEXT,
    ("IpRange", "Description"): SECURITY_GROUP_TEXT,
    ("Ipv6Range", "Description"): SECURITY_GROUP_TEXT,
    ("PrefixListId", "Description"): SECURITY_GROUP_TEXT,
    ("UserIdGroupPair", "Description"): SECURITY_GROUP_TEXT,
    ("CreateLoadBalancerInput", "Name"): re.compile(f"(?!internal-){BALANCER_NAME.pattern}"),
    ("CreateTargetGroupInput", "Name"): BALANCER_NAME,
    ("CreateDBInstanceMessage", "DBInstanceIdentifier"): re.compile("(?=.{1,63}$)[a-zA-Z][a-zA-Z0-9]*(-[a-zA-Z0-9]+)*"),
    ("CreateTopicInput", "Name"): re.compile("[a-zA-Z0-9_-]{1,256}"),
}
"""{(shape, member): pattern} that AWS has in the words of its reference alone, and its model lacks. An apostrophe is refused.

Sources: Amazon EC2 API Reference, CreateSecurityGroup, IpRange, UserIdGroupPair (EC2 says "Invalid rule description"); Elastic Load
Balancing API Reference, CreateLoadBalancer, CreateTargetGroup; Amazon RDS API Reference, CreateDBInstance; Amazon SNS API Reference,
CreateTopic.
"""
OLD_SIGNATURE = ("AWSAccessKeyId", "Signature", "Expires")


def parameter_problems(parameters: Mapping[str, Any], shape: Shape | None) -> list[str]:
    """What is wrong with parameters, or with an answer, by botocore's own validator and by the model's enumerations and maxima."""
    if shape is None:
        return [f'Unknown parameter in input: "{name}"' for name in parameters]
    report = ParamValidator().validate(parameters, shape)
    if report.has_errors():
        return [str(report.generate_report())]
    return list(_value_problems(parameters, shape, ""))


def _value_problems(value: Any, shape: Shape, path: str) -> Iterable[str]:
    where = path or "input"
    for member, member_shape, name in _members(value, shape):
        yield from _value_problems(member, member_shape, f"{path}{name}".removeprefix("."))
    if shape.type_name == "string" and shape.enum and value not in shape.enum:
        yield f"Invalid value for parameter {where}, value: {value}, must be one of: {', '.join(shape.enum)}"
    if (size := _size(value, shape)) is not None and size > shape.metadata.get("max", size):
        yield f"Invalid length or range for parameter {where}, value: {value}, valid max value: {shape.metadata['max']}"


def pattern_problems(parameters: Any, shape: Shape, path: str = "") -> Iterable[str]:
    """Which texts do not match the model's patterns, or those of DOCUMENTED.

    Some patterns are in a dialect that Python does not have: those say nothing.

    A pattern is for the whole text, with `^` and `$` or without: the models write [0-9]{12} for an account, .* for anything.
    """
    for member, member_shape, name in _members(parameters, shape):
        where = f"{path}{name}".removeprefix(".")
        yield from pattern_problems(member, member_shape, where)
        if shape.type_name == "structure":
            yield from _pattern_problem(member, DOCUMENTED.get((shape.name, name.removeprefix("."))), where)
    if shape.type_name == "string" and "pattern" in shape.metadata:
        yield from _pattern_problem(parameters, _compiled(shape.metadata["pattern"]), path)


def _pattern_problem(text: str, pattern: re.Pattern[str] | None, path: str) -> Iterable[str]:
    if pattern and not pattern.fullmatch(text):
        yield f"Invalid value for parameter {path}, value: {text}, must match {pattern.pattern}"


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    with warnings.catch_warnings(), contextlib.suppress(re.error):
        warnings.simplefilter("ignore")
        return re.compile(pattern)
    return None


def _members(value: Any, shape: Shape) -> Iterable[tuple[Any, Shape, str]]:
    """What a value is made of: each part with its shape and its name in a path."""
    if shape.type_name == "structure" and not shape.is_document_type:
        yield from ((member, shape.members[name], f".{name}") for name, member in value.items())
    elif shape.type_name == "list":
        yield from ((member, shape.member, f"[{index}]") for index, member in enumerate(value))
    elif shape.type_name == "map":
        for name, member in value.items():
            yield name, shape.key, " (key)"
            yield member, shape.value, f".{name}"


def _size(value: Any, shape: Shape) -> float | None:
    if shape.type_name in ("integer", "long", "float", "double"):
        return float(value)
    return len(value) if shape.type_name in ("string", "list", "map") else None


def json_problems(value: Any, shape: Any, *, body_only: bool = False, path: str = "") -> Iterable[str]:
    """What the model does not know in a JSON value. With `body_only`, members that the model puts elsewhere do not belong into it."""
    if value is None or getattr(shape, "is_document_type", False):
        return
    kinds = JSON_TYPES[shape.type_name]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        yield f"Invalid type for parameter {path or 'input'}, value: {value}, valid types: {', '.join(kind.__name__ for kind in kinds)}"
    elif isinstance(shape, StructureShape):
        yield from _json_structure_problems(value, shape, body_only=body_only, path=path)
    elif shape.type_name == "list":
        for index, member in enumerate(value):
            yield from json_problems(member, shape.member, path=f"{path}[{index}]")
    elif shape.type_name == "map":
        for name, member in value.items():
            yield from json_problems(member, shape.value, path=f"{path}.{name}")


def _json_structure_problems(value: dict[str, Any], shape: StructureShape, *, body_only: bool, path: str) -> Iterable[str]:
    members = {
        member.serialization.get("name", name): member
        for name, member in shape.members.items()
        if not (body_only and "location" in member.serialization)
    }
    for name, member in value.items():
        if name not in members:
            yield _unknown(name, path, members)
        else:
            yield from json_problems(member, members[name], path=f"{path}.{name}" if path else name)


def xml_problems(element: Element, shape: Shape, path: str = "") -> Iterable[str]:
    """What the model does not know below an XML element."""
    if isinstance(shape, StructureShape):
        yield from _xml_structure_problems(element, shape, path)
    elif shape.type_name == "list":
        for child in element:
            yield from xml_problems(child, shape.member, path)
    elif shape.type_name == "map":
        for pair in element:
            names = {shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")}
            yield from (_unknown(_tag(child), path, names) for child in pair if _tag(child) not in names)
    elif len(element):
        yield _unknown(_tag(element[0]), path, ())
    else:
        yield from text_problems(element.text or "", shape, path)


def _xml_structure_problems(element: Element, shape: StructureShape, path: str) -> Iterable[str]:
    members = {}
    for name, member in shape.members.items():
        flattened = member.type_name == "list" and member.is_flattened
        own_name = member.member.serialization.get("name") if flattened else None
        members[own_name or member.serialization.get("name", name)] = member.member if flattened else member
    for child in element:
        tag = _tag(child)
        if tag not in members:
            yield _unknown(tag, path, members)
        else:
            yield from xml_problems(child, members[tag], f"{path}.{tag}" if path else tag)


def text_problems(text: str, shape: Shape, path: str) -> Iterable[str]:
    """Whether a text in XML, in a query or in a header is of the model's type."""
    if shape.type_name == "boolean" and text not in ("true", "false"):
        yield f"Invalid type for parameter {path}, value: {text}, valid types: true, false"
    if shape.type_name in ("integer", "long") and not text.strip().removeprefix("-").isdigit():
        yield f"Invalid type for parameter {path}, value: {text}, valid types: int"


def query_problems(arguments: Mapping[str, str], shape: Shape | None, fixed: Iterable[str]) -> Iterable[str]:
    """What the model does not know in a URL's query; `fixed` are arguments that belong to the operation's address."""
    members = _located(shape, "querystring")
    if any(member.type_name == "map" for member in members.values()):
        return
    allowed = {"x-id", *fixed, *(OLD_SIGNATURE if "AWSAccessKeyId" in arguments else ())}
    for name, text in arguments.items():
        if name in members:
            yield from text_problems(text, members[name], name)
        elif name not in allowed and not name.lower().startswith("x-amz-"):  # a signature
            yield _unknown(name, "", members)


def header_problems(headers: Mapping[str, str], shape: Shape | None, *, checksum: bool) -> Iterable[str]:
    """What the model does not know among AWS's own headers; with `checksum`, one of the body may be among them."""
    members = {name.lower(): member for name, member in _located(shape, "header").items()}
    prefixes = (*(name.lower() for name in _located(shape, "headers")), *(["x-amz-checksum-"] if checksum else []))
    for name, text in headers.items():
        lower = name.lower()
        if lower in members:
            yield from text_problems(text, members[lower], name)
        elif lower.startswith("x-amz-") and lower not in TRANSPORT_HEADERS and not lower.startswith(prefixes):
            yield _unknown(name, "", members)


def _located(shape: Shape | None, location: str) -> dict[str, Shape]:
    """{name on the wire: member} of the members that travel there."""
    members = shape.members.items() if isinstance(shape, StructureShape) else ()
    return {member.serialization.get("name", name): member for name, member in members if member.serialization.get("location") == location}


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _unknown(name: str, path: str, known: Iterable[str]) -> str:
    return f'Unknown parameter in {path or "input"}: "{name}", must be one of: {", ".join(known)}'
