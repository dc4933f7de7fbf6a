"""`make bench-lineage`: how right the lineage of this project and of its peers is, as tables in README.md and docs/lineage-bench.md.

Exit code 1 if this project states an edge that is false, or leaves one out in silence: such cases are printed, as are its other misses.
"""

import sys
import time

import click

from lineage.report import console
from tools.bench_lineage.case import Answer, Suite
from tools.bench_lineage.parsers import Parser, ours, peers
from tools.bench_lineage.score import Score, difference, score, total
from tools.bench_lineage.suites import suites
from tools.bench_lineage.table import short, whole
from tools.generated import put
from tools.tool_environment import ROOT

DOCUMENT, README = ROOT / "docs/lineage-bench.md", ROOT / "README.md"


@click.command()
def main() -> None:
    """Ask every parser every question, print and write the tables."""
    out, begun = console(), time.monotonic()
    asked = suites()
    out.print(f"{sum(len(suite.cases) for suite in asked):,} questions in {len(asked)} suites")
    scores: dict[str, list[Score]] = {}
    faulty = False
    for parser in [*ours(), *peers()]:
        answers = _answers(parser, asked)
        scores[parser.title] = [_score(suite, each) for suite, each in zip(asked, answers, strict=True)]
        sum_ = total(scores[parser.title])
        out.print(f"{parser.title}: {sum_.found:,} of {sum_.edges:,} edges, {sum_.false:,} false, {sum_.seconds:.0f} s")
        if parser.sqlglot:
            for line in _misses(asked, answers):
                out.print(f"  {line}", markup=False, highlight=False)
            faulty = faulty or bool(sum_.false or sum_.silent)
    for table in (short(scores), whole(asked, scores)):
        out.print(f"\n{table}", markup=False, highlight=False, soft_wrap=True)
    for document, table in ((README, short(scores)), (DOCUMENT, whole(asked, scores))):
        document.write_text(put(document.name, "lineage bench", "make bench-lineage", table, document.read_text()))
    out.print(f"\n{time.monotonic() - begun:.0f} seconds")
    sys.exit(1 if faulty else 0)


def _answers(parser: Parser, asked: list[Suite]) -> list[list[Answer]]:
    """Those of each suite."""
    found = parser.answers([case for suite in asked for case in suite.cases])
    answers = []
    for suite in asked:
        answers.append(found[: len(suite.cases)])
        found = found[len(suite.cases) :]
    return answers


def _score(suite: Suite, answers: list[Answer]) -> Score:
    return total(score(case, answer) for case, answer in zip(suite.cases, answers, strict=True))


def _misses(asked: list[Suite], answers: list[list[Answer]]) -> list[str]:
    """What is not right, one case a line, with what was said of it."""
    lines = []
    for suite, given in zip(asked, answers, strict=True):
        for case, answer in zip(suite.cases, given, strict=True):
            found = difference(case, answer)
            wrong = [f"false: {_edge(edge)}" for edge in sorted(found.false)] + [
                f"missing: {_edge(edge)}" for edge in sorted(found.missing)
            ]
            if found.tables_right is False:
                wrong.append(f"reads {', '.join(sorted(answer.inputs))}; writes {', '.join(sorted(answer.outputs))}")
            if wrong:
                lines.append(f"{suite.title}, {case.name}: {'; '.join(wrong)}; said: {'; '.join(answer.said) or 'nothing'}")
    return lines


def _edge(edge: tuple[str, str, str, str]) -> str:
    table, column, origin, name = edge
    return f"{table}.{column} from {origin}.{name}"


if __name__ == "__main__":
    main()
