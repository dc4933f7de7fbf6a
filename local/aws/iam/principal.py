"""Who makes a request, and whom a statement means.

Source: "AWS JSON policy elements: Principal" and "AWS JSON policy elements: NotPrincipal".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from local.aws.iam.errors import PolicyError

_ACCOUNT = re.compile(r"\d{12}")
_ROOT = re.compile(r"arn:[\w-]+:iam::(\d{12}):root")
_NAMED = re.compile(r"arn:[\w-]+:(iam::\d{12}:(role|user)/|sts::\d{12}:(assumed-role|federated-user)/)[^*?]+")
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")
"""What AWS puts in the place of a principal that was deleted: it is nobody."""
_IAM = re.compile(r"arn:([\w-]+):iam::(\d{12}):(role|user)/(?:[^*?]+/)?([^/*?]+)")
_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")


class Reach(Enum):
    """How a statement means a principal: itself, or as one of its account, whose own policies then decide."""

    ITSELF = "itself"
    BY_ACCOUNT = "by its account"
    NOT = "not"


@dataclass(frozen=True)
class Principal:
    """Who makes a request. `identities` are the ARNs by which policies may name it; `account` is None for a service and for anybody."""

    identities: tuple[str, ...] = ()
    account: str | None = None
    service_name: str | None = None

    @staticmethod
    def service(name: str) -> "Principal":
        """A service of AWS's: redshift.amazonaws.com."""
        if not re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?", name):
            raise ValueError(f"{name!r} is no service principal, such as redshift.amazonaws.com")
        return Principal(service_name=name)

    @staticmethod
    def role(arn: str, session: str | None = None) -> "Principal":
        """Who acts in a role: its ARN, and the session's name where policies name sessions."""
        partition, account, kind, name = _iam(arn)
        if kind != "role":
            raise ValueError(f"{arn} is no role")
        sessions = (f"arn:{partition}:sts::{account}:assumed-role/{name}/{session}",) if session else ()
        return Principal((arn, *sessions), account)

    @staticmethod
    def user(arn: str) -> "Principal":
        """An IAM user."""
        _, account, kind, _ = _iam(arn)
        if kind != "user":
            raise ValueError(f"{arn} is no user")
        return Principal((arn,), account)

    @staticmethod
    def anonymous() -> "Principal":
        """Who signs nothing, or whose signature says nothing of who it is."""
        return Principal()

    def context(self) -> dict[str, str]:
        """The condition keys that AWS sets from the principal. Source: "AWS global condition context keys"."""
        if self.service_name:
            return {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": self.service_name}
        if not self.account:
            return {"aws:PrincipalIsAWSService": "false", "aws:PrincipalType": "Anonymous"}
        return {
            "aws:PrincipalIsAWSService": "false",
            "aws:PrincipalArn": self.identities[0],
            "aws:PrincipalAccount": self.account,
            "aws:PrincipalType": "AssumedRole" if ":role/" in self.identities[0] else "User",
        }

    def __str__(self) -> str:
        return self.service_name or (self.identities[-1] if self.identities else "anybody")


@dataclass(frozen=True)
class Named:
    """Whom the Principal or NotPrincipal of a statement names: {kind: values}, "*" as {"AWS": ["*"]}."""

    values: Mapping[str, Sequence[str]]
    negated: bool = False

    @staticmethod
    def parse(element: object, *, negated: bool) -> "Named":
        """Read the element; PolicyError says what AWS would not take."""
        if element == "*":
            return Named({"AWS": ["*"]}, negated)
        if not isinstance(element, Mapping) or not element or set(element) - set(_KINDS):
            raise PolicyError(f'a principal is "*" or an object of {", ".join(_KINDS)}, not {element!r}')
        values = {str(kind): strings(value, f"principal {kind}") for kind, value in element.items()}
        for value in values.get("AWS", ()):
            if value != "*" and not any(form.fullmatch(value) for form in (_ACCOUNT, _ROOT, _NAMED, _UNIQUE_ID)):
                raise PolicyError(f'{value!r} is no principal: an account, the ARN of a role, user or session, or "*" alone')
        return Named(values, negated)

    def reach(self, principal: Principal) -> Reach:
        """How the statement means the principal."""
        if not self.negated:
            return self._listed(principal)
        # Who is to be left out must be listed by each of its names and by its account.
        listed = set(self.values.get("AWS", ())) | set(self.values.get("Service", ()))
        names = {principal.service_name} if principal.service_name else set(principal.identities)
        accounts = {value for value in listed if _account(value) == principal.account} if principal.account else {"*"}
        return Reach.NOT if "*" in listed or (names and names <= listed and accounts) else Reach.ITSELF

    def _listed(self, principal: Principal) -> Reach:
        named = self.values.get("AWS", ())
        services = self.values.get("Service", ())
        if "*" in named or set(named) & set(principal.identities):
            return Reach.ITSELF
        if principal.service_name and (principal.service_name in services or "*" in services):
            return Reach.ITSELF
        if principal.account and any(_account(value) == principal.account for value in named):
            return Reach.BY_ACCOUNT
        return Reach.NOT


def strings(value: object, what: str) -> list[str]:
    """A text or a list of them, as a list; numbers and booleans as JSON writes them."""
    values = value if isinstance(value, list | tuple) else [value]
    if not values or not all(isinstance(one, str | bool | int | float) for one in values):
        raise PolicyError(f"{what} is a text or a list of texts, not {value!r}")
    return [one if isinstance(one, str) else str(one).lower() for one in values]


def _account(value: str) -> str | None:
    """The account that a principal stands for, where it is an account."""
    root = _ROOT.fullmatch(value)
    return root[1] if root else value if _ACCOUNT.fullmatch(value) else None


def _iam(arn: str) -> tuple[str, str, str, str]:
    found = _IAM.fullmatch(arn)
    if not found:
        raise ValueError(f"{arn!r} is no ARN of a role or user, such as arn:aws:iam::123456789012:role/name")
    return found[1], found[2], found[3], found[4]
