"""What an integration is told of a task: OpenLineage's facets, of the client's second event model, which every integration accepts.

Without sqlglot, so that a task that has not imported it yet can say at once what SQL it runs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import attr
from openlineage.client.event_v2 import Dataset
from openlineage.client.facet_v2 import RunFacet, extraction_error_run, sql_job

from mwaa_lineage.transport.views import FACET

Clean = Callable[[str], str]  # hides the credentials in a text


@dataclass
class OperatorFacets:
    """What an OpenLineage integration reads from an operator."""

    inputs: list[Dataset] = field(default_factory=list)
    outputs: list[Dataset] = field(default_factory=list)
    run_facets: dict[str, Any] = field(default_factory=dict)
    job_facets: dict[str, Any] = field(default_factory=dict)


@attr.define
class ViewsRunFacet(RunFacet):
    """Views with what they are made of, of which the transport makes events of their own."""

    datasets: list[Dataset] = attr.field(factory=list)


def distinct(datasets: Iterable[Dataset]) -> list[Dataset]:
    """The datasets, those of one name (an external table, and the files behind it) as one with the facets of all."""
    found: dict[tuple[str, str], Dataset] = {}
    for dataset in datasets:
        first = found.setdefault((dataset.namespace, dataset.name), dataset)
        first.facets = {**(dataset.facets or {}), **(first.facets or {})}
    return list(found.values())


def together(several: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The run facets of several reports as those of one."""
    views = [dataset for facets in several if FACET in facets for dataset in facets[FACET].datasets]
    result: dict[str, Any] = {FACET: ViewsRunFacet(distinct(views))} if views else {}
    failures = [facets["extractionError"] for facets in several if "extractionError" in facets]
    if failures:
        errors = [error for facet in failures for error in facet.errors]
        total, failed = sum(facet.totalTasks for facet in failures), sum(facet.failedTasks for facet in failures)
        result["extractionError"] = extraction_error_run.ExtractionErrorRunFacet(totalTasks=total, failedTasks=failed, errors=errors)
    return result


def sql_facet(sql: Sequence[str], clean: Clean) -> dict[str, Any]:
    """The job facet with the SQL that the task runs, cleaned of credentials; none for a task that runs none."""
    return {"sql": sql_job.SQLJobFacet(query=clean(";\n".join(sql)))} if sql else {}


def error_facet(problems: Sequence[tuple[str, int | None]], statements: Sequence[str], clean: Clean) -> dict[str, Any]:
    """The run facet that says which lineage is missing and why, cleaned of credentials; none where nothing is.

    A problem is a message, and the number of its statement, None for one of all.
    """
    if not problems:
        return {}
    errors = [
        extraction_error_run.Error(
            errorMessage=clean(message), task=None if number is None else clean(statements[number]), taskNumber=number
        )
        for message, number in problems
    ]
    failed = {number for _, number in problems}
    total = max(len(statements), 1)
    facet = extraction_error_run.ExtractionErrorRunFacet(
        totalTasks=total, failedTasks=total if None in failed else len(failed), errors=errors
    )
    return {"extractionError": facet}


def describe_sql(sql: Sequence[str], clean: Clean, problem: str = "") -> OperatorFacets:
    """The facets of a task whose lineage is not known, with the reason where there is one to be said."""
    return OperatorFacets(run_facets=error_facet([(problem, None)] if problem else [], sql, clean), job_facets=sql_facet(sql, clean))


def with_problem(facets: OperatorFacets, sql: Sequence[str], clean: Clean, problem: str) -> OperatorFacets:
    """`facets`, which say `problem` instead of whatever they say of problems."""
    failure = error_facet([(problem, None)], sql, clean)
    return replace(own(facets), run_facets={**facets.run_facets, **failure})


def with_problem_too(facets: OperatorFacets, problem: str) -> OperatorFacets:
    """`facets`, which say `problem` besides."""
    return replace(own(facets), run_facets=together([facets.run_facets, error_facet([(problem, None)], [], str)]))


def own(facets: OperatorFacets) -> OperatorFacets:
    """The same in lists of its own: integrations add to them."""
    return OperatorFacets(list(facets.inputs), list(facets.outputs), dict(facets.run_facets), dict(facets.job_facets))
