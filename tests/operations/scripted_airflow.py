"""An `airflow` command that answers from a script, with what real ones were seen to write, and notes what it was asked.

The script is JSON, {beginning of a command: [[exit code, standard output, standard error], ...]}: each answer once, the last for ever.
`@RUN` stands for the name of the run that was triggered.
"""

import json
import sys
from pathlib import Path


def main() -> int:
    """`<folder with script.json> <the command>`; the folder also takes the notes."""
    folder, command = Path(sys.argv[1]), sys.argv[2:]
    notes = folder / "asked"
    before = notes.read_text().splitlines() if notes.exists() else []
    notes.write_text("\n".join([*before, " ".join(command)]))
    if "--run-id" in command:
        (folder / "run").write_text(command[command.index("--run-id") + 1])
    script = json.loads((folder / "script.json").read_text())
    begins = next((begins for begins in script if " ".join(command).startswith(begins)), None)
    if begins is None:
        print(f"nothing is scripted for {command}", file=sys.stderr)
        return 2
    times = sum(line.startswith(begins) for line in before)
    code, output, errors = script[begins][min(times, len(script[begins]) - 1)]
    run = (folder / "run").read_text() if (folder / "run").exists() else ""
    sys.stdout.write(output.replace("@RUN", run))
    sys.stderr.write(errors)
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
