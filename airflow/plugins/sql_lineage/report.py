"""From the SQL of a task to what it tells OpenLineage."""

from collections.abc import Callable, Iterable, Sequence

from sql_lineage.catalog import Name
from sql_lineage.facets import DatasetFacets, OperatorFacets, error_facet, sql_facet
from sql_lineage.flow import Problem, derive
from sql_lineage.relations import Catalog
from sql_lineage.sql import Statement, names, parse

Clean = Callable[[str], str]  # hides the credentials in a text


def describe(sql: Sequence[str], warehouse: str, database: str, read: Callable[[Iterable[Name]], Catalog], clean: Clean) -> OperatorFacets:
    """The facets of a task that runs `sql`.

    `warehouse` is the namespace of its tables, `database` the one they are in where the warehouse cannot be asked;
    `read` gives the catalog of the tables that the SQL mentions, and may fail.
    """
    statements = parse(sql)
    problems: list[Problem] = []
    catalog = Catalog(database, complete=False)
    mentioned = names(statements)
    if mentioned:
        try:
            catalog = read(mentioned)
        except Exception as error:  # whatever a driver, a hook or a secrets backend raises
            problems.append(Problem(f"no schemas are known, as the catalog of the warehouse cannot be read: {error}"))
    lineage = derive(statements, catalog)
    datasets = DatasetFacets(lineage, catalog, warehouse)
    return OperatorFacets(
        datasets.inputs(), datasets.outputs(), error_facet([*problems, *lineage.problems], statements, clean), sql_facet(sql, clean)
    )


def describe_failure(sql: Sequence[str], message: str, clean: Clean) -> OperatorFacets:
    """The facets of a task whose lineage cannot be derived at all."""
    return OperatorFacets(run_facets=error_facet([Problem(message)], list(map(Statement, sql)), clean), job_facets=sql_facet(sql, clean))
