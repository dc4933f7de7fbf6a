"""The bench's tables, as the documents have them."""

from collections.abc import Mapping, Sequence

from tools.bench_lineage.case import Suite
from tools.bench_lineage.score import Score, total

Scores = Mapping[str, Sequence[Score]]
"""{parser: its score of each suite}, in the order of the suites."""

_FIGURES = "tables right | columns right | edges found | false edges | missing, said | missing, silent | seconds |"
_LINE = " --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"


def short(scores: Scores) -> str:
    """A line for each parser, over all suites."""
    lines = [f"| parser | {_FIGURES}", f"|{_LINE}"]
    return "\n".join([*lines, *(f"| {parser} | {_figures(total(each))}" for parser, each in scores.items())])


def whole(suites: Sequence[Suite], scores: Scores) -> str:
    """The suites, and a line for each suite and parser."""
    lines = [
        "| suite | statements or scripts | column edges | who says what is true | left out, a matter of taste |",
        "| --- | ---: | ---: | --- | ---: |",
    ]
    edges = [score.edges for score in next(iter(scores.values()))]
    for suite, count in zip(suites, edges, strict=True):
        lines.append(f"| {suite.title} | {len(suite.cases):,} | {count:,} | {suite.truth} | {suite.left_out or ''} |")
    lines += ["", f"| suite | parser | {_FIGURES}", f"| --- |{_LINE}"]
    for place, suite in enumerate(suites):
        lines += [f"| {suite.title} | {parser} | {_figures(each[place])}" for parser, each in scores.items()]
    return "\n".join(lines)


def _figures(score: Score) -> str:
    tables = f"{score.tables_right:,} of {score.tables_asked:,}" if score.tables_asked else ""
    counted = (
        tables,
        f"{score.columns_right:,} of {score.cases:,}",
        f"{score.found:,} of {score.edges:,}",
        f"{score.false:,}",
        f"{score.said:,}",
        f"{score.silent:,}",
        f"{score.seconds:.1f}",
    )
    return " | ".join(counted) + " |"
