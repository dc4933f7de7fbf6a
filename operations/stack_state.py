"""Terraform's states, in files or in S3: the one place where they are read."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from modules.settings import Settings
from modules.state_place import StatePlace, place_without_id, state_place

ABSENT = ("NoSuchKey", "NoSuchBucket", "404")


class AnotherState(Exception):
    """A state that is not this deployment's, or not where it should be; the message says whose it is and what to do."""


@dataclass(frozen=True)
class StackState:
    """The state of a stack as Terraform wrote it `changed`; `content` is its JSON."""

    content: dict[str, Any]
    changed: datetime

    @property
    def managed(self) -> list[dict[str, Any]]:
        """What the stack made itself and still holds, as the state has it."""
        held = self.content.get("resources", [])
        return [resource for resource in held if resource["mode"] == "managed" and resource["instances"]]

    @property
    def addresses(self) -> list[str]:
        """Of all that is managed; there are none after a destroy, whose state stays."""
        return [_address(resource) for resource in self.managed]

    @property
    def resources(self) -> int:
        """How many things of the stack's own there are."""
        return sum(len(resource["instances"]) for resource in self.managed)

    @property
    def deployments(self) -> set[str]:
        """The ids that the tags of its resources name: one, and none of what AWS gives no tags."""
        attributes = [instance.get("attributes") or {} for resource in self.managed for instance in resource["instances"]]
        return {tags["deployment"] for values in attributes if "deployment" in (tags := values.get("tags_all") or {})}

    @property
    def half_made(self) -> list[str]:
        """The addresses of what Terraform could not finish, and makes anew next time."""
        return [
            _address(resource)
            for resource in self.managed
            if any(instance.get("status") == "tainted" for instance in resource["instances"])
        ]

    @property
    def outputs(self) -> dict[str, dict[str, Any]]:
        """{name: value, and whether it is sensitive}."""
        found: dict[str, dict[str, Any]] = self.content.get("outputs", {})
        return found


@dataclass(frozen=True)
class Lock:
    """That somebody works on a state: what Terraform notes of it, and where."""

    info: dict[str, Any]
    place: StatePlace


@dataclass(frozen=True)
class States:
    """The states of the deployment of `settings`, of a project in `root`; `client` makes AWS clients."""

    settings: Settings
    root: Path
    client: Callable[[str], Any]

    def place(self, stack: str) -> StatePlace:
        """Where a stack's state is, or would be."""
        return state_place(self.settings, stack)

    def of(self, stack: str) -> StackState | None:
        """A stack's state; None if it never had one. Raises AnotherState."""
        place = self.place(stack)
        found = self._state(place)
        if found is None:
            self._refuse_left_behind(place_without_id(self.settings, stack), place)
        elif others := found.deployments - {self.settings.deployment_id}:
            own = self.settings.deployment_id
            raise AnotherState(
                f"the state {place} is that of the deployment {', '.join(sorted(others))}, and the settings say deployment_id = {own!r}: "
                "put the id back, or move the state to where its deployment looks for it"
            )
        return found

    def _state(self, place: StatePlace) -> StackState | None:
        found = self._read(place)
        return StackState(json.loads(found[0]), found[1]) if found else None

    def _refuse_left_behind(self, old: StatePlace, place: StatePlace) -> None:
        left, own = self._state(old), self.settings.deployment_id
        if left and left.managed and own in (left.deployments or {own}):
            move = "aws s3 mv" if old.bucket else "mv"
            raise AnotherState(f"the state {old} of {own} is from before each deployment had a place of its own: `{move} {old} {place}`")

    def lock(self, stack: str) -> Lock | None:
        """The lock on a stack's state, if any."""
        state = self.place(stack)
        place = StatePlace(state.bucket, f"{state.name}.tflock" if state.bucket else f".{state.name}.lock.info")
        found = self._read(place)
        return Lock(json.loads(found[0]), place) if found else None

    def _read(self, place: StatePlace) -> tuple[str, datetime] | None:
        """A file's text and when it was written."""
        if place.bucket is None:
            path = self.root / place.name
            return (path.read_text(encoding="utf-8"), datetime.fromtimestamp(path.stat().st_mtime, UTC)) if path.exists() else None
        try:
            answer = self.client("s3").get_object(Bucket=place.bucket, Key=place.name)
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return None
            raise
        return answer["Body"].read().decode(), answer["LastModified"]


def _address(resource: dict[str, Any]) -> str:
    return f"{resource['type']}.{resource['name']}"
