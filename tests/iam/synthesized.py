"""The policies of synthesized stacks, as AWS would have them: of each role, bucket, topic, key and endpoint."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from local.aws.iam import Document
from modules.place import Place
from tools.resolution import REFERENCE, Resolution
from tools.synthesized import SynthesizedStack


@dataclass(frozen=True)
class Role:
    """Who may act in it (`trust`), and what it then may (`identity`, AWS's own policies among them)."""

    arn: str
    trust: Document
    identity: tuple[Document, ...]


@dataclass(frozen=True)
class PolicySet:
    """{path of the construct, as lake/crawler/role: it}, {ARN: policy of that bucket, key or topic}, {service: policy of its endpoint}.

    `arns` are of everything whose ARN is known, by the path of its construct. An endpoint without a policy lets everything pass.
    """

    place: Place
    vpc_id: str
    roles: Mapping[str, Role]
    identity: Mapping[str, Document]
    resources: Mapping[str, Document]
    keys: Mapping[str, Document]
    endpoints: Mapping[str, Document | None]
    arns: Mapping[str, str]


def policies(stacks: Iterable[SynthesizedStack], place: Place) -> PolicySet:
    """Read them as they would be in that place. Raises ValueError for what cannot be resolved."""
    return _Reading(Resolution(stacks, account=place.account, partition=place.partition), place).policies()


class _Reading:
    def __init__(self, resolution: Resolution, place: Place) -> None:
        self._resolution = resolution
        self._place = place
        self._arns = {
            stack.path_of(address): arn
            for stack, address in resolution.blocks()
            if not address.startswith("data.") and (arn := resolution.arn(stack, address))
        }

    def policies(self) -> PolicySet:
        network = self._resolution.stacks["network"]
        buckets = {f"arn:{self._place.partition}:s3:::{block['bucket']}": block for _, block in self._all("aws_s3_bucket_policy")}
        topics = {block["arn"]: block for _, block in self._all("aws_sns_topic_policy")}
        service = f"com.amazonaws.{self._place.region}."
        return PolicySet(
            self._place,
            self._resolution.value(network, network.terraform["output"]["vpc_id"]["value"]),
            dict(self._roles()),
            {path: _document(block["policy"]) for path, block in self._all("aws_iam_policy")},
            {arn: _document(block["policy"]) for arn, block in (buckets | topics).items()},
            {self._arns[path]: _document(block["policy"]) for path, block in self._all("aws_kms_key")},
            {
                block["service_name"].removeprefix(service): _document(block["policy"]) if "policy" in block else None
                for _, block in self._all("aws_vpc_endpoint")
            },
            self._arns,
        )

    def _all(self, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """(path, arguments) of everything of a kind."""
        for stack, address in self._resolution.blocks():
            if address.startswith(f"{kind}."):
                yield stack.path_of(address), self._resolution.block(stack, address)

    def _roles(self) -> Iterator[tuple[str, Role]]:
        own: dict[str, list[Document]] = {}
        for _, block in self._all("aws_iam_role_policy"):
            own.setdefault(block["role"], []).append(_document(block["policy"]))
        for _, block in self._all("aws_iam_role_policy_attachment"):
            own.setdefault(block["role"], []).append(managed(block["policy_arn"]))
        for path, block in self._all("aws_iam_role"):
            yield path, Role(self._arns[path], _document(block["assume_role_policy"]), tuple(own.pop(block["name"], ())))
        if own:
            raise ValueError(f"policies of roles that no stack makes: {', '.join(own)}")


def _document(policy: str) -> Document:
    if unknown := REFERENCE.search(policy):
        raise ValueError(f"{unknown[0]} ends nowhere: say in tools/resolution.py what AWS answers")
    return Document.parse(policy)


@cache
def managed(arn: str) -> Document:
    """A policy of AWS's own, as moto carries it from AWS's reference."""
    name = arn.rpartition("/")[2]
    return Document.parse(json.loads(aws_managed_policies_data)[name]["Document"])
