"""Which changes are tried: the same ones for a seed."""

import random
from collections import defaultdict
from collections.abc import Mapping

from tools.mutations.mutant import Mutant, mutants


def sample(sources: Mapping[str, bytes], number: int, seed: int) -> list[Mutant]:
    """So many different ones, fewer where there are fewer: a file by its lines, then a kind, then one of the file's and the kind's."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    lines = {file: sources[file].count(b"\n") + 1 for file in sorted(sources)}
    left: dict[str, dict[str, list[Mutant]]] = {}
    chosen: list[Mutant] = []
    while lines and len(chosen) < number:
        (file,) = chance.choices(list(lines), list(lines.values()))
        kinds = left[file] if file in left else left.setdefault(file, _by_kind(mutants(file, sources[file])))
        if not kinds:
            del lines[file]
            continue
        kind = chance.choice(sorted(kinds))
        chosen.append(kinds[kind].pop(chance.randrange(len(kinds[kind]))))
        if not kinds[kind]:
            del kinds[kind]
    return chosen


def _by_kind(found: list[Mutant]) -> dict[str, list[Mutant]]:
    kinds = defaultdict(list)
    for mutant in found:
        kinds[mutant.kind].append(mutant)
    return dict(kinds)
