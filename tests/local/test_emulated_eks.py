"""The emulated EKS: what it makes of its own and elsewhere, what goes with what, and what AWS would refuse."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from local.aws.machine import Aws
from tests.local.aws_network import Network, make_network, make_role
from tests.local.signed import send

pytestmark = pytest.mark.system

ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
ONE_NODE = {"minSize": 1, "maxSize": 2, "desiredSize": 1}


class Refusal(Exception):
    """What EKS said no with: "Code: message"."""


class Region:
    """EKS and its neighbours. Requests are made by hand: the project's own SDK is older than some of the operations."""

    def __init__(self, aws: Aws) -> None:
        self.aws, self.network = aws, make_network(aws)
        self.cluster_role = self.role("cluster", "eks.amazonaws.com")
        self.node_role = self.role("nodes", "ec2.amazonaws.com")

    def role(self, name: str, service: str) -> str:
        actions = ["sts:AssumeRole", "sts:TagSession"]  # Pod Identity does both: eks/latest/userguide/pod-id-role.html
        trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": actions}]}
        made = self.aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        return str(made["Role"]["Arn"])

    def call(self, method: str, path: str, **parameters: Any) -> Any:
        body = {"body": json.dumps(parameters), "headers": {"Content-Type": "application/json"}} if parameters else {}
        answer = send(self.aws, "eks", method, path, **body)  # type: ignore[arg-type]
        if answer.is_error:
            raise Refusal(f"{answer.headers['x-amzn-errortype']}: {answer.text}")
        return answer.json()

    def cluster(self, **parameters: Any) -> Any:
        """Make one that authenticates by entries and has no add-ons of its own."""
        wanted = {
            "name": "tickit",
            "version": "1.34",
            "roleArn": self.cluster_role,
            "resourcesVpcConfig": {"subnetIds": self.network.subnets},
            "accessConfig": {"authenticationMode": "API"},
            "bootstrapSelfManagedAddons": False,
        }
        return self.call("POST", "/clusters", **wanted | parameters)["cluster"]

    def nodegroup(self, **parameters: Any) -> Any:
        wanted = {"nodegroupName": "nodes", "subnets": self.network.subnets, "nodeRole": self.node_role, "scalingConfig": ONE_NODE}
        return self.call("POST", "/clusters/tickit/node-groups", **wanted | parameters)["nodegroup"]

    def addon(self, name: str) -> Any:
        return self.call("POST", "/clusters/tickit/addons", addonName=name)["addon"]

    def autoscaling_group(self, nodegroup: Any) -> Any:
        (held,) = nodegroup["resources"]["autoScalingGroups"]
        groups = self.aws.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[held["name"]])
        return next(iter(groups["AutoScalingGroups"]), None)


@pytest.fixture
def eks(aws: Aws) -> Region:
    return Region(aws)


@pytest.fixture
def network(eks: Region) -> Network:
    return eks.network


@pytest.fixture
def cluster(eks: Region) -> Any:
    return eks.cluster()


def log_groups(aws: Aws) -> list[str]:
    return [group["logGroupName"] for group in aws.client("logs").describe_log_groups()["logGroups"]]


def test_a_cluster_is_ready_when_it_is_looked_at(eks: Region, cluster: Any) -> None:
    assert cluster["status"] == "CREATING"
    assert eks.call("GET", "/clusters/tickit")["cluster"] == cluster | {"status": "ACTIVE"}


def test_a_clusters_security_group_comes_and_goes_with_it(eks: Region, aws: Aws, cluster: Any) -> None:
    id_ = cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
    (group,) = aws.client("ec2").describe_security_groups(GroupIds=[id_])["SecurityGroups"]
    assert group["VpcId"] == eks.network.vpc
    assert group["IpPermissions"][0]["UserIdGroupPairs"][0]["GroupId"] == id_
    eks.call("DELETE", "/clusters/tickit")
    assert id_ not in [group["GroupId"] for group in aws.client("ec2").describe_security_groups()["SecurityGroups"]]


def test_a_cluster_leaves_its_log_group_behind(eks: Region, aws: Aws) -> None:
    on = {"clusterLogging": [{"types": ["api", "audit"], "enabled": True}]}
    logging = eks.cluster(logging=on)["logging"]["clusterLogging"]
    assert [(entry["enabled"], entry["types"]) for entry in logging] == [
        (True, ["api", "audit"]),
        (False, ["authenticator", "controllerManager", "scheduler"]),
    ]
    eks.call("DELETE", "/clusters/tickit")
    assert log_groups(aws) == ["/aws/eks/tickit/cluster"]


@pytest.mark.parametrize(
    ("parameters", "refusal"),
    [
        ({"version": "1.22"}, r"InvalidParameterException: .*unsupported Kubernetes version"),
        ({"version": "9.99"}, r"InvalidParameterException: .*unsupported Kubernetes version"),
        ({"roleArn": "arn:aws:iam::123456789012:role/nobody"}, r"InvalidParameterException: .*The role .*nobody does not exist"),
        ({"resourcesVpcConfig": {"subnetIds": ["subnet-1", "subnet-2"]}}, "InvalidParameterException: .*subnet-1"),
        ({"encryptionConfig": [{"resources": ["secrets"], "provider": {"keyArn": "nokey"}}]}, "InvalidParameterException: .*nokey"),
        ({"outpostConfig": {"outpostArns": ["a"], "controlPlaneInstanceType": "b"}}, r"NotImplemented: .*outpostConfig"),
    ],
)
def test_a_wrong_cluster_is_refused(eks: Region, aws: Aws, parameters: dict[str, Any], refusal: str) -> None:
    with pytest.raises(Refusal, match=refusal):
        eks.cluster(**parameters)
    assert "eks" not in aws.inventory()


def test_a_role_must_trust_eks(eks: Region) -> None:
    with pytest.raises(Refusal, match=r"InvalidParameterException: .*eks.amazonaws.com"):
        eks.cluster(roleArn=eks.node_role)


def test_subnets_lie_in_two_zones(eks: Region) -> None:
    with pytest.raises(Refusal, match=r"InvalidParameterException: .*two different AZs"):
        eks.cluster(resourcesVpcConfig={"subnetIds": eks.network.subnets[:1]})


def test_no_control_plane_stands_in_use1_az3(eks: Region, aws: Aws) -> None:
    aws.put_zone("us-east-1b", "use1-az3")
    with pytest.raises(
        Refusal, match=r"UnsupportedAvailabilityZoneException: .*because us-east-1b, the targeted .*zones: us-east-1a, us-east"
    ):
        eks.cluster()
    eks.cluster(resourcesVpcConfig={"subnetIds": [eks.network.subnets[0], eks.network.subnets[2]]})


def test_nodes_start_where_their_type_is_offered(eks: Region, aws: Aws, cluster: Any) -> None:
    aws.put_zone("us-east-1b", "use1-az3")
    eks.addon("vpc-cni")
    eks.nodegroup(instanceTypes=["t3.medium"])
    (issue,) = eks.call("GET", f"/clusters/{cluster['name']}/node-groups/nodes")["nodegroup"]["health"]["issues"]
    assert issue["code"] == "AsgInstanceLaunchFailures"
    assert "(t3.medium) is not supported in your requested Availability Zone (us-east-1b)" in issue["message"]


@pytest.mark.parametrize("admits", [True, False])
def test_a_volumes_key_admits_auto_scaling(eks: Region, aws: Aws, cluster: Any, admits: bool) -> None:
    root, role = "arn:aws:iam::123456789012:root", "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    who = [root, f"arn:aws:iam::123456789012:role/{role}"] if admits else [root]
    statement = {"Effect": "Allow", "Principal": {"AWS": who}, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    volume = {"Encrypted": True, "KmsKeyId": aws.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]}
    data = {"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": volume}]}
    aws.client("ec2").create_launch_template(LaunchTemplateName="nodes", LaunchTemplateData=data)
    eks.addon("vpc-cni")
    eks.nodegroup(launchTemplate={"name": "nodes"})
    found = eks.call("GET", f"/clusters/{cluster['name']}/node-groups/nodes")["nodegroup"]
    assert found["status"] == ("ACTIVE" if admits else "CREATE_FAILED")
    assert admits or "Client.InvalidKMSKey.InvalidState" in found["health"]["issues"][0]["message"]


def test_a_name_is_taken_once(eks: Region, cluster: Any) -> None:
    with pytest.raises(Refusal, match=rf"ResourceInUseException: .*{cluster['name']}"):
        eks.cluster()


def test_what_is_not_there_is_not_found(eks: Region, cluster: Any) -> None:
    for path in ("/clusters/other", *(f"/clusters/tickit/{kind}/other" for kind in ("node-groups", "addons", "access-entries", "updates"))):
        with pytest.raises(Refusal, match=r"ResourceNotFoundException: .*(other|tickit)"):
            eks.call("GET", path)
    with pytest.raises(Refusal, match="NotFoundException"):
        eks.call("GET", f"/tags/{quote(cluster['arn'] + 'x', safe='')}")


def test_a_cluster_is_upgraded_one_version_at_a_time(eks: Region, aws: Aws) -> None:
    eks.cluster(version="1.33")
    with pytest.raises(Refusal, match=r"InvalidParameterException: .*from 1.33 to 1.35"):
        eks.call("POST", "/clusters/tickit/updates", version="1.35")
    update = eks.call("POST", "/clusters/tickit/updates", version="1.34")["update"]
    assert update["status"] == "InProgress"
    assert eks.call("GET", f"/clusters/tickit/updates/{update['id']}")["update"]["status"] == "Successful"
    assert aws.client("eks").describe_cluster(name="tickit")["cluster"]["version"] == "1.34"


def test_a_cluster_is_changed_one_thing_at_a_time_and_only_to_something_else(eks: Region, cluster: Any) -> None:
    path = "/clusters/tickit/update-config"
    upgrades, access = {"supportType": "STANDARD"}, {"endpointPrivateAccess": True, "publicAccessCidrs": ["203.0.113.7/32"]}
    with pytest.raises(Refusal, match=r"InvalidParameterException: .*Only one type"):
        eks.call("POST", path, upgradePolicy=upgrades, resourcesVpcConfig=access)
    eks.call("POST", path, upgradePolicy=upgrades)
    eks.call("POST", path, resourcesVpcConfig=access)
    eks.call("POST", path, logging={"clusterLogging": [{"types": ["api"], "enabled": True}]})
    for change in ({"upgradePolicy": upgrades}, {"resourcesVpcConfig": access}, {"accessConfig": {"authenticationMode": "API"}}):
        with pytest.raises(Refusal, match=r"InvalidParameterException: .*No changes needed"):
            eks.call("POST", path, **change)
    with pytest.raises(Refusal, match=r"InvalidParameterException: .*Unsupported authentication mode update from API"):
        eks.call("POST", path, accessConfig={"authenticationMode": "CONFIG_MAP"})
    now = eks.call("GET", "/clusters/tickit")["cluster"]
    assert now["upgradePolicy"] == upgrades
    assert now["resourcesVpcConfig"] == cluster["resourcesVpcConfig"] | access
    assert now["logging"]["clusterLogging"][0] == {"types": ["api"], "enabled": True}


def test_a_protected_cluster_is_not_deleted(eks: Region) -> None:
    eks.cluster(deletionProtection=True)
    with pytest.raises(Refusal, match=r"InvalidRequestException: .*deletion protection"):
        eks.call("DELETE", "/clusters/tickit")
    eks.call("POST", "/clusters/tickit/update-config", deletionProtection=False)
    eks.call("DELETE", "/clusters/tickit")


@pytest.mark.usefixtures("cluster")
def test_a_node_group_has_an_autoscaling_group(eks: Region, aws: Aws) -> None:
    before = aws.inventory()["ec2"]
    eks.addon("vpc-cni")
    nodegroup = eks.nodegroup()
    group = eks.autoscaling_group(nodegroup)
    assert (group["MinSize"], group["MaxSize"], group["DesiredCapacity"]) == (1, 2, 1)
    assert group["VPCZoneIdentifier"] == ",".join(eks.network.subnets)
    balancer = aws.client("elbv2").create_target_group(Name="ui", Protocol="HTTP", Port=80, VpcId=eks.network.vpc, TargetType="instance")
    arn = balancer["TargetGroups"][0]["TargetGroupArn"]
    aws.client("autoscaling").attach_load_balancer_target_groups(AutoScalingGroupName=group["AutoScalingGroupName"], TargetGroupARNs=[arn])
    assert eks.autoscaling_group(nodegroup)["TargetGroupARNs"] == [arn]
    bigger = {"minSize": 3, "maxSize": 4, "desiredSize": 3}
    update = eks.call("POST", "/clusters/tickit/node-groups/nodes/update-config", scalingConfig=bigger)["update"]
    assert eks.call("GET", f"/clusters/tickit/updates/{update['id']}?nodegroupName=nodes")["update"]["status"] == "Successful"
    assert eks.autoscaling_group(nodegroup)["DesiredCapacity"] == 3
    assert eks.call("GET", "/clusters/tickit/node-groups/nodes")["nodegroup"]["scalingConfig"] == bigger
    eks.call("DELETE", "/clusters/tickit/node-groups/nodes")
    assert eks.autoscaling_group(nodegroup) is None
    assert aws.inventory()["ec2"] == before


@pytest.mark.usefixtures("cluster")
def test_a_cluster_with_nodes_is_not_deleted(eks: Region) -> None:
    eks.nodegroup()
    with pytest.raises(Refusal, match=r"ResourceInUseException: .*Cluster has nodegroups attached"):
        eks.call("DELETE", "/clusters/tickit")


@pytest.mark.usefixtures("cluster")
def test_nodes_without_a_network_fail(eks: Region) -> None:
    eks.nodegroup()
    nodegroup = eks.call("GET", "/clusters/tickit/node-groups/nodes")["nodegroup"]
    assert nodegroup["status"] == "CREATE_FAILED"
    assert nodegroup["health"]["issues"][0]["code"] == "NodeCreationFailure"
    eks.addon("vpc-cni")
    assert eks.call("GET", "/clusters/tickit/node-groups/nodes")["nodegroup"]["status"] == "ACTIVE"


@pytest.mark.usefixtures("cluster")
def test_a_node_group_starts_nodes_by_a_version_of_a_launch_template(eks: Region, aws: Aws) -> None:
    ec2 = aws.client("ec2")
    data = {"MetadataOptions": {"HttpTokens": "required"}, "SecurityGroupIds": [eks.network.group]}
    template = ec2.create_launch_template(LaunchTemplateName="nodes", LaunchTemplateData=data)["LaunchTemplate"]["LaunchTemplateId"]
    made = eks.nodegroup(launchTemplate={"id": template, "version": "1"}, instanceTypes=["t3.small"])
    assert made["launchTemplate"] == {"id": template, "name": "nodes", "version": "1"}
    assert "diskSize" not in made
    ec2.create_launch_template_version(LaunchTemplateId=template, LaunchTemplateData=data)
    path = "/clusters/tickit/node-groups/nodes/update-version"
    eks.call("POST", path, launchTemplate={"id": template, "version": "2"})
    assert eks.call("GET", "/clusters/tickit/node-groups/nodes")["nodegroup"]["launchTemplate"]["version"] == "2"
    with pytest.raises(Refusal, match=r"InvalidParameterException: .*Launch template"):
        eks.call("POST", path, launchTemplate={"id": template, "version": "3"})
    strange = ec2.create_launch_template(LaunchTemplateName="strange", LaunchTemplateData={"SecurityGroupIds": ["sg-1"]})
    with pytest.raises(Refusal, match=r"InvalidParameterException: .*sg-1"):
        eks.call("POST", path, launchTemplate={"id": strange["LaunchTemplate"]["LaunchTemplateId"]})


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize(
    ("parameters", "refusal"),
    [
        ({"scalingConfig": {"minSize": 2, "maxSize": 3, "desiredSize": 1}}, "Minimum capacity 2"),
        ({"scalingConfig": {"minSize": 1, "maxSize": 1, "desiredSize": 2}}, "desired capacity 2"),
        ({"launchTemplate": {"name": "nowhere"}}, "nowhere"),
        ({"subnets": ["subnet-1"]}, "subnet-1"),
        ({"nodeRole": "arn:aws:iam::123456789012:role/cluster"}, "ec2.amazonaws.com"),
    ],
)
def test_a_wrong_node_group_is_refused(eks: Region, aws: Aws, parameters: dict[str, Any], refusal: str) -> None:
    with pytest.raises(Refusal, match=rf"InvalidParameterException: .*{refusal}"):
        eks.nodegroup(**parameters)
    assert "autoscaling" not in aws.inventory()


@pytest.mark.usefixtures("cluster")
def test_an_addon_has_the_version_that_suits_the_cluster(eks: Region) -> None:
    version = eks.addon("kube-proxy")["addonVersion"]
    (offered,) = eks.call("GET", "/addons/supported-versions?addonName=kube-proxy&kubernetesVersion=1.34")["addons"]
    assert [found["addonVersion"] for found in offered["addonVersions"]] == [version]
    with pytest.raises(Refusal, match="ResourceInUseException"):
        eks.addon("kube-proxy")
    with pytest.raises(Refusal, match=r"InvalidParameterException: .*v0"):
        eks.call("POST", "/clusters/tickit/addons", addonName="vpc-cni", addonVersion="v0")
    with pytest.raises(Refusal, match=r"InvalidParameterException: .*Addon marquez"):
        eks.addon("marquez")


@pytest.mark.usefixtures("cluster")
def test_nodes_and_addons_follow_the_clusters_version(eks: Region) -> None:
    eks.nodegroup()
    eks.addon("kube-proxy")
    nodes, addon = "/clusters/tickit/node-groups/nodes", "/clusters/tickit/addons/kube-proxy"
    (offered,) = eks.call("GET", "/addons/supported-versions?addonName=kube-proxy&kubernetesVersion=1.35")["addons"]
    (suiting,) = offered["addonVersions"]
    assert suiting["compatibilities"][0]["defaultVersion"] is True
    for path, to in ((f"{nodes}/update-version", {"version": "1.35"}), (f"{addon}/update", {"addonVersion": suiting["addonVersion"]})):
        with pytest.raises(Refusal, match="InvalidParameterException"):
            eks.call("POST", path, **to)
    eks.call("POST", "/clusters/tickit/updates", version="1.35")
    assert eks.call("GET", nodes)["nodegroup"]["version"] == "1.34"
    update = eks.call("POST", f"{nodes}/update-version", version="1.35")["update"]
    assert eks.call("GET", f"/clusters/tickit/updates/{update['id']}?nodegroupName=nodes")["update"]["status"] == "Successful"
    update = eks.call("POST", f"{addon}/update", addonVersion=suiting["addonVersion"])["update"]
    assert eks.call("GET", f"/clusters/tickit/updates/{update['id']}?addonName=kube-proxy")["update"]["status"] == "Successful"
    assert eks.call("GET", nodes)["nodegroup"]["version"] == "1.35"
    assert eks.call("GET", addon)["addon"]["addonVersion"] == suiting["addonVersion"]


@pytest.mark.usefixtures("cluster")
def test_a_deployment_needs_nodes(eks: Region) -> None:
    eks.addon("coredns")
    assert eks.call("GET", "/clusters/tickit/addons/coredns")["addon"]["status"] == "DEGRADED"
    eks.nodegroup()
    assert eks.call("GET", "/clusters/tickit/addons/coredns")["addon"]["status"] == "ACTIVE"


@pytest.mark.usefixtures("cluster")
def test_access_is_for_a_principal_and_has_policies(eks: Region) -> None:
    entry = eks.call("POST", "/clusters/tickit/access-entries", principalArn=eks.node_role)["accessEntry"]
    assert entry["username"] == "arn:aws:sts::123456789012:assumed-role/nodes/{{SessionName}}"
    path = f"/clusters/tickit/access-entries/{quote(eks.node_role, safe='')}"
    policies = f"{path}/access-policies"
    eks.call("POST", policies, policyArn=ADMIN, accessScope={"type": "cluster"})
    assert [policy["policyArn"] for policy in eks.call("GET", policies)["associatedAccessPolicies"]] == [ADMIN]
    with pytest.raises(Refusal, match="InvalidParameterException"):
        eks.call("POST", policies, policyArn="arn:aws:iam::aws:policy/AdministratorAccess", accessScope={"type": "cluster"})
    with pytest.raises(Refusal, match=r"InvalidParameterException: .*namespace"):
        eks.call("POST", policies, policyArn=ADMIN, accessScope={"type": "namespace"})
    eks.call("DELETE", f"{policies}/{quote(ADMIN, safe='')}")
    assert eks.call("GET", policies)["associatedAccessPolicies"] == []
    eks.call("DELETE", path)
    assert eks.call("GET", "/clusters/tickit/access-entries")["accessEntries"] == []


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize(
    "principal",
    ["arn:aws:iam::123456789012:role/nobody", "arn:aws:sts::123456789012:assumed-role/nodes/me", "arn:aws:iam::123456789012:root"],
)
def test_access_is_for_nobody_else(eks: Region, principal: str) -> None:
    with pytest.raises(Refusal, match=r"InvalidParameterException: .*invalid principal"):
        eks.call("POST", "/clusters/tickit/access-entries", principalArn=principal)


@pytest.mark.usefixtures("cluster")
def test_who_calls_may_be_let_in(eks: Region, aws: Aws) -> None:
    caller = aws.client("sts").get_caller_identity()["Arn"]
    assert eks.call("POST", "/clusters/tickit/access-entries", principalArn=caller)["accessEntry"]["username"] == caller


def test_a_cluster_without_entries_has_none(eks: Region) -> None:
    eks.cluster(accessConfig={"authenticationMode": "CONFIG_MAP"})
    with pytest.raises(Refusal, match=r"InvalidRequestException: .*API_AND_CONFIG_MAP"):
        eks.call("GET", "/clusters/tickit/access-entries")


@pytest.mark.usefixtures("cluster")
def test_nodes_are_let_in_while_they_are_there(eks: Region) -> None:
    eks.nodegroup()
    assert eks.call("GET", "/clusters/tickit/access-entries")["accessEntries"] == [eks.node_role]
    eks.call("DELETE", "/clusters/tickit/node-groups/nodes")
    assert eks.call("GET", "/clusters/tickit/access-entries")["accessEntries"] == []


@pytest.mark.usefixtures("cluster")
def test_pod_identity_tags_its_sessions(eks: Region) -> None:
    role = make_role(eks.aws, "pods", "pods.eks")
    with pytest.raises(Refusal, match=r"InvalidParameterException: .*pods.eks.amazonaws.com may not take on .*no statement of the trust"):
        eks.call("POST", "/clusters/tickit/pod-identity-associations", namespace="marquez", serviceAccount="marquez", roleArn=role)


def test_a_clusters_role_is_for_that_cluster(eks: Region) -> None:
    for number, name in enumerate(("other", "tickit")):
        only = {"aws:SourceArn": f"arn:aws:eks:us-east-1:123456789012:cluster/{name}"}
        role = make_role(eks.aws, f"cluster-{number}", "eks", ArnLike=only)
        if name == "tickit":
            eks.cluster(roleArn=role)
        else:
            with pytest.raises(Refusal, match=r"InvalidParameterException: .*aws:SourceArn=.*cluster/tickit"):
                eks.cluster(roleArn=role)


@pytest.mark.usefixtures("cluster")
def test_a_service_account_has_one_role(eks: Region) -> None:
    role, other = eks.role("pods", "pods.eks.amazonaws.com"), eks.role("others", "pods.eks.amazonaws.com")
    path = "/clusters/tickit/pod-identity-associations"
    account = {"namespace": "marquez", "serviceAccount": "marquez"}
    made = eks.call("POST", path, **account, roleArn=role)["association"]
    with pytest.raises(Refusal, match=rf"ResourceInUseException: .*{made['associationId']}"):
        eks.call("POST", path, **account, roleArn=role)
    with pytest.raises(Refusal, match=r"InvalidParameterException: .*pods.eks"):
        eks.call("POST", path, namespace="marquez", serviceAccount="other", roleArn=eks.node_role)
    eks.call("POST", f"{path}/{made['associationId']}", roleArn=other)
    assert eks.call("GET", f"{path}/{made['associationId']}")["association"]["roleArn"] == other
    assert [found["associationId"] for found in eks.call("GET", f"{path}?namespace=marquez")["associations"]] == [made["associationId"]]
    eks.call("DELETE", f"{path}/{made['associationId']}")
    assert eks.call("GET", path)["associations"] == []


def test_everything_has_tags(eks: Region) -> None:
    cluster = eks.cluster(tags={"owner": "me"})
    eks.addon("vpc-cni")
    for arn in (cluster["arn"], eks.nodegroup(tags={"owner": "me"})["nodegroupArn"]):
        path = f"/tags/{quote(arn, safe='')}"
        eks.call("POST", path, tags={"stage": "test"})
        assert eks.call("GET", path)["tags"] == {"owner": "me", "stage": "test"}
        eks.call("DELETE", f"{path}?tagKeys=owner")
        assert eks.call("GET", path)["tags"] == {"stage": "test"}
    assert eks.call("GET", "/clusters/tickit")["cluster"]["tags"] == {"stage": "test"}


def test_versions_that_can_be_created_are_listed(eks: Region) -> None:
    versions = {found["clusterVersion"]: found["versionStatus"] for found in eks.call("GET", "/cluster-versions")["clusterVersions"]}
    assert (versions["1.33"], versions["1.35"]) == ("EXTENDED_SUPPORT", "STANDARD_SUPPORT")
    (default,) = eks.call("GET", "/cluster-versions?defaultOnly=true")["clusterVersions"]
    eks.cluster(version=default["clusterVersion"])


def test_everything_of_a_cluster_is_in_the_inventory_and_goes_with_it(eks: Region, aws: Aws) -> None:
    before = aws.inventory()
    eks.cluster()
    eks.addon("vpc-cni")
    eks.nodegroup()
    assert aws.inventory()["eks"] == [
        f"access entry {eks.node_role} of tickit",
        "add-on vpc-cni of tickit",
        "cluster tickit",
        "node group nodes of tickit",
    ]
    eks.call("DELETE", "/clusters/tickit/node-groups/nodes")
    eks.call("DELETE", "/clusters/tickit")
    assert aws.inventory() == before
