"""Whether the bucket is there in which Terraform's state is to be, and the states in it are this deployment's."""

from collections.abc import Iterator

from modules.state_place import state_folder
from operations.bootstrap import NotOurs, missing
from operations.deployment import Deployment
from operations.findings import Finding, ok, problem
from operations.question import Question
from operations.stack_state import AnotherState
from operations.state import deployed

SUBJECT = "State bucket"


def bucket(deployment: Deployment) -> Iterator[Finding]:
    """Nothing is said of a state that is kept in files."""
    name, _ = state_folder(deployment.settings)
    if name is None:
        return
    try:
        lacking = missing(deployment)
    except NotOurs as found:
        yield problem(SUBJECT, str(found), "`make bootstrap` says what to do.")
        return
    yield problem(SUBJECT, f"{name} is not there", "Run `make bootstrap`.") if lacking else ok(SUBJECT, name)


def states(deployment: Deployment) -> Iterator[Finding]:
    """Nothing is said of states that are as they should be: `make state` shows them."""
    try:
        deployed(deployment)
    except AnotherState as found:
        yield problem("State", str(found), "Every command refuses to go on until then.")


QUESTIONS = (Question(SUBJECT, bucket, ("s3", "sts")), Question("State", states, ("s3", "sts")))
