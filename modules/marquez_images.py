"""The container images that the chart runs, as its values name them."""

from functools import cache
from pathlib import Path

import yaml

VALUES = Path(__file__).parent / "charts/marquez/values.yaml"


@cache
def images() -> dict[str, str]:
    """{name: repository:tag}."""
    found: dict[str, str] = yaml.safe_load(VALUES.read_text(encoding="utf-8"))["images"]
    return found


def pinned(digests: dict[str, str]) -> dict[str, str]:
    """{name: repository:tag@digest} of the images that have one, from {name: tag@digest}."""
    return {name: f"{images()[name].rpartition(':')[0]}:{digest}" for name, digest in digests.items()}
