"""Reading a synthesized stack: Terraform's JSON, without what CDKTF notes about itself."""

import json
import re
from typing import Any

Stack = dict[str, Any]


def blocks(stack: Stack, kind: str, section: str = "resource") -> dict[str, Stack]:
    """{path of the construct, without its stack: attributes} of all blocks of a kind."""
    found = stack.get(section, {}).get(kind, {}).values()
    return {
        block["//"]["metadata"]["path"].split("/", 1)[1]: {name: value for name, value in block.items() if name != "//"} for block in found
    }


def block(stack: Stack, kind: str, section: str = "resource") -> Stack:
    """The only block of a kind."""
    ((_, attributes),) = blocks(stack, kind, section).items()
    return attributes


def address(stack: Stack, kind: str, path: str, section: str = "resource") -> str:
    """The address of a resource, or a data source's within its section: kind.logical_id."""
    (id_,) = (id_ for id_, block in stack[section][kind].items() if block["//"]["metadata"]["path"].split("/", 1)[1] == path)
    return f"{kind}.{id_}"


def statements(stack: Stack, path: str) -> dict[str, Stack]:
    """{sid: statement} of a policy document."""
    document = blocks(stack, "aws_iam_policy_document", "data")[path]
    return {statement["sid"]: statement for statement in document["statement"]}


def outputs(stack: Stack) -> dict[str, Any]:
    """{name: value} of a stack's outputs."""
    return {name: output["value"] for name, output in stack["output"].items()}


def before(stack: Stack, resource: str) -> set[str]:
    """The addresses of all that a resource waits for, through whatever else it waits for."""
    everything = {f"{kind}.{id_}": json.dumps(attributes) for kind, found in stack["resource"].items() for id_, attributes in found.items()}
    waits: set[str] = set()
    todo = {resource}
    while todo:
        text = everything[todo.pop()]
        found = {address for address in everything if re.search(re.escape(address) + r"\b", text)} - waits
        waits |= found
        todo |= found
    return waits
