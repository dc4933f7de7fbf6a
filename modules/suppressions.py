"""Findings of checkov and of the IAM check that are accepted, each beside what it is about and with its reason.

checkov reads no suppressions from Terraform's JSON. They are written into the resource's comment there, and tools/scan.py takes them off
checkov's findings; it refuses one that suppresses nothing. tools/iam_reference does the same with what it finds in policies.
"""

from collections.abc import Mapping

from cdktf import TerraformDataSource, TerraformResource, TerraformStack
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument


def suppress(element: TerraformResource | TerraformDataSource, **reasons: str) -> None:
    """Accept findings about a resource or a data source: suppress(bucket, CKV_AWS_18="why")."""
    _note(element, "checkov.skip", [{"id": check, "comment": reason} for check, reason in reasons.items()])


def accept(document: DataAwsIamPolicyDocument, reasons: Mapping[tuple[str, str], str]) -> None:
    """Accept what the service authorization reference does not know: accept(document, {("Sid", "kms:Describe*"): "why"})."""
    excepted = [{"sid": sid, "subject": subject, "reason": reason} for (sid, subject), reason in reasons.items()]
    _note(document, "iam.except", excepted)


def _note(element: TerraformResource | TerraformDataSource, name: str, entries: list[dict[str, str]]) -> None:
    section = "resource" if isinstance(element, TerraformResource) else "data"
    block = f"{section}.{element.terraform_resource_type}.{element.friendly_unique_id}"
    # Through the stack: CDKTF writes a data source's comment after the data source's own overrides.
    TerraformStack.of(element).add_override(f"{block}.//.{name}", entries)
