"""The lineage of a whole piece of SQL: what its statements read and write together, through the tables they make for themselves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from mwaa_lineage.sql.columns import Reading, read
from mwaa_lineage.sql.definitions import Definition, definition
from mwaa_lineage.sql.origins import NOWHERE, Derivation, Origin, Origins, known, merge, unknown
from mwaa_lineage.sql.outline import Outline
from mwaa_lineage.sql.relations import Catalog, Column, Relation, Source, Table
from mwaa_lineage.sql.sql import Statement
from mwaa_lineage.sql.tables import Content, Output, Tables, foresee
from mwaa_lineage.sql.writes import Naming, Write, writes


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
    run = _Run(statements, catalog)
    for number, statement in enumerate(statements):
        run.number = number
        try:
            run.mention(statement, statement.tables) if statement.tables else run.follow(statement)
        except Exception as error:  # this statement's lineage is lost, the others' is not
            run.report(f"what it reads and writes is missing: {error}")
    return run.lineage()


class _Run:
    """The statements, followed one after the other."""

    def __init__(self, statements: Sequence[Statement], catalog: Catalog) -> None:
        self.catalog = catalog
        self.tables = Tables(catalog, statements, foresee(statements, catalog))
        self.number = 0
        self.inputs: dict[Source, None] = {}
        self.files: dict[Source, Output] = {}
        self.problems: list[Problem] = []
        self.missing: set[Table] = set()

    def follow(self, statement: Statement) -> None:
        if statement.problem:
            self.report(statement.problem)
        if statement.tree is not None:
            self._follow(statement.tree)
        self.tables.set(statement.setting, self.number)

    def mention(self, statement: Statement, tables: Outline) -> None:
        """A statement of which only the tables are known: what the catalog does not know may be no table at all."""
        if statement.problem:
            self.report(statement.problem)
        named = [self.tables.resolve(each) if isinstance(each, exp.Table) else each for each in tables.read]
        read_from = [each for each in named if not isinstance(each, Table) or self._may_be(each)]
        read_from += [each for each in map(self.tables.resolve, tables.doubtful) if self.tables.relation(each)]
        contents = [self.tables.content(each) if isinstance(each, Table) else each for each in read_from]
        datasets = [dataset for each in contents for dataset in (self._beyond(each) if isinstance(each, Content) else (each,))]
        self.inputs.update(dict.fromkeys(datasets))
        if made := statement.tree and definition(statement.tree):
            target: Source | None = self.tables.make(made, (), self.number)
        else:
            target = self.tables.resolve(tables.target) if isinstance(tables.target, exp.Table) else tables.target
        if isinstance(target, Table):
            self.tables.content(target).partly = True
            self._record(self.tables.content(target), datasets, {})
        elif target is not None:
            self._record(self.files.setdefault(target, Output()), datasets, {})

    def report(self, message: str) -> None:
        self.problems.append(Problem(message, self.number))

    def lineage(self) -> Lineage:
        """What all statements together have read and written."""
        for table, content in list(self.tables.state.names.items()):
            if content and content.maker is None and content.old and content.dataset != table:
                self._moved(content)
        left = {table: content for table, content in self.tables.state.names.items() if content and not content.fleeting}
        outputs: dict[Source, Output] = dict(self.files)
        for content in self.tables.state.contents:  # in the order of first use
            names = [table for table, other in left.items() if other is content]
            name = names[0] if names else content.dataset
            if content.written and not content.fleeting and (names or name not in left):
                outputs[name] = content.output
        created = {table: content.relation for table, content in left.items() if content.relation and content.maker is not None}
        moved = {table: content.relation for table, content in left.items() if content.relation and table != content.dataset}
        return Lineage(list(self.inputs), outputs, {**created, **moved}, self.problems)

    def _follow(self, tree: exp.Expr) -> None:
        made = definition(tree)
        found = list(writes(tree))
        if made and not found:
            self.tables.make(made, made.columns or self._columns_like(made), self.number)
        for write in found:
            self._write(write, made)
        if isinstance(tree, exp.TruncateTable):
            for node in tree.expressions:
                self.tables.content(self.tables.resolve(node)).empty()
        self.tables.change(tree)

    def _moved(self, content: Content) -> None:
        """A table that was there before, and has another name now, with what it holds."""
        if content.relation is None:
            self._check(content.dataset)
        columns = content.relation.names if content.relation else ()
        self.inputs[content.dataset] = None
        same = {column: {Origin(content.dataset, column): Derivation.IDENTITY} for column in columns}
        self._record(content, [content.dataset], same)

    def _columns_like(self, made: Definition) -> tuple[Column, ...]:
        if made.like is None:
            return ()
        model = self.tables.resolve(made.like)
        self._check(model)
        relation = self.tables.relation(model)
        return relation.columns if relation else ()

    def _columns(self, table: Table) -> tuple[str, ...]:
        relation = self.tables.relation(table)
        return relation.names if relation else ()

    def _write(self, write: Write, made: Definition | None) -> None:
        reading = read(write.query, self.tables.resolve, self._columns) if write.query else Reading(complete=False)
        for table in reading.tables:
            self._check(table)
        for problem in reading.problems:
            self.report(problem)
        read_from = {table: self.tables.content(table) for table in reading.tables}  # as they are before the statement writes
        through = [(name, self._through(origins)) for name, origins in reading.columns]
        target = self._target(write, made, reading)
        written = self._written(write, target, through, reading.complete)
        origins = {origin.table for _, how in through for origin in how}
        content = self.tables.content(target) if isinstance(target, Table) else None
        sources = [source for source in read_from.values() if not (write.in_place and source is content) or source.dataset in origins]
        datasets = [dataset for source in sources for dataset in self._beyond(source)]
        if write.location:
            datasets.append(write.location)
        self.inputs.update(dict.fromkeys(datasets))
        if write.empties and content:
            content.empty()
        elif target and not (write.in_place and not datasets and not written):
            self._record(content or self.files.setdefault(target, Output()), datasets, written, write.replaces)

    def _target(self, write: Write, made: Definition | None, reading: Reading) -> Source | None:
        if made:
            columns = made.columns or tuple(Column(name) for name, _ in reading.columns if reading.complete)
            return self.tables.make(made, columns, self.number)
        if not isinstance(write.target, exp.Table):
            return write.target
        target = self.tables.resolve(write.target)
        self._check(target)
        return target

    def _check(self, table: Table) -> None:
        if self.catalog.complete and not self.tables.relation(table) and table not in self.missing:
            self.missing.add(table)
            here = table.database == self.catalog.database
            self.report(
                f"table {table} is {'not in the catalog of the warehouse' if here else 'in another database: its catalog is not read'}"
            )

    def _may_be(self, table: Table) -> bool:
        return not self.catalog.complete or table.database != self.catalog.database or self.tables.relation(table) is not None

    def _written(self, write: Write, target: Source | None, values: Sequence[tuple[str, Origins]], complete: bool) -> dict[str, Origins]:
        """The written columns of the target and what each is derived from; what is written to the others is unknown."""
        own = self._columns(target) if isinstance(target, Table) else ()
        if write.columns is Naming.BY_NAME:
            named = {name: origins for name, origins in values if name in own or not own}
            return named if complete else {**dict.fromkeys(own, unknown()), **named}
        names = own if write.columns is Naming.BY_POSITION else write.columns
        if names and len(values) > len(names):
            self.report(f"{len(values)} values for {len(names)} columns of {target}")
        if isinstance(target, Table) and not names and (values or not complete):
            self.tables.content(target).partly = True
        missing = names[len(values) :] if not complete else ()
        return {**{name: origins for name, (_, origins) in zip(names, values, strict=False)}, **dict.fromkeys(missing, unknown())}

    def _through(self, origins: Origins) -> Origins:
        """`origins`, with those in fleeting tables replaced by what these were derived from, and others under their lasting names."""
        result: Origins = {}
        for origin, how in origins.items():
            if origin.table == NOWHERE:
                merge(result, {origin: how})
                continue
            content = self.tables.content(origin.table)
            merge(result, content.origins(origin.column) if content.fleeting else {Origin(content.dataset, origin.column): how}, how)
        return result

    @staticmethod
    def _beyond(content: Content) -> Iterable[Source]:
        """The sources of a fleeting table; any other dataset itself."""
        return content.output.inputs if content.fleeting else (content.dataset,)

    @staticmethod
    def _record(target: Content | Output, sources: Iterable[Source], columns: Mapping[str, Origins], replaces: bool = False) -> None:
        """Adds what was written. A column of a dataset of which nothing is known is left out, unless this statement says why."""
        output = target.output if isinstance(target, Content) else target
        fleeting = isinstance(target, Content) and target.fleeting
        if isinstance(target, Content):
            target.written = True
        output.inputs.update(dict.fromkeys(sources))
        for name, origins in columns.items():
            told = known(origins)
            if fleeting and len(told) < len(origins):
                told |= unknown()
            elif origins and not told and not any(origin.column for origin in origins):
                continue
            if replaces:
                output.columns[name] = {}
            output.add(name, told)
