"""What a stack finds of the stacks before it: made by hand in the emulated AWS, and told in states that hold outputs only."""

import json
from pathlib import Path
from typing import Any

from local.aws.machine import Aws
from tests.local.aws_network import Network, make_network

USE: dict[str, Any] = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
VOLUMES = {"StringEquals": {"kms:CallerAccount": "123456789012", "kms:ViaService": "ec2.us-east-1.amazonaws.com"}}
ADMITTED = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Account", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, **USE},
        {"Sid": "Logs", "Principal": {"Service": "logs.us-east-1.amazonaws.com"}, **USE},
        {"Sid": "Volumes", "Principal": "*", "Condition": VOLUMES, **USE},
    ],
}


def make_key(aws: Aws) -> str:
    """The ARN of a key for this account, for CloudWatch Logs, and for volumes."""
    return str(aws.client("kms").create_key(Policy=json.dumps(ADMITTED))["KeyMetadata"]["Arn"])


def make_upstream(aws: Aws, folder: Path) -> Network:
    """A VPC in us-east-1a to us-east-1c with a key, told as the outputs of the network; the states stand in `folder`."""
    network = make_network(aws)
    secret = aws.client("secretsmanager").create_secret(Name="lineage-api-key", SecretString="none")["ARN"]
    zone = aws.client("route53").create_hosted_zone(Name="tickit.internal", CallerReference="1")["HostedZone"]["Id"]
    tell(
        folder,
        "network",
        vpc_id=network.vpc,
        private_subnet_ids=network.subnets,
        public_subnet_ids=network.subnets,
        private_zone_id=zone.rpartition("/")[2],
        kms_key_arn=make_key(aws),
        lineage_api_key_secret_arn=secret,
        **dict.fromkeys(("redshift_security_group_id", "mwaa_security_group_id", "lineage_security_group_id"), network.group),
    )
    return network


def tell(folder: Path, stack: str, **outputs: Any) -> None:
    """Write a state with these outputs."""
    told = {name: {"value": value, "type": ["list", "string"] if isinstance(value, list) else "string"} for name, value in outputs.items()}
    state = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": stack, "outputs": told, "resources": []}
    (folder / f"tickit.{stack}.tfstate").write_text(json.dumps(state))
