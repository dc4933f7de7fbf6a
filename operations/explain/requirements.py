"""Whether pip could install what the environment requires: where it could not, nothing of the requirements is there.

docs.aws.amazon.com/mwaa/latest/userguide/working-dags-dependencies.html: the log streams that begin with requirements_install.
"""

import re
from collections.abc import Iterator
from typing import Any

from operations.explain.case import Case
from operations.explain.logs import enabled_groups
from operations.findings import Finding, ok, problem

STREAMS = "requirements_install"
INSTALLING = ("Scheduler", "WebServer", "Worker")
PIP_ERROR = re.compile(
    r"ERROR: .*|.*\b(?:ResolutionImpossible|No matching distribution|Could not find a version|conflicting dependencies)\b.*"
)


def check(case: Case) -> Iterator[Finding]:
    """What pip said last, on each kind of machine that installs."""
    groups = [name for name in enabled_groups(case) if name.rpartition("-")[2] in INSTALLING]
    errors = {line: group for group in groups for line in pip_errors(_last_install(case, group))}
    for line, group in errors.items():
        cure = f"mend {case.environment.get('RequirementsS3Path', 'the requirements')} (airflow/requirements), then make deploy STACK=mwaa"
        yield problem("Requirements", f"{line} ({group}, {STREAMS}*)", cure)
    if not errors:
        yield ok("Requirements", "no install has failed that left a log")


def pip_errors(lines: list[str]) -> list[str]:
    """The lines in which pip says why it gave up, each once."""
    return list(dict.fromkeys(found[0].strip() for line in lines if (found := PIP_ERROR.search(line))))


def _last_install(case: Case, group: str) -> list[str]:
    logs = case.client("logs")
    try:
        pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=group, logStreamNamePrefix=STREAMS)
        streams: list[Any] = [stream for page in pages for stream in page["logStreams"]]
    except logs.exceptions.ResourceNotFoundException:
        return []  # the check of the log groups says so
    if not streams:
        return []
    last = max(streams, key=lambda stream: stream.get("lastEventTimestamp", 0))
    events = logs.get_log_events(logGroupName=group, logStreamName=last["logStreamName"], startFromHead=False)["events"]
    return [line for event in events for line in event["message"].splitlines()]
