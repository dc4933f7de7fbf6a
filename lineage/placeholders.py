"""What the placeholders of expected names stand for in a store, found by the names that it has."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from lineage.expected import Expected
from lineage.graph import DatasetId, Graph

_PARTS = re.compile(r"(\{[A-Za-z_]\w*\}|\*+)", re.ASCII)


def found(expected: Expected, datasets: Iterable[DatasetId]) -> dict[str, str]:
    """For each placeholder the value with which the most expected names are there; those without any are left out."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    stored = sorted(map(str, datasets))
    for template in {str(id_) for id_ in expected.datasets if "{" in str(id_)}:
        known = _pattern(template)
        for name in stored:
            if fitting := known.fullmatch(name):
                for placeholder, value in fitting.groupdict().items():
                    votes[placeholder][value] += 1
    return {placeholder: min(counted, key=lambda value: (-counted[value], value)) for placeholder, counted in votes.items()}


def completed(expected: Expected, given: Mapping[str, str], graph: Graph) -> dict[str, str]:
    """The given values, and those that the store has for the placeholders that are left."""
    return {**found(expected, (dataset.id for dataset in graph.datasets)), **given}


def _pattern(template: str) -> re.Pattern[str]:
    """A namespace, a blank and a name; the same placeholder stands for the same text everywhere."""
    seen: set[str] = set()
    parts = []
    for part in _PARTS.split(template):
        name = part[1:-1]
        if part.startswith("*"):
            parts.append(".*")
        elif not _PARTS.fullmatch(part):
            parts.append(re.escape(part))
        elif name in seen:
            parts.append(f"(?P={name})")
        else:
            seen.add(name)
            parts.append(f"(?P<{name}>[^ ]+?)")
    return re.compile("".join(parts), re.DOTALL)
