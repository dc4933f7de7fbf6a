"""IAM policies as AWS gets them, from the arguments of Terraform's data source aws_iam_policy_document."""

from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]
Arguments = Mapping[str, Any]

LISTS = {"actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource"}
PRINCIPALS = {"principals": "Principal", "not_principals": "NotPrincipal"}
KNOWN = {"sid", "effect", "condition", *LISTS, *PRINCIPALS}


def rendered(arguments: Arguments) -> Document:
    """The document that the data source writes. Raises ValueError for an argument that is not known here.

    Source: the provider's page "Data Source: aws_iam_policy_document", which also says that `&{...}` becomes IAM's own `${...}`.
    """
    if unknown := arguments.keys() - {"version", "policy_id", "statement"}:
        raise ValueError(f"an aws_iam_policy_document has arguments that are not rendered here: {', '.join(sorted(unknown))}")
    head = {"Version": arguments.get("version", "2012-10-17")} | ({"Id": arguments["policy_id"]} if "policy_id" in arguments else {})
    return head | {"Statement": [_statement(statement) for statement in arguments.get("statement", [])]}


def _statement(arguments: Arguments) -> Document:
    if unknown := arguments.keys() - KNOWN:
        raise ValueError(f"a statement has arguments that are not rendered here: {', '.join(sorted(unknown))}")
    statement: Document = {"Sid": arguments["sid"]} if arguments.get("sid") else {}
    statement["Effect"] = arguments.get("effect", "Allow")
    statement |= {name: [_variable(value) for value in arguments[given]] for given, name in LISTS.items() if arguments.get(given)}
    statement |= {name: _principal(arguments[given]) for given, name in PRINCIPALS.items() if arguments.get(given)}
    if conditions := arguments.get("condition"):
        statement["Condition"] = _conditions(conditions)
    return statement


def _principal(principals: list[Arguments]) -> str | dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for principal in principals:
        found.setdefault(principal["type"], []).extend(principal["identifiers"])
    return "*" if found == {"*": ["*"]} else found


def _conditions(conditions: list[Arguments]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for condition in conditions:
        values = [_variable(value) for value in condition["values"]]
        found.setdefault(condition["test"], {}).setdefault(condition["variable"], []).extend(values)
    return found


def _variable(text: str) -> str:
    return text.replace("&{", "${")
