"""Asks sqllineage, with the schemas as metadata, aliases of the same SELECT allowed, and its warnings taken for problems that it says.

Of a table that an INSERT with a list of columns writes it gets no schema, as it would then ignore the list.
"""

import re
import warnings
from collections.abc import Iterable
from itertools import pairwise

from sqllineage.config import SQLLineageConfig
from sqllineage.core.metadata.dummy import DummyMetaDataProvider
from sqllineage.core.models import Path, Table
from sqllineage.runner import LineageRunner

from tools.bench_lineage.asking import answer_all
from tools.bench_lineage.case import Answer, Question

LISTED = re.compile(r'\binsert\s+into\s+([\w."]+)\s*\((?!\s*(?:select|with)\b)', re.IGNORECASE)


def ask(question: Question) -> Answer:
    """The graph of the whole SQL."""
    listed = {name.lower().replace('"', "") for name in LISTED.findall(question.sql)}
    provider = DummyMetaDataProvider({name: columns for name, columns in question.tables.items() if name not in listed})
    with (
        warnings.catch_warnings(record=True) as warned,
        SQLLineageConfig(DEFAULT_SCHEMA=question.schema, LATERAL_COLUMN_ALIAS_REFERENCE=True),
    ):
        warnings.simplefilter("always")
        runner = LineageRunner(question.sql, dialect="redshift", metadata_provider=provider, silent_mode=True)
        answer = Answer(
            _names([*runner.source_tables, *runner.intermediate_tables]),
            _names([*runner.target_tables, *runner.intermediate_tables]),
        )
        for path in runner.get_column_lineage(exclude_path_ending_in_subquery=True):
            columns = [(_name(column.parent), column.raw_name.lower()) for column in path if isinstance(column.parent, Table | Path)]
            answer.edges |= {(*target, *origin) for origin, target in pairwise(columns)}
    answer.said = [str(warning.message)[:300] for warning in warned if not issubclass(warning.category, DeprecationWarning)]
    return answer


def _name(source: Table | Path) -> str:
    return str(source).lower().replace('"', "").removeprefix("dev.").rstrip("/")


def _names(sources: Iterable[Table | Path]) -> set[str]:
    return {_name(source) for source in sources}


if __name__ == "__main__":
    answer_all(ask)
