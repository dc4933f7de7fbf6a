"""The Condition of a statement: operators, keys and values.

Sources: "IAM JSON policy elements: Condition operators" and "Multivalued context keys".
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import ip_address, ip_network
from typing import Any

from local.aws.iam.errors import PolicyError
from local.aws.iam.patterns import Context, arn_matches, matches, pattern
from local.aws.iam.principal import strings

Test = Callable[[str, str, Context | None], bool]
"""(value of the policy, value of the request, context for policy variables) -> whether they agree."""

_OPERATOR = re.compile(r"(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?")


@dataclass(frozen=True)
class Typed:
    """A test of values that are no texts: `relation` of the request's to the policy's."""

    relation: Callable[[Any, Any], bool]
    read: Callable[[str], Any]
    read_given: Callable[[str], Any]

    def __call__(self, want: str, given: str, _context: Context | None) -> bool:
        """Whether they agree. What cannot be read of a request agrees with nothing."""
        try:
            value = self.read_given(given)
        except (ValueError, ArithmeticError):
            return False
        return self.relation(value, self.read(want))


def _exact(want: str, given: str, context: Context | None) -> bool:
    return matches(want, given, context, wildcards=False)


def _exact_in_any_case(want: str, given: str, context: Context | None) -> bool:
    found = pattern(want, context, wildcards=False)
    return bool(found and re.fullmatch(found.pattern, given, re.IGNORECASE))


def _moment(text: str) -> datetime:
    """ISO 8601, or seconds since 1970."""
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _ordered(kind: str, read: Callable[[str], Any]) -> dict[str, Test]:
    relations = {
        "Equals": operator.eq,
        "LessThan": operator.lt,
        "LessThanEquals": operator.le,
        "GreaterThan": operator.gt,
        "GreaterThanEquals": operator.ge,
    }
    return {f"{kind}{name}": Typed(relation, read, read) for name, relation in relations.items()}


TESTS: dict[str, Test] = {
    "StringEquals": _exact,
    "StringEqualsIgnoreCase": _exact_in_any_case,
    "StringLike": matches,
    "ArnEquals": arn_matches,
    "ArnLike": arn_matches,
    "BinaryEquals": _exact,
    "Bool": Typed(operator.eq, _boolean, _boolean),
    "Null": Typed(operator.eq, _boolean, _boolean),
    "IpAddress": Typed(lambda address, network: address in network, lambda text: ip_network(text, strict=False), ip_address),
    **_ordered("Numeric", Decimal),
    **_ordered("Date", _moment),
}
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}


@dataclass(frozen=True)
class Condition:
    """One operator with one key: `name` is a key of TESTS or NEGATED, `quantifier` ForAnyValue, ForAllValues or nothing."""

    quantifier: str | None
    name: str
    if_exists: bool
    key: str
    values: Sequence[str]

    @staticmethod
    def parse(operator_name: str, key: str, element: object) -> "Condition":
        """PolicyError says what AWS would not take."""
        found = _OPERATOR.fullmatch(operator_name)
        if not found or found[2] not in {*TESTS, *NEGATED} or (found[2] == "Null" and operator_name != "Null"):
            raise PolicyError(f"{operator_name!r} is no condition operator")
        values = strings(element, f"{operator_name} of {key}")
        test = TESTS[NEGATED.get(found[2], found[2])]
        if isinstance(test, Typed):
            try:
                [test.read(value) for value in values]
            except (ValueError, ArithmeticError) as error:
                raise PolicyError(f"{operator_name} of {key}: {values!r} are no values for this operator") from error
        return Condition(found[1], found[2], bool(found[3]), key, values)

    def holds(self, context: Context, variables: Context | None) -> bool:
        """Whether the request is as the condition says; `variables` is the context, or None where the policy's version has none."""
        given = context.get(self.key.lower(), ())
        if self.name == "Null":
            return self._agrees("false" if given else "true", variables)
        if not given:
            return self.if_exists or self.quantifier == "ForAllValues" or (self.quantifier is None and self.name in NEGATED)
        if self.quantifier is None and len(given) > 1:
            raise PolicyError(
                f"{self.key} has {len(given)} values in this request: {self.name} needs ForAnyValue or ForAllValues before it"
            )
        quantify = all if self.quantifier == "ForAllValues" else any
        return quantify(self._agrees(value, variables) for value in given)

    def _agrees(self, value: str, variables: Context | None) -> bool:
        test = TESTS[NEGATED.get(self.name, self.name)]
        return any(test(want, value, variables) for want in self.values) is (self.name not in NEGATED)


def parse(element: object) -> tuple[Condition, ...]:
    """Read {operator: {key: value or values}}."""
    if not isinstance(element, Mapping):
        raise PolicyError(f"Condition is an object of operators, not {element!r}")
    for name, keys in element.items():
        if not isinstance(keys, Mapping) or not keys:
            raise PolicyError(f"{name} holds an object of condition keys, not {keys!r}")
    return tuple(Condition.parse(name, key, values) for name, keys in element.items() for key, values in keys.items())
