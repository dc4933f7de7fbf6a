"""Whether the programs that a deploy runs are here, in versions that can do it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator

from operations.cdktf import terraform as terraform_program
from operations.deployment import Deployment
from operations.findings import Finding, ok, problem
from operations.question import Question

TERRAFORM = (1, 11)
"""Write-only arguments and ephemeral resources, which keep passwords out of the state, came with it."""
NODE = (20,)
SECONDS = 30


def terraform(_: object) -> Iterator[Finding]:
    """Terraform, new enough."""
    text = said(terraform_program(), "version", "-json")
    version = json.loads(text).get("terraform_version", "") if text else None
    yield _judged("Terraform", version, TERRAFORM, "Install it: https://developer.hashicorp.com/terraform/install")


def node(_: object) -> Iterator[Finding]:
    """Node.js, new enough."""
    text = said("node", "--version")
    yield _judged("Node.js", text.strip().removeprefix("v") if text else None, NODE, "Install it: https://nodejs.org")


def aws_cli(deployment: Deployment) -> Iterator[Finding]:
    """The AWS CLI, which makes Helm's token for the cluster."""
    if not deployment.settings.with_marquez:
        return
    if text := said("aws", "--version"):
        yield ok("AWS CLI", text.split()[0].partition("/")[2])
    else:
        cure = "Install it: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
        yield problem("AWS CLI", "is not on PATH, and Helm logs in to the cluster with it", cure)


def cdktf(deployment: Deployment) -> Iterator[Finding]:
    """The CDKTF CLI of package.json."""
    if (deployment.root / "node_modules/.bin/cdktf").exists():
        yield ok("cdktf", "installed")
    else:
        yield problem("cdktf", "node_modules is missing or incomplete", "Run `npm ci` in the project's folder.")


def said(*command: str) -> str | None:
    """What a program says; None when it is not there or fails."""
    if shutil.which(command[0]) is None:
        return None
    ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    return ended.stdout or ended.stderr if ended.returncode == 0 else None


def _judged(name: str, version: str | None, oldest: tuple[int, ...], cure: str) -> Finding:
    wanted = ".".join(map(str, oldest))
    if version is None:
        return problem(name, f"is not on PATH, or does not start; {wanted} or newer is needed", cure)
    found = tuple(int(part) for part in re.findall(r"\d+", version)[: len(oldest)])
    return ok(name, version) if found >= oldest else problem(name, f"{version} is older than {wanted}", cure)


QUESTIONS: tuple[Question[Deployment], ...] = (
    Question("Terraform", terraform),
    Question("Node.js", node),
    Question("AWS CLI", aws_cli),
    Question("cdktf", cdktf),
)
