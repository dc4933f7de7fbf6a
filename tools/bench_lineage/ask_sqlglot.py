"""Asks sqlglot.lineage, which knows queries only: of INSERT and CREATE it is asked for the query, its columns by their places.

A temporary table is given to the queries after it as a source. Any other statement that reads or writes is a problem that was said.
"""

from typing import Any, TypeGuard

import sqlglot
from sqlglot import exp
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from tools.bench_lineage.asking import answer_all
from tools.bench_lineage.case import Answer, Question

MOVES_NOTHING = (exp.Set, exp.Drop, exp.Transaction, exp.Commit, exp.Rollback, exp.Grant, exp.Comment, exp.TruncateTable, exp.Analyze)


class Statements:
    """The statements of one question, one after the other."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.answer = Answer()
        self.sources: dict[str, Any] = {}
        self.tables = dict(question.tables)

    def follow(self, statement: exp.Expr) -> None:
        """Adds what a statement reads and writes."""
        query = statement.expression if isinstance(statement, exp.Insert | exp.Create) else statement
        if isinstance(query, exp.Subquery):
            query = query.unnest()
        if isinstance(statement, exp.Create) and query is None:
            self._define(statement)
            return
        if not isinstance(query, exp.Query):
            if not isinstance(statement, MOVES_NOTHING):
                self.answer.said.append(f"{statement.key} is no query")
            return
        if query is statement:
            self._query(query)
            return
        if statement.args.get("with_"):
            query.set("with_", statement.args["with_"])
        target = statement.this.find(exp.Table) if not isinstance(statement.this, exp.Table) else statement.this
        listed = [column.name for column in statement.this.expressions] if isinstance(statement.this, exp.Schema) else []
        if isinstance(statement, exp.Create) and statement.find(exp.TemporaryProperty):
            self.sources[target.name] = query
            return
        self._write(target, listed, query)

    def _query(self, query: exp.Query) -> None:
        """A query by itself, or with INTO."""
        into = query.args.get("into")
        if into is None:
            self._read(self._qualified(query))
        elif into.args.get("temporary"):
            self.sources[into.this.name] = query.copy()
            self.sources[into.this.name].set("into", None)
        else:
            query.set("into", None)
            self._write(into.this, [], query)

    def _qualified(self, query: exp.Query) -> Any:
        expanded = exp.expand(query, self.sources, dialect="redshift") if self.sources else query
        return qualify(expanded.copy(), validate_qualify_columns=False, identify=False, **self._options())

    def _read(self, qualified: Any) -> None:
        for scope in traverse_scope(qualified):
            self.answer.inputs |= {self._name(source) for source in scope.sources.values() if _is_table(source)}

    def _options(self) -> dict[str, Any]:
        return {"dialect": "redshift", "schema": self._schema(), "db": self.question.schema}

    def _define(self, statement: exp.Create) -> None:
        if isinstance(statement.this, exp.Schema):
            columns = [column.name.lower() for column in statement.this.expressions if isinstance(column, exp.ColumnDef)]
            self.tables[self._name(statement.this.this)] = columns

    def _schema(self) -> dict[str, Any]:
        schemas: dict[str, Any] = {}
        for name, columns in self.tables.items():
            schema, _, table = name.partition(".")
            schemas.setdefault(schema, {})[table] = dict.fromkeys(columns, "varchar")
        return schemas

    def _write(self, target: exp.Table, listed: list[str], query: exp.Query) -> None:
        name = self._name(target)
        self.answer.outputs.add(name)
        qualified = self._qualified(query)
        self._read(qualified)
        names = listed or self.tables.get(name) or [select.alias_or_name for select in qualified.selects]
        first = qualified
        while isinstance(first, exp.SetOperation | exp.Subquery):
            first = first.this
        for place, select in enumerate(first.selects):
            first.selects[place].replace(exp.alias_(select.unalias(), f"place_{place}", copy=True))
        found = lineage(None, qualified, **self._options())
        for place, column in enumerate(names[: len(first.selects)]):
            for node in found[f"place_{place}"].walk():
                if _is_table(node.expression):
                    origin = sqlglot.to_column(node.name, dialect="redshift").name.lower()
                    self.answer.edges.add((name, column.lower(), self._name(node.expression), origin))

    def _name(self, table: exp.Table) -> str:
        return f"{table.db or self.question.schema}.{table.name}".lower()


def _is_table(source: Any) -> TypeGuard[exp.Table]:
    """A function in FROM is none."""
    return isinstance(source, exp.Table) and bool(source.name)


def ask(question: Question) -> Answer:
    """What is asked of each statement; where one fails, the others still count."""
    statements = Statements(question)
    for statement in sqlglot.parse(question.sql, dialect="redshift"):
        if statement is None:
            continue
        try:
            statements.follow(statement)
        except sqlglot.errors.SqlglotError as error:
            statements.answer.said.append(str(error)[:300])
    return statements.answer


if __name__ == "__main__":
    answer_all(ask)
