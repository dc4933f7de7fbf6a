"""The lineage of a whole piece of SQL: what its statements read and write together, through the tables they make for themselves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from sql_lineage.columns import Reading, read
from sql_lineage.definitions import Definition, definition, scratch
from sql_lineage.origins import Origins, merge
from sql_lineage.outline import Outline
from sql_lineage.relations import SYSTEM_SCHEMA, TEMPORARY_SCHEMA, Catalog, Column, Relation, Source, Table
from sql_lineage.sql import Statement
from sql_lineage.writes import Naming, Write, writes


@dataclass
class Output:
    """What was written to one dataset: the datasets it comes from, and the origins of each column written."""

    inputs: dict[Source, None] = field(default_factory=dict)
    columns: dict[str, Origins] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """Why lineage is missing, and in which statement (counted from 0; None: in all)."""

    message: str
    statement: int | None = None


@dataclass(frozen=True)
class Lineage:
    """What SQL reads and writes. Tables it makes for itself alone do not appear, their sources do."""

    inputs: list[Source]
    outputs: dict[Source, Output]
    created: Mapping[Table, Relation]  # what the SQL says of the tables it creates
    problems: list[Problem]


def derive(statements: Sequence[Statement], catalog: Catalog) -> Lineage:
    """The lineage of `statements`, run one after the other. Never raises: what goes wrong is a Problem."""
    session = _Session(catalog, scratch(statements))
    for number, statement in enumerate(statements):
        session.number = number
        try:
            session.mention(statement, statement.tables) if statement.tables else session.run(statement)
        except Exception as error:  # this statement's lineage is lost, the others' is not
            session.report(f"what it reads and writes is missing: {error}")
    outputs = {target: output for target, output in session.outputs.items() if target not in session.scratch}
    return Lineage(list(session.inputs), outputs, session.created, session.problems)


class _Session:
    """The tables as the statements see and change them, one after the other."""

    def __init__(self, catalog: Catalog, dropped: set[tuple[str, str]]) -> None:
        self.catalog = catalog
        self.search_path = catalog.search_path
        self.dropped = dropped
        self.number = 0
        self.scratch: set[Source] = set()  # tables whose content flows through, as nothing of them stays
        self.created: dict[Table, Relation] = {}
        self.inputs: dict[Source, None] = {}
        self.outputs: dict[Source, Output] = {}
        self.problems: list[Problem] = []
        self.missing: set[Table] = set()

    def run(self, statement: Statement) -> None:
        if statement.problem:
            self.report(statement.problem)
        self.search_path = statement.search_path or self.search_path
        if statement.tree is None:
            return
        made = definition(statement.tree)
        found = list(writes(statement.tree))
        if made and not found:
            self._make(made, made.columns or self._columns_like(made))
        for write in found:
            self._write(write, made)
        for rename in statement.tree.find_all(exp.AlterRename):
            self._rename(self.resolve(statement.tree.this), rename.this.name.lower())
        if isinstance(statement.tree, exp.Drop):
            for dropped in statement.tree.find_all(exp.Table):
                self.created.pop(self.resolve(dropped), None)

    def mention(self, statement: Statement, tables: Outline) -> None:
        """A statement of which only the tables are known: what the catalog does not know may be no table at all."""
        if statement.problem:
            self.report(statement.problem)
        sources = [self.resolve(each) if isinstance(each, exp.Table) else each for each in tables.read]
        read = [each for each in sources if not self.catalog.complete or not isinstance(each, Table) or self.relation(each)]
        inputs = dict.fromkeys(origin for source in read for origin in self._beyond(source))
        self.inputs.update(inputs)
        if made := statement.tree and definition(statement.tree):
            self._make(made, ())
        if tables.target is not None:
            target = self.resolve(tables.target) if isinstance(tables.target, exp.Table) else tables.target
            self.outputs.setdefault(target, Output()).inputs.update(inputs)

    def report(self, message: str) -> None:
        self.problems.append(Problem(message, self.number))

    def resolve(self, node: exp.Table) -> Table:
        """The table that a name means: a bare one is looked for as the warehouse does."""
        database, schema, name = node.catalog.lower() or self.catalog.database, node.db.lower(), node.name.lower()
        if schema:
            return Table(database, schema, name)
        path = [Table(database, schema, name) for schema in (TEMPORARY_SCHEMA, SYSTEM_SCHEMA, *self.search_path)]
        return next((table for table in path if self.relation(table)), path[2])

    def relation(self, table: Table) -> Relation | None:
        return self.created.get(table) or self.catalog.relations.get(table)

    def columns(self, table: Table) -> tuple[str, ...]:
        relation = self.relation(table)
        return relation.names if relation else ()

    def _columns_like(self, made: Definition) -> tuple[Column, ...]:
        if made.like is None:
            return ()
        model = self.resolve(made.like)
        self._check(model)
        relation = self.relation(model)
        return relation.columns if relation else ()

    def _make(self, made: Definition, columns: tuple[Column, ...]) -> Table:
        schema = TEMPORARY_SCHEMA if made.temporary else made.target.db.lower() or self.search_path[0]
        table = Table(made.target.catalog.lower() or self.catalog.database, schema, made.target.name.lower())
        if made.temporary or (made.target.db.lower(), table.name) in self.dropped:
            self.scratch.add(table)
        if not made.keeps_existing:
            self.outputs.pop(table, None)
        self.created[table] = self._known(table, Relation(columns, made.location), made.keeps_existing)
        return table

    def _known(self, table: Table, relation: Relation, keeps_existing: bool = False) -> Relation:
        """The catalog's relation where it is the one that the SQL makes: it has types, and names for unnamed expressions."""
        existing = self.catalog.relations.get(table)
        if existing and (keeps_existing or len(existing.columns) == len(relation.columns)):
            return existing
        return relation

    def _rename(self, old: Table, name: str) -> None:
        new = old._replace(name=name)
        if relation := self.relation(old):
            self.created.pop(old, None)
            self.created[new] = self._known(new, relation)
        if output := self.outputs.pop(old, None):
            self.outputs[new] = output

    def _write(self, write: Write, made: Definition | None) -> None:
        reading = read(write.query, self.resolve, self.columns) if write.query else Reading([])
        for table in reading.tables:
            self._check(table)
        for problem in reading.problems:
            self.report(problem)
        target = self._target(write, made, reading)
        columns = self._written(write, target, reading)
        origins = {origin.table for how in columns.values() for origin in how}
        sources: list[Source] = [table for table in reading.tables if not write.in_place or table != target or table in origins]
        if write.location:
            sources.append(write.location)
        self._record(target, sources, columns)

    def _target(self, write: Write, made: Definition | None, reading: Reading) -> Source | None:
        if made:
            return self._make(made, made.columns or tuple(Column(name) for name, _ in reading.columns or ()))
        if not isinstance(write.target, exp.Table):
            return write.target
        target = self.resolve(write.target)
        self._check(target)
        return target

    def _check(self, table: Table) -> None:
        if self.catalog.complete and not self.relation(table) and table not in self.missing:
            self.missing.add(table)
            here = table.database == self.catalog.database
            self.report(
                f"table {table} is {'not in the catalog of the warehouse' if here else 'in another database: its catalog is not read'}"
            )

    def _written(self, write: Write, target: Source | None, reading: Reading) -> dict[str, Origins]:
        """The written columns of the target and what each is derived from."""
        values = reading.columns or []
        known = self.columns(target) if isinstance(target, Table) else ()
        if write.columns is Naming.BY_NAME:
            return {name: self._through(origins) for name, origins in values if name in known or not known}
        names = known if write.columns is Naming.BY_POSITION else write.columns
        if names and len(values) > len(names):
            self.report(f"{len(values)} values for {len(names)} columns of {target}")
        return {name: self._through(origins) for name, (_, origins) in zip(names, values, strict=False)}

    def _through(self, origins: Origins) -> Origins:
        """`origins`, with those in scratch tables replaced by what these were derived from."""
        result: Origins = {}
        for origin, how in origins.items():
            content = self.outputs.get(origin.table, Output()).columns
            merge(result, content.get(origin.column, {}) if origin.table in self.scratch else {origin: how}, how)
        return result

    def _record(self, target: Source | None, sources: Iterable[Source], columns: Mapping[str, Origins]) -> None:
        inputs = dict.fromkeys(origin for source in sources for origin in self._beyond(source))
        self.inputs.update(inputs)
        if target is None or not (inputs or columns):
            return
        output = self.outputs.setdefault(target, Output())
        output.inputs.update(inputs)
        for name, origins in columns.items():
            merge(output.columns.setdefault(name, {}), origins)

    def _beyond(self, source: Source) -> Iterable[Source]:
        """The sources of a scratch table; any other dataset itself."""
        if source in self.scratch:
            return self.outputs[source].inputs if source in self.outputs else ()
        return (source,)
