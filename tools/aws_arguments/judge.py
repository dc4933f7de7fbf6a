"""Arguments of the synthesized resources, judged by AWS's newest API models: required ones, types, lengths, ranges, enumerations, patterns.

Terraform's provider checks little of this, and AWS answers only when a resource is created, in the middle of a deploy. A table says which
operation creates a type; arguments become its members by their names.
"""

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.loaders import Loader
from moto.core.model import ServiceModel, Shape

from local.aws.emulator.validation import parameter_problems, pattern_problems
from tools.resolution import Resolution
from tools.tool_environment import environment

META = {"//", "depends_on", "lifecycle", "provider"}
"""What Terraform itself reads."""
NUMBERS = {"integer": int, "long": int, "float": float, "double": float}
MAPS = ("tags.", "dimensions.")
"""Lists of pairs in AWS's API, which Terraform writes as a map."""
TABLE = Path(__file__).parent / "operations.toml"


class Misfit(Exception):
    """An argument that is no member of the operation, so nobody can judge it; the message says what to do."""


def problems(resolution: Resolution) -> Iterator[str]:
    """`stack: type.name: what is wrong` of each argument that AWS would refuse, and of each type and argument that the table lacks."""
    table = tomllib.loads(TABLE.read_text())
    for stack, address in resolution.blocks():
        kind = address.partition(".")[0]
        if kind in ("data", *table["not_judged"]):
            continue
        where = f"{stack.id}: {address}"
        if kind not in table:
            yield f"{where}: {TABLE.name} names no operation that creates {kind}"
            continue
        arguments = {name: value for name, value in resolution.block(stack, address).items() if name not in META}
        yield from (f"{where}: {problem}" for problem in judged(table[kind], arguments))


def judged(entry: Mapping[str, Any], arguments: Mapping[str, Any]) -> Iterator[str]:
    """What AWS's model says against the arguments of one resource."""
    service, _, operation = entry["creates"].partition(".")
    shape = _model(service).operation_model(operation).input_shape
    parameters: dict[str, Any] = {}
    try:
        members = _members(_flat(arguments, entry), shape, entry, within=entry.get("within", ""))
    except Misfit as misfit:
        yield str(misfit)
        return
    for member, value in (entry.get("provider_gives", {}) | members).items():
        _put(parameters, member, value)
    yield from parameter_problems(parameters, shape)
    yield from pattern_problems(parameters, shape)


def _flat(arguments: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """Blocks that the operation does not have: their arguments are arguments of the resource."""
    found = dict(arguments)
    for block in entry.get("flattened", ()):
        found |= {f"{block}.{name}": value for name, value in found.pop(block, {}).items()}
    return found


def _members(arguments: Mapping[str, Any], shape: Shape, entry: Mapping[str, Any], path: str = "", within: str = "") -> dict[str, Any]:
    """{path of a member: its value}."""
    members = {name.lower(): f"{within}.{name}".removeprefix(".") for name in _at(shape, within).members}
    found = {}
    for name, value in arguments.items():
        where = f"{path}{name}"
        if where in entry.get("not_sent", ()) or value is None:
            continue
        member = entry.get("members", {}).get(where) or members.get(re.sub("[_.]", "", name))
        if member is None:
            raise Misfit(f"{where}: {shape.name} has no such member: say in {TABLE.name} which it is, or that it is not sent")
        found[member] = _value(value, _at(shape, member), entry, f"{where}.")
    return found


def _at(shape: Shape, path: str) -> Shape:
    """The shape of a member of a member; `[]` after a name is for the list's items."""
    for name in filter(None, path.split(".")):
        shape = shape.members[name.removesuffix("[]")]
        shape = shape.member if name.endswith("[]") else shape
    return shape


def _put(parameters: dict[str, Any], path: str, value: Any) -> None:
    """Set a member of a member, in the only item of a list where the path says so."""
    *outer, last = path.split(".")
    for name in outer:
        parameters = parameters.setdefault(name[:-2], [{}])[0] if name.endswith("[]") else parameters.setdefault(name, {})
    parameters.setdefault(last[:-2], []).append(value) if last.endswith("[]") else parameters.update({last: value})


def _value(value: Any, shape: Shape, entry: Mapping[str, Any], path: str) -> Any:
    """Terraform writes a block as a list of one, and a list's only block without the list."""
    if shape.type_name == "structure":
        (value,) = value if isinstance(value, list) else [value]
        parameters: dict[str, Any] = {}
        for member, inner in _members(value, shape, entry, path).items():
            _put(parameters, member, inner)
        return parameters
    if shape.type_name == "list":
        if path.endswith(MAPS):
            return [dict(zip(shape.member.members, pair, strict=True)) for pair in value.items()]
        return [_value(member, shape.member, entry, path) for member in (value if isinstance(value, list) else [value])]
    return _scalar(value, shape.type_name)


def _scalar(value: Any, kind: str) -> Any:
    """Terraform makes numbers and truth values of texts, and texts of numbers."""
    if kind in NUMBERS and isinstance(value, str) and value.lstrip("-").isdigit():
        return NUMBERS[kind](value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    if kind == "string" and type(value) in (int, float):
        return str(value)
    return value


@functools.cache
def _model(service: str) -> ServiceModel:
    """From the newest botocore, which the emulated AWS has: Airflow pins one that does not know half of the arguments."""
    (data,) = (environment("aws").parent / "lib").glob("python*/site-packages/botocore/data")
    loader = Loader(extra_search_paths=[str(data)], include_default_search_paths=False)
    return ServiceModel(loader.load_service_model(service, "service-2"), service)
