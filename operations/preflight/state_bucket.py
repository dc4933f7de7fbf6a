"""Whether the bucket is there in which Terraform's state is to be."""

from collections.abc import Iterator

from modules.graph import READS
from modules.state_place import state_place
from operations.bootstrap import NotOurs, missing
from operations.deployment import Deployment
from operations.findings import Finding, ok, problem
from operations.question import Question

SUBJECT = "State bucket"


def bucket(deployment: Deployment) -> Iterator[Finding]:
    """Nothing is said of a state that is kept in files."""
    name = state_place(deployment.settings.state_backend, next(iter(READS))).bucket
    if name is None:
        return
    try:
        lacking = missing(deployment)
    except NotOurs as found:
        yield problem(SUBJECT, str(found), "`make bootstrap` says what to do.")
        return
    yield problem(SUBJECT, f"{name} is not there", "Run `make bootstrap`.") if lacking else ok(SUBJECT, name)


QUESTIONS = (Question(SUBJECT, bucket, ("s3", "sts")),)
