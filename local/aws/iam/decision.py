"""Whether AWS would allow a request.

Sources: "Policy evaluation logic" with "Policy evaluation for requests within a single account" and "Cross-account policy evaluation
logic"; "Default key policy" (KMS); "Control access to VPC endpoints using endpoint policies". Boundaries, session policies, grants and the
policies of an organization are not judged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from local.aws.iam.document import Document, Statement
from local.aws.iam.errors import PolicyError
from local.aws.iam.patterns import Context, account_of
from local.aws.iam.principal import Principal, Reach


@dataclass(frozen=True)
class Request:
    """`context` are condition keys; what follows from the principal and the resource is added where it is absent.

    `resource` is an ARN, or "*" where the action knows none. `resource_account` owns it: needed where the ARN does not tell, as a bucket's.
    """

    principal: Principal
    action: str
    resource: str
    context: Mapping[str, str | Sequence[str]]
    resource_account: str | None = None

    def owner(self) -> str | None:
        """The account of the resource: the principal's own where the request is about no resource."""
        owner = self.resource_account or (self.principal.account if self.resource == "*" else account_of(self.resource))
        if not owner and self.resource != "*":
            raise ValueError(f"{self.resource} does not tell its account: say resource_account")
        return owner

    def all_context(self) -> Context:
        """{key in small letters: values}."""
        owner = self.owner()
        known = self.principal.context() | ({"aws:ResourceAccount": owner} if owner and self.resource != "*" else {})
        if self.action.lower().startswith("kms:") and self.principal.account:
            known["kms:CallerAccount"] = self.principal.account
        both = {key.lower(): value for key, value in [*known.items(), *self.context.items()]}
        return {key: [value] if isinstance(value, str) else list(value) for key, value in both.items()}


@dataclass(frozen=True)
class Policies:
    """What is judged together. `identity` are the principal's own; a service has none.

    `resource` is the policy of the bucket, secret or topic, or the trust policy of the role that is assumed. `key` is that of the KMS
    key, and judges actions of kms in the place of `resource`: whoever reads an encrypted object makes two requests, s3:GetObject and
    kms:Decrypt. `endpoint` is that of the VPC endpoint by which the request goes: none where it goes by no endpoint, or by one with
    full access.
    """

    identity: Sequence[Document] = ()
    resource: Document | None = None
    endpoint: Document | None = None
    key: Document | None = None

    def __post_init__(self) -> None:
        for document in self.identity:
            _shaped("identity", document, principal=False)
        for name, found in (("resource", self.resource), ("endpoint", self.endpoint), ("key", self.key)):
            if found:
                _shaped(name, found, principal=True)


@dataclass(frozen=True)
class Decision:
    """`reason` names the statement that decides, or the policy that has none."""

    allowed: bool
    reason: str


def decide(request: Request, policies: Policies) -> Decision:
    """Judge a request. PolicyError says why it cannot be judged; ValueError says what the request lacks."""
    return _Judgement(request, policies).decision()


def _shaped(name: str, document: Document, *, principal: bool) -> None:
    for statement in document.statements:
        trusts = name == "resource" and all(action.startswith("sts:") for action in statement.actions.values)
        if bool(statement.named) is not principal:
            raise PolicyError(f"statement {statement.name} of the {name} policy {'needs a' if principal else 'may have no'} Principal")
        if bool(statement.resources) is trusts:
            raise PolicyError(f"statement {statement.name} of the {name} policy {'may have no' if trusts else 'needs a'} Resource")
        if trusts and statement.named and statement.named.negated:
            raise PolicyError(f"statement {statement.name} of the {name} policy may have no NotPrincipal, as it is a trust policy")


class _Judgement:
    def __init__(self, request: Request, policies: Policies) -> None:
        self._request = request
        self._owner = request.owner()
        self._context = request.all_context()
        self._identity = list(policies.identity) if request.principal.account else []
        self._endpoint = policies.endpoint
        service = request.action.partition(":")[0].lower()
        self._resource = policies.key if service == "kms" else policies.resource
        self._resource_name = {"kms": "key policy", "sts": "trust policy"}.get(service, "resource policy")
        # Nobody uses a key or a role that its own policy does not admit.
        self._must_admit = any(kind in request.resource for kind in (":key/", ":role/")) and service in ("kms", "sts")

    def decision(self) -> Decision:
        return self._denied() or self._kept_out() or self._granted()

    def _denied(self) -> Decision | None:
        named = [("identity policy", document) for document in self._identity]
        named += [(self._resource_name, self._resource)] if self._resource else []
        named += [("endpoint policy", self._endpoint)] if self._endpoint else []
        for name, document in named:
            for statement, _ in self._covering(document, allows=False):
                return Decision(False, f"statement {statement.name} of the {name} denies it")
        return None

    def _kept_out(self) -> Decision | None:
        if self._endpoint and not any(self._covering(self._endpoint, allows=True)):
            return _refused("endpoint policy")
        return None

    def _granted(self) -> Decision:
        own = next((found for document in self._identity for found, _ in self._covering(document, allows=True)), None)
        admitting = list(self._covering(self._resource, allows=True)) if self._resource else []
        itself = next((found for found, reach in admitting if reach is Reach.ITSELF), None)
        by_account = next((found for found, reach in admitting if reach is Reach.BY_ACCOUNT), None)
        account = self._request.principal.account
        at_home = account is not None and account == self._owner
        if not account or (at_home and itself):
            return _allowed(itself, self._resource_name) or _refused(self._resource_name)
        if not (itself or by_account) and (self._must_admit or not at_home):
            return _refused(self._resource_name)
        return _allowed(own, "identity policy") or _refused("identity policy")

    def _covering(self, document: Document, *, allows: bool) -> Iterator[tuple[Statement, Reach]]:
        request = self._request
        for statement in document.statements:
            if statement.allows is not allows:
                continue
            reach = statement.reach(request.principal)
            if reach is not Reach.NOT and statement.covers(
                request.action, request.resource, self._context, document.variables(self._context)
            ):
                yield statement, reach


def _allowed(statement: Statement | None, policy: str) -> Decision | None:
    return Decision(True, f"statement {statement.name} of the {policy} allows it") if statement else None


def _refused(policy: str) -> Decision:
    return Decision(False, f"no statement of the {policy} allows it")
