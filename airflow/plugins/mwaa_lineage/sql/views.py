"""What the views of a catalog are made of, as their definitions say."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from sqlglot import exp

from mwaa_lineage.sql.relations import Catalog, Relation, Table
from mwaa_lineage.sql.sql import Statement
from mwaa_lineage.sql.stored import is_whole, view
from mwaa_lineage.sql.tables import Output, Tables

_SOMEWHERE = "<search path>"  # the schema of a bare name that was found by the search path of long ago


class Made(NamedTuple):
    """What a view is made of; None, and why, where that is not known. `columns` as the definition has them."""

    output: Output | None
    problems: tuple[str, ...] = ()
    columns: Relation | None = None


class Views:
    """Follows each definition once, when it is asked for. `derive` gives what a statement writes to a table."""

    def __init__(self, catalog: Catalog, derive: Callable[[Statement, Catalog, Table], Made]) -> None:
        self._derive = derive
        self._found: dict[Table, Made] = {}
        self._relations = dict(catalog.relations)
        self.catalog = replace(catalog, relations=self._relations)
        """With the columns of the views that the catalog has without, as late-binding ones."""
        for table in catalog.views:
            if table not in self._relations:
                self.made(table)

    def made(self, table: Table) -> Made:
        """What a view is made of."""
        if table not in self._found:
            self._found[table] = Made(None, ("it is made of itself",))  # while it is followed
            self._found[table] = made = self._followed(table)
            if made.columns and table not in self._relations:
                self._relations[table] = made.columns
        return self._found[table]

    def _followed(self, table: Table) -> Made:
        definition = self.catalog.views.get(table)
        if not definition:
            return Made(None, (self.catalog.unread or "its definition is not known",))
        statement = view(table, definition)
        if statement is None or statement.tree is None:
            return Made(None, ("its definition cannot be parsed",))
        path = (_SOMEWHERE,) if is_whole(definition) else self.catalog.search_path
        # who may read a view needs no right to what it is made of, so what is not in the catalog may be there nevertheless
        catalog = replace(self.catalog, search_path=path, complete=False)
        tables = Tables(catalog, [statement])
        for node in statement.tree.find_all(exp.Table):
            if (other := tables.resolve(node)) in catalog.views and other not in self._relations:
                self.made(other)
        made = self._derive(statement, catalog, table)
        if made.output and any(isinstance(source, Table) and source.schema == _SOMEWHERE for source in made.output.inputs):
            return Made(None, ("its definition names tables without their schemas, and the search path that found them is not known",))
        return made
