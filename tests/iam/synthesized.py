"""The policies of synthesized stacks, as AWS would have them: of each role, bucket, key and endpoint."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from local.aws.iam import Document
from tests.iam.references import ARNS, Place, References

Stacks = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Role:
    """Who may act in it (`trust`), and what it then may (`identity`, AWS's own policies among them)."""

    arn: str
    trust: Document
    identity: tuple[Document, ...]


@dataclass(frozen=True)
class PolicySet:
    """{path of the construct, as lake/crawler/role: it}, {ARN: policy of that bucket, key or topic}, {service: policy of its endpoint}.

    `arns` are of everything whose ARN is known, by the path of its construct.
    """

    place: Place
    roles: Mapping[str, Role]
    identity: Mapping[str, Document]
    resources: Mapping[str, Document]
    keys: Mapping[str, Document]
    endpoints: Mapping[str, Document | None]
    arns: Mapping[str, str]


def policies(stacks: Stacks, place: Place) -> PolicySet:
    """Read them from {stack: its JSON}, as they would be in that place."""
    return _Reading(stacks, place).policies()


class _Reading:
    def __init__(self, stacks: Stacks, place: Place) -> None:
        self._stacks = stacks
        self._place = place
        self._references = References(stacks, place)

    def policies(self) -> PolicySet:
        return PolicySet(
            self._place,
            dict(self._roles()),
            {path: self._document(stack, block["policy"]) for stack, path, block in self._all("aws_iam_policy")},
            dict(self._resources()),
            {
                self._references.arn(stack, "aws_kms_key", block): self._document(stack, block["policy"])
                for stack, _, block in self._all("aws_kms_key")
            },
            dict(self._endpoints()),
            dict(self._arns()),
        )

    def _all(self, kind: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """(stack, path, attributes) of everything of a kind."""
        for stack, found in self._stacks.items():
            for block in found.get("resource", {}).get(kind, {}).values():
                yield stack, block["//"]["metadata"]["path"], block

    def _document(self, stack: str, value: str) -> Document:
        return Document.parse(self._references.resolve(stack, value))

    def _roles(self) -> Iterator[tuple[str, Role]]:
        own: dict[str, list[Document]] = {}
        for stack, _, block in self._all("aws_iam_role_policy"):
            own.setdefault(self._references.resolve(stack, block["role"]), []).append(self._document(stack, block["policy"]))
        for stack, _, block in self._all("aws_iam_role_policy_attachment"):
            arn = self._references.resolve(stack, block["policy_arn"])
            own.setdefault(self._references.resolve(stack, block["role"]), []).append(managed(arn))
        for stack, path, block in self._all("aws_iam_role"):
            name = self._references.name(stack, block)
            trust = self._document(stack, block["assume_role_policy"])
            yield path, Role(self._references.arn(stack, "aws_iam_role", block), trust, tuple(own.pop(name, ())))
        if own:
            raise ValueError(f"policies of roles that no stack makes: {', '.join(own)}")

    def _resources(self) -> Iterator[tuple[str, Document]]:
        partition = self._place.partition
        for stack, _, block in self._all("aws_s3_bucket_policy"):
            bucket = self._references.resolve(stack, block["bucket"])
            yield f"arn:{partition}:s3:::{bucket}", self._document(stack, block["policy"])
        for stack, _, block in self._all("aws_sns_topic_policy"):
            yield self._references.resolve(stack, block["arn"]), self._document(stack, block["policy"])

    def _endpoints(self) -> Iterator[tuple[str, Document | None]]:
        """Without a policy of its own an endpoint lets everything pass."""
        for stack, _, block in self._all("aws_vpc_endpoint"):
            service = block["service_name"].removeprefix(f"com.amazonaws.{self._place.region}.")
            yield service, self._document(stack, block["policy"]) if "policy" in block else None

    def _arns(self) -> Iterator[tuple[str, str]]:
        for kind in ARNS:
            for stack, path, block in self._all(kind):
                yield path, self._references.arn(stack, kind, block)


@cache
def managed(arn: str) -> Document:
    """A policy of AWS's own, as moto carries it from AWS's reference."""
    name = arn.rpartition("/")[2]
    return Document.parse(json.loads(aws_managed_policies_data)[name]["Document"])
