"""nginx as the chart configures it, with keys that the chart's own script writes: what tests of the proxy drive."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from local.processes import Process, answers, free_port
from tests.modules.chart import DEFAULT, manifests, one
from tests.modules.programs import require

KEY, FORMER = "k3y-of-The-lineage_API-0123456789", "f0rmer-Key-of-the-lineage-API-98765"


class Proxy:
    """nginx as the chart configures it: a client for each of its doors, and its log."""

    def __init__(self, folder: Path, ports: dict[str, int], *, read_only: bool = True) -> None:
        self._folder, self._ports = folder, ports
        chart = manifests(DEFAULT | {"ports": ports, "web": {"readOnly": read_only}})
        for name in ("conf", "keys", "tmp"):
            (folder / name).mkdir(parents=True)
        (folder / "conf/nginx.conf").write_text(one(chart, "ConfigMap", "proxy")["data"]["nginx.conf"])
        (_, self._container) = one(chart, "Deployment", "api")["spec"]["template"]["spec"]["containers"]
        self.ingestion, self.ui, self.probes = (self._client(door) for door in ("ingestion", "ui", "probes"))

    def start(self) -> Process:
        """Start it as the pod does, but in this folder, and wait until it answers."""
        where = {"/tmp": "tmp", "/etc/proxy/conf/nginx.conf": "conf/nginx.conf"}
        _, *arguments = [str(self._folder / where[word]) if word in where else word for word in self._container["command"]]
        user = ["-g", "user root;"] if os.geteuid() == 0 else []  # a pod is never root, and nginx as root would be somebody else
        command = [
            "/bin/sh",
            "-c",
            'exec "$@" 2> "$0"',
            str(self._folder / "errors"),
            require("nginx", "driving the proxy"),
            *arguments,
            *user,
        ]
        process = Process("nginx", command, environment={"PATH": os.environ["PATH"]}, log=self._folder / "requests", stop_signal="SIGQUIT")
        process.wait_until(lambda: answers(self._ports["probes"], "/proxy"), seconds=60)
        return process

    @property
    def keys(self) -> Path:
        """The file with whom to let in."""
        return self._folder / "keys/lineage.conf"

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The log of requests."""
        return [json.loads(line) for line in (self._folder / "requests").read_text().splitlines()]

    @property
    def said(self) -> str:
        """All that it has written to its logs."""
        return (self._folder / "requests").read_text() + (self._folder / "errors").read_text()

    def _client(self, door: str) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{self._ports[door]}", trust_env=False, timeout=60)


def started(folder: Path, api: int, admin: int, *, read_only: bool = True) -> Iterator[Proxy]:
    """The proxy with both keys, until the end of the test."""
    ports = {door: free_port() for door in ("ingestion", "ui", "probes")}
    proxy = Proxy(folder / "proxy", ports | {"api": api, "admin": admin, "web": 3000}, read_only=read_only)
    done = fetch_keys(folder, proxy.keys, AWSCURRENT=KEY, AWSPREVIOUS=FORMER)
    assert done.returncode == 0, done.stderr
    process = proxy.start()
    yield proxy
    process.stop()


def key(text: str = KEY, scheme: str = "Bearer") -> dict[str, str]:
    return {"Authorization": f"{scheme} {text}"}


def fetch_keys(folder: Path, target: Path, **stages: str) -> subprocess.CompletedProcess[str]:
    """Run the script that writes the keys of a secret with these stages."""
    return run_script(folder, "api", "fetch-keys.sh", {"KEYS_FILE": str(target), **aws(folder, KEY_SECRET=stages)})


def aws(folder: Path, **secrets: dict[str, str]) -> dict[str, str]:
    """The environment of a script that asks the AWS CLI for secrets; in its place is one that knows these, {variable: {stage: text}}."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    for secret, stages in secrets.items():
        for stage, text in stages.items():
            (programs / f"{secret}-{stage}").write_text(text + "\n")
    (programs / "aws").write_text(
        f"""#!/bin/sh
stage=AWSCURRENT
case "$*" in
  "secretsmanager get-secret-value --secret-id $4 --query SecretString --output text") ;;
  "secretsmanager get-secret-value --secret-id $4 --version-stage $6 --query SecretString --output text") stage=$6 ;;
  *) exit 252 ;;
esac
exec cat "{programs}/$4-$stage"
"""
    )
    (programs / "aws").chmod(0o755)
    return {"PATH": f"{programs}:{os.environ['PATH']}"} | {secret: secret for secret in secrets}


def run_script(folder: Path, config: str, name: str, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the chart's scripts."""
    script = folder / name
    script.write_text(one(manifests(DEFAULT), "ConfigMap", config)["data"][name])
    command = ["/bin/sh", str(script), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
