"""`make permissions`."""

import json
import tempfile
from pathlib import Path

import boto3

import main
from operations.deployment import Deployment
from operations.permissions.documents import documents, grants
from tools.synthesized import read


def policies(deployment: Deployment) -> list[str]:
    """The documents, each on a line, as `aws iam create-policy` takes it. Raises Unlisted.

    Nobody needs credentials to ask: without account_id in the settings, the policies say `*` for the account, which is whose they become.
    """
    settings = deployment.settings
    with tempfile.TemporaryDirectory() as folder:
        main.deployment(settings, Path(folder)).synth()
        stacks = read(Path(folder))
    partition = boto3.Session(region_name=settings.region).get_partition_for_region(settings.region)
    found = grants(stacks, settings, settings.account_id or "*", partition)
    return [json.dumps(document, separators=(",", ":")) for document in documents(found)]
