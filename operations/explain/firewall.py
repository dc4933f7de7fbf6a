"""What rules of security groups and of network ACLs let through."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network

from operations.explain.case import Json

ANYWHERE = IPv4Network("0.0.0.0/0")
ALL, TCP = "-1", ("6", "tcp")
Ports = tuple[int, int]


def group_admits(permissions: Iterable[Json], port: int, *, groups: Sequence[str] = (), networks: Sequence[IPv4Network] = ()) -> bool:
    """Whether a security group's permissions cover a TCP port for members of one of `groups`, or for all of `networks`."""
    covering = [permission for permission in permissions if _covers(permission, (port, port))]
    admitted = {pair["GroupId"] for permission in covering for pair in permission["UserIdGroupPairs"]}
    ranges = [IPv4Network(range_["CidrIp"]) for permission in covering for range_ in permission["IpRanges"]]
    inside = [any(network.subnet_of(range_) for range_ in ranges) for network in networks]
    return bool(admitted & set(groups)) or (bool(inside) and all(inside))


def acl_admits(entries: Iterable[Json], ports: Ports, network: IPv4Network, *, egress: bool) -> bool:
    """Whether a network ACL lets TCP to all of `ports` of `network` through: its rules count in their order, and the first decides."""
    for entry in sorted(entries, key=lambda entry: int(entry["RuleNumber"])):
        if entry["Egress"] != egress or "CidrBlock" not in entry or not network.subnet_of(IPv4Network(entry["CidrBlock"])):
            continue
        if entry["RuleAction"] == "allow" and _covers(_as_permission(entry), ports):
            return True
        if entry["RuleAction"] == "deny" and _touches(_as_permission(entry), ports):
            return False
    return False


def _as_permission(entry: Json) -> Json:
    ports = entry.get("PortRange", {})
    return {"IpProtocol": entry["Protocol"], "FromPort": ports.get("From"), "ToPort": ports.get("To")}


def _covers(permission: Json, ports: Ports) -> bool:
    if permission["IpProtocol"] == ALL:
        return True
    return permission["IpProtocol"] in TCP and permission["FromPort"] <= ports[0] and ports[1] <= permission["ToPort"]


def _touches(permission: Json, ports: Ports) -> bool:
    if permission["IpProtocol"] == ALL:
        return True
    return permission["IpProtocol"] in TCP and permission["FromPort"] <= ports[1] and ports[0] <= permission["ToPort"]
