"""The certificate authorities of Amazon RDS in the chart."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tools.rds_ca.write import CURRENT, FOLDER, bundles, common_name

REGIONS = sorted(path.stem for path in FOLDER.glob("*.pem"))


def certificates(region: str) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates((FOLDER / f"{region}.pem").read_bytes())


def test_the_regions_that_are_there_from_the_start_are_carried() -> None:
    assert {"us-east-1", "us-west-2", "eu-central-1", "eu-west-1", "ap-southeast-2"} <= set(REGIONS)


@pytest.mark.parametrize("region", REGIONS)
def test_a_regions_authorities_are_its_own(region: str) -> None:
    matches = [CURRENT.fullmatch(common_name(certificate)) for certificate in certificates(region)]
    assert {match["region"] for match in matches if match} == {region}
    assert all(matches)


@pytest.mark.parametrize("region", REGIONS)
def test_the_one_that_signs_the_databases_certificate_is_among_them(region: str) -> None:
    assert f"Amazon RDS {region} Root CA RSA2048 G1" in {common_name(certificate) for certificate in certificates(region)}


@pytest.mark.parametrize("region", REGIONS)
def test_none_is_about_to_expire(region: str) -> None:
    """Two years are time enough to renew the file and to deploy."""
    in_two_years = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=730)
    assert all(certificate.not_valid_after > in_two_years for certificate in certificates(region))


def self_signed(name: str) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = datetime(2019, 8, 22, tzinfo=UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 1, begin, begin + timedelta(days=1826))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def test_authorities_that_rds_has_given_up_are_left_out() -> None:
    current, former = self_signed("Amazon RDS us-east-1 Root CA RSA2048 G1"), self_signed("Amazon RDS us-east-1 2019 CA")
    assert bundles([former, current]) == {"us-east-1": current}
