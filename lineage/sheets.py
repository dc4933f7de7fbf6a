"""Tables for a person: on a terminal, or as Markdown for a merge request."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lineage.terminal import plain

FORMATS = ("table", "json", "markdown")
_STYLES = {
    "failed": "bold red",
    "none": "bold red",
    "vanished": "bold red",
    "tables only": "yellow",
    "changed": "yellow",
    "columns": "green",
    "appeared": "green",
}


@dataclass(frozen=True)
class Sheet:
    """Rows under headings, and the line below them."""

    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    verdict: str


def show(sheet: Sheet, out: Console) -> None:
    """On the terminal; known words in their colours."""
    if sheet.rows:
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
        for heading in sheet.headings:
            table.add_column(heading, overflow="fold")
        for row in sheet.rows:
            table.add_row(*(Text(plain(cell), _STYLES.get(cell, "")) for cell in row))
        out.print(table)
        out.print()
    out.print(Text(plain(sheet.verdict), "bold"))


def markdown(sheet: Sheet) -> str:
    """As a table of Markdown."""
    lines = [sheet.headings, tuple("---" for _ in sheet.headings), *sheet.rows] if sheet.rows else []
    table = "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)
    return "\n\n".join(filter(None, (table, _cell(sheet.verdict))))


def _cell(text: str) -> str:
    """Names of others must not end a cell or mean anything else."""
    text = plain(text)
    for mark in "\\|`*_<[":
        text = text.replace(mark, f"\\{mark}")
    return text
