"""Route 53 zones, which must be empty to go."""

import json
from typing import Any

from operations.leftovers.belongings import Belongings
from operations.leftovers.kind import Found, Kind, Steps
from operations.reading import pages

OWN_RECORDS = ("NS", "SOA")
"""What Route 53 keeps in every zone, and removes with it."""


def _records(client: Any, zone: Found) -> Steps:
    records = [
        record
        for record in pages(client, "list_resource_record_sets", "ResourceRecordSets[]", HostedZoneId=zone.id)
        if record["Type"] not in OWN_RECORDS
    ]
    batch = json.dumps({"Changes": [{"Action": "DELETE", "ResourceRecordSet": record} for record in records]})
    return [["route53", "change-resource-record-sets", "--hosted-zone-id", zone.id, "--change-batch", batch]] if records else []


def _is_another(belongings: Belongings, zone: Found) -> bool:
    """A public zone is nobody's leftover, whatever its name begins with; the private one is called exactly as the settings say."""
    return not zone.item["Config"].get("PrivateZone") or zone.name != f"{belongings.settings.private_domain}."


def _is_ours(belongings: Belongings, zone: Found) -> bool:
    return not _is_another(belongings, zone)


KINDS = (
    Kind(
        "Route 53 zone",
        "aws_route53_zone",
        "route53",
        "list_hosted_zones",
        "HostedZones[]",
        "route53 delete-hosted-zone --id {id}",
        id="Id",
        label="Name",
        before=_records,
        also=_is_ours,
        excepted=_is_another,
    ),
)
