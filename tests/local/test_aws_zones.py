"""The zones of the emulated AWS: which id has which name, and what is not in a zone."""

from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from local.aws.machine import Aws
from tests.local.aws_network import make_network
from tests.local.signed import serverless

pytestmark = pytest.mark.system

KMS = "com.amazonaws.us-east-1.kms"


def zone_ids(aws: Aws) -> dict[str, str]:
    return {zone["ZoneName"]: zone["ZoneId"] for zone in aws.client("ec2").describe_availability_zones()["AvailabilityZones"]}


def offered(aws: Aws, kind: str, **filters: list[str]) -> list[str]:
    told = [{"Name": name.replace("_", "-"), "Values": values} for name, values in filters.items()]
    found = aws.client("ec2").describe_instance_type_offerings(LocationType=kind, Filters=told)["InstanceTypeOfferings"]
    return sorted(offering["Location"] for offering in found)


def test_a_name_can_stand_for_another_zone(aws: Aws) -> None:
    before = zone_ids(aws)
    assert before["us-east-1e"] == "use1-az3"
    aws.put_zone("us-east-1a", "use1-az3")
    after = zone_ids(aws)
    assert (after["us-east-1a"], after["us-east-1e"]) == ("use1-az3", before["us-east-1a"])
    aws.reset()
    assert zone_ids(aws) == before


def test_an_unknown_zone_cannot_be_put(aws: Aws) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        aws.put_zone("us-east-1a", "use1-az9")


def test_a_subnet_tells_its_zones_id(aws: Aws) -> None:
    aws.put_zone("us-east-1a", "use1-az3")
    make_network(aws)
    subnets = aws.client("ec2").describe_subnets(Filters=[{"Name": "availability-zone", "Values": ["us-east-1a"]}])["Subnets"]
    assert {subnet["AvailabilityZoneId"] for subnet in subnets} == {"use1-az3"}


def test_a_type_is_offered_in_some_zones(aws: Aws) -> None:
    assert "use1-az3" not in offered(aws, "availability-zone-id", instance_type=["t3.medium"])
    assert "us-east-1a" in offered(aws, "availability-zone", instance_type=["t3.medium"])
    aws.put_zone("us-east-1a", "use1-az3")
    assert offered(aws, "availability-zone", instance_type=["t3.medium"], location=["us-east-1a", "us-east-1e"]) == ["us-east-1e"]


def test_an_instance_starts_where_its_type_is_offered(aws: Aws) -> None:
    aws.put_zone("us-east-1a", "use1-az3")
    network, ec2 = make_network(aws), aws.client("ec2")
    one = {"ImageId": "ami-12c6146b", "InstanceType": "t3.medium", "MinCount": 1, "MaxCount": 1}
    with pytest.raises(
        ClientError, match=r"Unsupported.*\(t3.medium\) is not supported in your requested Availability Zone \(us-east-1a\)"
    ):
        ec2.run_instances(**one, SubnetId=network.subnets[0])
    ec2.run_instances(**one, SubnetId=network.subnets[1])


def endpoint(aws: Aws, vpc: str, subnets: list[str]) -> Any:
    return aws.client("ec2").create_vpc_endpoint(VpcEndpointType="Interface", VpcId=vpc, ServiceName=KMS, SubnetIds=subnets)


def test_an_endpoint_service_is_not_in_every_zone(aws: Aws) -> None:
    ec2, network = aws.client("ec2"), make_network(aws)
    aws.withhold(KMS, zone_ids(aws)["us-east-1b"])
    (service,) = ec2.describe_vpc_endpoint_services(ServiceNames=[KMS])["ServiceDetails"]
    assert "us-east-1b" not in service["AvailabilityZones"]
    assert "us-east-1a" in service["AvailabilityZones"]
    message = f"InvalidParameter.*{KMS} does not support the availability zone of the subnet: {network.subnets[1]}"
    with pytest.raises(ClientError, match=message):
        endpoint(aws, network.vpc, network.subnets)
    endpoint(aws, network.vpc, [network.subnets[0], network.subnets[2]])


def test_redshift_serverless_is_not_in_every_zone(aws: Aws) -> None:
    serverless(aws, "CreateNamespace", namespaceName="tickit")
    subnets = make_network(aws).subnets
    aws.withhold("redshift-serverless", zone_ids(aws)["us-east-1b"])
    wanted = {"workgroupName": "tickit", "namespaceName": "tickit", "subnetIds": subnets, "baseCapacity": 8}
    refused = serverless(aws, "CreateWorkgroup", **wanted, enhancedVpcRouting=True)
    assert "3 availability zones that Redshift Serverless supports, and lie in us-east-1a, us-east-1c" in refused["message"]
    assert "workgroup" in serverless(aws, "CreateWorkgroup", **wanted)
