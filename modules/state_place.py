"""Where Terraform keeps the state of each stack."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StatePlace:
    """Where the state of a stack is: a file `name` beside main.py, or the key `name` in `bucket`."""

    bucket: str | None
    name: str


def state_place(state_backend: str, stack: str) -> StatePlace:
    """The place of a stack's state under the setting `state_backend`: `local`, or s3://<bucket>/<folder>."""
    if state_backend == "local":
        return StatePlace(None, f"terraform.{stack}.tfstate")
    bucket, _, folder = state_backend.removeprefix("s3://").partition("/")
    return StatePlace(bucket, f"{folder}/{stack}.tfstate")
