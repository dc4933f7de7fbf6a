"""The environment's bucket, and the files in it that it was told to take.

docs.aws.amazon.com/mwaa/latest/userguide/mwaa-s3-bucket.html
"""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from operations.explain.case import Case
from operations.findings import Finding, ok, problem

FIRST_REGION = "us-east-1"
"""S3 names no location for it."""
DEPLOY = "make deploy STACK=mwaa"
FILES = {"requirements": "Requirements", "plugins": "Plugins"}
GONE = ("404", "400", "NoSuchKey", "NoSuchVersion", "NotFound")


def check(case: Case) -> Iterator[Finding]:
    """Whether it is there, in the region, closed, versioned, and holds the files."""
    s3 = case.client("s3")
    try:
        location = s3.get_bucket_location(Bucket=case.bucket)["LocationConstraint"] or FIRST_REGION
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
        yield problem("Bucket", f"{case.bucket} is not there", DEPLOY)
        return
    wrong = [*_place(case, location), *_closed(case), *_versioned(case), *_dags(case), *_files(case)]
    yield from wrong or [ok("Bucket", f"{case.bucket}: closed, versioned, and holds the files")]


def _place(case: Case, location: str) -> Iterator[Finding]:
    if location != case.region:
        yield problem("Bucket", f"{case.bucket} is in {location}, the environment in {case.region}", f"make one in {case.region}: {DEPLOY}")


def _closed(case: Case) -> Iterator[Finding]:
    try:
        blocks = case.client("s3").get_public_access_block(Bucket=case.bucket)["PublicAccessBlockConfiguration"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchPublicAccessBlockConfiguration":
            raise
        blocks = {}
    if not (blocks and all(blocks.values())):
        opened = ", ".join(name for name, is_on in blocks.items() if not is_on) or "nothing is"
        yield problem("Bucket", f"public access to {case.bucket} is not blocked: {opened}", DEPLOY)


def _versioned(case: Case) -> Iterator[Finding]:
    status = case.client("s3").get_bucket_versioning(Bucket=case.bucket).get("Status", "never switched on")
    if status != "Enabled":
        cure = f"aws s3api put-bucket-versioning --bucket {case.bucket} --versioning-configuration Status=Enabled, then {DEPLOY}"
        yield problem("Bucket", f"versioning of {case.bucket} is {status.lower()}", cure)


def _dags(case: Case) -> Iterator[Finding]:
    folder = case.environment["DagS3Path"].strip("/") + "/"
    if not case.client("s3").list_objects_v2(Bucket=case.bucket, Prefix=folder, MaxKeys=1).get("Contents"):
        yield problem("Bucket", f"the DAG folder {folder} of {case.bucket} is empty", DEPLOY)


def _files(case: Case) -> Iterator[Finding]:
    for what, name in FILES.items():
        if key := case.environment.get(f"{name}S3Path"):
            version = case.environment.get(f"{name}S3ObjectVersion")
            if not _exists(case, key, version):
                wanted = f"{key}, version {version}" if version else key
                yield problem("Bucket", f"the {what} that the environment wants are not in {case.bucket}: {wanted}", DEPLOY)


def _exists(case: Case, key: str, version: str | None) -> bool:
    which = {"VersionId": version} if version else {}
    try:
        case.client("s3").head_object(Bucket=case.bucket, Key=key, **which)
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise
        return False
    return True
