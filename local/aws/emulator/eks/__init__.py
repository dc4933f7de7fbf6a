"""EKS: clusters, node groups, add-ons, who has access, and which pods have which role. There is no Kubernetes behind it.

What is made says CREATING in the answer and is ready when it is next looked at.
"""

from local.aws.emulator.eks.service import Eks

__all__ = ["Eks"]
