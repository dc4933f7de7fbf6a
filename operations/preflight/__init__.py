"""What can be known before a deploy to stand in its way: everything is looked at, side by side, and nothing is changed."""

from concurrent.futures import ThreadPoolExecutor

from rich.console import Console
from rich.text import Text

from operations import expiry
from operations.deployment import Deployment
from operations.findings import Finding, Level, problems, show
from operations.preflight import (
    account,
    addresses,
    artefacts,
    certificate,
    dags,
    existing_vpc,
    external_ip,
    lake_formation,
    names,
    permissions,
    programs,
    quotas,
    region,
    state_bucket,
    versions,
    zones,
)
from operations.question import Question

SUBJECTS: dict[str, tuple[Question[Deployment], ...]] = {
    "Expiry": (Question("expires", expiry.findings),),
    "Programs": programs.QUESTIONS,
    "State": state_bucket.QUESTIONS,
    "Artefacts": artefacts.QUESTIONS,
    "DAGs": dags.QUESTIONS,
    "Versions": versions.QUESTIONS,
    "EXTERNAL_IP": external_ip.QUESTIONS,
    "Region": region.QUESTIONS,
    "Zones": zones.QUESTIONS,
    "Permissions": permissions.QUESTIONS,
    "Quotas": quotas.QUESTIONS,
    "Names": names.QUESTIONS,
    "Lake Formation": lake_formation.QUESTIONS,
    "Existing VPC": (*existing_vpc.QUESTIONS, *addresses.QUESTIONS),
    "Certificate": certificate.QUESTIONS,
}
"""{heading: what is asked under it}. The account comes before all of them: without credentials AWS answers no other question."""
SIDE_BY_SIDE = 16


def check(deployment: Deployment) -> list[Finding]:
    """Every finding. A question that cannot be answered is a warning among them, never an exception."""
    return [finding for findings in by_subject(deployment).values() for finding in findings]


def by_subject(deployment: Deployment) -> dict[str, list[Finding]]:
    """{heading: findings}, without the headings that do not concern this deployment."""
    login = account.findings(deployment)
    asked = {heading: _possible(questions, with_aws=not problems(login)) for heading, questions in SUBJECTS.items()}
    for question in (question for questions in asked.values() for question in questions):
        question.prepare(deployment)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        pending = {heading: [pool.submit(question.answer, deployment) for question in asked[heading]] for heading in asked}
        answers = {heading: [finding for answer in futures for finding in answer.result()] for heading, futures in pending.items()}
    return {"Credentials and account": login} | {heading: found for heading, found in answers.items() if found}


def run(deployment: Deployment, console: Console) -> int:
    """Print every finding under its heading, and the sum; the exit code is 1 when there is a problem."""
    with console.status("looking at the account and at this machine"):
        found = by_subject(deployment)
    for heading, findings in found.items():
        console.print(Text(heading, "bold"))
        show(findings, console)
    everything = [finding for findings in found.values() for finding in findings]
    console.print()
    console.print(Text(_sum(everything), "bold red" if problems(everything) else "bold green"))
    return 1 if problems(everything) else 0


def _possible(questions: tuple[Question[Deployment], ...], *, with_aws: bool) -> list[Question[Deployment]]:
    return [question for question in questions if with_aws or not question.services]


def _sum(findings: list[Finding]) -> str:
    count = {level: sum(finding.level is level for finding in findings) for level in Level}
    verdict = "Not ready to deploy" if count[Level.PROBLEM] else "Ready to deploy"
    return f"{verdict}: {count[Level.OK]} ok, {_many(count[Level.WARNING], 'warning')}, {_many(count[Level.PROBLEM], 'problem')}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
