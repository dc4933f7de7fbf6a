"""Wildcards, policy variables and ARNs.

Sources: "IAM JSON policy elements: Resource", "IAM JSON policy elements: Variables and tags".
"""

import re
from collections.abc import Mapping, Sequence

from local.aws.iam.errors import PolicyError

Values = Sequence[str]
Context = Mapping[str, Values]
"""{condition key in small letters: its values}"""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_DEFAULT = re.compile(r"\s*,\s*'(.*)'\s*")
_ARN_FIELDS = 6


def pattern(text: str, context: Context | None, *, wildcards: bool) -> re.Pattern[str] | None:
    """The text as a regular expression for whole values; None where the request lacks the key of a variable, so that nothing matches.

    `${key}` becomes the value of the key, `${key, 'default'}` the default where it is missing, and `${*}`, `${?}`, `${$}` the character.
    Without `context` (a policy of the version 2008-10-17) a variable is plain text.
    """
    expression, end = "", 0
    for found in _VARIABLE.finditer(text) if context is not None else ():
        value = _value(found[1], context or {})
        if value is None:
            return None
        expression += _plain(text[end : found.start()], wildcards) + re.escape(value)
        end = found.end()
    return re.compile(expression + _plain(text[end:], wildcards), re.DOTALL)


def _plain(text: str, wildcards: bool) -> str:
    escaped = re.escape(text)
    return escaped.replace(r"\*", ".*").replace(r"\?", ".") if wildcards else escaped


def _value(variable: str, context: Context) -> str | None:
    if variable in ("*", "?", "$"):
        return variable
    key, comma, rest = variable.partition(",")
    default = _DEFAULT.fullmatch(comma + rest)
    if comma and not default:
        raise PolicyError(f"${{{variable}}} is no policy variable: a default stands in single quotes")
    values = context.get(key.strip().lower(), ())
    if len(values) == 1:
        return values[0]
    return default[1] if default else None


def matches(text: str, value: str, context: Context | None, *, wildcards: bool = True) -> bool:
    """Whether a value, the whole of it, is as the text of a policy says."""
    found = pattern(text, context, wildcards=wildcards)
    return bool(found and found.fullmatch(value))


def action_matches(text: str, action: str) -> bool:
    """Whether an action of a policy, such as `s3:Get*`, covers an action. Letters' case does not matter."""
    return matches(text.lower(), action.lower(), None)


def resource_matches(text: str, resource: str, context: Context | None) -> bool:
    """Whether a resource of a policy covers an ARN. What a short ARN leaves out is any.

    A request for no resource in particular ("*") is covered by "*" alone.
    """
    if text == "*":
        return True
    fields = text.split(":", _ARN_FIELDS - 1)
    return arn_matches(":".join([*fields, *["*"] * (_ARN_FIELDS - len(fields))]), resource, context)


def arn_matches(text: str, arn: str, context: Context | None) -> bool:
    """Whether an ARN is as the text says: each of the six fields by itself, so no wildcard reaches over a colon but in the last."""
    wanted, given = text.split(":", _ARN_FIELDS - 1), arn.split(":", _ARN_FIELDS - 1)
    if len(wanted) != _ARN_FIELDS or len(given) != _ARN_FIELDS:
        return False
    return all(matches(want, field, context) for want, field in zip(wanted, given, strict=True))


def account_of(arn: str) -> str | None:
    """The account that an ARN names; None where it names none, as a bucket's."""
    fields = arn.split(":", _ARN_FIELDS - 1)
    return fields[4] or None if len(fields) == _ARN_FIELDS else None
