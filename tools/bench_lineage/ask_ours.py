"""Asks this project, of the sqlglot that is first on the path."""

from mwaa_lineage.sql.flow import derive
from mwaa_lineage.sql.relations import Catalog, Column, Location, Relation, Table
from mwaa_lineage.sql.sql import parse
from tools.bench_lineage.asking import answer_all
from tools.bench_lineage.case import Answer, Question


def ask(question: Question) -> Answer:
    """What the operator derives from this SQL and this catalog."""
    relations = {Table("dev", *name.split(".")): Relation(tuple(map(Column, columns))) for name, columns in question.tables.items()}
    lineage = derive(parse([question.sql]), Catalog("dev", (question.schema,), relations))
    answer = Answer({_name(table) for table in lineage.inputs}, said=[problem.message for problem in lineage.problems])
    for target, output in lineage.outputs.items():
        answer.outputs.add(_name(target))
        for column, origins in output.columns.items():
            answer.edges |= {(_name(target), column, _name(origin.table), origin.column) for origin in origins}
    return answer


def _name(source: Table | Location) -> str:
    return str(source).removeprefix("dev.")


if __name__ == "__main__":
    answer_all(ask)
