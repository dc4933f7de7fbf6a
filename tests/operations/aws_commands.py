"""Runs command lines of the AWS CLI without it: the names of its options are those of the API's parameters."""

import json
import shlex
from collections.abc import Callable, Iterator
from typing import Any

from botocore import xform_name

CLI = "aws"


def run(line: str, client: Callable[[str], Any], region: str) -> None:
    """Run `aws ... && aws ...` with boto3's clients. What the API does not know is an AssertionError, what it refuses a ClientError."""
    for command in _commands(shlex.split(line)):
        program, service, operation, *arguments = command
        assert program == CLI, line
        options = dict(_options(arguments))
        assert options.pop("region") == [region], line
        if operation == "wait":
            continue
        _call(client(service), operation, options)


def _commands(words: list[str]) -> Iterator[list[str]]:
    command: list[str] = []
    for word in words:
        if word == "&&":
            yield command
            command = []
        else:
            command.append(word)
    yield command


def _options(arguments: list[str]) -> Iterator[tuple[str, list[str]]]:
    starts = [index for index, argument in enumerate(arguments) if argument.startswith("--")]
    for start, end in zip(starts, [*starts[1:], len(arguments)], strict=True):
        yield arguments[start].removeprefix("--"), arguments[start + 1 : end]


def _call(client: Any, operation: str, options: dict[str, list[str]]) -> None:
    method = operation.replace("-", "_")
    members = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape.members
    names = {xform_name(member, "-"): member for member in members}
    assert options.keys() <= names.keys(), (operation, options.keys() - names.keys())
    getattr(client, method)(**{names[option]: _value(members[names[option]].type_name, values) for option, values in options.items()})


def _value(kind: str, values: list[str]) -> Any:
    if kind == "boolean":
        return True
    if kind == "list":
        return values
    (value,) = values
    if kind == "structure":
        return json.loads(value)
    return int(value) if kind == "integer" else value
