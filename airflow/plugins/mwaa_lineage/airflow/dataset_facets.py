"""Lineage as OpenLineage's datasets, with their schemas, names and the origins of their columns."""

from functools import cache
from typing import Any

import attr
from openlineage.client.event_v2 import Dataset, InputDataset, OutputDataset
from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset, symlinks_dataset

from mwaa_lineage.airflow.datasets import DatasetName, dataset_name, glue_names
from mwaa_lineage.airflow.facets import ViewsRunFacet, distinct
from mwaa_lineage.sql.flow import Lineage
from mwaa_lineage.sql.origins import How, Origins, direct, told
from mwaa_lineage.sql.relations import Catalog, Relation, Source, Table
from mwaa_lineage.sql.tables import Output
from mwaa_lineage.transport.views import FACET


class DatasetFacets:
    """Builds the datasets of one lineage. `warehouse` is the namespace of its tables."""

    def __init__(self, lineage: Lineage, catalog: Catalog, warehouse: str) -> None:
        self.lineage = lineage
        self.relations = {**lineage.relations, **catalog.relations, **lineage.created}
        self.warehouse = warehouse

    def inputs(self) -> list[Dataset]:
        """Each dataset that is read, once."""
        return distinct(InputDataset(*self._name(source), facets=self._facets(source)) for source in self.lineage.inputs)

    def outputs(self) -> list[Dataset]:
        """Each dataset that is written, once, with the origins of its columns."""
        return distinct(
            OutputDataset(*self._name(source), facets=self._facets(source) | self._column_lineage(output))
            for source, output in self.lineage.outputs.items()
        )

    def views(self) -> dict[str, Any]:
        """The run facet of the views that were met, and of whose columns something is known; none where there are none."""
        told = [(view, columns) for view, output in self.lineage.views.items() if (columns := self._column_lineage(output))]
        datasets = [Dataset(*self._name(view), facets=self._facets(view) | columns) for view, columns in told]
        return {FACET: ViewsRunFacet(datasets)} if datasets else {}

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
        fields = {column: column_lineage_dataset.Fields(inputFields=self._inputs(origins)) for column, origins in output.written.items()}
        whole = self._inputs(output.decided_by) if _tells_how() else []
        if whole:
            return {"columnLineage": _facet_with_whole()(fields=fields, dataset=whole)}
        return {"columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(fields=fields)} if fields else {}

    def _inputs(self, origins: Origins) -> list[column_lineage_dataset.InputField]:
        """Each input column once, with all that it does; of a client that knows no transformations those that form the value."""
        if not _tells_how():
            names = sorted({(*self._name(origin.table), origin.column) for origin in direct(origins)})
            return [column_lineage_dataset.InputField(*name) for name in names]
        inputs: dict[tuple[str, str, str], dict[How, None]] = {}
        for origin, does in told(origins).items():
            inputs.setdefault((*self._name(origin.table), origin.column), {}).update(dict.fromkeys(does))
        return [
            column_lineage_dataset.InputField(*name, [column_lineage_dataset.Transformation(**how._asdict()) for how in inputs[name]])
            for name in sorted(inputs)
        ]


def _tells_how() -> bool:
    """Whether the client knows transformations, as openlineage-python 1.16 does not."""
    return hasattr(column_lineage_dataset, "Transformation")


@cache
def _facet_with_whole() -> type[column_lineage_dataset.ColumnLineageDatasetFacet]:
    """The facet as of its version 1-2-0, which tells what decides about the whole dataset; the client has it from 1.23 on."""
    own = column_lineage_dataset.ColumnLineageDatasetFacet
    if "dataset" in {each.name for each in attr.fields(own)}:
        return own

    @attr.define
    class ColumnLineageDatasetFacet(own):  # type: ignore[misc, valid-type]
        dataset: list[column_lineage_dataset.InputField] = attr.field(factory=list)

        @staticmethod
        def _get_schema() -> str:
            return "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet"

    return ColumnLineageDatasetFacet
