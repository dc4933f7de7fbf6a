"""Which action of IAM an operation of AWS's API asks for."""

PREFIXES = {
    "cloudwatch": "cloudwatch",
    "elbv2": "elasticloadbalancing",
    "mwaa": "airflow",
    "resourcegroupstaggingapi": "tag",
    "service-quotas": "servicequotas",
    "s3control": "s3",
}
"""{botocore's name of a service: the prefix of its actions}, where they differ."""
FREE = {"sts.GetCallerIdentity"}
"""Nobody needs a permission for these."""
OTHERS = {
    "budgets.CreateBudget": ["budgets:ModifyBudget"],
    "budgets.UpdateBudget": ["budgets:ModifyBudget"],
    "budgets.DeleteBudget": ["budgets:ModifyBudget"],
    "budgets.CreateNotification": ["budgets:ModifyBudget"],
    "budgets.DeleteNotification": ["budgets:ModifyBudget"],
    "budgets.DescribeBudget": ["budgets:ViewBudget"],
    "budgets.DescribeBudgets": ["budgets:ViewBudget"],
    "budgets.DescribeNotificationsForBudget": ["budgets:ViewBudget"],
    "budgets.DescribeSubscribersForNotification": ["budgets:ViewBudget"],
    "s3.AbortMultipartUpload": ["s3:AbortMultipartUpload"],
    "s3.CompleteMultipartUpload": ["s3:PutObject"],
    "s3.CopyObject": ["s3:GetObject", "s3:PutObject"],
    "s3.CreateMultipartUpload": ["s3:PutObject"],
    "s3.DeleteBucketEncryption": ["s3:PutEncryptionConfiguration"],
    "s3.DeleteBucketLifecycle": ["s3:PutLifecycleConfiguration"],
    "s3.DeleteBucketTagging": ["s3:PutBucketTagging"],
    "s3.DeleteObjects": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
    "s3.DeletePublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
    "s3.GetBucketAccelerateConfiguration": ["s3:GetAccelerateConfiguration"],
    "s3.GetBucketCors": ["s3:GetBucketCORS"],
    "s3.GetBucketEncryption": ["s3:GetEncryptionConfiguration"],
    "s3.GetBucketLifecycleConfiguration": ["s3:GetLifecycleConfiguration"],
    "s3.GetBucketNotificationConfiguration": ["s3:GetBucketNotification"],
    "s3.GetBucketReplication": ["s3:GetReplicationConfiguration"],
    "s3.GetObjectLockConfiguration": ["s3:GetBucketObjectLockConfiguration"],
    "s3.GetPublicAccessBlock": ["s3:GetBucketPublicAccessBlock"],
    "s3.HeadBucket": ["s3:ListBucket"],
    "s3.HeadObject": ["s3:GetObject"],
    "s3.ListBuckets": ["s3:ListAllMyBuckets"],
    "s3.ListObjectVersions": ["s3:ListBucketVersions"],
    "s3.ListObjects": ["s3:ListBucket"],
    "s3.ListObjectsV2": ["s3:ListBucket"],
    "s3.PutBucketEncryption": ["s3:PutEncryptionConfiguration"],
    "s3.PutBucketLifecycleConfiguration": ["s3:PutLifecycleConfiguration"],
    "s3.PutBucketNotificationConfiguration": ["s3:PutBucketNotification"],
    "s3.PutPublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
    "s3.UploadPart": ["s3:PutObject"],
}
"""{operation: its actions}, where they are named otherwise: S3's guide, "Required permissions for Amazon S3 API operations", and the
service authorization reference of AWS Budgets."""


def needed(operation: str) -> list[str]:
    """The actions that an operation asks for, as the emulated AWS counts it: service.Operation."""
    if operation in FREE:
        return []
    service, _, name = operation.partition(".")
    return OTHERS.get(operation, [f"{PREFIXES.get(service, service)}:{name}"])
