"""What a person reads of a check: a row for each job, what is wrong, and the verdict."""

from collections import defaultdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lineage import coverage
from lineage.check import JobResult, Verdict
from lineage.terminal import plain

_PLAIN_WIDTH = 120
_STATE_STYLES = {"COMPLETED": "green", "FAILED": "bold red", "ABORTED": "bold red"}


def console() -> Console:
    """Standard output; in colour and as wide as the window on a terminal, plain elsewhere."""
    plain = Console(highlight=False)
    return plain if plain.is_terminal else Console(highlight=False, width=_PLAIN_WIDTH)


def print_verdict(verdict: Verdict, out: Console) -> None:
    """Prints the table, the findings by kind, and the verdict in one line."""
    out.print(_table(verdict))
    for kind, subjects in _by_kind(verdict).items():
        out.print(Text(f"\n{kind} ({len(subjects)})", "bold"))
        for subject in subjects:
            out.print(Text(f"  {plain(subject)}"))
    if unknown := sorted({finding.subject.partition(".")[0] for finding in verdict.findings if finding.kind == "job not expected"}):
        out.print(Text(f"\n`python -m lineage expect {plain(unknown[0])}` writes what was captured of a DAG, for review"))
    out.print()
    if verdict.coverage.rows:
        out.print(Text(plain(coverage.verdict(verdict.coverage))))
    out.print(Text(verdict_line(verdict), "bold green" if verdict.is_complete else "bold red"))


def verdict_line(verdict: Verdict) -> str:
    """The verdict in one line."""
    if not verdict.is_complete:
        count = len(verdict.findings)
        return f"Lineage INCOMPLETE: {count} finding{'s' if count != 1 else ''}"
    expected = verdict.expected
    columns = f"{verdict.columns_right} of {len(expected.column_edges)} column edges"
    return f"Lineage complete: {len(expected.jobs)} jobs, {len(expected.datasets)} datasets, {len(expected.pairs)} pairs, {columns}"


def _table(verdict: Verdict) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
    for heading in ("Job", "Inputs", "Outputs"):
        table.add_column(heading, overflow="fold")
    table.add_column("Columns", justify="right", no_wrap=True)
    table.add_column("Run", no_wrap=True)
    for result in verdict.results:
        table.add_row(*_row(result))
    return table


def _row(result: JobResult) -> tuple[Text, ...]:
    job, total = result.job, len(result.job.column_edges)
    state = result.state or "none"
    return (
        Text(plain(job.name)),
        Text("\n".join(plain(id_.name) for id_ in job.inputs)),
        Text("\n".join(plain(id_.name) for id_ in job.outputs)),
        Text(f"{result.columns_right}/{total}", "green" if result.columns_right == total else "bold red"),
        Text(plain(state), _STATE_STYLES.get(state, "yellow")),
    )


def _by_kind(verdict: Verdict) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for finding in verdict.findings:
        line = f"{finding.subject}: {finding.detail}" if finding.detail else finding.subject
        groups[finding.kind].append(f"{line}  [{finding.place}]" if finding.place else line)
    return groups
