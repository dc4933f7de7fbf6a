"""A kind of thing that a destroy may leave behind: how it is found, and how it is removed."""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from operations.leftovers.belongings import Belongings, tags
from operations.reading import pages

Steps = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Leftover:
    """One thing that is left, the shell command that removes it, and what to know about that, if anything."""

    kind: str
    name: str
    command: str
    note: str = ""


@dataclass(frozen=True)
class Found:
    """A thing in the account: `id` is what a command takes, `name` what people call it, `item` how AWS lists it."""

    id: str
    name: str
    arn: str
    tags: Mapping[str, str]
    item: Mapping[str, Any]

    @property
    def shown(self) -> str:
        """What a person knows it by: the name, and the id where that is no ARN and another."""
        return self.name if self.id in (self.name, self.arn) else f"{self.id} ({self.name})"


def no_steps(_: Any, __: Found) -> Steps:
    """For what goes by one command."""
    return ()


def never(_: Belongings, __: Found) -> bool:
    """For a kind without exceptions."""
    return False


@dataclass(frozen=True)
class Kind:
    """A kind that one operation lists, at `items` (JMESPath), and that the commands `remove` remove, `{id}` being what they take.

    `resource` is its Terraform type. `id`, `label` (the name; else the tag Name) and `arn` are keys of an item, a list of bare names has
    none. `before` gives the commands that must come first, `tagged_by` the tags that the list leaves out. Tags and names decide what is
    the deployment's; `also` adds to it, and `excepted` leaves out what goes by itself.
    """

    name: str
    resource: str
    service: str
    operation: str
    items: str
    remove: str
    id: str = ""
    label: str = ""
    arn: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    before: Callable[[Any, Found], Steps] = no_steps
    tagged_by: Callable[[Any, str], Mapping[str, str]] | None = None
    also: Callable[[Belongings, Found], bool] = never
    excepted: Callable[[Belongings, Found], bool] = never

    def leftovers(self, client: Any, belongings: Belongings) -> Iterator[Leftover]:
        """Those that are the deployment's and that no stack holds. Raises ClientError."""
        for item in pages(client, self.operation, self.items, **self.arguments):
            found = self._found(item)
            if self._is_left(found, client, belongings):
                removing = [[part.format(id=found.id) for part in step.split()] for step in self.remove.split(" && ")]
                steps = [*self.before(client, found), *removing]
                yield Leftover(self.name, found.shown, commands(steps, belongings.settings.region))

    def _found(self, item: Any) -> Found:
        if isinstance(item, str):
            return Found(item, item, "", {}, {})
        id_, labels = str(item[self.id]).removeprefix("/hostedzone/"), tags(item)  # which nothing but Route 53's list says
        name = item.get(self.label) or labels.get("Name", id_)
        return Found(id_, str(name), str(item.get(self.arn, "")), labels, item)

    def _is_left(self, found: Found, client: Any, belongings: Belongings) -> bool:
        labels = found.tags
        if self.tagged_by and belongings.is_name(found.name):
            labels = self.tagged_by(client, found.id)
        ours = belongings.ours(found.name, found.arn, labels) or self.also(belongings, found)
        held = belongings.has(self.resource, found.id, found.name, found.arn) or belongings.with_cluster(found.tags)
        return ours and not held and not self.excepted(belongings, found)


def commands(steps: Steps, region: str) -> str:
    """One line for a shell, which stops at the first step that fails."""
    return " && ".join(shlex.join(["aws", *step, "--region", region]) for step in steps)
