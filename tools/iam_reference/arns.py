"""Whether an ARN with wildcards can mean a resource of a type."""

import functools
import re

PARTS = 6
NAME = "\0"
"""Stands for a bucket's name, which has no slash, while other names, such as a role's with its path, may have one."""


def is_arn(text: str) -> bool:
    """Whether it has all parts of one."""
    return text.startswith("arn:") and text.count(":") >= PARTS - 1


def means(resource: str, shape: str) -> bool:
    """Whether a policy's resource may match an ARN of a shape such as arn:${Partition}:s3:::${BucketName}.

    A wildcard stays in its part of the ARN, as IAM's guide says ("Policy elements: Resource").
    """
    if resource == "*":
        return True
    if not is_arn(resource):
        return False
    generic = re.sub(r"\$\{\w+\}", "*", shape.replace("${BucketName}", NAME))
    return all(_overlap(one, other) for one, other in zip(resource.split(":", PARTS - 1), generic.split(":", PARTS - 1), strict=True))


@functools.cache
def _overlap(one: str, other: str) -> bool:
    """Whether there is a text that two patterns match."""
    if not one or not other:
        return set(one + other) <= {"*", NAME}
    if _is_star(one[0]):
        return _overlap(one[1:], other) or (_takes(one[0], other[0]) and _overlap(one, other[1:]))
    if _is_star(other[0]):
        return _overlap(one, other[1:]) or (_takes(other[0], one[0]) and _overlap(one[1:], other))
    return ("?" in (one[0], other[0]) or one[0] == other[0]) and _overlap(one[1:], other[1:])


def _is_star(character: str) -> bool:
    return character in ("*", NAME)


def _takes(star: str, character: str) -> bool:
    return not (star == NAME and character == "/")
