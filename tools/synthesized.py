"""What `cdktf synth` has written: the stacks in the order of their dependencies, and what waits for what in a stack."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

Address = str
"""A resource or data source of a stack: aws_vpc.main, data.aws_vpc.main."""


@dataclass(frozen=True)
class SynthesizedStack:
    """A stack: its id, the ids of the stacks that it is deployed after, its Terraform."""

    id: str
    dependencies: tuple[str, ...]
    terraform: dict[str, Any]

    @cached_property
    def blocks(self) -> dict[Address, dict[str, Any]]:
        """Every resource and data source."""
        sections = {"": self.terraform.get("resource", {}), "data.": self.terraform.get("data", {})}
        return {
            f"{prefix}{kind}.{name}": block
            for prefix, kinds in sections.items()
            for kind, blocks in kinds.items()
            for name, block in blocks.items()
        }

    @cached_property
    def waits_for(self) -> dict[Address, set[Address]]:
        """What each of them refers to or depends on."""
        reference = re.compile(r"(?:\bdata\.)?\b[a-z]\w+\.[\w-]+")
        found = {}
        for address, block in self.blocks.items():
            text = json.dumps({name: value for name, value in block.items() if name != "//"})
            found[address] = (set(reference.findall(text)) & self.blocks.keys()) - {address}
        return found

    def path_of(self, address: Address) -> str:
        """Where a block stands in the stack's tree of constructs."""
        path: str = self.blocks[address]["//"]["metadata"]["path"]
        return path


def read(outdir: Path) -> list[SynthesizedStack]:
    """The stacks in a folder that cdktf has written, each after those it depends on. Raises FileNotFoundError where there is none."""
    manifest = json.loads((outdir / "manifest.json").read_text())["stacks"]
    order = TopologicalSorter({name: stack["dependencies"] for name, stack in manifest.items()}).static_order()
    return [
        SynthesizedStack(
            name,
            tuple(sorted(manifest[name]["dependencies"])),
            json.loads((outdir / manifest[name]["synthesizedStackPath"]).read_text()),
        )
        for name in order
    ]
