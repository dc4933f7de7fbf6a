"""CALL, followed by the statements of the procedure that it calls."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mwaa_lineage.sql.redshift import Call, called
from mwaa_lineage.sql.relations import Catalog, Procedure, Table
from mwaa_lineage.sql.sql import Statement
from mwaa_lineage.sql.stored import body
from mwaa_lineage.sql.tables import Tables

MOST = 10_000  # statements that procedures run, which may call others time and again
_MISSING = "what it reads and writes is missing"


class Step(NamedTuple):
    """A statement that runs, and the number of the one in the SQL, which is the same or calls it; `within`: the procedures it stands in."""

    statement: Statement
    number: int
    within: tuple[Table, ...] = ()


def steps(statements: Sequence[Statement], catalog: Catalog) -> list[Step]:
    """All that runs, in its order. What cannot be followed is a statement with a problem."""
    return list(_Calls(statements, catalog).all(statements))


class _Calls:
    def __init__(self, statements: Sequence[Statement], catalog: Catalog) -> None:
        self.catalog = catalog
        self.tables = Tables(catalog, statements)
        self.left = MOST

    def all(self, statements: Sequence[Statement]) -> Iterator[Step]:
        """The steps of the SQL."""
        for number, statement in enumerate(statements):
            yield from self._steps(Step(statement, number))

    def _steps(self, step: Step) -> Iterator[Step]:
        call = called(step.statement.tree) if step.statement.tree else None
        if call is None:
            self.tables.set(step.statement.setting, -1 if step.within else step.number)
            yield step
            return
        try:
            name, procedure = self._procedure(call)
            if name in step.within:
                raise ValueError(f"procedure {name} calls itself")
            statements = self._body(name, procedure)
        except ValueError as error:
            yield step._replace(statement=Statement(step.statement.text, problem=f"{error}: {_MISSING}"))
            return
        for statement in statements:
            yield from self._steps(Step(statement, step.number, (*step.within, name)))

    def _procedure(self, call: Call) -> tuple[Table, Procedure]:
        """The procedure that a name means. Raises ValueError where that is not known."""
        schemas = [call.schema] if call.schema else self.tables.search_path
        path = [Table(self.tables.state.database, schema, call.name) for schema in schemas]
        name = next((table for table in path if table in self.catalog.procedures), path[0])
        found = self.catalog.procedures.get(name, ())
        fitting = [each for each in found if each.arguments == call.arguments]
        if len(fitting) == 1:
            return name, fitting[0]
        if found:
            raise ValueError(f"there are {len(fitting)} procedures {name} with {call.arguments} arguments")
        raise ValueError(f"procedure {name} is not known{self.catalog.unread and f', as {self.catalog.unread}'}")

    def _body(self, name: Table, procedure: Procedure) -> list[Statement]:
        try:
            statements = body(procedure)
        except ValueError as error:
            raise ValueError(f"procedure {name} is no plain SQL: {error}") from None
        self.left -= len(statements)
        if self.left < 0:
            raise ValueError(f"procedures run more than {MOST} statements")
        return statements
