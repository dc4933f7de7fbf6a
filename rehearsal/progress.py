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
ENDINGS = ("complete",)
FRAME = "│╷╵"
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


def complaints(log: Path, most: int = 40) -> list[str]:
    """What a command that failed has said of it: Terraform's framed errors and our own findings, or else its last lines."""
    lines = COLOURS.sub("", log.read_text(encoding="utf-8", errors="replace")).splitlines()
    told = [line.rstrip() for number, line in enumerate(lines) if _complains(line) or (number and "✗" in lines[number - 1])]
    return told[-most:] or [line for line in lines if line.strip()][-12:]


def _complains(line: str) -> bool:
    return "✗" in line or line.startswith("error:") or ("│" in line and line.partition("│")[2].strip() != "")
