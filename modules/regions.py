"""The regions of AWS, by their codes: a name that is none would otherwise be noticed by an SDK that cannot find a host.

Source: docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html, and the SDK's list for the other partitions. The SDK
alone will not do, as the one that Airflow 2.7.2 pins is of 2023. A region that AWS opens later is to be added here.
"""

from difflib import get_close_matches
from pathlib import Path

AUTHORITIES = Path(__file__).parent / "charts/marquez/files/rds-ca"

REGIONS = {
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "ca-west-1", "mx-central-1", "sa-east-1"),
    *("eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3"),
    *("af-south-1", "il-central-1", "me-central-1", "me-south-1", "ap-south-1", "ap-south-2", "ap-east-1", "ap-east-2"),
    *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4"),
    *("ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1"),
    *("us-iso-east-1", "us-iso-west-1", "us-isob-east-1"),
}


def region(value: str) -> str:
    """One of them; the message of ValueError names the one that may be meant."""
    if value in REGIONS:
        return value
    near = get_close_matches(value, sorted(REGIONS), 5, 0.8)
    near.sort(key=lambda code: sorted(code) != sorted(value))  # two letters that changed places, before another letter
    raise ValueError("is no region of AWS that is known here" + (f": did you mean {near[0]}?" if near else ""))


def has_certificate_authority(region: str) -> bool:
    """Whether the chart brings the authority of RDS there, without which Marquez trusts no database."""
    return (AUTHORITIES / f"{region}.pem").exists()
