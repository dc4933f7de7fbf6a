"""The bill as a person reads it: on the console with every line, in the documentation without them."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from modules.setting_rules import toml
from operations.cost.estimate import Estimate
from operations.cost.resources import Line, When
from operations.cost.savings import EXISTING_VPC, NO_MARQUEZ, PricedSaving

NAMED_FROM_USD = 1
"""A line of less is not worth a word in what a stack is for."""
NAMED = DEAREST = 5
NOT_COUNTED = (
    "Not counted: tax, support plans, the free tier, data transfer between zones and to the internet, storage of logs after a month."
)


def show(estimate: Estimate, cheaper: Sequence[PricedSaving], region: str, console: Console) -> None:
    """Print the whole bill of a deployment in that region."""
    console.print(Text(_heading(estimate), "bold"), soft_wrap=True)
    console.print()
    console.print(_table([("Stack", "left"), ("idle a month", "right"), ("what it is for", "left")], _stack_rows(estimate)))
    console.print()
    console.print(_lines(estimate))
    console.print()
    for sentence in _notes(estimate, region):
        console.print(Text(sentence), soft_wrap=True)
    if cheaper:
        console.print(Text("\nCheaper, and it still works", "bold"))
        columns = [("Settings", "left"), ("idle a month", "right"), ("saved", "right"), ("a demo", "right"), ("at the price of", "left")]
        console.print(_table(columns, _saving_rows(estimate, cheaper)))


def markdown(estimate: Estimate, cheaper: Sequence[PricedSaving], region: str) -> str:
    """The same without the single lines, for the documentation."""
    stacks = [[f"**{cell}**" if row[0] == "total" and cell else cell for cell in row] for row in _stack_rows(estimate)]
    parts = [
        f"{_heading(estimate)}.",
        _markdown_table(["stack", "idle a month", "what it is for"], stacks),
        "\n".join(f"- {sentence}" for sentence in _notes(estimate, region)),
    ]
    if cheaper:
        rows = [[f"`{row[0]}`", *row[1:]] for row in _saving_rows(estimate, cheaper)]
        parts += [
            "Cheaper, and it still works:",
            _markdown_table(["settings", "idle a month", "saved", "a demo", "at the price of"], rows),
        ]
    return "\n\n".join(parts)


def _notes(estimate: Estimate, region: str) -> list[str]:
    return [*_sentences(estimate), *_doubts(estimate, region), NOT_COUNTED]


def _heading(estimate: Estimate) -> str:
    prices = estimate.prices
    return f"Estimated cost in US dollars, at the prices of {prices.region} on {prices.as_of}"


def _stack_rows(estimate: Estimate) -> list[list[str]]:
    rows = [[stack, _usd(estimate.idle(stack)), _purpose(estimate, stack)] for stack in estimate.stacks]
    return [*rows, ["total", _usd(estimate.idle()), ""]]


def _purpose(estimate: Estimate, stack: str) -> str:
    """Its dearest lines, and what its use adds."""
    idle = [line for line in estimate.lines if line.stack == stack and line.when is not When.USED]
    named = [line for line in sorted(idle, key=lambda line: -line.usd) if line.usd >= NAMED_FROM_USD][:NAMED]
    parts = [_named((line, line.usd) for line in named)] if named else []
    if used := estimate.used(stack):
        parts.append(f"{estimate.prices.assumed['runs']} runs add {_usd(used)}")
    return "; ".join(parts) or ("cents" if estimate.idle(stack) else "nothing of its own")


def _lines(estimate: Estimate) -> Table:
    columns = [("Stack", "left"), ("what", "left"), ("amount", "right"), ("of", "left"), ("at", "right"), ("a month", "right")]
    names = {id(price): name for name, price in estimate.prices.prices.items()}
    rows = [
        [
            line.stack,
            line.what,
            f"{line.amount:,.2f}",
            names[id(line.price)],
            f"{line.price.usd:g}",
            f"{_usd(line.usd)}{_doubt(line)}",
            line.when.value,
        ]
        for line in sorted(estimate.lines, key=lambda line: (estimate.stacks.index(line.stack), -line.usd))
    ]
    return _table([*columns, ("charged", "left")], rows)


def _sentences(estimate: Estimate) -> list[str]:
    hours, runs = estimate.prices.assumed["demo hours"], estimate.prices.assumed["runs"]
    idle = sorted((line for line in estimate.lines if line.when is not When.USED), key=lambda line: -line.usd)
    limited = sorted((line for line in estimate.lines if line.most is not None), key=lambda line: -line.usd_at_most)
    sentences = [
        f"Idle it costs {_usd(estimate.an_hour)} an hour, {_usd(estimate.an_hour * 24)} a day, {_usd(estimate.idle())} a month.",
        f"What runs up most, used or not: {_named((line, line.usd) for line in idle[:DEAREST])}.",
        f"A run of both DAGs adds {_usd(estimate.a_run)}, {runs} a month {_usd(estimate.used())}; an idle warehouse costs cents.",
        f"A demo of {hours} hours, deployed, run once and destroyed, costs about {_usd(estimate.demo)}.",
    ]
    if limited:
        most = _named((line, line.usd_at_most) for line in limited)
        sentences.append(f"The dearest month that the settings allow, traffic and logs apart, costs {_usd(estimate.at_most())}: {most}.")
    return sentences


def _named(things: Iterable[tuple[Line, float]]) -> str:
    return ", ".join(f"{line.what} ({_usd(usd)}{_doubt(line)})" for line, usd in things)


def _doubt(line: Line) -> str:
    """Beside a figure: that nobody has confirmed its price."""
    return ", not confirmed" if line.price.checked == "no" else ""


def _doubts(estimate: Estimate, region: str) -> list[str]:
    doubts = []
    if region != estimate.prices.region:
        doubts.append(f"{region} is priced as {estimate.prices.region}: expect another bill, of the same order.")
    used = {id(line.price) for line in estimate.lines}
    unconfirmed = [name for name, price in estimate.prices.prices.items() if id(price) in used and price.checked == "no"]
    if unconfirmed:
        doubts.append(f"Not confirmed, to be looked up: the price of {', '.join(unconfirmed)}.")
    return doubts


def _saving_rows(estimate: Estimate, cheaper: Sequence[PricedSaving]) -> list[list[str]]:
    return [
        [
            _settings(priced),
            _usd(priced.estimate.idle()),
            _usd(estimate.idle() - priced.estimate.idle()),
            _usd(priced.estimate.demo),
            priced.saving.drawback,
        ]
        for priced in cheaper
    ]


def _settings(priced: PricedSaving) -> str:
    """As settings.toml has them; of what must exist already, the name alone."""
    shown = []
    for name, value in priced.saving.changes.items():
        if name in NO_MARQUEZ or name == "existing_vpc_id":
            shown.append(f"{name} = ...")
        elif name not in EXISTING_VPC:
            shown.append(f"{name} = {toml(value)}")
    return ", ".join(shown)


def _usd(amount: float) -> str:
    return f"{amount:,.2f}"


def _table(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading, side in columns:
        table.add_column(heading, justify="right" if side == "right" else "left", no_wrap=side == "right", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, ["---"] * len(headings), *rows))
