"""checkov over synthesized stacks: which findings are left when the accepted ones are taken off.

checkov reads no suppressions from Terraform's JSON. modules/suppressions.py writes them into a resource's comment, and here they are
matched with checkov's findings: by stack, by the resource's name and by the check.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from tools.tool_environment import environment


@dataclass(frozen=True, order=True)
class Finding:
    """A check that a resource or a data source of a stack does not pass."""

    stack: str
    resource: str
    check: str
    title: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What a suppression names: the stack, the resource, the check."""
        return self.stack, self.resource, self.check


@dataclass(frozen=True)
class Scan:
    """How many checks passed, what failed, what of it is accepted, and the suppressions that suppress nothing."""

    passed: int
    failed: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    unused: tuple[Finding, ...]

    def __str__(self) -> str:
        lines = [f"checkov: {self.passed} checks passed, {len(self.suppressed)} suppressed, {len(self.failed)} failed"]
        lines += [f"  {finding.stack}: {finding.resource}: {finding.check} {finding.title}" for finding in self.failed]
        lines += [f"  {finding.stack}: {finding.resource}: {finding.check} is suppressed and does not fail" for finding in self.unused]
        return "\n".join(lines)


def scan(stacks: Path) -> Scan:
    """Scan a folder with a folder a stack. Raises CalledProcessError when checkov itself fails."""
    # `terraform` as the framework would find nothing in Terraform's JSON, and say so with zero checks.
    report = checkov(stacks, "terraform_json")
    results = report["results"]
    found = [
        Finding(Path(entry["file_path"]).parent.name, entry["resource"].rpartition(".")[2], entry["check_id"], entry["check_name"])
        for entry in results["failed_checks"]
    ]
    accepted = suppressions(stacks)
    keys = {finding.key for finding in found}
    return Scan(
        passed=report["summary"]["passed"],
        failed=tuple(sorted(finding for finding in found if finding.key not in accepted)),
        suppressed=tuple(sorted(finding for finding in found if finding.key in accepted)),
        unused=tuple(sorted(Finding(*key) for key in accepted if key not in keys)),
    )


def suppressions(stacks: Path) -> dict[tuple[str, str, str], str]:
    """{(stack, resource, check): reason} of all that is accepted. Raises ValueError for one without a reason."""
    accepted = {}
    for path in sorted(stacks.glob("*/cdk.tf.json")):
        stack = json.loads(path.read_text())
        named = [block for section in ("resource", "data") for kind in stack.get(section, {}).values() for block in kind.items()]
        for name, block in named:
            for entry in block.get("//", {}).get("checkov", {}).get("skip", []):
                if not entry["comment"].strip():
                    raise ValueError(f"{path.parent.name}: {name}: {entry['id']} is suppressed without a reason")
                accepted[path.parent.name, name, entry["id"]] = entry["comment"]
    return accepted


def checkov(folder: Path, framework: str) -> Any:
    """checkov's report on the files of a folder. Raises CalledProcessError when checkov itself fails."""
    options = ["--framework", framework, "--skip-download", "--compact", "--soft-fail", "--output", "json"]
    command = [str(environment("checkov") / "checkov"), "--directory", str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | {"LOG_LEVEL": "ERROR"})
    return json.loads(done.stdout)


@click.command()
@click.argument("outdir", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("cdktf.out"))
def main(outdir: Path) -> None:
    """Scan the stacks of OUTDIR, where `cdktf synth` has written them."""
    result = scan(outdir / "stacks")
    click.echo(str(result))
    if result.failed or result.unused:
        sys.exit(1)


if __name__ == "__main__":
    main()
