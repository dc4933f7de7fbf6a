"""How each part of an expression is used: which parts form its value, which only decide about it, and which it does not show."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sqlglot import exp

from mwaa_lineage.sql.origins import Origins, Role, deciding, masked, union

MASKING = frozenset(
    [
        *("sha", "sha1", "func_sha1", "sha1digest", "sha2", "sha2digest", "md5", "md5digest", "digest", "hmac", "crypt"),
        *("fnv_hash", "murmur3_32_hash", "farmfingerprint", "farmfingerprint64", "crc32", "checksum"),
        *("count", "approxdistinct"),  # as OpenLineage's integration of Spark has it: how many there are shows none of them
    ]
)
_BY_ORDER = (exp.PercentileCont, exp.PercentileDisc)  # whose value is one of those that WITHIN GROUP sorts


@dataclass(frozen=True)
class Use:
    """How a part of an expression is used."""

    roles: frozenset[Role] = field(default_factory=frozenset)
    masks: bool = False
    in_window: bool = False

    def of(self, origins: Origins) -> Origins:
        """`origins` of a part that is used so. They count as forming the value in any case."""
        value = masked(origins) if self.masks else origins
        return union(value, *(deciding(origins, role) for role in self.roles)) if self.roles else value

    def also(self, role: Role) -> "Use":
        """The same in one role more."""
        return replace(self, roles=self.roles | {role})


def parts_of(node: exp.Expr, use: Use) -> Iterator[tuple[exp.Expr, Use]]:
    """The parts of an expression that is used so, each with its own use."""
    if isinstance(node, exp.Window):
        use = replace(use, in_window=True)
        yield node.this, use
        yield from ((child, use.also(Role.WINDOW)) for child in node.iter_expressions() if child is not node.this)
        return
    if node.key in MASKING or (isinstance(node, exp.Anonymous) and node.name.lower() in MASKING) or _shows_nothing(node):
        use = replace(use, masks=True)
    roles = {id(child): role for child, role in _deciding(node, use)}
    for child in node.iter_expressions():
        own = replace(use, masks=True) if isinstance(node, exp.Nvl2) and child is node.this else use  # it is asked whether it is null
        yield child, own.also(roles[id(child)]) if id(child) in roles else own


def _deciding(node: exp.Expr, use: Use) -> Iterator[tuple[exp.Expr, Role]]:
    """The children that decide about the value of `node`."""
    if isinstance(node, exp.Case | exp.If | exp.Nvl2) and node.this:
        yield node.this, Role.CONDITIONAL
    elif isinstance(node, exp.DecodeCase):
        first, *others = node.expressions
        yield from ((child, Role.CONDITIONAL) for child in (first, *others[: len(others) // 2 * 2 : 2]))
    elif isinstance(node, exp.Anonymous) and node.name.lower() == "iff":
        yield from ((child, Role.CONDITIONAL) for child in node.expressions[:1])
    elif isinstance(node, exp.Filter):
        yield node.expression, Role.FILTER
    elif isinstance(node, exp.Order) and Role.WINDOW not in use.roles and not _is_by_order(node.parent):
        yield from ((child, Role.SORT) for child in node.expressions)


def _is_by_order(node: exp.Expr | None) -> bool:
    return isinstance(node, exp.WithinGroup) and isinstance(node.this, _BY_ORDER)


def _shows_nothing(node: exp.Expr) -> bool:
    """Whether a value is only asked whether it is null, or cut to no length."""
    if isinstance(node, exp.Is):
        return isinstance(node.expression, exp.Null)
    length = (
        node.args.get("length") if isinstance(node, exp.Substring) else node.expression if isinstance(node, exp.Left | exp.Right) else None
    )
    return isinstance(length, exp.Literal) and length.this == "0"
