"""What a columnLineage facet says (https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json), as far as it keeps to that."""

from collections.abc import Iterator
from dataclasses import dataclass

from lineage.shapes import Json, as_object, as_objects, as_text

WHOLE = ""  # stands in the place of an output column for all rows of the output


@dataclass(frozen=True)
class ColumnEdge:
    """One input column of an output column; the input stands under the name the facet gives it.

    `indirect`: it only decides about the output, by a filter for example, and forms no value of it.
    """

    output_field: str
    namespace: str
    name: str
    field: str
    transformation_type: str | None
    transformation_description: str | None
    indirect: bool = False


def column_edges(facet: Json) -> Iterator[ColumnEdge]:
    """The edges of a facet: a direct one for each input of a column that forms it, an indirect one for whatever else it does."""
    for output_field, entry in as_object(facet.get("fields")).items():
        for source in as_objects(as_object(entry).get("inputFields")):
            if name := _name(source):
                direct, indirect = _transformations(source)
                if direct or not indirect:
                    yield ColumnEdge(output_field, *name, *_how_formed(next(iter(direct), {}), entry))
                yield from (ColumnEdge(output_field, *name, *_how(each, {}), indirect=True) for each in indirect)
    for source in as_objects(facet.get("dataset")):
        if name := _name(source):
            direct, indirect = _transformations(source)
            yield from (ColumnEdge(WHOLE, *name, *_how(each, {}), indirect=True) for each in [*direct, *indirect] or [{}])


def _name(source: Json) -> tuple[str, str, str] | None:
    namespace, name, field = (as_text(source.get(part)) for part in ("namespace", "name", "field"))
    return (namespace, name, field) if namespace and name and field else None


def _transformations(source: Json) -> tuple[list[Json], list[Json]]:
    """The direct and the indirect ones of an input; before specification 1-1-0 there are none of either."""
    found: tuple[list[Json], list[Json]] = ([], [])
    for each in as_objects(source.get("transformations")):
        found[str(each.get("type")).upper() == "INDIRECT"].append(each)
    return found


def _how(transformation: Json, entry: Json) -> tuple[str | None, str | None]:
    """Type and description: of the input column since specification 1-1-0, of the output column before."""
    kind = as_text(transformation.get("subtype")) or as_text(transformation.get("type")) or as_text(entry.get("transformationType"))
    return kind, as_text(transformation.get("description")) or as_text(entry.get("transformationDescription"))


def _how_formed(transformation: Json, entry: Json) -> tuple[str | None, str | None]:
    """The same of a direct one. Of one that masks the type ends in MASKED, a type of its own before 1-1-0: the API has one text for all."""
    kind, description = _how(transformation, entry)
    return (" ".join(filter(None, (kind, "MASKED"))) if transformation.get("masking") is True else kind), description
