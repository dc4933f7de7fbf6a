"""The lineage of a whole piece of SQL: what its statements read and write together, through the tables they make for themselves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sqlglot import exp

from mwaa_lineage.sql.calls import Step, steps
from mwaa_lineage.sql.columns import Reading, read
from mwaa_lineage.sql.definitions import Definition, definition
from mwaa_lineage.sql.origins import NOWHERE, Derivation, Origin, Origins, deciding, direct, forms, known, masked, merge, union, unknown
from mwaa_lineage.sql.outline import Outline
from mwaa_lineage.sql.redshift import CASCADES, EMPTIES, REFRESHES
from mwaa_lineage.sql.relations import Catalog, Column, Location, Relation, Source, Table
from mwaa_lineage.sql.sql import Statement
from mwaa_lineage.sql.tables import Content, Output, Tables, foresee
from mwaa_lineage.sql.views import Made, Views
from mwaa_lineage.sql.writes import Naming, Write, writes


class Problem(NamedTuple):
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
    views: Mapping[Table, Output] = field(default_factory=dict)  # what the catalog's views are made of, of those that were met
    relations: Mapping[Table, Relation] = field(default_factory=dict)  # of views that the catalog has without columns


def derive(statements: Sequence[Statement], catalog: Catalog) -> Lineage:
    """The lineage of `statements`, run one after the other. Never raises: what goes wrong is a Problem."""
    views = Views(catalog, _made)
    lineage = _derived(steps(statements, catalog), views.catalog, views)
    return lineage if not catalog.views else replace(lineage, relations=views.catalog.relations)


def _made(statement: Statement, catalog: Catalog, table: Table) -> Made:
    """What a view is made of, by the statement that makes it."""
    lineage = _derived([Step(statement, 0)], catalog, Views(Catalog(""), _made))
    problems = tuple(problem.message for problem in lineage.problems)
    relation = lineage.created.get(table)
    return Made(lineage.outputs.get(table), problems, relation if relation and relation.columns else None)


def _derived(steps: Sequence[Step], catalog: Catalog, views: Views) -> Lineage:
    run = _Run(steps, catalog, views)
    for place, (statement, number, within) in enumerate(steps):
        run.place, run.number, run.within = place, number, within
        try:
            run.mention(statement, statement.tables) if statement.tables else run.follow(statement)
        except Exception as error:  # this statement's lineage is lost, the others' is not
            run.report(f"what it reads and writes is missing: {error}")
    return run.lineage()


class _Run:
    """The statements, followed one after the other."""

    def __init__(self, steps: Sequence[Step], catalog: Catalog, views: Views) -> None:
        statements = [step.statement for step in steps]
        self.catalog = catalog
        self.views = views
        self.tables = Tables(catalog, statements, foresee(statements, catalog))
        self.place = self.number = 0  # of what is followed, and of the statement of the SQL that runs it
        self.changed = -1  # the last place at which something happened that a view may show
        self.within: tuple[Table, ...] = ()
        self.inputs: dict[Source, None] = {}
        self.files: dict[Source, Output] = {}
        self.problems: dict[Problem, None] = {}  # each once, as parts of a statement are read several times
        self.missing: set[Table] = set()
        self.met: dict[Table, Output] = {}

    def follow(self, statement: Statement) -> None:
        if statement.problem:
            self.report(statement.problem)
        if statement.tree is not None:
            self._follow(statement.tree)
        self.tables.set(statement.setting, self.place)

    def mention(self, statement: Statement, tables: Outline) -> None:
        """A statement of which only the tables are known: what the catalog does not know may be no table at all."""
        if statement.problem:
            self.report(statement.problem)
        named = [self.tables.resolve(each) if isinstance(each, exp.Table) else each for each in tables.read]
        read_from = [each for each in named if not isinstance(each, Table) or self._may_be(each)]
        read_from += [each for each in map(self.tables.resolve, tables.doubtful) if self.tables.relation(each)]
        self._meet(read_from)
        contents = [self.tables.content(each) if isinstance(each, Table) else each for each in read_from]
        datasets = [dataset for each in contents for dataset in (self._beyond(each) if isinstance(each, Content) else (each,))]
        self.inputs.update(dict.fromkeys(datasets))
        if made := statement.tree and definition(statement.tree):
            target: Source | None = self.tables.make(made, (), self.place)
        else:
            target = self.tables.resolve(tables.target) if isinstance(tables.target, exp.Table) else tables.target
        if isinstance(target, Table):
            self.tables.content(target).partly = True
            self._record(self.tables.content(target), datasets, {})
        elif target is not None:
            self._record(self.files.setdefault(target, Output()), datasets, {})
        self.changed = self.place

    def report(self, message: str) -> None:
        said = "".join(f"procedure {table}: " for table in self.within[-1:])
        self.problems[Problem(f"{said}{message}", self.number)] = None

    def lineage(self) -> Lineage:
        """What all statements together have read and written."""
        for table, content in list(self.tables.state.names.items()):
            if content and content.maker is None and content.old and content.dataset != table:
                self._moved(content)
        left = {table: content for table, content in self.tables.state.names.items() if content and not content.fleeting}
        names = {id(content): table for table, content in reversed(left.items())}
        outputs: dict[Source, Output] = dict(self.files)
        for content in self.tables.state.contents:  # in the order of first use
            name = names.get(id(content), content.dataset)
            if content.used.inputs:  # by the name that is said of what was made of it
                outputs.setdefault(content.dataset, Output()).merge(content.used)
            if content.written and not content.fleeting and (id(content) in names or name not in left):
                outputs.setdefault(name, Output()).merge(content.output)
        named_here = {table: content for table, content in left.items() if content.maker is not None or table != content.dataset}
        created = {table: content.relation for table, content in named_here.items() if content.relation}
        views = {table: output for table, output in self.met.items() if table not in outputs}
        return Lineage(list(self.inputs), outputs, created, list(self.problems), views)

    def _follow(self, tree: exp.Expr) -> None:
        made = definition(tree)
        query = tree.copy() if isinstance(tree, exp.Create) and tree.kind == "VIEW" else None
        found = list(writes(tree))
        if made and not found:
            self.tables.make(made, self._defined(made), self.place)
        for write in found:
            self._write(write, made)
        if made and query:
            self.tables.content(self.tables.resolve(made.target)).query = query
        if tree.args.get(REFRESHES):
            self._refresh(tree)
        for node in tree.expressions if isinstance(tree, exp.TruncateTable) else tree.args.get(EMPTIES) or ():
            self.tables.content(self.tables.resolve(node)).empty()
        self.tables.change(tree)
        if not (made and made.is_view) or tree.args.get("replace"):
            self.changed = self.place

    def _refresh(self, tree: exp.Expr) -> None:
        """REFRESH MATERIALIZED VIEW: it is written anew, from what it is made of."""
        table = self.tables.resolve(tree.this)
        content = self.tables.content(table)
        if tree.args.get(CASCADES):
            self.report(f"which materialized views CASCADE refreshes besides {table} is not known")
        if content.query:
            content.empty()
            for write in writes(content.query.copy()):
                self._write(write, None)
            return
        output = self._made_of(content.dataset)
        self._meet(output.inputs)
        self.inputs.update(output.inputs)
        content.empty()
        self._record(content, output.inputs, output.written, output.decided_by)

    def _meet(self, sources: Iterable[Source]) -> None:
        """What the catalog's views are made of is told with them; of those on other views, of these, too."""
        for content in [self.tables.content(source) for source in sources if isinstance(source, Table)]:
            view = content.dataset
            if content.maker is None and view in self.views.catalog.views and view not in self.met:
                self.met[view] = self._made_of(view)
                self._meet(self.met[view].inputs)

    def _made_of(self, view: Table) -> Output:
        made = self.views.made(view)
        for problem in made.problems:
            self.report(f"what view {view} is made of: {problem}")
        return made.output or Output()

    def _moved(self, content: Content) -> None:
        """A table that was there before, and has another name now, with what it holds."""
        if content.relation is None:
            self._check(content.dataset)
        columns = content.relation.names if content.relation else ()
        self.inputs[content.dataset] = None
        same = {column: {Origin(content.dataset, column): Derivation.IDENTITY} for column in columns}
        self._record(content, [content.dataset], same)

    def _defined(self, made: Definition) -> tuple[Column, ...]:
        """The columns that CREATE lists; none where those of a table are not known that they are LIKE."""
        columns: list[Column] = []
        for item in made.columns:
            if isinstance(item, Column):
                columns.append(item)
                continue
            model = self.tables.resolve(item)
            self._check(model)
            if not (relation := self.tables.relation(model)):
                return ()
            columns += relation.columns
        return tuple(columns)

    def _columns(self, table: Table) -> tuple[str, ...]:
        relation = self.tables.relation(table)
        return relation.names if relation else ()

    def _write(self, write: Write, made: Definition | None) -> None:
        reading = self._read(write.query, isinstance(write.target, Location)) if write.query else Reading(complete=False)
        besides = self._read(write.decided_by) if write.decided_by else Reading()
        if write.target or made:  # what decides about rows that nobody keeps makes no difference
            for problem in (*reading.undecided, *besides.undecided):
                self.report(problem)
        decided_by = self._through(union(reading.decided_by, besides.decided_by))
        read_from = {table: self.tables.content(table) for table in reading.tables}  # as they are before the statement writes
        through = [(name, self._through(origins)) for name, origins in reading.columns]
        target = self._target(write, made, reading)
        written = self._written(write, target, through, reading.complete)
        origins = {origin.table for _, how in through for origin in how if forms(origin)}
        content = self.tables.content(target) if isinstance(target, Table) else None
        if content and made and made.is_view:
            content.shows, content.over = reading, [source.dataset for source in read_from.values()]
        sources = [source for source in read_from.values() if not (write.in_place and source is content) or source.dataset in origins]
        for source in sources if target else ():
            source.use(content)
        datasets = [dataset for source in sources for dataset in self._beyond(source)]
        if write.location:
            datasets.append(write.location)
        self.inputs.update(dict.fromkeys(datasets))
        if write.empties and content:
            content.empty()
        elif target and (datasets or written or not write.in_place or (content and content.fleeting)):
            own = {origin.column for _, how in through for origin in how if content and forms(origin) and origin.table == content.dataset}
            replaced = [name for name in written if name not in own] if write.replaces else ()
            self._record(content or self.files.setdefault(target, Output()), datasets, written, decided_by, replaced)

    def _read(self, query: exp.Query, ordered: bool = False) -> Reading:
        reading = read(query, self.tables.resolve, self._columns, ordered)
        for table in reading.tables:
            self._check(table)
            self._look_into(self.tables.content(table))
        self._meet(reading.tables)
        for problem in reading.problems:
            self.report(problem)
        return reading

    def _look_into(self, view: Content) -> None:
        """What a view that is made here and dropped again shows now; once for each change, as many views can read it."""
        shows = view.shows
        if not shows or not view.fleeting or view.maker is None or view.maker > self.changed:
            return
        sources = [self.tables.content(table) for table in dict.fromkeys(shows.tables) if self.tables.exists(table)]
        if [source.dataset for source in sources] != view.over:  # a table that it shows has another name now
            return
        view.maker = self.place
        for source in sources:
            self._look_into(source)
        told = zip(view.output.written, shows.columns, strict=False)
        columns = {**dict.fromkeys(view.output.written, unknown()), **{name: self._through(origins) for name, (_, origins) in told}}
        view.output = Output()
        self._record(view, [dataset for source in sources for dataset in self._beyond(source)], columns, self._through(shows.decided_by))

    def _target(self, write: Write, made: Definition | None, reading: Reading) -> Source | None:
        if made:
            columns = self._defined(made) or tuple(Column(name) for name, _ in reading.columns if reading.complete)
            return self.tables.make(made, columns, self.place)
        if not isinstance(write.target, exp.Table):
            return write.target
        target = self.tables.resolve(write.target)
        self._check(target)
        return target

    def _check(self, table: Table) -> None:
        is_known = self.tables.relation(table) or table in self.catalog.views or table.is_system
        if self.catalog.complete and not is_known and table not in self.missing:
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
            if not origin.column:
                merge(result, content.output.decided_by if content.fleeting else {})
            elif not content.fleeting:
                merge(result, {origin._replace(table=content.dataset): how})
            elif origin.role is None:
                merge(result, content.origins(origin.column), how)
            else:
                held = content.origins(origin.column)
                merge(result, masked(held) if forms(origin) else known(deciding(held, origin.role)), how)
        return result

    @staticmethod
    def _beyond(content: Content) -> Iterable[Source]:
        """The sources of a fleeting table; any other dataset itself."""
        return content.output.inputs if content.fleeting else (content.dataset,)

    @staticmethod
    def _record(
        target: Content | Output,
        sources: Iterable[Source],
        columns: Mapping[str, Origins],
        decided_by: Origins | None = None,
        replaced: Sequence[str] = (),
    ) -> None:
        """Adds what was written, in the place of what was before in the columns `replaced`.

        A column of a dataset of which nothing is known is left out, unless this statement says why.
        """
        output = target.output if isinstance(target, Content) else target
        fleeting = isinstance(target, Content) and target.fleeting
        if isinstance(target, Content):
            target.written = True
        output.inputs.update(dict.fromkeys(sources))
        output.decided_by = union(output.decided_by, decided_by or {})
        for name, origins in columns.items():
            told, values = known(origins), direct(origins)
            if fleeting and len(known(values)) < len(values):
                told |= unknown()
            elif values and not known(values) and not any(origin.column for origin in values):
                continue
            if name in replaced:
                output.written[name] = target.used.written.get(name, {}) if isinstance(target, Content) else {}
            output.add(name, told)
