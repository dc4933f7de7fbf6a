"""Terraform's references in synthesized stacks, resolved to the names and ARNs that AWS would give: the same ones each time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.iam.rendered import rendered

REFERENCE = re.compile(r"\$\{([^{}]+)\}")
# What AWS appends to a name or makes up altogether.
BUCKET_END, SECRET_END, KEY_ID = "20261128", "AbCdEf", "1234abcd-12ab-34cd-56ef-1234567890ab"
ARNS = {
    "aws_cloudwatch_log_group": "arn:{partition}:logs:{region}:{account}:log-group:{name}",
    "aws_eks_cluster": "arn:{partition}:eks:{region}:{account}:cluster/{name}",
    "aws_glue_workflow": "arn:{partition}:glue:{region}:{account}:workflow/{name}",
    "aws_iam_policy": "arn:{partition}:iam::{account}:policy/{name}",
    "aws_iam_role": "arn:{partition}:iam::{account}:role/{name}",
    "aws_kms_key": "arn:{partition}:kms:{region}:{account}:key/{name}",
    "aws_s3_bucket": "arn:{partition}:s3:::{name}",
    "aws_secretsmanager_secret": "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-" + SECRET_END,
    "aws_sns_topic": "arn:{partition}:sns:{region}:{account}:{name}",
    "aws_sqs_queue": "arn:{partition}:sqs:{region}:{account}:{name}",
}


@dataclass(frozen=True)
class Place:
    """Where the stacks would be deployed."""

    account: str
    partition: str
    region: str


class Unresolved(Exception):
    """A reference that nobody has said the value of: teach this module."""


class References:
    """{stack: its JSON}, and what the references in it become."""

    def __init__(self, stacks: Mapping[str, Mapping[str, Any]], place: Place) -> None:
        self._stacks = stacks
        self._place = place

    def resolve(self, stack: str, value: Any) -> Any:
        """The value with every reference in it resolved."""
        if isinstance(value, str):
            return REFERENCE.sub(lambda found: self._referred(stack, found[1]), value)
        if isinstance(value, list):
            return [self.resolve(stack, one) for one in value]
        if isinstance(value, Mapping):
            return {key: self.resolve(stack, one) for key, one in value.items() if key != "//"}
        return value

    def arn(self, stack: str, kind: str, block: Mapping[str, Any]) -> str:
        """The ARN of a resource."""
        if kind not in ARNS:
            raise Unresolved(f"the ARN of {kind}")
        return ARNS[kind].format(**vars(self._place), name=self.name(stack, block))

    def name(self, stack: str, block: Mapping[str, Any]) -> str:
        """The name of a resource, with what AWS puts after a prefix; a key's id, as it has none."""
        for prefix in ("bucket_prefix", "name_prefix"):
            if prefix in block:
                return str(self.resolve(stack, block[prefix])) + BUCKET_END
        return str(self.resolve(stack, block.get("name", KEY_ID)))

    def _referred(self, stack: str, reference: str) -> str:
        kind, *rest = reference.split(".")
        if kind == "data":
            return self._data(stack, reference, *rest)
        name, _, attribute = ".".join(rest).partition(".")
        block = self._stacks[stack]["resource"][kind][name]
        if attribute == "arn" or (attribute == "id" and kind == "aws_secretsmanager_secret"):
            return self.arn(stack, kind, block)
        if attribute in ("id", "name", "bucket"):
            return self.name(stack, block)
        raise Unresolved(reference)

    def _data(self, stack: str, reference: str, kind: str, name: str, *attribute: str) -> str:
        match kind, attribute:
            case "aws_caller_identity", ("account_id",):
                return self._place.account
            case "aws_partition", ("partition",):
                return self._place.partition
            case "aws_iam_policy_document", ("json",):
                return rendered(self.resolve(stack, self._stacks[stack]["data"][kind][name]))
            case "terraform_remote_state", ("outputs", output):
                return str(self.resolve(name, self._stacks[name]["output"][output]["value"]))
        raise Unresolved(reference)
