"""The tables as the statements see and change them: what a name means, what a table holds, and what becomes of it in the end."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from sqlglot import exp

from mwaa_lineage.sql.columns import Reading
from mwaa_lineage.sql.definitions import Definition, definition
from mwaa_lineage.sql.origins import Origins, direct, union, unknown
from mwaa_lineage.sql.relations import (
    SYSTEM_SCHEMA,
    TEMPORARY_SCHEMA,
    Catalog,
    Column,
    Relation,
    Source,
    Table,
    named_as_system,
)
from mwaa_lineage.sql.settings import Setting, Transaction, saves
from mwaa_lineage.sql.sql import Statement


@dataclass
class Output:
    """What was written to one dataset: the datasets it comes from, the origins of each column written, and what decides about its rows."""

    inputs: dict[Source, None] = field(default_factory=dict)
    written: dict[str, Origins] = field(default_factory=dict)
    decided_by: Origins = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, Origins]:
        """Of each column written what forms its value."""
        return {column: direct(origins) for column, origins in self.written.items()}

    def copy(self) -> "Output":
        """The same, which further statements do not change."""
        return Output(dict(self.inputs), dict(self.written), self.decided_by)

    def merge(self, other: "Output") -> None:
        """Adds all of another one."""
        self.inputs.update(other.inputs)
        for column, origins in other.written.items():
            self.add(column, origins)
        self.decided_by = union(self.decided_by, other.decided_by)

    def add(self, column: str, origins: Origins) -> None:
        """Adds to the origins of a column."""
        self.written[column] = union(self.written.get(column, {}), origins)


@dataclass
class Content:
    """One table, whatever it is called while the statements run."""

    dataset: Table  # what it is called for lineage: a table that was there before by its old name, one made here by its last
    relation: Relation | None
    maker: int | None = None  # the statement that made it, or looked into it last, if it is a view
    fleeting: bool = False  # made here and gone in the end: what it holds comes from elsewhere; a system table's comes from nowhere
    old: bool = True  # holds what was in it before
    written: bool = False
    partly: bool = False  # something was written of which the columns are not known
    query: exp.Create | None = None  # of a view that was made here
    shows: Reading | None = None  # by that query, whatever is in its tables then; not of a materialized view
    over: Sequence[Table] = ()  # the datasets that this query read
    output: Output = field(default_factory=Output)
    used: Output = field(default_factory=Output)  # as it was when others were made of it, which no TRUNCATE undoes

    def origins(self, column: str) -> Origins:
        """What a column of a fleeting table is derived from. One that nothing was written to is constant, if all writing is known."""
        if column in self.output.written:
            return self.output.written[column]
        told = self.dataset.is_system or (not self.partly and self.relation is not None and column in self.relation.names)
        return {} if told else unknown()

    def copy(self) -> "Content":
        """The same, which further statements do not change."""
        return replace(self, output=self.output.copy())

    def use(self, by: "Content | None") -> None:
        """Keeps what was written, as another table, or a file, is made of it. Of a fleeting one that is told already."""
        if not self.fleeting and by is not self:
            self.used = self.output.copy()

    def empty(self) -> None:
        """Forgets what was written, as TRUNCATE does."""
        self.output, self.old, self.partly = self.used.copy(), False, False

    def alter(self, action: exp.Expr) -> None:
        """ALTER TABLE ADD, DROP or RENAME COLUMN. A catalog that was read after the change has it already."""
        columns = list(self.relation.columns) if self.relation else []
        names = [column.name for column in columns]
        if isinstance(action, exp.ColumnDef) and columns and action.name.lower() not in names:
            columns.append(Column(action.name.lower()))
        elif isinstance(action, exp.Drop) and (action.kind or "").upper() == "COLUMN":
            gone = {column.name.lower() for column in action.find_all(exp.Column)}
            columns = [column for column in columns if column.name not in gone]
            self.output.written = {name: origins for name, origins in self.output.written.items() if name not in gone}
        elif isinstance(action, exp.RenameColumn):
            old, new = action.this.name.lower(), action.args["to"].name.lower()
            columns = [column._replace(name=new) if column.name == old else column for column in columns]
            if old in self.output.written:
                self.output.written[new] = self.output.written.pop(old)
        if self.relation:
            self.relation = replace(self.relation, columns=tuple(columns))


@dataclass
class State:
    """What a ROLLBACK brings back."""

    names: dict[Table, Content | None]  # None: there is no such table any more
    contents: list[Content]
    path: tuple[str, ...]
    local: tuple[str, ...] | None
    database: str

    def copy(self) -> "State":
        """The same, which further statements do not change."""
        copies = {id(content): content.copy() for content in self.contents}
        names = {table: copies[id(content)] if content else None for table, content in self.names.items()}
        return replace(self, names=names, contents=list(copies.values()))


@dataclass(frozen=True)
class Fates:
    """How the statements leave the tables: the last name of each that they make, by the statement, and all names in use."""

    names: Mapping[int, Table] = field(default_factory=dict)
    used: frozenset[Table] = frozenset()


class Tables:
    """The tables of the warehouse while statements run. `fates`: what becomes of those they make, where that is known already."""

    def __init__(self, catalog: Catalog, statements: Sequence[Statement], fates: Fates | None = None) -> None:
        self.catalog = catalog
        self.saves = saves([statement.setting for statement in statements])
        self.fates = fates
        self.state = State({}, [], catalog.search_path, None, catalog.database)
        self.saved = self.state.copy()

    @property
    def search_path(self) -> tuple[str, ...]:
        """The schemas in which a bare name is looked for."""
        return self.state.local or self.state.path

    def set(self, setting: Setting, statement: int) -> None:
        """Follows SET, RESET, USE, and the ends of transactions."""
        state = self.state
        if setting.transaction is Transaction.UNDO:
            self.state = self.saved.copy()
        elif setting.transaction is Transaction.SAVE:
            state.local = None
            self.saved = state.copy() if statement in self.saves else self.saved
        if setting.search_path is not None and setting.local:
            state.local = setting.search_path or self.catalog.search_path
        elif setting.search_path is not None:
            state.path, state.local = setting.search_path or self.catalog.search_path, None
        state.database = setting.database or state.database

    def resolve(self, node: exp.Table) -> Table:
        """The table that a name means: a bare one is looked for as the warehouse does."""
        database, schema, name = node.catalog.lower() or self.state.database, node.db.lower(), node.name.lower()
        if schema:
            return Table(database, schema, name)
        path = [Table(database, schema, name) for schema in (TEMPORARY_SCHEMA, SYSTEM_SCHEMA, *self.search_path)]
        return next((table for table in path if self.exists(table)), path[1 if named_as_system(name) else 2])

    def exists(self, table: Table) -> bool:
        """Whether there is such a table, as far as that is known."""
        if table in self.state.names:
            return self.state.names[table] is not None
        return table in self.catalog.relations or table in self.catalog.views

    def content(self, table: Table) -> Content:
        """The table that is called so now."""
        if (content := self.state.names.get(table)) is None:
            relation = None if table in self.state.names else self.catalog.relations.get(table)
            content = Content(table, relation, fleeting=table.is_system, old=not table.is_system)
            self.state.names[table] = content
            self.state.contents.append(content)
        return content

    def relation(self, table: Table) -> Relation | None:
        """What is known of the table that is called so now."""
        return self.content(table).relation if table in self.state.names else self.catalog.relations.get(table)

    def make(self, made: Definition, columns: tuple[Column, ...], statement: int) -> Table:
        """Makes a table. One that IF NOT EXISTS finds stays as it is."""
        schema = TEMPORARY_SCHEMA if made.temporary else made.target.db.lower() or self.search_path[0]
        table = Table(made.target.catalog.lower() or self.state.database, schema, made.target.name.lower())
        if made.keeps_existing and self.state.names.get(table):
            return table
        last = self.fates.names.get(statement) if self.fates else table
        stays = last is not None and not made.temporary
        known = self.catalog.relations.get(last if last and stays else table)
        if self.fates and made.keeps_existing and known and stays:
            self.content(table)
            return table
        relation = Relation(columns, made.location)
        if known and (made.keeps_existing or (stays and len(columns) in (0, len(known.columns)))):
            relation = known  # it has types, and names for unnamed expressions
        content = Content(last or table, relation, statement, fleeting=not stays, old=False)
        self.state.names[table] = content
        self.state.contents.append(content)
        return table

    def change(self, tree: exp.Expr) -> None:
        """Follows DROP and ALTER TABLE."""
        if isinstance(tree, exp.Drop) and (tree.kind or "").upper() in {"TABLE", "VIEW"}:
            for node in tree.find_all(exp.Table):
                self.state.names[self.resolve(node)] = None
        elif isinstance(tree, exp.Drop) and (tree.kind or "").upper() == "SCHEMA":
            schemas = {(node.name or node.db).lower() for node in tree.find_all(exp.Table)}
            self.state.names.update({table: None for table in self.state.names if table.schema in schemas})
        elif isinstance(tree, exp.Alter) and isinstance(tree.this, exp.Table):
            for action in tree.args.get("actions") or ():
                table = self.resolve(tree.this)
                if isinstance(action, exp.AlterRename):
                    self._rename(table, table._replace(name=action.this.name.lower()))
                elif isinstance(action, exp.ColumnDef | exp.Drop | exp.RenameColumn):
                    self.content(table).alter(action)

    def _rename(self, old: Table, new: Table) -> None:
        content = self.content(old)
        if content.maker is None:  # the catalog may have been read before the statements ran, or after
            before, after = content.relation, self.catalog.relations.get(new)
            content.relation = after or before if self.fates and old in self.fates.used else before or after
        self.state.names[old] = None
        self.state.names[new] = content


def foresee(statements: Sequence[Statement], catalog: Catalog) -> Fates:
    """What becomes of the tables that the statements make: they are followed to the end without a look at any query."""
    tables = Tables(catalog, statements)
    for number, statement in enumerate(statements):
        if statement.tree is not None:
            with suppress(Exception):  # it is met again, and reported, when the statement is followed
                if made := definition(statement.tree):
                    tables.make(made, (), number)
                tables.change(statement.tree)
        tables.set(statement.setting, number)
    left = {table: content for table, content in tables.state.names.items() if content}
    return Fates({content.maker: table for table, content in left.items() if content.maker is not None}, frozenset(left))
