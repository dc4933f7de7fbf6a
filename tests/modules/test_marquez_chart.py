"""The stack `marquez-chart` on the synthesized JSON, and the chart's manifests as a real Helm renders them."""

import json
import subprocess
from typing import Any

import pytest
import yaml

from modules.marquez.workload import API, NAMESPACE, RELEASE, SERVICE_ACCOUNT, WEB
from modules.marquez_chart import CHART
from tests.modules.programs import require
from tests.modules.terraform_json import Stack, block
from tools.helm import program

Manifest = dict[str, Any]
MARQUEZ = "${data.terraform_remote_state.marquez.outputs."
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:tickit-marquez-password"


@pytest.fixture
def chart(synthesized: dict[str, Stack]) -> Stack:
    return synthesized["marquez-chart"]


@pytest.fixture
def release(chart: Stack) -> Stack:
    return block(chart, "helm_release")


@pytest.fixture
def values(release: Stack) -> Stack:
    (text,) = release["values"]
    parsed: Stack = json.loads(text)
    return parsed


class TestRelease:
    def test_it_is_the_stacks_only_resource(self, chart: Stack) -> None:
        assert list(chart["resource"]) == ["helm_release"]
        assert len(chart["resource"]["helm_release"]) == 1

    def test_its_chart_is_ours(self, release: Stack) -> None:
        assert release["chart"].startswith("assets/chart/")
        assert not {"repository", "dependency_update"} & release.keys()

    def test_it_waits_and_rolls_back(self, release: Stack) -> None:
        assert (release["name"], release["namespace"], release["create_namespace"]) == (RELEASE, NAMESPACE, True)
        assert release["atomic"] is True

    def test_values_are_passed_whole(self, release: Stack, values: Stack) -> None:
        assert not {"set", "set_list", "set_sensitive"} & release.keys()
        assert values["region"] == "us-east-1"

    def test_the_cluster_is_read_from_the_marquez_stack(self, chart: Stack) -> None:
        (helm,) = chart["provider"]["helm"]
        assert helm["kubernetes"]["host"] == MARQUEZ + "cluster_endpoint}"
        assert helm["kubernetes"]["cluster_ca_certificate"] == MARQUEZ + "cluster_ca}"

    def test_it_signs_in_with_a_token_that_is_never_kept(self, chart: Stack) -> None:
        (helm,) = chart["provider"]["helm"]
        assert helm["kubernetes"]["exec"] == {
            "api_version": "client.authentication.k8s.io/v1beta1",
            "command": "aws",
            "args": ["eks", "get-token", "--cluster-name", MARQUEZ + "cluster_name}", "--region", "us-east-1"],
        }
        assert not {"token", "password", "client_key"} & helm["kubernetes"].keys()

    def test_it_names_the_password_secret_and_never_a_password(self, values: Stack) -> None:
        assert values["database"]["passwordSecret"] == MARQUEZ + "database_secret_arn}"
        assert "password" not in values["database"]

    def test_ports_and_service_account_are_those_of_the_marquez_stack(self, values: Stack) -> None:
        assert values["serviceAccount"]["name"] == SERVICE_ACCOUNT
        assert (values["api"]["nodePort"], values["web"]["nodePort"]) == (API.node_port, WEB.node_port)


@pytest.fixture(scope="module")
def helm() -> str:
    """The program."""
    found = program.helm()
    return str(found) if found else require("helm", "rendering the chart")  # which PyPI has for Linux on x86-64 only


def render(helm: str, values: Stack) -> subprocess.CompletedProcess[str]:
    command = [helm, "template", RELEASE, str(CHART), "--namespace", NAMESPACE, "--values", "-"]
    return subprocess.run(command, input=json.dumps(values), capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def manifests(helm: str) -> list[Manifest]:
    done = render(helm, {"database": {"host": "db.example.com", "passwordSecret": SECRET}})
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def manifest(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    (found,) = [m for m in manifests if (m["kind"], m["metadata"]["name"]) == (kind, name)]
    return found


def pods(manifests: list[Manifest]) -> list[Manifest]:
    return [m["spec"]["template"]["spec"] for m in manifests if m["kind"] == "Deployment"]


def containers(manifests: list[Manifest]) -> list[Manifest]:
    return [c for pod in pods(manifests) for c in (*pod.get("initContainers", []), *pod["containers"])]


@pytest.fixture(scope="module")
def configuration(manifests: list[Manifest]) -> Stack:
    parsed: Stack = yaml.safe_load(manifest(manifests, "ConfigMap", "marquez-api")["data"]["marquez.yml"])
    return parsed


class TestManifests:
    def test_they_are_what_they_are(self, manifests: list[Manifest]) -> None:
        assert sorted((m["kind"], m["metadata"]["name"]) for m in manifests) == [
            ("ConfigMap", "marquez-api"),
            ("Deployment", "marquez-api"),
            ("Deployment", "marquez-web"),
            ("Service", "marquez-api"),
            ("Service", "marquez-web"),
            ("ServiceAccount", SERVICE_ACCOUNT),
        ]

    def test_kubernetes_owns_nothing_of_aws(self, manifests: list[Manifest]) -> None:
        assert {m["spec"]["type"] for m in manifests if m["kind"] == "Service"} == {"NodePort"}
        assert not [m for m in manifests if m["kind"] in ("Ingress", "PersistentVolumeClaim", "TargetGroupBinding")]

    @pytest.mark.parametrize(("name", "service"), [("marquez-api", API), ("marquez-web", WEB)])
    def test_the_node_ports_are_fixed(self, manifests: list[Manifest], name: str, service: Any) -> None:
        (port,) = manifest(manifests, "Service", name)["spec"]["ports"]
        assert port["nodePort"] == service.node_port

    def test_the_images_are_the_official_ones(self, manifests: list[Manifest]) -> None:
        (api,) = manifest(manifests, "Deployment", "marquez-api")["spec"]["template"]["spec"]["containers"]
        (web,) = manifest(manifests, "Deployment", "marquez-web")["spec"]["template"]["spec"]["containers"]
        assert api["image"] == "docker.io/marquezproject/marquez:0.51.1"
        assert web["image"] == "docker.io/marquezproject/marquez-web:0.51.1"

    def test_nothing_runs_as_root(self, manifests: list[Manifest]) -> None:
        for pod in pods(manifests):
            assert pod["securityContext"]["runAsNonRoot"] is True
            assert pod["securityContext"]["runAsUser"] > 0
            assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}

    def test_every_container_is_confined(self, manifests: list[Manifest]) -> None:
        confined = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        assert [c["securityContext"] for c in containers(manifests)] == [confined] * 3

    def test_every_container_has_bounds(self, manifests: list[Manifest]) -> None:
        for container in containers(manifests):
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            assert "memory" in container["resources"]["limits"]

    def test_no_pod_holds_a_token_of_the_cluster(self, manifests: list[Manifest]) -> None:
        assert [pod["automountServiceAccountToken"] for pod in pods(manifests)] == [False, False]

    def test_liveness_is_not_tied_to_the_database(self, manifests: list[Manifest]) -> None:
        (api,) = manifest(manifests, "Deployment", "marquez-api")["spec"]["template"]["spec"]["containers"]
        assert api["livenessProbe"]["httpGet"] == {"path": "/ping", "port": "admin"}
        assert api["readinessProbe"]["httpGet"] == {"path": "/healthcheck", "port": "admin"}
        assert api["startupProbe"]["httpGet"] == {"path": "/ping", "port": "admin"}

    def test_the_web_ui_speaks_to_the_api(self, manifests: list[Manifest]) -> None:
        (web,) = manifest(manifests, "Deployment", "marquez-web")["spec"]["template"]["spec"]["containers"]
        environment = {variable["name"]: variable["value"] for variable in web["env"]}
        (port,) = manifest(manifests, "Service", environment["MARQUEZ_HOST"])["spec"]["ports"]
        assert environment == {"MARQUEZ_HOST": "marquez-api", "MARQUEZ_PORT": str(port["port"]), "WEB_PORT": "3000"}


class TestPassword:
    def test_it_is_fetched_into_memory(self, manifests: list[Manifest]) -> None:
        pod = manifest(manifests, "Deployment", "marquez-api")["spec"]["template"]["spec"]
        (volume,) = [v for v in pod["volumes"] if v["name"] == "credentials"]
        assert volume["emptyDir"]["medium"] == "Memory"
        assert {"name": "PASSWORD_SECRET", "value": SECRET} in pod["initContainers"][0]["env"]
        assert pod["serviceAccountName"] == SERVICE_ACCOUNT

    def test_the_api_may_only_read_it(self, manifests: list[Manifest]) -> None:
        (api,) = manifest(manifests, "Deployment", "marquez-api")["spec"]["template"]["spec"]["containers"]
        (mount,) = [m for m in api["volumeMounts"] if m["name"] == "credentials"]
        assert mount == {"name": "credentials", "mountPath": "/run/marquez", "readOnly": True}

    def test_it_stands_in_no_manifest(self, manifests: list[Manifest], configuration: Stack) -> None:
        assert not [m for m in manifests if m["kind"] == "Secret"]
        assert configuration["db"]["password"] == "${POSTGRES_PASSWORD}"
        assert "POSTGRES_PASSWORD" not in [variable["name"] for c in containers(manifests) for variable in c.get("env", [])]


class TestConfiguration:
    def test_it_is_the_one_marquez_starts_with(self, manifests: list[Manifest]) -> None:
        (api,) = manifest(manifests, "Deployment", "marquez-api")["spec"]["template"]["spec"]["containers"]
        assert {"name": "MARQUEZ_CONFIG", "value": "/etc/marquez/marquez.yml"} in api["env"]
        assert {"name": "configuration", "mountPath": "/etc/marquez", "readOnly": True} in api["volumeMounts"]

    def test_its_ports_are_the_containers(self, manifests: list[Manifest], configuration: Stack) -> None:
        (api,) = manifest(manifests, "Deployment", "marquez-api")["spec"]["template"]["spec"]["containers"]
        ports = {port["name"]: port["containerPort"] for port in api["ports"]}
        (http,) = configuration["server"]["applicationConnectors"]
        (admin,) = configuration["server"]["adminConnectors"]
        assert (http["port"], admin["port"]) == (ports["http"], ports["admin"])
        assert http["httpCompliance"] == "RFC7230_LEGACY"

    def test_the_database_must_prove_who_it_is(self, configuration: Stack) -> None:
        assert configuration["db"]["url"] == (
            "jdbc:postgresql://db.example.com:5432/marquez?sslmode=verify-full&sslrootcert=/run/marquez/rds-ca.pem"
        )

    def test_nothing_is_deleted_unasked(self, configuration: Stack) -> None:
        assert "dbRetention" not in configuration

    def test_search_is_off(self, configuration: Stack) -> None:
        assert configuration["search"] == {"enabled": False}


class TestValues:
    def test_without_a_database_there_is_no_release(self, helm: str) -> None:
        done = render(helm, {})
        assert done.returncode != 0
        assert "database.host" in done.stderr
        assert "database.passwordSecret" in done.stderr

    @pytest.mark.parametrize("wrong", [{"api": {"nodePort": 80}}, {"api": {"image": "marquez:latest"}}, {"web": {"tag": "1"}}])
    def test_unknown_and_wrong_values_are_refused(self, helm: str, wrong: Stack) -> None:
        done = render(helm, {"database": {"host": "db.example.com", "passwordSecret": SECRET}} | wrong)
        assert done.returncode != 0
        assert next(iter(wrong)) in done.stderr

    def test_the_stacks_values_are_valid(self, helm: str, values: Stack) -> None:
        deployed = values | {"database": values["database"] | {"host": "db.example.com", "passwordSecret": SECRET}}
        done = render(helm, deployed)
        assert done.returncode == 0, done.stderr

    def test_the_versions_are_one(self) -> None:
        version = yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"]
        defaults = yaml.safe_load((CHART / "values.yaml").read_text())
        assert [defaults[part]["image"].rpartition(":")[2] for part in ("api", "web")] == [version, version]
