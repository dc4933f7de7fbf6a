"""Glue's things, and the rule that starts the crawl."""

from typing import Any

from operations.leftovers.kind import Found, Kind, Steps
from operations.reading import pages


def _targets(client: Any, rule: Found) -> Steps:
    targets = list(pages(client, "list_targets_by_rule", "Targets[].Id", Rule=rule.id))
    return [["events", "remove-targets", "--rule", rule.id, "--ids", *targets]] if targets else []


KINDS = (
    Kind(
        "Event rule",
        "aws_cloudwatch_event_rule",
        "events",
        "list_rules",
        "Rules[]",
        "events delete-rule --name {id}",
        id="Name",
        label="Name",
        arn="Arn",
        before=_targets,
    ),
    Kind("Glue trigger", "aws_glue_trigger", "glue", "list_triggers", "TriggerNames", "glue delete-trigger --name {id}"),
    Kind("Glue workflow", "aws_glue_workflow", "glue", "list_workflows", "Workflows", "glue delete-workflow --name {id}"),
    Kind(
        "Glue crawler", "aws_glue_crawler", "glue", "get_crawlers", "Crawlers[]", "glue delete-crawler --name {id}", id="Name", label="Name"
    ),
    Kind(
        "Glue security configuration",
        "aws_glue_security_configuration",
        "glue",
        "get_security_configurations",
        "SecurityConfigurations[]",
        "glue delete-security-configuration --name {id}",
        id="Name",
        label="Name",
    ),
    Kind(
        "Glue database",
        "aws_glue_catalog_database",
        "glue",
        "get_databases",
        "DatabaseList[]",
        "glue delete-database --name {id}",
        id="Name",
        label="Name",
    ),
)
