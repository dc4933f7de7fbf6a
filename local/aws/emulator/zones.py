"""Availability zones: which id stands behind a name, and what a zone does not have.

AWS maps names to ids for each account: what is `us-east-1a` here is another zone there. So tests may map them anew, and may say which zone
a service lacks, of which AWS publishes no list.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend, Zone
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS

NO_CONTROL_PLANE = ("use1-az3", "usw1-az2", "cac1-az3")
"""Where EKS puts none: docs.aws.amazon.com/eks/latest/userguide/network-reqs.html."""
_lock = threading.Lock()
_lacking: dict[str, set[str]] = defaultdict(set)
_named_at_first: dict[str, str] = {}


def of(region: str) -> list[Zone]:
    """moto's zones of a region."""
    return RegionsAndZonesBackend.zones.get(region, [])


def put(region: str, name: str, id_: str) -> dict[str, str]:
    """Make `id_` the zone behind a name; the zone that was there gets the other's name. Returns {name: id}. Raises KeyError."""
    with _lock:
        here = {zone.name: zone for zone in of(region)}
        by_id = {zone.zone_id: zone for zone in here.values()}
        for zone in here.values():
            _named_at_first.setdefault(zone.name, zone.zone_id)
        one, other = here[name], by_id[id_]
        one.zone_id, other.zone_id = other.zone_id, one.zone_id
        return {zone.name: zone.zone_id for zone in here.values()}


def withhold(service: str, id_: str) -> dict[str, list[str]]:
    """Let a service, such as `redshift-serverless` or `com.amazonaws.us-east-1.kms`, not be in a zone. Returns {service: ids}."""
    _lacking[service].add(id_)
    return {name: sorted(ids) for name, ids in _lacking.items()}


def reset() -> None:
    """As it was at first."""
    with _lock:
        _lacking.clear()
        for zones in RegionsAndZonesBackend.zones.values():
            for zone in zones:
                zone.zone_id = _named_at_first.get(zone.name, zone.zone_id)


def lacks(service: str, id_: str) -> bool:
    """Whether a service is not in a zone."""
    return id_ in _lacking[service]


def with_service(service: str, region: str) -> list[str]:
    """The names of the zones that a service is in."""
    return [zone.name for zone in of(region) if not lacks(service, zone.zone_id)]


def without_control_plane(region: str, subnets: Iterable[Any]) -> tuple[list[str], list[str]]:
    """(names of the subnets' zones that EKS puts no control plane in, names of those of the region that it does)."""
    bad = sorted({subnet.availability_zone for subnet in subnets if subnet.availability_zone_id in NO_CONTROL_PLANE})
    return bad, [zone.name for zone in of(region) if zone.zone_id not in NO_CONTROL_PLANE]


def offerings(region: str) -> list[dict[str, str]]:
    """EC2's offerings of instance types by the names of zones. moto has them by names as well, but not as they may be mapped here."""
    names = {zone.zone_id: zone.name for zone in of(region)}
    by_id = INSTANCE_TYPE_OFFERINGS["availability-zone-id"].get(region, [])
    return [
        {**offering, "LocationType": "availability-zone", "Location": names[offering["Location"]]}
        for offering in by_id
        if offering["Location"] in names
    ]


def not_offered(region: str, type_: str, zones: Sequence[str]) -> str:
    """What EC2 says of an instance type that it does not offer in one of the zones (names); else, and of a type moto has not, nothing."""
    offered = sorted({offering["Location"] for offering in offerings(region) if offering["InstanceType"] == type_})
    for zone in sorted(zones):
        if offered and zone not in offered:
            return (
                f"Your requested instance type ({type_}) is not supported in your requested Availability Zone ({zone}). Please retry your "
                f"request by not specifying an Availability Zone or choosing {', '.join(offered)}."
            )
    return ""
