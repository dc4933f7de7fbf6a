"""The stacks as they were synthesized last: what they are called and what they upload is read there, not written again."""

import re
from collections.abc import Iterator
from typing import Any

from operations.deployment import Deployment
from operations.findings import Finding, ok, problem
from tools.synthesized import SynthesizedStack, read

OUTDIR = "cdktf.out"
CURE = "Run `make synth`."


def stacks(deployment: Deployment) -> list[SynthesizedStack]:
    """The stacks in cdktf.out; none when it is missing or of other settings, which `synthesized` reports."""
    if _differences(deployment):
        return []
    return [stack for stack in read(deployment.root / OUTDIR) if stack.id in deployment.stacks]


def synthesized(deployment: Deployment) -> Iterator[Finding]:
    """Whether cdktf.out is there, and of these settings."""
    if differences := _differences(deployment):
        yield problem(OUTDIR, f"{differences}: neither files nor names can be looked at", CURE)
    else:
        yield ok(OUTDIR, "is of these settings")


def value(stack: SynthesizedStack, block: dict[str, Any], attribute: str) -> str:
    """An attribute of a resource; references to attributes that stand in the same stack are followed."""

    def referred(match: re.Match[str]) -> str:
        target = stack.blocks.get(f"{match[1]}.{match[2]}", {})
        return str(target.get(match[3], match[0]))

    return re.sub(r"\$\{(\w+)\.([\w-]+)\.(\w+)\}", referred, str(block[attribute]))


def _differences(deployment: Deployment) -> str:
    """What shows that cdktf.out was made from other settings; enough of them to keep names of another deployment away."""
    if not (deployment.root / OUTDIR / "manifest.json").is_file():
        return "is missing"
    found = {stack.id: stack.terraform["provider"]["aws"][0] for stack in read(deployment.root / OUTDIR)}
    if missing := set(deployment.stacks) - found.keys():
        return f"lacks {', '.join(sorted(missing))}"
    for provider in (found[stack] for stack in deployment.stacks):
        made_for = (provider["region"], provider["default_tags"][0]["tags"])
        if made_for != (deployment.settings.region, deployment.settings.all_tags):
            return "is of other settings"
    return ""
