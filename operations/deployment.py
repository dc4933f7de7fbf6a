"""The deployment that the commands work on: its settings, its AWS clients, and what its stacks have put out."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import botocore.session

import local.expressions  # noqa: F401 - for boto3 and operations.reading, which read many
from modules import graph
from modules.environment import required
from modules.settings import Settings
from operations.stack_state import States

ROOT = Path(__file__).parent.parent
MODELS = Path(__file__).with_name("aws_models")
"""What AWS's models of today add to those of the SDK that Airflow 2.7.2 binds: extras, as botocore.loaders describes them."""


class NotDeployed(Exception):
    """A stack is needed that is not deployed; the message names it and the command that deploys it."""


class _Outputs(dict[str, Any]):
    """An output may be missing while its stack is there: Terraform writes it after what it tells of."""

    def __init__(self, stack: str, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._stack = stack

    def __missing__(self, name: str) -> Any:
        raise NotDeployed(f"{self._stack} is not deployed completely, its output {name} is missing: `make deploy STACK={self._stack}`")


@dataclass(frozen=True)
class Deployment:
    """The deployment that `settings` describe, whose Terraform runs in `root`."""

    settings: Settings
    root: Path = ROOT
    _clients: dict[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, root: Path) -> "Deployment":
        """The deployment of a project's folder. Raises InvalidSettings."""
        return cls(required(root, os.environ), root)

    @property
    def stacks(self) -> list[str]:
        """The deployment's stacks, in an order in which they can be deployed."""
        return graph.stacks(self.settings)

    def client(self, service: str) -> Any:
        """A boto3 client for the deployment's region."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service)
        return self._clients[service]

    @cached_property
    def states(self) -> States:
        """What Terraform knows of the stacks."""
        return States(self.settings, self.root, self.client)

    def require_login(self) -> None:
        """Without credentials Terraform, or a search, would say so late and in other words. Raises BotoCoreError, ClientError."""
        self.client("sts").get_caller_identity()

    def outputs(self, stack: str) -> Mapping[str, Any]:
        """{name: value} of a deployed stack's outputs. Raises NotDeployed, also when one is looked up that is not there."""
        state = self.states.of(stack)
        if state is None or not state.managed:
            raise NotDeployed(f"{stack} is not deployed: `make deploy STACK={stack}`")
        return _Outputs(stack, {name: output["value"] for name, output in state.outputs.items()})

    def resources(self, stack: str) -> list[str]:
        """The addresses of what a stack's Terraform state holds; empty for a stack that is not deployed."""
        state = self.states.of(stack)
        return state.addresses if state else []

    @cached_property
    def _session(self) -> boto3.Session:
        core = botocore.session.get_session()
        core.get_component("data_loader").search_paths.append(str(MODELS))
        return boto3.Session(botocore_session=core, region_name=self.settings.region)
