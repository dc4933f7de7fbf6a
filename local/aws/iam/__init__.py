"""IAM's policies, judged without AWS: what a principal may do, as AWS's "Policy evaluation logic" page says.

Our own, as no library fits: @cloud-copilot/iam-simulate does all of it, but in Node and under the AGPL; moto's reads no condition and
no resource policy; policy_sentry, parliament and cloudsplaining only look at a document.
"""

from local.aws.iam.decision import Decision, Policies, Request, decide
from local.aws.iam.document import Document
from local.aws.iam.errors import PolicyError
from local.aws.iam.principal import Principal

__all__ = ["Decision", "Document", "Policies", "PolicyError", "Principal", "Request", "decide"]
