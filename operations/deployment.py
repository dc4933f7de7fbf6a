"""The deployment that the commands work on: its settings, its AWS clients, and what its stacks have put out."""

import json
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from modules.settings import InvalidSettings, Settings, load
from modules.state_place import state_place

ROOT = Path(__file__).parent.parent
STACKS = {
    "network": (),
    "lake": ("network",),
    "redshift": ("network", "lake"),
    "mwaa": ("network",),
    "marquez": ("network",),
    "marquez-chart": ("marquez",),
}
"""{stack: those whose outputs it reads}, in an order in which they can be deployed."""


class NotDeployed(Exception):
    """A stack is needed that is not deployed; the message names it and the command that deploys it."""


@dataclass(frozen=True)
class Deployment:
    """The deployment that `settings` describe, whose Terraform runs in `root`."""

    settings: Settings
    root: Path = ROOT
    _clients: dict[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, root: Path) -> "Deployment":
        """The deployment of a project's folder. Raises InvalidSettings."""
        path = root / "settings.toml"
        if not path.exists():
            raise InvalidSettings("settings.toml is missing: `cp settings.example.toml settings.toml`, then change what is yours")
        return cls(load(path, os.environ), root)

    @property
    def stacks(self) -> list[str]:
        """The deployment's stacks, in an order in which they can be deployed."""
        return [stack for stack in STACKS if self.settings.with_marquez or not stack.startswith("marquez")]

    def client(self, service: str) -> Any:
        """A boto3 client for the deployment's region."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service)
        return self._clients[service]

    def outputs(self, stack: str) -> dict[str, Any]:
        """{name: value} of a deployed stack's outputs. Raises NotDeployed."""
        state = json.loads(self._state(stack) or "{}")
        if not state.get("outputs"):
            raise NotDeployed(f"{stack} is not deployed: `make deploy STACK={stack}`")
        return {name: output["value"] for name, output in state["outputs"].items()}

    def resources(self, stack: str) -> list[str]:
        """The addresses of what a stack's Terraform state holds; empty for a stack that is not deployed."""
        state = json.loads(self._state(stack) or "{}")
        return [f"{held['type']}.{held['name']}" for held in state.get("resources", []) if held["mode"] == "managed" and held["instances"]]

    def _state(self, stack: str) -> str | None:
        where = state_place(self.settings.state_backend, stack)
        if where.bucket is None:
            path = self.root / where.name
            return path.read_text(encoding="utf-8") if path.exists() else None
        try:
            answer = self.client("s3").get_object(Bucket=where.bucket, Key=where.name)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchBucket"):
                return None
            raise
        return str(answer["Body"].read().decode())

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(region_name=self.settings.region)
