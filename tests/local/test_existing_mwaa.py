"""docs/existing-mwaa.md: its commands run, against an emulated AWS, and leave an environment that has what the page promises."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from local.aws.machine import Aws
from local.settings import ROOT
from tests.local.aws_network import make_network, make_role
from tools.tool_environment import environment

pytestmark = pytest.mark.system

PAGE = ROOT / "docs/existing-mwaa.md"
COMMANDS = "\n".join(re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL))
MAKE = "make --assume-old=.venv/.installed "  # a test installs nothing into the project's own environment
NAME, BUCKET = "my-airflow", "my-airflow-bucket"


@pytest.fixture
def existing(aws: Aws) -> Any:
    """An environment that has nothing of ours, and a line of its owner's."""
    s3, network = aws.client("s3"), make_network(aws)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    closed = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=closed)
    s3.put_object(Bucket=BUCKET, Key="requirements.txt", Body=b"pandas\n")
    aws.client("mwaa").create_environment(
        Name=NAME,
        AirflowVersion="2.10.3",
        ExecutionRoleArn=make_role(aws, "airflow", "airflow", "airflow-env"),
        SourceBucketArn=f"arn:aws:s3:::{BUCKET}",
        DagS3Path="dags/",
        NetworkConfiguration={"SubnetIds": network.subnets[:2], "SecurityGroupIds": [network.group]},
    )
    return s3


def test_the_page_is_short() -> None:
    assert len(PAGE.read_text().splitlines()) <= 80


def test_the_commands(aws: Aws, existing: Any, tmp_path: Path) -> None:
    commands = re.sub("^make ", MAKE, COMMANDS, flags=re.MULTILINE)
    variables = {**os.environ, **aws.environment, "BUCKET": BUCKET, "ENVIRONMENT": NAME}
    variables["PATH"] = f"{environment('aws')}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands], cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    archive = tmp_path / "plugins.zip"
    existing.download_file(BUCKET, "plugins.zip", str(archive))
    (wheel,) = ZipFile(archive).namelist()
    requirements = existing.get_object(Bucket=BUCKET, Key="requirements.txt")["Body"].read().decode().splitlines()
    assert requirements == ["pandas", f"/usr/local/airflow/plugins/{wheel}", "apache-airflow-providers-openlineage"]
    found = aws.client("mwaa").get_environment(Name=NAME)["Environment"]
    assert found["LastUpdate"]["Status"] == "SUCCESS"
    for kind, key in (("Plugins", "plugins.zip"), ("Requirements", "requirements.txt"), ("StartupScript", "startup.sh")):
        assert found[f"{kind}S3Path"] == key
        assert found[f"{kind}S3ObjectVersion"] == existing.head_object(Bucket=BUCKET, Key=key)["VersionId"]
    assert found["AirflowConfigurationOptions"] == {"core.lazy_load_plugins": "False"}
    assert existing.head_object(Bucket=BUCKET, Key="dags/lineage_doctor.py")["ContentLength"]
