"""Terraform's data source aws_iam_policy_document, as the provider renders it to JSON."""

import json
from collections.abc import Mapping
from typing import Any

LISTS = {"actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource"}
PRINCIPALS = {"principals": "Principal", "not_principals": "NotPrincipal"}
KNOWN = {"sid", "effect", "condition", *LISTS, *PRINCIPALS}


def rendered(document: Mapping[str, Any]) -> str:
    """The JSON of a document whose references are resolved. An argument that is not known here is an error."""
    if unknown := set(document) - {"statement", "version"}:
        raise ValueError(f"aws_iam_policy_document with {', '.join(sorted(unknown))}")
    statements = [_statement(one) for one in document["statement"]]
    return json.dumps({"Version": document.get("version", "2012-10-17"), "Statement": statements})


def _statement(block: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := set(block) - KNOWN:
        raise ValueError(f"a statement with {', '.join(sorted(unknown))}")
    statement: dict[str, Any] = {"Effect": block.get("effect", "Allow")}
    if "sid" in block:
        statement["Sid"] = block["sid"]
    statement |= {element: block[name] for name, element in LISTS.items() if name in block}
    statement |= {element: _principals(block[name]) for name, element in PRINCIPALS.items() if name in block}
    conditions: dict[str, dict[str, list[str]]] = {}
    for condition in block.get("condition", []):
        conditions.setdefault(condition["test"], {}).setdefault(condition["variable"], []).extend(condition["values"])
    return statement | ({"Condition": conditions} if conditions else {})


def _principals(blocks: list[Mapping[str, Any]]) -> Any:
    if blocks == [{"type": "*", "identifiers": ["*"]}]:
        return "*"
    principals: dict[str, list[str]] = {}
    for block in blocks:
        principals.setdefault(block["type"], []).extend(block["identifiers"])
    return principals
