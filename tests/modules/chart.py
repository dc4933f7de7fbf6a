"""The chart's manifests, as a real Helm renders them, and how to find one's way in them."""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from modules.marquez.workload import NAMESPACE, RELEASE
from modules.marquez_chart import CHART
from modules.marquez_images import images, pinned
from tests.modules.programs import require
from tools.helm import program

Manifest = dict[str, Any]
Values = dict[str, Any]

ACCOUNT = "arn:aws:secretsmanager:us-east-1:123456789012:secret"
DEFAULT: Values = {
    "database": {"host": "db.example.com", "passwordSecret": f"{ACCOUNT}:tickit-marquez-password"},
    "ingestion": {"keySecret": f"{ACCOUNT}:airflow/variables/OPENLINEAGE_API_KEY"},
    "network": {"vpcCidr": "10.20.0.0/16", "secretsCidr": "10.20.128.0/17"},
}
"""What has no default."""

DIGESTS = {name: f"{image.rpartition(':')[2]}@sha256:{number:064x}" for number, (name, image) in enumerate(images().items(), 1)}
HARDENED: Values = DEFAULT | {
    "images": pinned(DIGESTS),
    "api": {"replicas": 3},
    "web": {"replicas": 3},
    "retention": {"days": 365},
}
"""Images by digest, a pod in each zone, and lineage that is not kept forever."""

OPEN: Values = DEFAULT | {"web": {"readOnly": False}}
EXAMPLES = {"default": DEFAULT, "hardened": HARDENED, "open": OPEN}


@cache
def helm() -> str:
    """The program, which PyPI has for Linux on x86-64 only."""
    found = program.helm()
    return str(found) if found else require("helm", "rendering the chart")


def template(values: Values) -> subprocess.CompletedProcess[str]:
    """`helm template`."""
    return _helm("template", RELEASE, str(CHART), values=values)


def notes(values: Values, folder: Path) -> str:
    """What Helm says after an installation. `helm template` shows manifests only, so a copy of the chart has one that holds the notes."""
    copy = folder / "chart"
    shutil.copytree(CHART, copy, dirs_exist_ok=True)
    (copy / "templates/NOTES.txt").rename(copy / "files/notes.txt")
    (copy / "templates/notes.yaml").write_text('notes: {{ tpl (.Files.Get "files/notes.txt") . | toJson }}\n')
    done = _helm("template", RELEASE, str(copy), "--show-only", "templates/notes.yaml", values=values)
    assert done.returncode == 0, done.stderr
    return str(yaml.safe_load(done.stdout)["notes"])


def lint(values: Values) -> subprocess.CompletedProcess[str]:
    """`helm lint --strict`, for which a warning is an error."""
    return _helm("lint", "--strict", str(CHART), values=values)


def _helm(*command: str, values: Values) -> subprocess.CompletedProcess[str]:
    arguments = [helm(), *command, "--namespace", NAMESPACE, "--values", "-"]
    return subprocess.run(arguments, input=json.dumps(values), capture_output=True, text=True, timeout=180, check=False)


@cache
def _rendered(values: str) -> tuple[str, list[Manifest]]:
    done = template(json.loads(values))
    assert done.returncode == 0, done.stderr
    return done.stdout, [found for found in yaml.load_all(done.stdout, Loader=yaml.CSafeLoader) if found]


def text(values: Values) -> str:
    """The manifests as Helm writes them."""
    return _rendered(json.dumps(values))[0]


def manifests(values: Values) -> list[Manifest]:
    """All of them, hooks included; to be read, not changed."""
    return _rendered(json.dumps(values))[1]


def one(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    """The one of a kind and a name, without the release's."""
    (found,) = [m for m in manifests if (m["kind"], m["metadata"]["name"]) == (kind, f"{RELEASE}-{name}")]
    return found


def kinds(manifests: list[Manifest], kind: str) -> dict[str, Manifest]:
    """{name without the release's: manifest} of a kind."""
    return {m["metadata"]["name"].removeprefix(f"{RELEASE}-"): m for m in manifests if m["kind"] == kind}


def pods(manifests: list[Manifest]) -> dict[str, Manifest]:
    """{component: its pods' specification} of the deployments and the jobs."""
    return {name: m["spec"]["template"]["spec"] for kind in ("Deployment", "Job") for name, m in kinds(manifests, kind).items()}


def containers(pod: Manifest) -> dict[str, Manifest]:
    """{name: container} of a pod, those that come first included."""
    return {container["name"]: container for container in (*pod.get("initContainers", []), *pod["containers"])}
