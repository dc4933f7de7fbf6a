"""Where Terraform keeps the state of each stack: a deployment has its own, by its id."""

from dataclasses import dataclass

from modules.settings import Settings


@dataclass(frozen=True)
class StatePlace:
    """Where the state of a stack is: a file `name` beside main.py, or the key `name` in `bucket`."""

    bucket: str | None
    name: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.name}" if self.bucket else self.name


def state_place(settings: Settings, stack: str) -> StatePlace:
    """The place of a stack's state."""
    bucket, folder = state_folder(settings)
    if bucket is None:
        return StatePlace(None, f"{settings.deployment_id}.{stack}.tfstate")
    return StatePlace(bucket, f"{folder}/{settings.deployment_id}/{stack}.tfstate")


def place_without_id(settings: Settings, stack: str) -> StatePlace:
    """Where the state was before deployments had places of their own."""
    bucket, folder = state_folder(settings)
    return StatePlace(bucket, f"{folder}/{stack}.tfstate" if bucket else f"terraform.{stack}.tfstate")


def state_folder(settings: Settings) -> tuple[str | None, str]:
    """The bucket and the folder that the setting `state_backend` names; no bucket for `local`."""
    bucket, _, folder = settings.state_backend.removeprefix("s3://").partition("/")
    return (bucket, folder) if folder else (None, "")
