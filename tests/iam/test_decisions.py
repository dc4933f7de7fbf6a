"""Decisions as AWS's pages say: each test names its page."""

from typing import Any

import pytest

from local.aws.iam import Document, Policies, Principal, Request, decide

ACCOUNT, OTHER = "111122223333", "444455556666"
CARLOS = Principal.user(f"arn:aws:iam::{ACCOUNT}:user/carlossalazar")
ROLE = Principal.role(f"arn:aws:iam::{ACCOUNT}:role/team/reader", session="one")
STRANGER = Principal.role(f"arn:aws:iam::{OTHER}:role/reader")
LOGS = "arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar-logs"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TRUSTED = f"arn:aws:iam::{ACCOUNT}:role/trusted"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def document(*statements: dict[str, Any], version: str = "2012-10-17") -> Document:
    return Document.parse({"Version": version, "Statement": list(statements)})


def allow(
    action: str | list[str], resource: str | None = "*", principal: Any = None, condition: Any = None, effect: str = "Allow"
) -> dict[str, Any]:
    optional = {"Resource": resource, "Principal": principal, "Condition": condition}
    return {"Effect": effect, "Action": action} | {name: value for name, value in optional.items() if value is not None}


def deny(action: str, resource: str, principal: Any = None) -> dict[str, Any]:
    return allow(action, resource, principal, effect="Deny")


def decided(principal: Principal, action: str, resource: str, policies: Policies, owner: str | None = None, **context: str) -> bool:
    keys = {key.replace("_", ":", 1): value for key, value in context.items()}
    return decide(Request(principal, action, resource, keys, owner), policies).allowed


CARLOS_OWN = document(
    allow(["s3:GetBucketLocation", "s3:GetAccountPublicAccessBlock", "s3:ListAccessPoints", "s3:ListAllMyBuckets"], "arn:aws:s3:::*"),
    allow("s3:*", "arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar/*"),
    deny("s3:*", "arn:aws:s3:::*log*") | {"Sid": "DenyS3Logs"},
)
BUCKET = document(
    allow(["s3:PutObject", "s3:ListBucket"], f"{LOGS}*", {"AWS": f"arn:aws:iam::{ACCOUNT}:user/carlossalazar"}) | {"Sid": "Carlos"},
)


class TestOneAccount:
    """Policy evaluation for requests within a single account."""

    def test_an_explicit_deny_overrides_the_resource_policy(self) -> None:
        """The page's example: Carlos saves a file to the bucket of logs."""
        decision = decide(Request(CARLOS, "s3:PutObject", f"{LOGS}/a", {}, ACCOUNT), Policies([CARLOS_OWN], BUCKET))
        assert (decision.allowed, decision.reason) == (False, "statement DenyS3Logs of the identity policy denies it")

    def test_either_policy_is_enough(self) -> None:
        assert decided(CARLOS, "s3:PutObject", f"{LOGS}/a", Policies(resource=BUCKET), ACCOUNT)
        assert decided(CARLOS, "s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar/a", Policies([CARLOS_OWN]), ACCOUNT)

    def test_what_nothing_allows_is_denied(self) -> None:
        decision = decide(Request(CARLOS, "s3:GetObject", f"{LOGS}/a", {}, ACCOUNT), Policies(resource=BUCKET))
        assert (decision.allowed, decision.reason) == (False, "no statement of the identity policy allows it")

    def test_an_account_as_principal_hands_the_choice_to_the_identity(self) -> None:
        """AWS JSON policy elements: Principal, "AWS account principals"."""
        bucket = document(allow("s3:GetObject", "arn:aws:s3:::b/*", ROOT))
        assert not decided(ROLE, "s3:GetObject", "arn:aws:s3:::b/a", Policies(resource=bucket), ACCOUNT)
        assert decided(ROLE, "s3:GetObject", "arn:aws:s3:::b/a", Policies([document(allow("s3:*"))], bucket), ACCOUNT)

    @pytest.mark.parametrize("named", [ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"])
    def test_a_denied_account_is_all_its_principals(self, named: str) -> None:
        bucket = document(deny("s3:*", "*", {"AWS": named}))
        assert not decided(ROLE, "s3:GetObject", "arn:aws:s3:::b/a", Policies([document(allow("s3:*"))], bucket), ACCOUNT)

    @pytest.mark.parametrize("everybody", ["*", {"AWS": "*"}])
    def test_everybody(self, everybody: Any) -> None:
        """AWS JSON policy elements: Principal, "All principals": both forms are the same."""
        bucket = document(allow("s3:GetObject", "arn:aws:s3:::b/*", everybody))
        for principal in (ROLE, CARLOS, Principal.anonymous(), Principal.service("glue.amazonaws.com")):
            assert decided(principal, "s3:GetObject", "arn:aws:s3:::b/a", Policies(resource=bucket), ACCOUNT)

    @pytest.mark.parametrize("arn", [f"arn:aws:iam::{ACCOUNT}:role/team/reader", f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/one"])
    def test_a_session_is_its_role_and_itself(self, arn: str) -> None:
        """AWS JSON policy elements: Principal, "Role session principals"."""
        bucket = document(allow("s3:GetObject", "*", {"AWS": arn}))
        assert decided(ROLE, "s3:GetObject", "arn:aws:s3:::b/a", Policies(resource=bucket), ACCOUNT)
        another = Principal.role(f"arn:aws:iam::{ACCOUNT}:role/team/other", session="one")
        assert not decided(another, "s3:GetObject", "arn:aws:s3:::b/a", Policies(resource=bucket), ACCOUNT)

    @pytest.mark.parametrize(
        ("left_out", "expected"),
        [
            ([f"arn:aws:iam::{ACCOUNT}:user/carlossalazar", ROOT["AWS"]], True),
            ([f"arn:aws:iam::{ACCOUNT}:user/carlossalazar"], False),
            ([ROOT["AWS"]], False),
        ],
    )
    def test_not_principal_needs_the_account_too(self, left_out: list[str], expected: bool) -> None:
        """AWS JSON policy elements: NotPrincipal."""
        bucket = document({"Effect": "Deny", "NotPrincipal": {"AWS": left_out}, "Action": "s3:*", "Resource": "*"})
        assert decided(CARLOS, "s3:GetObject", "arn:aws:s3:::b/a", Policies([document(allow("s3:*"))], bucket), ACCOUNT) is expected


class TestTwoAccounts:
    """Cross-account policy evaluation logic."""

    @pytest.mark.parametrize(("own", "theirs"), [(True, True), (True, False), (False, True)])
    def test_both_sides_must_allow(self, own: bool, theirs: bool) -> None:
        identity = [document(allow("s3:*"))] if own else []
        bucket = document(allow("s3:GetObject", "*", {"AWS": OTHER})) if theirs else None
        assert decided(STRANGER, "s3:GetObject", "arn:aws:s3:::b/a", Policies(identity, bucket), ACCOUNT) is (own and theirs)

    def test_the_owner_of_an_arn_without_account_must_be_said(self) -> None:
        with pytest.raises(ValueError, match="say resource_account"):
            decided(ROLE, "s3:GetObject", "arn:aws:s3:::b/a", Policies([document(allow("s3:*"))]))


class TestStatements:
    """IAM JSON policy elements: Action, NotAction, Resource, NotResource, Version."""

    @pytest.mark.parametrize(
        ("listed", "action", "expected"),
        [
            ("s3:Get*", "s3:getobject", True),
            ("S3:GETOBJECT", "s3:GetObject", True),
            ("iam:*AccessKey*", "iam:CreateAccessKey", True),
            ("s3:Get?bject", "s3:GetObject", True),
            ("s3:GetObject", "s3:GetObjectAcl", False),
            ("s3:*", "sqs:SendMessage", False),
            ("*", "sqs:SendMessage", True),
        ],
    )
    def test_action(self, listed: str, action: str, expected: bool) -> None:
        queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"
        assert decided(ROLE, action, queue, Policies([document(allow(listed))])) is expected

    @pytest.mark.parametrize(
        ("listed", "resource", "expected"),
        [
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/c", True),
            ("arn:aws:s3:::b", "arn:aws:s3:::b/a", False),
            ("arn:aws:s3:::b/?", "arn:aws:s3:::b/ab", False),
            (f"arn:aws:sqs:*:{ACCOUNT}:q", f"arn:aws:sqs:us-east-1:{ACCOUNT}:q", True),
            # What is left out is any; a wildcard stays in its field.
            ("arn:aws:sqs", f"arn:aws:sqs:us-east-1:{ACCOUNT}:q", True),
            ("arn:aws:sqs:*:q", f"arn:aws:sqs:us-east-1:{ACCOUNT}:q", False),
            ("arn:aws:logs:*:*:log-group:a*", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:ab:log-stream:c", True),
            # An action without a resource is allowed on "*" alone.
            ("arn:aws:s3:::*", "*", False),
            ("*", "*", True),
        ],
    )
    def test_resource(self, listed: str, resource: str, expected: bool) -> None:
        assert decided(ROLE, "s3:Any", resource, Policies([document(allow("s3:Any", listed))]), ACCOUNT) is expected

    def test_what_is_left_out(self) -> None:
        identity = [document({"Effect": "Allow", "NotAction": "iam:*", "NotResource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]})]
        assert decided(ROLE, "s3:GetObject", "arn:aws:s3:::c/a", Policies(identity), ACCOUNT)
        assert not decided(ROLE, "s3:GetObject", "arn:aws:s3:::b/a", Policies(identity), ACCOUNT)
        assert not decided(ROLE, "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/a", Policies(identity))

    @pytest.mark.parametrize(("version", "expected"), [("2012-10-17", True), ("2008-10-17", False)])
    def test_variables_are_of_the_newer_version(self, version: str, expected: bool) -> None:
        identity = [document(allow("s3:GetObject", "arn:aws:s3:::b/${aws:username}/*"), version=version)]
        assert (
            decided(CARLOS, "s3:GetObject", "arn:aws:s3:::b/carlossalazar/a", Policies(identity), ACCOUNT, aws_username="carlossalazar")
            is expected
        )


class TestKeys:
    """Key policies in AWS KMS; Default key policy."""

    own = document(allow("kms:Decrypt", KEY))
    delegating = document(allow("kms:*", "*", ROOT))

    def test_an_identity_counts_only_where_the_key_hands_the_choice_to_the_account(self) -> None:
        assert decided(ROLE, "kms:Decrypt", KEY, Policies([self.own], key=self.delegating))
        silent = document(allow("kms:*", "*", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/admin"}))
        decision = decide(Request(ROLE, "kms:Decrypt", KEY, {}), Policies([self.own], key=silent))
        assert (decision.allowed, decision.reason) == (False, "no statement of the key policy allows it")
        assert not decided(ROLE, "kms:Decrypt", KEY, Policies([self.own]))

    def test_the_account_alone_gives_nobody_the_key(self) -> None:
        assert not decided(ROLE, "kms:Decrypt", KEY, Policies(key=self.delegating))

    def test_a_role_that_the_key_names_needs_nothing_else(self) -> None:
        assert decided(ROLE, "kms:Decrypt", KEY, Policies(key=document(allow("kms:Decrypt", "*", {"AWS": ROLE.identities[0]}))))

    def test_the_callers_account_is_known(self) -> None:
        key = document(
            allow(
                "kms:Decrypt", "*", "*", {"StringEquals": {"kms:CallerAccount": ACCOUNT, "kms:ViaService": "ec2.us-east-1.amazonaws.com"}}
            )
        )
        assert decided(ROLE, "kms:Decrypt", KEY, Policies(key=key), kms_ViaService="ec2.us-east-1.amazonaws.com")
        assert not decided(ROLE, "kms:Decrypt", KEY, Policies(key=key), kms_ViaService="s3.us-east-1.amazonaws.com")
        assert not decided(STRANGER, "kms:Decrypt", KEY, Policies([self.own], key=key), kms_ViaService="ec2.us-east-1.amazonaws.com")

    def test_a_bucket_is_no_key(self) -> None:
        """The policy of the object's bucket does not open its key."""
        assert not decided(ROLE, "kms:Decrypt", KEY, Policies([self.own], resource=document(allow("kms:*", "*", ROLE_NAMED))))


ROLE_NAMED = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/team/reader"}


class TestTrust:
    """IAM roles: "Roles terms and concepts", "The confused deputy problem", "Access to AWS accounts owned by third parties"."""

    def test_a_service_with_its_circumstances(self) -> None:
        trust = Policies(
            resource=document(
                allow("sts:AssumeRole", None, {"Service": "airflow.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": ACCOUNT}})
            )
        )
        airflow = Principal.service("airflow.amazonaws.com")
        assert decided(airflow, "sts:AssumeRole", TRUSTED, trust, aws_SourceAccount=ACCOUNT)
        assert not decided(airflow, "sts:AssumeRole", TRUSTED, trust, aws_SourceAccount=OTHER)
        assert not decided(airflow, "sts:AssumeRole", TRUSTED, trust)
        assert not decided(Principal.service("glue.amazonaws.com"), "sts:AssumeRole", TRUSTED, trust, aws_SourceAccount=ACCOUNT)
        assert not decided(airflow, "sts:TagSession", TRUSTED, trust, aws_SourceAccount=ACCOUNT)

    def test_an_external_id(self) -> None:
        trust = Policies(
            [document(allow("sts:AssumeRole"))],
            document(allow("sts:AssumeRole", None, {"AWS": OTHER}, {"StringEquals": {"sts:ExternalId": "12345"}})),
        )
        assert decided(STRANGER, "sts:AssumeRole", TRUSTED, trust, sts_ExternalId="12345")
        assert not decided(STRANGER, "sts:AssumeRole", TRUSTED, trust, sts_ExternalId="54321")
        assert not decided(STRANGER, "sts:AssumeRole", TRUSTED, trust)

    def test_an_administrator_too_needs_the_trust(self) -> None:
        trust = document(allow("sts:AssumeRole", None, {"Service": "glue.amazonaws.com"}))
        decision = decide(Request(ROLE, "sts:AssumeRole", TRUSTED, {}), Policies([document(allow("*"))], trust))
        assert (decision.allowed, decision.reason) == (False, "no statement of the trust policy allows it")


class TestEndpoints:
    """Control access to VPC endpoints using endpoint policies."""

    own = document(allow("s3:*"))

    def test_it_grants_nothing(self) -> None:
        open_ = document(allow("*", "*", "*"))
        assert not decided(ROLE, "s3:GetObject", "arn:aws:s3:::b/a", Policies(endpoint=open_), ACCOUNT)

    def test_it_must_let_pass(self) -> None:
        closed = document(allow("monitoring:*", "*", "*"))
        request = Request(ROLE, "s3:GetObject", "arn:aws:s3:::b/a", {}, ACCOUNT)
        assert decide(request, Policies([self.own], endpoint=closed)).reason == "no statement of the endpoint policy allows it"

    def test_an_account_of_ones_own(self) -> None:
        """AWS global condition context keys: aws:PrincipalAccount is in no request of a service's."""
        endpoint = document(allow("s3:*", "*", "*", {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}))
        bucket = document(allow("s3:*", "*", "*"))
        for principal, expected in ((ROLE, True), (STRANGER, False), (Principal.service("redshift.amazonaws.com"), False)):
            policies = Policies([self.own], bucket, endpoint)
            assert decided(principal, "s3:GetObject", "arn:aws:s3:::b/a", policies, ACCOUNT) is expected

    def test_it_denies_also_what_the_resource_admits(self) -> None:
        endpoint = document(allow("*", "*", "*"), deny("s3:*", "arn:aws:s3:::b/*", "*"))
        assert not decided(CARLOS, "s3:GetObject", "arn:aws:s3:::b/a", Policies([self.own], endpoint=endpoint), ACCOUNT)


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (ROLE, {"aws:PrincipalArn": ROLE.identities[0], "aws:PrincipalAccount": ACCOUNT, "aws:PrincipalIsAWSService": "false"}),
        (Principal.service("glue.amazonaws.com"), {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": "glue.amazonaws.com"}),
        (Principal.anonymous(), {"aws:PrincipalIsAWSService": "false", "aws:PrincipalType": "Anonymous"}),
    ],
)
def test_what_aws_says_of_a_principal(principal: Principal, expected: dict[str, str]) -> None:
    """AWS global condition context keys: of the role, not the session; no account of a service."""
    context = Request(principal, "s3:GetObject", "*", {}).all_context()
    assert {key: context[key.lower()] for key in expected} == {key: [value] for key, value in expected.items()}
    assert ("aws:principalaccount" in context) is (principal is ROLE)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Principal.service("glue"),
        lambda: Principal.role(f"arn:aws:iam::{ACCOUNT}:user/a"),
        lambda: Principal.user(f"arn:aws:iam::{ACCOUNT}:role/a"),
        lambda: Principal.role(f"arn:aws:sts::{ACCOUNT}:assumed-role/a/b"),
    ],
)
def test_who_is_no_principal(wrong: Any) -> None:
    with pytest.raises(ValueError, match="no "):
        wrong()
