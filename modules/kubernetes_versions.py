"""EKS's release calendar, as far as a deployment may want it.

docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html, November 2026. Standard support of 1.33 ended on 2026-07-29.
"""

from datetime import date

STANDARD_SUPPORT_ENDS = {"1.34": date(2026, 12, 2), "1.35": date(2027, 3, 27)}
"""{version: the last day at the normal price}, oldest first; afterwards a control plane costs six times as much."""
