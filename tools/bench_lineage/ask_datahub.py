"""Asks DataHub's parser through its aggregator, which follows the statements of a session through temporary tables."""

from datetime import datetime, timezone

import sqlparse
from datahub.metadata.schema_classes import UpstreamLineageClass
from datahub.metadata.urns import DatasetUrn, SchemaFieldUrn
from datahub.sql_parsing.schema_resolver import SchemaResolver
from datahub.sql_parsing.sql_parsing_aggregator import ObservedQuery, SqlParsingAggregator

from tools.bench_lineage.asking import answer_all
from tools.bench_lineage.case import Answer, Question

WHEN = datetime(2026, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - the peer wants it so


def ask(question: Question) -> Answer:
    """The lineage of each table that the session writes."""
    resolver = SchemaResolver(platform="redshift", env="PROD")
    for name, columns in question.tables.items():
        resolver.add_raw_schema_info(str(DatasetUrn("redshift", f"dev.{name}")), dict.fromkeys(columns, "VARCHAR"))
    aggregator = SqlParsingAggregator(platform="redshift", schema_resolver=resolver, generate_lineage=True, generate_queries=False)
    answer = Answer()
    for statement in sqlparse.split(question.sql):
        aggregator.add_observed_query(
            ObservedQuery(statement.rstrip("; \n"), session_id="one", timestamp=WHEN, default_db="dev", default_schema=question.schema)
        )
    answer.said = [failure[:300] for failure in aggregator.report.observed_query_parse_failures]
    for change in aggregator.gen_metadata():
        if isinstance(change.aspect, UpstreamLineageClass):
            answer.outputs.add(_name(str(change.entityUrn)))
            answer.inputs |= {_name(upstream.dataset) for upstream in change.aspect.upstreams}
            for fine in change.aspect.fineGrainedLineages or ():
                for target in fine.downstreams or ():
                    answer.edges |= {(*_column(target), *_column(origin)) for origin in fine.upstreams or ()}
    return answer


def _name(urn: str) -> str:
    name: str = DatasetUrn.from_string(urn).name
    return name.lower().removeprefix("dev.")


def _column(urn: str) -> tuple[str, str]:
    field = SchemaFieldUrn.from_string(urn)
    return _name(field.parent), field.field_path.lower()


if __name__ == "__main__":
    answer_all(ask)
