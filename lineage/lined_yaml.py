"""YAML whose mappings know their lines, so that what is wrong can be shown where it stands."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from lineage.expected import Place


class Lined(dict[str, Any]):
    """A mapping of a file: the line in which it begins, and that of each of its keys."""

    line: int = 1
    lines: Mapping[str, int] = {}


def read(file: Path, problems: list[str]) -> Any:
    """What the file says; {} for one that cannot be read, with the reason among `problems`, where keys that stand twice come too."""
    try:
        return _Loader(file.read_text(encoding="utf-8"), file, problems).get_single_data()
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        problems.append(f"{file}: {' '.join(str(error).split())}")
        return {}


class _Loader(yaml.SafeLoader):
    """YAML itself would silently take the last of two equal keys."""

    def __init__(self, text: str, file: Path, problems: list[str]) -> None:
        super().__init__(text)
        self._file, self._problems = file, problems

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        place = Place(self._file, node.start_mark.line + 1)
        self._problems += [f"{place}: {key} stands twice" for key, count in keys.items() if count > 1]
        return super().construct_mapping(node, deep)

    def lined(self, node: yaml.MappingNode) -> Iterator[Lined]:
        """As SafeLoader makes mappings: an empty one first, as it may stand within itself."""
        mapping = Lined()
        mapping.line = node.start_mark.line + 1
        mapping.lines = {key.value: key.start_mark.line + 1 for key, _ in node.value if isinstance(key, yaml.ScalarNode)}
        yield mapping
        mapping.update({str(key): value for key, value in self.construct_mapping(node).items()})


_Loader.add_constructor("tag:yaml.org,2002:map", _Loader.lined)
