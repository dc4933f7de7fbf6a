"""What a long command does, from the log that it writes: what Terraform has made and is making, or its last line."""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path

STEP = re.compile(
    r"(?P<address>[a-z]\w*\.[\w\[\]\"-]+)(?: \([^)]*\))?: "
    r"(?P<what>Creating|Modifying|Destroying|Creation complete|Modifications complete|Destruction complete)\b"
)
COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COMPLAINT = re.compile(r"(?:[a-z-]+ )?\s*(?:(?P<finding>✗)|[│ ]*Error: |error: )")
"""Behind the name of a stack, or under it: an error of Terraform's, framed where it writes to a terminal, or a finding of ours."""
CURE = 2
MOST_LINES, MOST_TOLD, MOST_COLUMNS, LAST = 10, 60, 240, 12
ENDINGS = ("complete",)
SHOWN = 2


@dataclass
class Watched:
    """A log that grows. `look` reads what is new."""

    log: Path
    ended: int = 0
    under_way: dict[str, float] = field(default_factory=dict)
    last: str = ""
    _read: int = 0

    def look(self) -> str:
        """What is being done, in one line."""
        with self.log.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in COLOURS.sub("", whole.decode(errors="replace")).splitlines():
            self._take(line)
        return self._terraform() if self.under_way else self.last

    def _take(self, line: str) -> None:
        if step := STEP.search(line):
            if step["what"].endswith(ENDINGS):
                self.under_way.pop(step["address"], None)
                self.ended += 1
            else:
                self.under_way.setdefault(step["address"], time.monotonic())
        elif line.strip():
            self.last = line.strip()

    def _terraform(self) -> str:
        oldest = sorted(self.under_way.items(), key=lambda pair: pair[1])
        shown = [f"{address.partition('.')[0]} for {time.monotonic() - began:.0f} s" for address, began in oldest[:SHOWN]]
        more = [f"{len(oldest) - SHOWN} more"] if len(oldest) > SHOWN else []
        return f"{self.ended} resources done, under way: {', '.join([*shown, *more])}"


def complaints(log: Path) -> list[str]:
    """What a command that failed has said of it: Terraform's errors and our own findings with their cures, or else its last lines."""
    lines = [line.rstrip()[:MOST_COLUMNS] for line in COLOURS.sub("", log.read_text(encoding="utf-8", errors="replace")).splitlines()]
    told: list[str] = []
    left = 0
    for line in filter(str.strip, lines):
        if complaint := COMPLAINT.match(line):
            left = CURE if complaint["finding"] else MOST_LINES
        elif not line.startswith(" "):  # another stack's, or cdktf's own
            left = 0
        told += [line] if left else []
        left = max(0, left - 1)
    return told[-MOST_TOLD:] or list(filter(str.strip, lines))[-LAST:]
