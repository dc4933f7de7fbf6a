"""Names of jobs: those of our own tools, and those that a name with `*` means."""

import re

TOOLS = ("lineage_doctor", "lineage_coverage", "lineage_replay")
"""DAGs that fail when they find something, and say so themselves: nobody expects lineage of them. By name, as not every version's events
tell the tag that they have in their files."""


def is_tool(job: str) -> bool:
    """Whether a job is one of our own tools."""
    return job.partition(".")[0] in TOOLS


def pattern(name: str) -> re.Pattern[str]:
    """A name in which each `*` stands for any characters."""
    return re.compile(".*".join(map(re.escape, re.split(r"\*+", name))), re.DOTALL)
