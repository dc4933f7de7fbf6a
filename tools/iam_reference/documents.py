"""Every policy of the synthesized stacks, judged by the service authorization reference.

What AWS knows and the reference does not is accepted beside the statement (modules/suppressions.py), with its reason. An exception that
excepts nothing is a finding itself.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.iam_reference.statements import Fault, Kind, faults
from tools.resolution import REFERENCE, Resolution
from tools.synthesized import Address, SynthesizedStack

KINDS = {
    ("aws_iam_role", "assume_role_policy"): Kind.TRUST,
    ("aws_iam_role_policy", "policy"): Kind.IDENTITY,
    ("aws_iam_policy", "policy"): Kind.IDENTITY,
}
"""{(type, argument): kind}; every other document is a resource's."""


@dataclass(frozen=True)
class Attached:
    """A policy where it takes effect: in an argument of a resource. `source` is the data source that it stands in, else the resource."""

    stack: SynthesizedStack
    resource: Address
    source: Address
    kind: Kind
    document: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.stack.id}: {self.resource}" + ("" if self.source == self.resource else f" ({self.source})")


@dataclass(frozen=True)
class Finding:
    """A fault, and where it is."""

    where: str
    sid: str
    fault: Fault

    def __str__(self) -> str:
        return f"{self.where}: statement {self.sid}: {self.fault.subject}: {self.fault.problem}. {self.fault.cure}."


def attached(resolution: Resolution) -> Iterator[Attached]:
    """The policies of all resources."""
    for stack, address in resolution.blocks():
        if address.startswith("data."):
            continue
        for argument, text in stack.blocks[address].items():
            document = _document(resolution.value(stack, text)) if isinstance(text, str) else None
            if document is not None:
                referred = REFERENCE.fullmatch(text)
                kind = KINDS.get((address.partition(".")[0], argument), Kind.RESOURCE)
                yield Attached(stack, address, referred[1] if referred else address, kind, document)


def findings(resolution: Resolution) -> list[Finding]:
    """What is wrong with the policies, without what is accepted; and what is accepted without need."""
    found, used = [], set()
    for policy in attached(resolution):
        accepted = exceptions(policy.stack, policy.source)
        for sid, fault in document_faults(policy.document, policy.kind):
            if (sid, fault.subject) in accepted:
                used.add((policy.stack.id, policy.source, sid, fault.subject))
            else:
                found.append(Finding(str(policy), sid, fault))
    for stack, address in resolution.blocks():
        for sid, subject in exceptions(stack, address):
            if (stack.id, address, sid, subject) not in used:
                fault = Fault(subject, "is an exception that is not needed", "Take it away")
                found.append(Finding(f"{stack.id}: {address}", sid, fault))
    return found


def document_faults(document: dict[str, Any], kind: Kind) -> Iterator[tuple[str, Fault]]:
    """(sid, fault) of each fault of a document; a statement without a sid is named by its number."""
    for number, statement in enumerate(document["Statement"], start=1):
        for fault in faults(statement, kind):
            yield statement.get("Sid", f"number {number}"), fault


def exceptions(stack: SynthesizedStack, address: Address) -> dict[tuple[str, str], str]:
    """{(sid, subject): reason} of what is accepted beside a document. Raises ValueError for one without a reason."""
    accepted = {}
    for entry in stack.blocks[address].get("//", {}).get("iam", {}).get("except", []):
        if not entry["reason"].strip():
            raise ValueError(f"{stack.id}: {address}: {entry['sid']}: {entry['subject']} is accepted without a reason")
        accepted[entry["sid"], entry["subject"]] = entry["reason"]
    return accepted


def _document(text: Any) -> dict[str, Any] | None:
    if not isinstance(text, str) or '"Statement"' not in text:
        return None
    document: dict[str, Any] = json.loads(text)
    return document
