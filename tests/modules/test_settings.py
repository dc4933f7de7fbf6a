"""The settings: what is accepted, what is refused and how, and what follows from them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import pytest
from pydantic import ValidationError

from modules import setting_rules
from modules.regions import AUTHORITIES, REGIONS, has_certificate_authority
from modules.runtimes import Runtime, load_runtimes, release
from modules.settings import InvalidSettings, Settings, load

EXAMPLE = Path(__file__).parent.parent.parent / "settings.example.toml"
Make = Callable[..., Settings]
NOTHING: dict[str, str] = {}


def refused(path: Path, **environ: str) -> dict[str, str]:
    """{setting: what is said of it}, of settings that are refused."""
    with pytest.raises(InvalidSettings) as error:
        load(path, {name.upper(): value for name, value in environ.items()})
    lines = str(error.value).splitlines()
    assert lines[0] == f"Settings to mend, in {path.name} or the environment:"
    return dict(line.strip().split(": ", 1) for line in lines[1:])


def test_the_example_is_valid() -> None:
    assert load(EXAMPLE, NOTHING).deployment_id == "tickit"


def test_a_new_environment_has_the_newest_airflow_and_without_a_word_the_default() -> None:
    assert load(EXAMPLE, NOTHING).airflow_version == max(load_runtimes().values(), key=release).airflow == "3.3.1"
    assert Settings.model_fields["airflow_version"].default == "2.7.2"


def test_the_example_admits_nobody() -> None:
    """203.0.113.0/24 is for documentation (RFC 5737): who deploys the example as it is opens it to no one."""
    assert load(EXAMPLE, NOTHING).external_ip == ["203.0.113.7/32"]


def test_the_example_names_every_setting() -> None:
    text = EXAMPLE.read_text()
    assert [name for name in Settings.model_fields if f"\n{name} = " not in text and f"\n# {name} = " not in text] == []


def test_what_the_example_leaves_out_is_the_default_or_an_example() -> None:
    uncommented = "\n".join(line.removeprefix("# ") if " = " in line else line for line in EXAMPLE.read_text().splitlines()) + "\n"
    assert "tags = " in uncommented
    defaults = load(EXAMPLE, NOTHING)
    for name, field in Settings.model_fields.items():
        value = setting_rules.toml(getattr(defaults, name))
        example = setting_rules.toml((field.examples or [None])[0])
        assert any(f"\n{name} = {text}\n" in uncommented for text in (value, example)), name


def test_the_environment_overrides_the_file() -> None:
    environ = {
        "DEPLOYMENT_ID": "mine",
        "EXTERNAL_IP": "198.51.100.0/24, 203.0.113.9",
        "EKS_NODES": "3",
        "PROTECT": "true",
        "TAGS": "a=b,c=d",
    }
    changed = load(EXAMPLE, environ)
    assert changed.deployment_id == "mine"
    assert changed.external_ip == ["198.51.100.0/24", "203.0.113.9/32"]
    assert (changed.eks_nodes, changed.protect, changed.tags) == (3, True, {"a": "b", "c": "d"})


def test_an_empty_variable_unsets_what_may_be_unset(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(EXAMPLE.read_text() + '\nlineage_url = "http://a.example:5000"\n')
    assert load(path, NOTHING).with_marquez is False
    assert load(path, {"LINEAGE_URL": ""}).with_marquez is True


def test_every_problem_is_reported_at_once_with_the_setting_and_a_good_value(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('deployment_id = "Mine!"\nmwaa_min_workers = 3\neks_version = "1.29"\ncolour = "blue"\ndomain = "a.example.com"\n')
    problems = refused(path, protect="perhaps", external_ip="0.0.0.0/0,10.0.0.1/8")
    expected = "deployment_id owner region external_ip.0 external_ip.1 mwaa_max_workers eks_version certificate_arn protect colour"
    assert list(problems) == expected.split()
    assert all("for example" in said or "settings.example.toml" in said for said in problems.values())
    assert problems["owner"] == 'is missing; for example owner = "data-platform@example.com"'


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("deployment_id", "t", "2 to 20 lower-case letters"),
        ("deployment_id", "a-name-that-is-too-long", "2 to 20 lower-case letters"),
        ("deployment_id", "ends-", "2 to 20 lower-case letters"),
        ("deployment_id", "internal", "AWS takes none that begin with"),
        ("deployment_id", "sg-one", "AWS takes none that begin with"),
        ("owner", "", "at least 1 character"),
        ("owner", "O'Neill, data", "a tag may hold letters"),
        ("region", "Virginia", "no region of AWS that is known here"),
        ("region", "us-esat-1", "did you mean us-east-1?"),
        ("region", "eu-west-11", "did you mean eu-west-1?"),
        ("region", "us-east-1a", "did you mean us-east-1?"),
        ("region", "", "no region of AWS"),
        ("account_id", "12345", "12 digits"),
        ("external_ip", "", "at least 1 item"),
        ("vpc_cidr", "8.8.0.0/16", "a private IPv4 block"),
        ("vpc_cidr", "10.0.0.0/8", "between /16 and /20"),
        ("vpc_cidr", "ten", "not a block of addresses"),
        ("existing_vpc_id", "mine", "not the id of a VPC"),
        ("mwaa_class", "m5.large", "mw1.small"),
        ("mwaa_class", "mw1.micro", "goes with mwaa_max_workers = 1"),
        ("mwaa_max_workers", "many", "valid integer"),
        ("mwaa_webserver", "open", "'public' or 'private'"),
        ("redshift_base_capacity", "12", "multiple of 8"),
        ("redshift_max_capacity", "0", "greater than or equal to 4"),
        ("redshift_daily_rpu_hours", "0", "greater than or equal to 1"),
        ("eks_version", "1.33", "left EKS's standard support"),
        ("eks_version", "1.38", "newer than what the chart is checked with: 1.37 at most"),
        ("eks_version", "latest", "not a Kubernetes version"),
        ("eks_node_type", "big", "not the name of an EC2 instance type"),
        ("eks_node_type", "t3.mediumm", "not the name of an EC2 instance type"),
        ("eks_node_type", "t4g.medium", "an ARM machine"),
        ("eks_node_type", "t3.small", "an upgrade of Marquez finds no room"),
        ("eks_node_type", "t2.micro", "an upgrade of Marquez finds no room"),
        ("eks_node_type", "c6gn.large", "an ARM machine"),
        ("eks_node_type", "a1.large", "an ARM machine"),
        ("eks_nodes", "0", "greater than or equal to 1"),
        ("marquez_read_only", "perhaps", "valid boolean"),
        ("marquez_retention_days", "0", "greater than or equal to 1"),
        ("image_digests", f"database=16@sha256:{'0' * 64}", "no image database: there are api, web, proxy, credentials"),
        ("image_digests", f"api=sha256:{'0' * 64}", "must be 0.51.1@sha256:<64 hexadecimal digits>"),
        ("image_digests", f"api=0.50.0@sha256:{'0' * 64}", "the digest of docker.io/marquezproject/marquez:0.51.1"),
        ("lineage_namespace", "my jobs", "letters, digits"),
        ("lineage_url", "http://lineage.example.com", "the port spelled out"),
        ("lineage_url", "http://user:secret@lineage.example.com:80", "the port spelled out"),
        ("lineage_url", "https://lineage.example.com/api/v1/lineage", "the port spelled out"),
        ("lineage_url", "https://lineage.example.com:443/", "a path or nothing"),
        ("lineage_url", "https://lineage.example.com:443/a?b=c", "a path or nothing"),
        ("lineage_url", "https://lineage.example.com:443/a/../b", "a path or nothing"),
        ("lineage_url", "https://lineage.example.com:65536/a", "a path or nothing"),
        ("lineage_url", "https://gms.example.com:8080/openapi/openlineage", "DataHub's is /openapi/openlineage/api/v1/lineage"),
        ("secrets_prefix", "", "1 to 64 letters"),
        ("secrets_prefix", "/airflow", "1 to 64 letters"),
        ("secrets_prefix", "airflow/", "1 to 64 letters"),
        ("secrets_prefix", "air flow", "1 to 64 letters"),
        ("secrets_prefix", "x" * 65, "1 to 64 letters"),
        ("secrets_prefix", "airflow/connections", "none of them connections or variables"),
        ("secrets_prefix", "variables", "none of them connections or variables"),
        ("tickit_location", "s3://bucket/folder/", 'must be "generated" or a folder in S3'),
        ("state_backend", "remote", 'must be "local" or a folder in S3'),
        ("expires", "soon", "valid date"),
        ("budget_usd", "0", "greater than or equal to 1"),
        ("budget_usd", "12.50", "valid integer"),
        ("tags", "owner=me", "may not set owner"),
        ("tags", "expires=never", "may not set expires"),
        ("tags", "a=1,b=2,c=3,d=4,e=5,f=6,g=7", "are more than 6"),
        ("tags", "aws:name=x", "may not begin with aws:"),
        ("tags", "Owner=me", "may not set Owner"),
        ("tags", "a=1,A=2", "may not tell upper from lower case: a, A"),
    ],
)
def test_a_bad_value_is_refused_with_its_reason(setting: str, value: str, said: str) -> None:
    problems = refused(EXAMPLE, **{setting: value})
    (name,) = problems
    assert name.split(".")[0] == setting
    assert said in problems[name]


@pytest.mark.parametrize("rpus", ["4", "8", "512", "544", "1024"])
def test_a_capacity_that_redshift_has_is_taken(rpus: str) -> None:
    capacities = load(EXAMPLE, {"REDSHIFT_BASE_CAPACITY": rpus, "REDSHIFT_MAX_CAPACITY": "1024"})
    assert capacities.redshift_base_capacity == int(rpus)


@pytest.mark.parametrize(
    ("rpus", "region", "vpc_cidr", "said"),
    [
        ("4", "eu-central-1", "10.20.0.0/16", "us-west-2 only: take 8 in eu-central-1"),
        ("520", "us-east-1", "10.20.0.0/16", "no multiple of 32, as AWS wants it above 512"),
        ("528", "us-east-1", "10.20.0.0/16", "no multiple of 32, as AWS wants it above 512"),
        (
            "1024",
            "eu-north-1",
            "10.20.0.0/16",
            "more than 512, and AWS offers that in eu-west-1, us-east-1",
        ),
        ("544", "us-east-1", "10.20.0.0/20", "needs 261 free addresses in a subnet, and vpc_cidr = 10.20.0.0/20 gives 251"),
    ],
)
def test_a_capacity_that_aws_would_not_give_is_refused(rpus: str, region: str, vpc_cidr: str, said: str) -> None:
    capacities = {"redshift_base_capacity": rpus, "redshift_max_capacity": "5632"}
    problems = refused(EXAMPLE, region=region, vpc_cidr=vpc_cidr, **capacities)
    assert list(problems) == ["redshift_base_capacity"]
    assert said in problems["redshift_base_capacity"]


def test_a_capacity_of_512_fits_into_the_smallest_vpc() -> None:
    """AWS's table: 133 free addresses, a /24, which is what a /20 gives."""
    assert load(EXAMPLE, {"REDSHIFT_BASE_CAPACITY": "512", "REDSHIFT_MAX_CAPACITY": "512", "VPC_CIDR": "10.20.0.0/20"})


def test_the_smallest_airflow_has_one_worker() -> None:
    smallest = load(EXAMPLE, {"MWAA_CLASS": "mw1.micro", "MWAA_MAX_WORKERS": "1"})
    assert (smallest.mwaa_class, smallest.mwaa_min_workers, smallest.mwaa_max_workers) == ("mw1.micro", 1, 1)


@pytest.mark.parametrize(
    ("cidr", "said"),
    [
        ("0.0.0.0/0", "the whole internet"),
        ("::/0", "the whole internet"),
        ("0.0.0.0/1", "wider than /8"),
        ("2001:db8::/32", "IPv6"),
        ("203.0.113.7/24", "has host bits set"),
    ],
)
def test_external_ip_admits_ones_own_addresses_only(cidr: str, said: str) -> None:
    assert said in refused(EXAMPLE, external_ip=cidr)["external_ip.0"]


@pytest.mark.parametrize("type_", ["t3.medium", "m7i.large", "g4dn.xlarge", "c7a.large"])
def test_an_x86_machine_is_none_with_arm(settings: Make, type_: str) -> None:
    assert settings(eks_node_type=type_).eks_node_type == type_


def test_an_existing_vpc_comes_with_its_subnets() -> None:
    assert list(refused(EXAMPLE, existing_vpc_id="vpc-1")) == ["existing_private_subnet_ids", "existing_public_subnet_ids"]
    assert list(refused(EXAMPLE, existing_private_subnet_ids="subnet-1,subnet-2,subnet-3")) == ["existing_private_subnet_ids"]
    same = {"existing_private_subnet_ids": "subnet-1,subnet-1,subnet-1", "existing_public_subnet_ids": "subnet-4,subnet-5,subnet-6"}
    assert list(refused(EXAMPLE, existing_vpc_id="vpc-1", **same)) == ["existing_private_subnet_ids"]


def test_tls_needs_a_domain_and_a_certificate_of_the_region() -> None:
    certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b"
    assert "goes with domain" in refused(EXAMPLE, domain="data.example.com")["certificate_arn"]
    assert "goes with domain" in refused(EXAMPLE, certificate_arn=certificate)["certificate_arn"]
    assert "another region" in refused(EXAMPLE, domain="data.example.com", certificate_arn=certificate)["certificate_arn"]


def test_today_is_not_past(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting_rules, "_today", lambda: date(2030, 1, 31))
    assert not load(EXAMPLE, {"EXPIRES": "2030-01-31"}).has_expired
    assert load(EXAMPLE, {"EXPIRES": "2030-01-30"}).has_expired
    assert not load(EXAMPLE, NOTHING).has_expired


def test_a_date_in_the_file_is_one_of_toml(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(EXAMPLE.read_text() + "\nexpires = 2099-12-31\n")
    assert load(path, NOTHING).expires == date(2099, 12, 31)
    path.write_text(EXAMPLE.read_text() + "\nexpires = 20991231\n")
    assert refused(path)["expires"].endswith("for example expires = 2099-12-31")
    assert load(path, {"EXPIRES": ""}).expires is None


def test_a_budget_reaches_the_owner_or_whom_it_names(settings: Make) -> None:
    assert settings(budget_usd=500).budget_address == "data-platform@example.com"
    assert settings(budget_usd=500, budget_email="bills@example.com").budget_address == "bills@example.com"
    assert settings(budget_usd=500, owner="Data", budget_email="bills@example.com").budget_address == "bills@example.com"


def test_a_budget_that_reaches_nobody_is_refused() -> None:
    assert "owner is no mail address" in refused(EXAMPLE, budget_usd="500", owner="Data Platform")["budget_email"]
    assert "goes with budget_usd" in refused(EXAMPLE, budget_email="bills@example.com")["budget_email"]
    assert "is not a mail address" in refused(EXAMPLE, budget_usd="500", budget_email="bills")["budget_email"]


def test_an_airflow_version_that_mwaa_no_longer_creates_is_refused_unless_the_environment_exists(settings: Make) -> None:
    assert "creates environments of" in refused(EXAMPLE, airflow_version="2.4.3")["airflow_version"]
    assert settings(airflow_version="2.4.3", airflow_environment_exists=True).airflow_version == "2.4.3"


def test_the_end_of_support_counts_from_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {row.airflow: row for row in (Runtime("2.7.2", "3.11", "x", "1", date(2020, 1, 1)), Runtime("2.8.1", "3.11", "x", "1"))}
    monkeypatch.setattr(setting_rules, "load_runtimes", lambda: rows)
    said = refused(EXAMPLE, airflow_version="2.7.2")["airflow_version"]
    assert "since 2020-01-01; it does of 2.8.1;" in said


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    with pytest.raises(InvalidSettings, match=r"settings\.toml cannot be read: .*No such file"):
        load(path, NOTHING)
    path.write_text("deployment_id = \n")
    with pytest.raises(InvalidSettings, match=r"settings\.toml cannot be read: Invalid value \(at line 1"):
        load(path, NOTHING)


def test_names_that_follow(settings: Make) -> None:
    chosen = settings(deployment_id="mine")
    assert chosen.name("raw") == "mine-raw"
    assert chosen.lineage_endpoint == "http://marquez.mine.internal:5000"
    assert chosen.warehouse_namespace == "redshift://mine.us-east-1:5439"
    assert chosen.all_tags == {"owner": "data-platform@example.com", "deployment": "mine", "managed-by": "cdktf"}
    assert settings(expires="2099-12-31").all_tags["expires"] == "2099-12-31"


def test_a_domain_gives_the_lineage_api_tls(settings: Make) -> None:
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b"
    assert settings(domain="data.example.com", certificate_arn=certificate).lineage_endpoint == "https://lineage.data.example.com:443"


def test_an_existing_lineage_endpoint_stands_for_marquez(settings: Make) -> None:
    chosen: Any = settings(lineage_url="https://lineage.example.com:8443")
    assert (chosen.lineage_endpoint, chosen.with_marquez) == ("https://lineage.example.com:8443", False)
    assert (chosen.lineage_origin, chosen.lineage_path) == ("https://lineage.example.com:8443", "")


def test_a_catalog_has_a_path_of_its_own(settings: Make) -> None:
    chosen = settings(lineage_url="https://gms.example.com:8080/openapi/openlineage/api/v1/lineage")
    assert (chosen.lineage_origin, chosen.lineage_path) == ("https://gms.example.com:8080", "openapi/openlineage/api/v1/lineage")


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_a_region_has_a_marquez_or_says_what_it_lacks(settings: Make, region: str) -> None:
    assert settings(region=region, lineage_url="http://a.example:5000").region == region
    if not has_certificate_authority(region):
        with pytest.raises(ValidationError, match=rf"is needed in {region}: .*which tools/rds_ca/write\.py adds"):
            settings(region=region)


def test_the_sdk_knows_no_region_that_is_refused() -> None:
    session = boto3.Session()
    known = {region for partition in session.get_available_partitions() for region in session.get_available_regions("ec2", partition)}
    assert known <= REGIONS
    assert {path.stem for path in AUTHORITIES.glob("*.pem")} <= REGIONS


@pytest.mark.parametrize(
    ("wrong", "meant"), [("eks_node", "eks_nodes"), ("externalip", "external_ip"), ("airflow-version", "airflow_version")]
)
def test_a_misspelt_setting_is_told_what_it_may_be(tmp_path: Path, wrong: str, meant: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f"{EXAMPLE.read_text()}\n{wrong} = 1\n")
    assert refused(path)[wrong] == f"there is no such setting; did you mean {meant}? settings.example.toml has them all"


def test_secrets_may_stand_deeper(settings: Make) -> None:
    chosen = settings(secrets_prefix="data/airflow-prod")
    assert (chosen.connections_prefix, chosen.variables_prefix) == ("data/airflow-prod/connections", "data/airflow-prod/variables")
