"""From the SQL of a task to what it tells OpenLineage."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from mwaa_lineage.airflow.dataset_facets import DatasetFacets
from mwaa_lineage.airflow.facets import Clean, OperatorFacets, distinct, error_facet, own, sql_facet, together
from mwaa_lineage.sql.flow import Problem, derive
from mwaa_lineage.sql.relations import Catalog, Name
from mwaa_lineage.sql.sql import Statement, change_tables, looked_through, names, outlined, parse
from mwaa_lineage.sql.work import interruptible

MOST_PROBLEMS = 100  # that are said


@dataclass
class Report:
    """The lineage of a task that runs `sql`; what was found once is kept for the next question.

    `warehouse` is the namespace of its tables, `database` the one they are in where the warehouse cannot be asked;
    `read` gives the catalog of the tables that the SQL mentions, and may fail; `parse` reads the SQL, and `path` are the schemas of bare
    names where the warehouse cannot be asked.
    """

    sql: Sequence[str]
    warehouse: str
    database: str
    read: Callable[[Iterable[Name]], Catalog]
    clean: Clean
    parse: Callable[[Sequence[str]], list[Statement]] = parse
    path: tuple[str, ...] = ("public",)
    _statements: list[Statement] | None = field(default=None, init=False)
    _known: tuple[Catalog, list[Problem]] | None = field(default=None, init=False)
    _facets: OperatorFacets | None = field(default=None, init=False)

    def facets(self) -> OperatorFacets:
        """As the catalog is now: it is read again where it may have changed, and the lineage derived again where it has.

        Raises what nobody foresees.
        """
        with interruptible():
            statements = self._parsed()
            mentioned = names(statements)
        known = self._catalog(mentioned)
        if self._facets is None or known != self._known:
            with interruptible():
                self._known = known
                self._facets = self._described([_fresh(statement) for statement in statements], known[1], known[0])
        return own(self._facets)

    def tables(self, problem: str) -> OperatorFacets:
        """Only the tables that the SQL names, by what is known of the catalog, and `problem`."""
        statements = looked_through(self.sql) if self._statements is None else list(map(_fresh, outlined(self._statements)))
        if self._statements and not self._known:
            problem += "; the catalog of the warehouse has not answered yet"
        catalog = replace(self._known[0] if self._known else self._nothing_read(), views={}, procedures={})
        with interruptible():
            return self._described(statements, [Problem(problem)], catalog)

    def _parsed(self) -> list[Statement]:
        if self._statements is None:
            self._statements = self.parse(self.sql)
        return self._statements

    def _catalog(self, mentioned: set[Name]) -> tuple[Catalog, list[Problem]]:
        if self._known and self._known[0].knows(mentioned) and not change_tables(self._parsed()):
            return self._known
        if not mentioned:
            return self._nothing_read(), []
        try:
            return self.read(mentioned), []
        except Exception as error:  # whatever a driver, a hook or a secrets backend raises
            return self._nothing_read(), [Problem(f"no schemas are known, as the catalog of the warehouse cannot be read: {error}")]

    def _nothing_read(self) -> Catalog:
        return Catalog(self.database, self.path, complete=False)

    def _described(self, statements: list[Statement], problems: Sequence[Problem], catalog: Catalog) -> OperatorFacets:
        lineage = derive(statements, catalog)
        datasets = DatasetFacets(lineage, catalog, self.warehouse)
        said = [*problems, *lineage.problems]
        if len(said) > MOST_PROBLEMS:
            said = [*said[: MOST_PROBLEMS - 1], Problem(f"and {len(said) - MOST_PROBLEMS + 1} problems more")]
        facets = {**datasets.views(), **error_facet(said, [statement.text for statement in statements], self.clean)}
        return OperatorFacets(datasets.inputs(), datasets.outputs(), facets, sql_facet(self.sql, self.clean))


@dataclass
class Reports:
    """The reports of a task, one for each of its warehouses, as one. `sql` is what the task sends, before parameters are in it."""

    reports: Sequence[Report]
    sql: Sequence[str]
    clean: Clean

    def facets(self) -> OperatorFacets:
        """As of one report."""
        return self._together([report.facets() for report in self.reports])

    def tables(self, problem: str) -> OperatorFacets:
        """As of one report."""
        return self._together([report.tables(problem) for report in self.reports])

    def _together(self, facets: Sequence[OperatorFacets]) -> OperatorFacets:
        inputs = [dataset for each in facets for dataset in each.inputs]
        outputs = [dataset for each in facets for dataset in each.outputs]
        return OperatorFacets(
            distinct(inputs), distinct(outputs), together([each.run_facets for each in facets]), sql_facet(self.sql, self.clean)
        )


def _fresh(statement: Statement) -> Statement:
    """With a tree of its own, as deriving changes it."""
    return replace(statement, tree=statement.tree.copy()) if statement.tree else statement
