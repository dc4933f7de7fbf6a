"""Asks openlineage-sql: as Airflow's provider does (sqlparser.SQLParser), or with --alone each statement by itself.

The provider gives all statements of a task and the warehouse's default schema to one call, and each output all columns that it names. By
itself a statement is asked without a default schema, since with one the parser loses the tables of CTEs.
"""

import sys

import sqlparse
from openlineage_sql import parse

from tools.bench_lineage.asking import answer_all
from tools.bench_lineage.case import Answer, Question


def as_the_provider(question: Question) -> Answer:
    """One call for the task."""
    return _called(_statements(question), question.schema, question)


def alone(question: Question) -> Answer:
    """A call for each statement."""
    whole = Answer()
    for statement in _statements(question):
        answer = _called([statement], None, question)
        whole.inputs |= answer.inputs
        whole.outputs |= answer.outputs
        whole.edges |= answer.edges
        whole.said += answer.said
    return whole


def _statements(question: Question) -> list[str]:
    statements = [statement.rstrip("; \n") for statement in sqlparse.split(question.sql)]
    return [statement for statement in statements if sqlparse.format(statement, strip_comments=True)]


def _called(statements: list[str], schema: str | None, question: Question) -> Answer:
    found = parse(statements, dialect="redshift", default_schema=schema)
    answer = Answer(said=[error.message for error in found.errors])
    answer.inputs = {_name(table.qualified_name, question) for table in found.in_tables}
    answer.outputs = {_name(table.qualified_name, question) for table in found.out_tables}
    # A column's own name is the facet's key, so that the last one of its name counts.
    columns = {lineage.descendant.name.lower(): lineage.lineage for lineage in found.column_lineage}
    for output in answer.outputs:
        for column, origins in columns.items():
            answer.edges |= {
                (output, column, _name(origin.origin.qualified_name, question), origin.name.lower()) for origin in origins if origin.origin
            }
    return answer


def _name(name: str, question: Question) -> str:
    name = name.lower().replace('"', "").removeprefix("dev.")
    return name if "." in name else f"{question.schema}.{name}"


if __name__ == "__main__":
    answer_all(alone if "--alone" in sys.argv else as_the_provider)
