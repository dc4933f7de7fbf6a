"""The loop of the programs that ask a parser: questions as JSON on the standard input, answers as JSON on the standard output.

They run in environments of their own, which have nothing of this project's but this package.
"""

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from types import FrameType
from typing import Any

from tools.bench_lineage.case import Answer, Question

SECONDS = 10
"""Of one processor that a parser has for a question."""


class TooLate(Exception):
    """A parser is still at it."""


def answer_all(ask: Callable[[Question], Answer]) -> None:
    """Asks one question after the other. What is raised, and what takes longer than SECONDS, is a problem that was said."""
    logging.disable(logging.CRITICAL)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # some parsers print
    signal.signal(signal.SIGPROF, _give_up)
    for line in sys.stdin:
        begun = time.process_time()
        try:
            with _limited():
                answer = ask(Question(**json.loads(line)))
        except TooLate:
            answer = Answer(said=[f"no answer in {SECONDS} s of a processor"])
        except Exception as error:  # noqa: BLE001,RUF100 - whatever a peer raises
            answer = Answer(said=[f"{type(error).__name__}: {error}"[:300]])
        answer.seconds = time.process_time() - begun
        print(json.dumps(asdict(answer), default=sorted), file=answers, flush=True)


def read(line: str) -> Answer:
    """An answer as this module writes it."""
    found: dict[str, Any] = json.loads(line)
    return Answer(set(found["inputs"]), set(found["outputs"]), {_edge(edge) for edge in found["edges"]}, found["said"], found["seconds"])


def _edge(parts: list[str]) -> tuple[str, str, str, str]:
    table, column, origin, name = parts
    return table, column, origin, name


@contextmanager
def _limited() -> Iterator[None]:
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _give_up(number: int, frame: FrameType | None) -> None:
    raise TooLate
