"""What others say of the chart's manifests: Helm, the schemas of each supported Kubernetes, checkov. And what people see of them."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.setting_rules import NEWEST_EKS, OLDEST_EKS
from modules.settings import Settings
from tests.modules.chart import EXAMPLES, lint, manifests, template, text
from tests.modules.snapshot import SNAPSHOTS, Dumper
from tools.scan import Scan
from tools.scan_chart import scan, suppressions
from tools.tool_environment import environment

MATRIX = EXAMPLES | {
    "one pod": EXAMPLES["default"] | {"api": {"replicas": 1}, "web": {"replicas": 1}},
    "other ports": EXAMPLES["default"] | {"ports": {"ingestion": 15000, "ui": 15080, "probes": 18081, "api": 18080, "admin": 18082}},
    "other region": EXAMPLES["default"] | {"region": "eu-central-1"},
}
SHOWN = ["default", "hardened"]


SUPPORTED = [f"{OLDEST_EKS[0]}.{minor}" for minor in range(OLDEST_EKS[1], NEWEST_EKS[1] + 1)]
"""The Kubernetes versions that the settings take."""


@pytest.mark.parametrize("example", MATRIX)
def test_helm_finds_nothing_to_complain_of(example: str) -> None:
    done = lint(MATRIX[example])
    assert done.returncode == 0, done.stdout
    assert "0 chart(s) failed" in done.stdout
    assert "[WARNING]" not in done.stdout


@pytest.mark.parametrize("example", MATRIX)
def test_the_notes_and_manifests_are_rendered(example: str) -> None:
    done = template(MATRIX[example])
    assert (done.returncode, done.stderr) == (0, "")
    assert len(manifests(MATRIX[example])) == len(manifests(MATRIX["default"]))


@pytest.mark.system
def test_every_manifest_is_valid_in_each_supported_kubernetes(tmp_path: Path) -> None:
    files = []
    for example, values in MATRIX.items():
        files.append(tmp_path / f"{example.replace(' ', '-')}.yaml")
        files[-1].write_text(text(values))
    assert Settings.model_fields["eks_version"].default in SUPPORTED
    for version in SUPPORTED:
        judged = validate(version, *files)
        assert judged.returncode == 0, judged.stdout + judged.stderr


@pytest.mark.system
def test_a_wrong_manifest_is_found(tmp_path: Path) -> None:
    """The judge is awake."""
    wrong = text(EXAMPLES["default"]).replace("maxUnavailable: 1", "maxUnavailabel: 1", 1)
    (tmp_path / "wrong.yaml").write_text(wrong)
    judged = validate(SUPPORTED[0], tmp_path / "wrong.yaml")
    assert judged.returncode != 0
    assert "maxUnavailabel" in judged.stdout + judged.stderr


def validate(version: str, *files: Path) -> subprocess.CompletedProcess[str]:
    command = [str(environment("kubernetes") / "kubernetes-validate"), "--strict", "--kubernetes-version", version, *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manifests")
    for example in SHOWN:
        (folder / f"{example}.yaml").write_text(text(EXAMPLES[example]))
    return folder


@pytest.fixture(scope="module")
def result(rendered: Path) -> Scan:
    return scan(rendered)


@pytest.mark.system
def test_no_check_of_checkov_fails(result: Scan) -> None:
    assert not result.failed, str(result)
    assert result.passed > 700


@pytest.mark.system
def test_no_suppression_of_checkovs_is_left_over(result: Scan) -> None:
    assert not result.unused, str(result)


@pytest.mark.system
def test_without_its_suppressions_checkov_finds_what_is_accepted(result: Scan, rendered: Path, tmp_path: Path) -> None:
    for path in rendered.glob("*.yaml"):
        (tmp_path / path.name).write_text(path.read_text().replace("checkov.io/skip", "note"))
    assert scan(tmp_path).failed == result.suppressed


def test_what_is_accepted_of_the_chart_is_this(rendered: Path) -> None:
    accepted: dict[str, set[str]] = {example: set() for example in SHOWN}
    for (example, _, check), reason in suppressions(rendered).items():
        assert len(reason.split()) >= 4
        accepted[example].add(check)
    assert accepted == {"default": {"CKV_K8S_15", "CKV_K8S_43"}, "hardened": set()}


def test_a_suppression_of_the_charts_without_a_reason_is_refused(tmp_path: Path) -> None:
    annotated = {"kind": "Pod", "metadata": {"name": "open", "annotations": {"checkov.io/skip1": "CKV_K8S_1="}}}
    (tmp_path / "pod.yaml").write_text(json.dumps(annotated))
    with pytest.raises(ValueError, match=r"pod: Pod\.default\.open: CKV_K8S_1 is suppressed without a reason"):
        suppressions(tmp_path)


def shown(found: list[dict[str, Any]]) -> str:
    """The manifests as text for people: {kind: {name: the rest}}, the certificates left out."""
    by_kind: dict[str, Any] = {}
    for manifest in found:
        kind, name = manifest["kind"], manifest["metadata"]["name"]
        rest = {key: value for key, value in manifest.items() if key != "kind"}
        if "rds-ca.pem" in rest.get("data", {}):
            rest["data"] = rest["data"] | {"rds-ca.pem": "..."}
        by_kind.setdefault(kind, {})[name] = rest
    return yaml.dump(by_kind, Dumper=Dumper, width=140, allow_unicode=True)


@pytest.mark.parametrize("example", SHOWN)
def test_the_chart_is_as_its_snapshot_shows_it(example: str) -> None:
    path = SNAPSHOTS / f"chart/{example}.yaml"
    found = shown(manifests(EXAMPLES[example]))
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(found)
    assert found == path.read_text(), (
        f"{path.name} shows another chart: if the change is meant, run `make snapshots` and review the difference"
    )
