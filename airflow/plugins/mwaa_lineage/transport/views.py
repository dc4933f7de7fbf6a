"""What views are made of, as events of their own: an integration takes from an operator what its run reads and writes, and nothing else.

So the operator puts it into a facet of the run, which becomes static lineage here (OpenLineage, DatasetEvent): no run makes it.
"""

from typing import Any

FACET = "mwaaLineage_views"
_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent"
_ENDED = ("COMPLETE", "FAIL", "ABORT")


def apart(event: Any) -> list[dict[str, Any]]:
    """The plain event without the facet, and an event for each view of it. Once a run: when it has ended."""
    run = event.get("run")
    facets = run.get("facets") if isinstance(run, dict) else None
    found = facets.pop(FACET, None) if isinstance(facets, dict) else None
    datasets = found.get("datasets") if isinstance(found, dict) and event.get("eventType") in _ENDED else None
    common = {"eventTime": event.get("eventTime"), "producer": event.get("producer"), "schemaURL": _SCHEMA}
    return [event, *({**common, "dataset": dataset} for dataset in datasets or ())]
