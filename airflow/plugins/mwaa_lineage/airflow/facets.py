"""Lineage as OpenLineage's datasets and facets, of the client's second event model, which every integration accepts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from openlineage.client.event_v2 import Dataset, InputDataset, OutputDataset
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    extraction_error_run,
    schema_dataset,
    sql_job,
    symlinks_dataset,
)

from mwaa_lineage.airflow.datasets import DatasetName, dataset_name, glue_names
from mwaa_lineage.sql.flow import Lineage, Problem
from mwaa_lineage.sql.origins import Derivation, Origin, Origins
from mwaa_lineage.sql.relations import Catalog, Relation, Source, Table
from mwaa_lineage.sql.sql import Statement
from mwaa_lineage.sql.tables import Output


@dataclass
class OperatorFacets:
    """What an OpenLineage integration reads from an operator."""

    inputs: list[Dataset] = field(default_factory=list)
    outputs: list[Dataset] = field(default_factory=list)
    run_facets: dict[str, Any] = field(default_factory=dict)
    job_facets: dict[str, Any] = field(default_factory=dict)


class DatasetFacets:
    """Builds the datasets of one lineage. `warehouse` is the namespace of its tables."""

    def __init__(self, lineage: Lineage, catalog: Catalog, warehouse: str) -> None:
        self.lineage = lineage
        self.relations = {**catalog.relations, **lineage.created}
        self.warehouse = warehouse

    def inputs(self) -> list[Dataset]:
        """Each dataset that is read, once."""
        return self._distinct(InputDataset(*self._name(source), facets=self._facets(source)) for source in self.lineage.inputs)

    def outputs(self) -> list[Dataset]:
        """Each dataset that is written, once, with the origins of its columns."""
        return self._distinct(
            OutputDataset(*self._name(source), facets=self._facets(source) | self._column_lineage(output))
            for source, output in self.lineage.outputs.items()
        )

    @staticmethod
    def _distinct(datasets: Iterable[Dataset]) -> list[Dataset]:
        """The datasets, those of one name (an external table, and the files behind it) as one with the facets of all."""
        found: dict[tuple[str, str], Dataset] = {}
        for dataset in datasets:
            first = found.setdefault((dataset.namespace, dataset.name), dataset)
            first.facets = {**(dataset.facets or {}), **(first.facets or {})}
        return list(found.values())

    def _relation(self, source: Source) -> Relation | None:
        return self.relations.get(source) if isinstance(source, Table) else None

    def _name(self, source: Source) -> DatasetName:
        return dataset_name(source, self._relation(source), self.warehouse)

    def _facets(self, source: Source) -> dict[str, Any]:
        relation = self._relation(source)
        facets: dict[str, Any] = {}
        if relation and relation.columns:
            fields = [schema_dataset.SchemaDatasetFacetFields(name=column.name, type=column.type) for column in relation.columns]
            facets["schema"] = schema_dataset.SchemaDatasetFacet(fields=fields)
        if relation and relation.location:
            names = [DatasetName(self.warehouse, str(source)), *glue_names(relation.glue, self.warehouse)]
            identifiers = [symlinks_dataset.Identifier(*name, type="TABLE") for name in names]
            facets["symlinks"] = symlinks_dataset.SymlinksDatasetFacet(identifiers=identifiers)
        return facets

    def _column_lineage(self, output: Output) -> dict[str, Any]:
        fields = {column: column_lineage_dataset.Fields(inputFields=self._inputs(origins)) for column, origins in output.columns.items()}
        return {"columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(fields=fields)} if fields else {}

    def _inputs(self, origins: Origins) -> list[column_lineage_dataset.InputField]:
        return [self._input(origin, derivation) for origin, derivation in sorted(origins.items())]

    def _input(self, origin: Origin, derivation: Derivation) -> column_lineage_dataset.InputField:
        name = self._name(origin.table)
        if not hasattr(column_lineage_dataset, "Transformation"):  # as in openlineage-python 1.16
            return column_lineage_dataset.InputField(*name, field=origin.column)
        how = column_lineage_dataset.Transformation(type="DIRECT", subtype=derivation.name, masking=False)
        return column_lineage_dataset.InputField(*name, field=origin.column, transformations=[how])


def sql_facet(sql: Sequence[str], clean: Callable[[str], str]) -> dict[str, Any]:
    """The job facet with the SQL that the task runs, cleaned of credentials."""
    return {"sql": sql_job.SQLJobFacet(query=clean(";\n".join(sql)))}


def error_facet(problems: Sequence[Problem], statements: Sequence[Statement], clean: Callable[[str], str]) -> dict[str, Any]:
    """The run facet that says which lineage is missing and why, cleaned of credentials; none where nothing is."""
    if not problems:
        return {}
    errors = [
        extraction_error_run.Error(
            errorMessage=clean(problem.message),
            task=None if problem.statement is None else clean(statements[problem.statement].text),
            taskNumber=problem.statement,
        )
        for problem in problems
    ]
    failed = {problem.statement for problem in problems}
    total = max(len(statements), 1)
    facet = extraction_error_run.ExtractionErrorRunFacet(
        totalTasks=total, failedTasks=total if None in failed else len(failed), errors=errors
    )
    return {"extractionError": facet}
