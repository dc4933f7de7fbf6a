"""Findings of checkov that are accepted, each beside its resource and with its reason.

checkov reads no suppressions from Terraform's JSON. They are written into the resource's comment there, and tools/scan.py takes them off
checkov's findings; it refuses one that suppresses nothing.
"""

from cdktf import TerraformDataSource, TerraformResource, TerraformStack


def suppress(element: TerraformResource | TerraformDataSource, **reasons: str) -> None:
    """Accept findings about a resource or a data source: suppress(bucket, CKV_AWS_18="why")."""
    section = "resource" if isinstance(element, TerraformResource) else "data"
    block = f"{section}.{element.terraform_resource_type}.{element.friendly_unique_id}"
    skip = [{"id": check, "comment": reason} for check, reason in reasons.items()]
    # Through the stack: CDKTF writes a data source's comment after the data source's own overrides.
    TerraformStack.of(element).add_override(f"{block}.//.checkov.skip", skip)
