"""What the chart promises: one test for each row of the table in docs/marquez.md, on the manifests as Helm renders them.

Every test is run on the chart's defaults and on hardened values.
"""

import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.marquez.workload import API, MIGRATION_SERVICE_ACCOUNT, NAMESPACE, SERVICE_ACCOUNT, WEB
from modules.marquez_chart import CHART
from modules.marquez_images import images
from tests.modules.chart import (
    DEFAULT,
    EXAMPLES,
    HARDENED,
    OPEN,
    Manifest,
    Values,
    containers,
    kinds,
    manifests,
    notes,
    one,
    pods,
    template,
    text,
)

COMPONENTS = {"api", "web", "migration", "test"}
LONG_RUNNING = {"api", "web"}
VPC, SECRETS_CIDR = DEFAULT["network"]["vpcCidr"], DEFAULT["network"]["secretsCidr"]
DNS = {("kube-dns", "UDP", 53), ("kube-dns", "TCP", 53)}
SECRETS = {(SECRETS_CIDR, "TCP", 443), ("169.254.170.23/32", "TCP", 80)}
RELEASE_LABELS = {"app.kubernetes.io/name": "marquez", "app.kubernetes.io/instance": "marquez"}
SKIP = "eks.amazonaws.com/skip-containers"


@pytest.fixture(params=["default", "hardened"])
def values(request: pytest.FixtureRequest) -> Values:
    return EXAMPLES[request.param]


@pytest.fixture
def chart(values: Values) -> list[Manifest]:
    return manifests(values)


@pytest.fixture
def api(chart: list[Manifest]) -> Manifest:
    return pods(chart)["api"]


def every_container(chart: list[Manifest]) -> dict[str, Manifest]:
    return {f"{component}/{name}": c for component, pod in pods(chart).items() for name, c in containers(pod).items()}


def environment(container: Manifest) -> dict[str, str]:
    return {variable["name"]: variable["value"] for variable in container.get("env", [])}


def mounts(container: Manifest) -> dict[str, tuple[str, bool]]:
    return {m["name"]: (m["mountPath"], m.get("readOnly", False)) for m in container["volumeMounts"]}


def volumes(pod: Manifest) -> dict[str, Manifest]:
    return {volume["name"]: volume for volume in pod["volumes"]}


# What runs


def test_only_what_is_listed_is_installed(chart: list[Manifest]) -> None:
    assert {kind: sorted(kinds(chart, kind)) for kind in {m["kind"] for m in chart}} == {
        "ConfigMap": ["api", "migration", "proxy", "test"],
        "Deployment": ["api", "web"],
        "Job": ["migration", "test"],
        "NetworkPolicy": ["api", "default-deny", "migration", "test", "web"],
        "PodDisruptionBudget": ["api", "web"],
        "Service": ["api", "test", "ui-api", "web"],
        "ServiceAccount": ["api", "migration", "web"],
    }
    assert {m["metadata"]["namespace"] for m in chart} == {NAMESPACE}


def test_api_and_web_ui_are_deployments_of_their_own(chart: list[Manifest]) -> None:
    assert set(kinds(chart, "Deployment")) == LONG_RUNNING
    assert [c["name"] for c in pods(chart)["web"]["containers"]] == ["web"]
    assert [c["name"] for c in pods(chart)["api"]["containers"]] == ["api", "proxy"]


def test_images_are_pinned(chart: list[Manifest], values: Values) -> None:
    chosen = images() | values.get("images", {})
    assert {c["image"] for c in every_container(chart).values()} == set(chosen.values())
    assert all(re.fullmatch(r"[^\s:@]+/[^\s:@]+:\d+\.\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?", image) for image in chosen.values())


def test_images_can_be_pinned_by_digest() -> None:
    assert all("@sha256:" in container["image"] for container in every_container(manifests(HARDENED)).values())


def test_nothing_is_fetched_from_another_chart(chart: list[Manifest]) -> None:
    described = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert "dependencies" not in described
    assert {m["metadata"]["labels"]["app.kubernetes.io/name"] for m in chart} == {"marquez"}


def test_kubernetes_owns_nothing_of_aws(chart: list[Manifest]) -> None:
    assert {service["spec"]["type"] for service in kinds(chart, "Service").values()} == {"NodePort", "ClusterIP"}
    assert not [m for m in chart if m["kind"] in ("Ingress", "PersistentVolumeClaim", "TargetGroupBinding", "Gateway")]


# Confinement


def test_nothing_runs_as_root(chart: list[Manifest]) -> None:
    for pod in pods(chart).values():
        context = pod["securityContext"]
        assert (context["runAsNonRoot"], context["runAsUser"], context["runAsGroup"]) == (True, 10001, 10001)
    assert not [c for c in every_container(chart).values() if {"runAsUser", "runAsNonRoot"} & c["securityContext"].keys()]


def test_root_file_systems_are_read_only(chart: list[Manifest]) -> None:
    assert all(container["securityContext"]["readOnlyRootFilesystem"] is True for container in every_container(chart).values())


def test_no_container_has_a_capability_or_can_gain_one(chart: list[Manifest]) -> None:
    for container in every_container(chart).values():
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert "privileged" not in container["securityContext"]


def test_system_calls_are_filtered(chart: list[Manifest]) -> None:
    assert [pod["securityContext"]["seccompProfile"] for pod in pods(chart).values()] == [{"type": "RuntimeDefault"}] * len(COMPONENTS)


def test_nothing_is_shared_with_the_node(chart: list[Manifest]) -> None:
    for pod in pods(chart).values():
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        assert {frozenset(volume) - {"name"} for volume in pod["volumes"]} <= {frozenset({"configMap"}), frozenset({"emptyDir"})}


def test_resources_are_requested_and_limited(chart: list[Manifest]) -> None:
    for container in every_container(chart).values():
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert container["resources"]["limits"].keys() == {"cpu", "memory"}


def test_what_is_written_is_bounded(chart: list[Manifest]) -> None:
    emptied = [volume["emptyDir"] for pod in pods(chart).values() for volume in pod["volumes"] if "emptyDir" in volume]
    assert emptied
    assert all("sizeLimit" in volume for volume in emptied)


def test_each_component_has_a_service_account_of_its_own(chart: list[Manifest]) -> None:
    accounts = {component: pod["serviceAccountName"] for component, pod in pods(chart).items()}
    assert accounts == {
        "api": SERVICE_ACCOUNT,
        "web": "marquez-web",
        "migration": MIGRATION_SERVICE_ACCOUNT,
        "test": SERVICE_ACCOUNT,  # it shows the API its key
    }
    assert {m["metadata"]["name"] for m in kinds(chart, "ServiceAccount").values()} == set(accounts.values())


def test_no_pod_holds_a_token_of_the_cluster(chart: list[Manifest]) -> None:
    assert {pod["automountServiceAccountToken"] for pod in pods(chart).values()} == {False}
    assert {account["automountServiceAccountToken"] for account in kinds(chart, "ServiceAccount").values()} == {False}


# Secrets


def test_no_secret_stands_in_a_manifest(chart: list[Manifest]) -> None:
    assert not [m for m in chart if m["kind"] == "Secret"]
    names = {name for container in every_container(chart).values() for name in environment(container)}
    assert not {name for name in names if re.search("PASSWORD|KEY|TOKEN", name)} - {
        "PASSWORD_SECRET",
        "PASSWORD_FILE",
        "KEY_SECRET",
        "KEYS_FILE",
    }
    assert not [c for c in every_container(chart).values() if "envFrom" in c or any("valueFrom" in v for v in c.get("env", []))]


@pytest.mark.parametrize(("component", "secrets"), [("api", ["password", "keys"]), ("migration", ["password"])])
def test_secrets_are_fetched_into_memory_when_a_pod_starts(chart: list[Manifest], component: str, secrets: list[str]) -> None:
    pod = pods(chart)[component]
    assert [container["name"] for container in pod["initContainers"]] == secrets
    wanted = {
        "password": ("PASSWORD_SECRET", "PASSWORD_FILE", DEFAULT["database"]["passwordSecret"]),
        "keys": ("KEY_SECRET", "KEYS_FILE", DEFAULT["ingestion"]["keySecret"]),
    }
    for name in secrets:
        assert volumes(pod)[name]["emptyDir"]["medium"] == "Memory"
        secret, file, arn = wanted[name]
        fetching = containers(pod)[name]
        assert environment(fetching)[secret] == arn
        assert Path(environment(fetching)[file]).is_relative_to(mounts(fetching)[name][0])


def test_the_pods_role_is_for_what_fetches_secrets_alone(chart: list[Manifest]) -> None:
    """EKS gives it to every container that is not named here: https://github.com/aws/amazon-eks-pod-identity-webhook"""
    for component in ("api", "migration"):
        template = {**kinds(chart, "Deployment"), **kinds(chart, "Job")}[component]["spec"]["template"]
        fetching = {container["name"] for container in template["spec"]["initContainers"]}
        assert set(template["metadata"]["annotations"][SKIP].split(",")) == containers(template["spec"]).keys() - fetching


def test_a_container_sees_its_own_secret_only_and_cannot_change_it(api: Manifest) -> None:
    seen = {name: {v: ro for v, (_, ro) in mounts(c).items() if v in ("password", "keys")} for name, c in containers(api).items()}
    assert seen == {"password": {"password": False}, "keys": {"keys": False}, "api": {"password": True}, "proxy": {"keys": True}}


def test_another_password_or_key_starts_the_pods_anew(chart: list[Manifest], values: Values) -> None:
    def checksum(found: list[Manifest]) -> str:
        annotations = one(found, "Deployment", "api")["spec"]["template"]["metadata"]["annotations"]
        return str(annotations["checksum/credentials"])

    assert checksum(chart) != checksum(manifests(values | {"credentials": {"revision": "2"}}))


def test_another_configuration_starts_the_pods_anew(chart: list[Manifest], values: Values) -> None:
    def checksum(found: list[Manifest]) -> str:
        annotations = one(found, "Deployment", "api")["spec"]["template"]["metadata"]["annotations"]
        return str(annotations["checksum/configuration"])

    assert checksum(chart) == checksum(manifests(values | {"credentials": {"revision": "2"}}))
    assert checksum(chart) != checksum(manifests(values | {"retention": {"days": 30}}))
    assert checksum(chart) != checksum(manifests(values | {"web": {"readOnly": False}}))


# Database


def jdbc(chart: list[Manifest], name: str) -> str:
    return str(yaml.safe_load(one(chart, "ConfigMap", name)["data"]["marquez.yml"])["db"]["url"])


def test_the_database_has_to_prove_who_it_is(chart: list[Manifest]) -> None:
    for name in ("api", "migration"):
        assert jdbc(chart, name).endswith("?sslmode=verify-full&sslrootcert=/etc/marquez/rds-ca.pem")
        assert one(chart, "ConfigMap", name)["data"]["rds-ca.pem"].count("BEGIN CERTIFICATE") >= 1
        (container,) = [c for c in pods(chart)[name]["containers"] if c["name"] in ("api", "migration")]
        assert mounts(container)["files"] == ("/etc/marquez", True)


def test_a_pod_starts_without_the_internet(chart: list[Manifest]) -> None:
    scripts = [text for config in kinds(chart, "ConfigMap").values() for file, text in config["data"].items() if file.endswith(".sh")]
    assert len(scripts) == 6
    assert not [text for text in scripts if "https://" in text]


def test_the_database_is_migrated_before_the_rollout(chart: list[Manifest]) -> None:
    job = one(chart, "Job", "migration")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["/bin/sh", "/etc/marquez/start.sh", "db-migrate"]
    assert container["image"] == containers(pods(chart)["api"])["api"]["image"]


def test_the_migration_brings_what_it_needs_and_leaves_nothing(chart: list[Manifest]) -> None:
    hooks = {m["kind"]: m["metadata"]["annotations"] for m in chart if m["metadata"]["name"] == "marquez-migration"}
    assert hooks.keys() == {"ServiceAccount", "ConfigMap", "NetworkPolicy", "Job"}
    assert {a["helm.sh/hook-delete-policy"] for a in hooks.values()} == {"before-hook-creation,hook-succeeded"}
    weights = {kind: int(annotations["helm.sh/hook-weight"]) for kind, annotations in hooks.items()}
    assert all(weights[kind] < weights["Job"] for kind in hooks if kind != "Job")
    pod = pods(chart)["migration"]
    assert volumes(pod)["files"]["configMap"]["name"] == "marquez-migration"
    assert pod["serviceAccountName"] == "marquez-migration"


def test_a_migration_ends(chart: list[Manifest]) -> None:
    job = one(chart, "Job", "migration")["spec"]
    assert (job["backoffLimit"], job["activeDeadlineSeconds"]) == (2, 600)
    assert job["template"]["spec"]["restartPolicy"] == "Never"


def test_nothing_is_deleted_unasked() -> None:
    for values in (DEFAULT, DEFAULT | {"retention": {}}, DEFAULT | {"retention": {"days": None}}):
        assert "dbRetention" not in text(values)
    configured = yaml.safe_load(one(manifests(HARDENED), "ConfigMap", "api")["data"]["marquez.yml"])
    assert configured["dbRetention"] == {"retentionDays": 365}


# Health


def test_starting_is_awaited(chart: list[Manifest]) -> None:
    for component in LONG_RUNNING:
        probe = containers(pods(chart)[component])[component]["startupProbe"]
        assert probe["httpGet"]["path"] == "/healthcheck"
        assert probe["periodSeconds"] * probe["failureThreshold"] >= 120
    assert containers(pods(chart)["api"])["api"]["startupProbe"]["timeoutSeconds"] == 5


def test_readiness_is_with_the_database(api: Manifest) -> None:
    assert containers(api)["api"]["readinessProbe"]["httpGet"] == {"path": "/healthcheck", "port": 8081}


def test_liveness_is_not_tied_to_the_database(api: Manifest) -> None:
    assert containers(api)["api"]["livenessProbe"]["httpGet"] == {"path": "/ping", "port": 8081}


def test_the_proxys_life_is_not_tied_to_the_apis(api: Manifest) -> None:
    assert containers(api)["proxy"]["livenessProbe"]["httpGet"] == {"path": "/proxy", "port": "probes"}


def test_a_pod_that_goes_finishes_what_it_has_begun(chart: list[Manifest]) -> None:
    for component in LONG_RUNNING:
        pod = pods(chart)[component]
        pauses = {c["name"]: c["lifecycle"]["preStop"]["sleep"]["seconds"] for c in pod["containers"]}
        assert max(pauses.values()) < pod["terminationGracePeriodSeconds"]
        assert min(pauses.values()) >= 10
    assert containers(pods(chart)["api"])["proxy"]["lifecycle"] == {"preStop": {"sleep": {"seconds": 10}}}
    assert containers(pods(chart)["api"])["api"]["lifecycle"] == {"preStop": {"sleep": {"seconds": 30}}}


def test_the_web_ui_which_hears_no_signal_is_not_waited_for(chart: list[Manifest]) -> None:
    assert pods(chart)["web"]["terminationGracePeriodSeconds"] == 20


def test_signals_reach_marquez(chart: list[Manifest]) -> None:
    assert re.search(r"^exec java ", one(chart, "ConfigMap", "api")["data"]["start.sh"], re.MULTILINE)


# Disruption


def test_a_rollout_takes_no_pod_before_another_is_ready(chart: list[Manifest]) -> None:
    for deployment in kinds(chart, "Deployment").values():
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
        assert deployment["spec"]["replicas"] >= 2


def test_a_node_that_goes_takes_one_pod_at_a_time(chart: list[Manifest]) -> None:
    budgets = kinds(chart, "PodDisruptionBudget")
    assert budgets.keys() == LONG_RUNNING
    for component, budget in budgets.items():
        assert budget["spec"]["maxUnavailable"] == 1
        assert budget["spec"]["selector"] == one(chart, "Deployment", component)["spec"]["selector"]


def test_an_ill_pod_holds_no_node_up(chart: list[Manifest]) -> None:
    assert {budget["spec"]["unhealthyPodEvictionPolicy"] for budget in kinds(chart, "PodDisruptionBudget").values()} == {"AlwaysAllow"}


def test_pods_are_spread_over_zones_and_nodes(chart: list[Manifest]) -> None:
    for component in LONG_RUNNING:
        constraints = pods(chart)[component]["topologySpreadConstraints"]
        assert [constraint["topologyKey"] for constraint in constraints] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
        for constraint in constraints:
            assert constraint["labelSelector"] == one(chart, "Deployment", component)["spec"]["selector"]
            assert (constraint["maxSkew"], constraint["whenUnsatisfiable"]) == (1, "ScheduleAnyway")


# Network


def peers(chart: list[Manifest], rules: list[Manifest], side: str) -> Iterator[tuple[str, str, int]]:
    """(who: component, DNS or addresses, protocol, port) of what a network policy admits."""
    for rule in rules:
        assert rule.keys() == {side, "ports"}, "a rule without peers or ports admits all"
        for peer in rule[side]:
            for port in rule["ports"]:
                assert port.keys() == {"protocol", "port"}
                yield who(peer), port["protocol"], port["port"]


def who(peer: Manifest) -> str:
    """Whom a network policy names: one of three forms, to the letter."""
    labels = peer.get("podSelector", {}).get("matchLabels", {})
    component = labels.get("app.kubernetes.io/component")
    known = {
        "kube-dns": {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        },
        component: {"podSelector": {"matchLabels": RELEASE_LABELS | {"app.kubernetes.io/component": component}}},
        peer.get("ipBlock", {}).get("cidr"): {"ipBlock": peer.get("ipBlock")},
    }
    (name,) = [name for name, form in known.items() if form == peer]
    return str(name)


def admitted(chart: list[Manifest], component: str, direction: str) -> set[tuple[str, str, int]]:
    spec = one(chart, "NetworkPolicy", component)["spec"]
    assert spec["podSelector"] == {"matchLabels": RELEASE_LABELS | {"app.kubernetes.io/component": component}}
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    return set(peers(chart, spec.get(direction, []), {"ingress": "from", "egress": "to"}[direction]))


def test_what_is_not_admitted_is_denied(chart: list[Manifest]) -> None:
    spec = one(chart, "NetworkPolicy", "default-deny")["spec"]
    assert spec == {"podSelector": {"matchLabels": RELEASE_LABELS}, "policyTypes": ["Ingress", "Egress"]}
    workloads = [m for m in chart if m["kind"] in ("Deployment", "Job")]
    assert all(RELEASE_LABELS.items() <= m["spec"]["template"]["metadata"]["labels"].items() for m in workloads)


def test_the_api_is_reached_through_its_load_balancer_and_by_the_web_ui(chart: list[Manifest]) -> None:
    assert admitted(chart, "api", "ingress") == {(VPC, "TCP", 5000), ("test", "TCP", 5000), ("web", "TCP", 5080)}


def test_the_api_reaches_its_database_and_secrets_only(chart: list[Manifest]) -> None:
    assert admitted(chart, "api", "egress") == DNS | SECRETS | {(VPC, "TCP", 5432)}
    assert ipaddress.ip_network(VPC).is_private


def test_the_web_ui_is_reached_through_its_load_balancer(chart: list[Manifest]) -> None:
    assert admitted(chart, "web", "ingress") == {(VPC, "TCP", 3000), ("test", "TCP", 3000)}


def test_the_web_ui_reaches_the_api_only(chart: list[Manifest]) -> None:
    assert admitted(chart, "web", "egress") == DNS | {("api", "TCP", 5080)}


def test_the_migration_reaches_its_database_and_password_only_and_nobody_reaches_it(chart: list[Manifest]) -> None:
    assert admitted(chart, "migration", "egress") == DNS | SECRETS | {(VPC, "TCP", 5432)}
    assert admitted(chart, "migration", "ingress") == set()


def test_the_admin_port_and_the_api_itself_are_closed(chart: list[Manifest], api: Manifest) -> None:
    server = yaml.safe_load(one(chart, "ConfigMap", "api")["data"]["marquez.yml"])["server"]
    connectors = [*server["applicationConnectors"], *server["adminConnectors"]]
    assert [connector["bindHost"] for connector in connectors] == ["127.0.0.1", "127.0.0.1"]
    exposed = {port["containerPort"] for container in api["containers"] for port in container.get("ports", [])}
    assert not {connector["port"] for connector in connectors} & exposed
    assert not {connector["port"] for connector in connectors} & {
        port["port"] for service in kinds(chart, "Service").values() for port in service["spec"]["ports"]
    }


def test_ports_and_names_of_services_are_the_containers(chart: list[Manifest]) -> None:
    """The VPC CNI's network policies ask for it: https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html"""
    for service in kinds(chart, "Service").values():
        (port,) = service["spec"]["ports"]
        pod = pods(chart)[service["spec"]["selector"]["app.kubernetes.io/component"]]
        ports = {p["name"]: p["containerPort"] for c in pod["containers"] for p in c.get("ports", [])}
        assert (port["name"], ports[port["targetPort"]]) == (port["targetPort"], port["port"])


def test_load_balancers_find_fixed_ports_on_every_node(chart: list[Manifest]) -> None:
    for service in (API, WEB):
        spec = one(chart, "Service", service.name)["spec"]
        assert [port["nodePort"] for port in spec["ports"]] == [service.node_port]
        assert (spec["type"], spec["externalTrafficPolicy"]) == ("NodePort", "Cluster")


# Doors. tests/modules/test_proxy.py drives them; here is where they lead.


def proxy_configuration(values: Values) -> str:
    return str(one(manifests(values), "ConfigMap", "proxy")["data"]["nginx.conf"])


def test_ingestion_needs_the_key(chart: list[Manifest], api: Manifest, values: Values) -> None:
    (port,) = one(chart, "Service", "api")["spec"]["ports"]
    assert (port["port"], containers(api)["proxy"]["ports"][0]) == (5000, {"name": "ingestion", "containerPort": 5000})
    assert mounts(containers(api)["proxy"])["keys"] == ("/etc/proxy/keys", True)
    assert "include ../keys/lineage.conf;" in proxy_configuration(values)
    assert mounts(containers(api)["proxy"])["proxy"] == ("/etc/proxy/conf", True)


def test_the_web_ui_speaks_to_the_read_only_door(chart: list[Manifest]) -> None:
    variables = environment(containers(pods(chart)["web"])["web"])
    assert variables == {"MARQUEZ_HOST": "marquez-ui-api", "MARQUEZ_PORT": "5080", "WEB_PORT": "3000"}
    service = one(chart, "Service", "ui-api")["spec"]
    assert (service["type"], [port["port"] for port in service["ports"]]) == ("ClusterIP", [5080])


def test_the_ui_is_read_only_unless_allowed(values: Values) -> None:
    assert "DELETE" not in proxy_configuration(values)
    assert "DELETE" in proxy_configuration(OPEN)


def test_the_load_balancers_ask_for_health_without_a_key(chart: list[Manifest], values: Values) -> None:
    location = re.search(r"listen 5000;\s+location = (\S+) \{(.*?)^    \}", proxy_configuration(values), re.MULTILINE | re.DOTALL)
    assert location
    assert location[1] == API.health_path
    assert "has_key" not in location[2]
    assert "proxy_pass http://admin/healthcheck;" in location[2]
    assert containers(pods(chart)["web"])["web"]["readinessProbe"]["httpGet"] == {"path": WEB.health_path, "port": "http"}


# The release


def test_helm_test_asks_the_running_release(chart: list[Manifest]) -> None:
    job = one(chart, "Job", "test")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "test"
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert environment(container)["API"] == "http://marquez-api:5000"
    assert environment(container)["WEB"] == "http://marquez-web:3000"
    tried = {("api", "TCP", port) for port in (5000, 5080, 8081)} | {("web", "TCP", 3000)}
    assert admitted(chart, "test", "egress") == DNS | SECRETS | tried


def test_helm_test_tries_doors_that_network_policies_close(chart: list[Manifest]) -> None:
    """Its own policy lets it: it is the API's that refuses. And it asks at addresses where the doors would be found."""
    assert {port for who, _, port in admitted(chart, "api", "ingress") if who == "test"} == {5000}
    pod_addresses = one(chart, "Service", "test")["spec"]
    assert (pod_addresses["clusterIP"], pod_addresses["selector"]) == ("None", one(chart, "Service", "api")["spec"]["selector"])
    (container,) = pods(chart)["test"]["containers"]
    tried = {name: url for name, url in environment(container).items() if name.startswith("POD")}
    assert tried == {"POD": "http://marquez-test:5000", "POD_UI": "http://marquez-test:5080", "POD_PROBES": "http://marquez-test:8081"}


def test_what_helm_test_said_can_be_read_afterwards(chart: list[Manifest], values: Values, tmp_path: Path) -> None:
    hooks = [m["metadata"]["annotations"] for m in chart if m["metadata"].get("annotations", {}).get("helm.sh/hook") == "test"]
    assert len(hooks) == 4
    assert {hook["helm.sh/hook-delete-policy"] for hook in hooks} == {"before-hook-creation"}
    assert one(chart, "Job", "test")
    said = notes(values, tmp_path)
    assert "helm --namespace marquez test marquez\n" in said
    assert "kubectl --namespace marquez logs job/marquez-test\n" in said


@pytest.mark.parametrize(
    ("example", "reads", "keeps"),
    [
        ("default", "The UI only reads.", "Nothing is ever deleted."),
        ("hardened", "The UI only reads.", "Lineage older than 365 days IS DELETED."),
        ("open", "The UI MAY DELETE AND TAG, and has no sign-in.", "Nothing is ever deleted."),
    ],
)
def test_the_notes_say_where_to_look_and_what_is_open(example: str, reads: str, keeps: str, tmp_path: Path) -> None:
    said = [line.strip() for line in notes(EXAMPLES[example], tmp_path).splitlines()]
    version = images()["api"].rpartition(":")[2]
    assert said[0] == f"Marquez {version} is marquez in namespace {NAMESPACE}."
    (look,) = [line for line in said if line.startswith("Where to look: ")]
    assert "the stack `marquez` outputs `marquez_ui_url` for people" in look
    assert "the stack `network` `lineage_endpoint` for Airflow" in look
    key = DEFAULT["ingestion"]["keySecret"]
    assert f"The lineage API wants Authorization: Bearer <key>; the key is in Secrets Manager, {key}" in said
    assert [line for line in said if line.startswith("The UI ")] == [reads]
    assert [line for line in said if "deleted" in line.lower()] == [keeps]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"colour": "blue"}, "colour"),
        ({"api": {"image": "marquez:latest"}}, "image"),
        ({"api": {"nodePort": 80}}, "nodePort"),
        ({"api": {"replicas": 0}}, "replicas"),
        ({"api": {"resources": {"limits": {"gpu": "1"}}}}, "gpu"),
        ({"api": {"resources": {"limits": {"cpu": "one"}}}}, "cpu"),
        ({"proxy": {"resources": {"requests": {"memory": "64 MB"}}}}, "memory"),
        ({"credentials": {"resources": {"requests": {"memory": "0"}}}}, "memory"),
        ({"images": {"api": "marquez"}}, "images.api|/images/api"),
        ({"images": {"api": "docker.io/marquezproject/marquez:latest"}}, "images.api|/images/api"),
        ({"images": {"api": "docker.io/marquezproject/marquez:0.51.1@sha256:12"}}, "images.api|/images/api"),
        ({"images": {"postgres": "docker.io/library/postgres:16"}}, "postgres"),
        ({"web": {"readOnly": "false"}}, "readOnly"),
        ({"retention": {"days": 0}}, "days"),
        ({"retention": {"enabled": False}}, "enabled"),
        ({"network": {"vpcCidr": "everywhere"}}, "vpcCidr"),
        ({"network": {"vpcCidr": "10.20.0.256/16"}}, "vpcCidr"),
        ({"network": {"vpcCidr": "10.20.0.0/33"}}, "vpcCidr"),
        ({"network": {"secretsCidr": "10.20.0/16"}}, "secretsCidr"),
        ({"database": {"host": "db?sslmode=disable"}}, "host"),
        ({"database": {"password": "secret"}}, "password"),
        ({"database": {"passwordSecret": "secret"}}, "passwordSecret"),
        ({"ingestion": {"keySecret": ""}}, "keySecret"),
        ({"region": "Frankfurt"}, "region"),
        ({"ports": {"ingestion": 80}}, "ingestion"),
        ({"ports": {"ui": 5000}}, "ports: two of the API's pod are the same"),
        ({"web": {"nodePort": 30500}}, "nodePort: API and web UI have the same"),
        ({"serviceAccounts": {"web": "marquez-api"}}, "web"),
    ],
)
def test_unknown_and_wrong_values_are_refused(wrong: dict[str, Any], said: str) -> None:
    merged = {name: DEFAULT.get(name, {}) | value if isinstance(value, dict) else value for name, value in wrong.items()}
    done = template(DEFAULT | merged)
    assert done.returncode != 0
    assert re.search(said, done.stderr)


def test_without_a_database_a_key_and_a_network_there_is_no_release() -> None:
    done = template({})
    assert done.returncode != 0
    for name in ("host", "passwordSecret", "keySecret", "vpcCidr", "secretsCidr"):
        assert name in done.stderr


def test_a_region_whose_certificate_authority_is_not_carried_is_refused_with_the_cure() -> None:
    done = template(DEFAULT | {"region": "xx-north-9"})
    assert done.returncode != 0
    assert "save AWS's bundle as files/rds-ca/xx-north-9.pem" in done.stderr


def test_the_chart_says_which_marquez_it_runs() -> None:
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"]
    assert {images()[name].rpartition(":")[2] for name in ("api", "web")} == {version}
