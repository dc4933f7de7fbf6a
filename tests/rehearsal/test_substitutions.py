"""What stands in for the person's own things: judged by the preflight, which judges the real ones."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data.tickit import TABLES
from local.aws.machine import Aws
from modules.settings import Settings
from operations.deployment import Deployment
from operations.findings import problems
from operations.preflight import existing_vpc
from rehearsal import substitutions
from rehearsal.emulated_aws import emulated_aws

pytestmark = pytest.mark.system

Make = Callable[..., Settings]
REGION, ACCOUNT, STORE = "eu-central-1", "111122223333", "http://127.0.0.1:5999"
EXISTING = {
    "existing_vpc_id": "vpc-0a1b2c3d4e5f60718",
    "existing_private_subnet_ids": ["subnet-0aa1", "subnet-0aa2", "subnet-0aa3"],
    "existing_public_subnet_ids": ["subnet-0bb1", "subnet-0bb2", "subnet-0bb3"],
}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """In another region and another account than the tests' usual ones."""
    with emulated_aws(tmp_path_factory.mktemp("aws"), region=REGION, account=ACCOUNT) as aws:
        yield aws


def test_the_account_is_the_settings_own(aws: Aws) -> None:
    assert aws.client("sts").get_caller_identity()["Account"] == ACCOUNT
    role = aws.client("iam").create_role(RoleName="one", AssumeRolePolicyDocument="{}")["Role"]
    assert role["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/one"
    made = aws.client("redshift-serverless").create_namespace(namespaceName="tickit")["namespace"]
    assert made["namespaceArn"].startswith(f"arn:aws:redshift-serverless:{REGION}:{ACCOUNT}:")


def test_the_vpc_is_one_that_the_preflight_finds_right(aws: Aws, settings: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = settings(region=REGION, **EXISTING)
    made = substitutions.substitute(given, aws, STORE, tmp_path)
    for name, value in aws.environment.items():
        monkeypatch.setenv(name, value)
    rehearsed = Settings(**substitutions.chosen(given, made))
    assert rehearsed.existing_vpc_id != given.existing_vpc_id
    findings = [finding for question in existing_vpc.QUESTIONS for finding in question.answer(Deployment(rehearsed, tmp_path))]
    assert len(findings) == 9
    assert problems(findings) == []
    assert any("vpc-0a1b2c3d4e5f60718" in substitution.said for substitution in made)


def test_the_certificate_is_for_both_names(aws: Aws, settings: Make, tmp_path: Path) -> None:
    own = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/0a1b2c3d"
    given = settings(region=REGION, domain="data.example.com", certificate_arn=own)
    arn = substitutions.chosen(given, substitutions.substitute(given, aws, STORE, tmp_path))["certificate_arn"]
    assert arn != own
    names = aws.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]["SubjectAlternativeNames"]
    assert {"marquez.data.example.com", "lineage.data.example.com"} <= set(names)


def test_the_data_is_where_the_settings_say(aws: Aws, settings: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rehearsal.stand_ins.SCALE", 0.001)
    substitutions.substitute(settings(region=REGION, tickit_location="s3://acme-lake/some/tickit"), aws, STORE, tmp_path)
    keys = {entry["Key"] for entry in aws.client("s3").list_objects_v2(Bucket="acme-lake")["Contents"]}
    assert keys == {f"some/tickit/{table}/{table}.parquet" for table in TABLES}


def test_lineage_goes_to_the_store(aws: Aws, settings: Make, tmp_path: Path) -> None:
    given = settings(lineage_url="https://lineage.example.com:443")
    made = substitutions.substitute(given, aws, STORE, tmp_path)
    assert substitutions.chosen(given, made)["lineage_url"] == STORE
    assert any("https://lineage.example.com:443" in substitution.said for substitution in made)


def test_nothing_that_needs_no_substitution_is_changed(aws: Aws, settings: Make, tmp_path: Path) -> None:
    made = substitutions.substitute(settings(), aws, STORE, tmp_path)
    assert all(substitution.changed == {} for substitution in made)
    assert all(substitution.said for substitution in made)
