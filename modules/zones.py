"""The availability zones that a deployment's subnets are in. It imports no CDKTF: the preflight asks AWS about the same zones."""

ZONES = 3
"""Redshift Serverless wants three availability zones."""
ZONES_WITHOUT_EKS = ["use1-az3", "usw1-az2", "cac1-az3"]
"""Ids of the availability zones in which EKS makes no cluster; a zone's name is another one's in another account.

Source: Amazon EKS User Guide, "View Amazon EKS networking requirements for VPC and subnets". use1-az3 lacks t3 machines as well.
"""
