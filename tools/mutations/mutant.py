"""The small changes that can be made to a source, each of which a test should notice.

`ast` knows where each node stands, and a change is one span of text for another: a library that keeps the layout, such as libcst, would
bring an environment of its own and save nothing. No text that a person reads is changed.
"""

import ast
import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tools.bare_source import Function, is_for_checkers

LIMIT = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
OPPOSITE = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OTHER = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult}
EITHER = {ast.And: ast.Or, ast.Or: ast.And}
NOTHING = (ast.Pass, ast.Expr)
"""As a function's only statement."""
HINTS = ("annotation", "returns", "decorator_list")


@dataclass(frozen=True)
class Mutant:
    """A source with one change: the bytes from `start` to `end` are `text` instead."""

    file: str
    line: int
    kind: str
    start: int
    end: int
    text: str

    def of(self, source: bytes) -> bytes:
        """The changed source."""
        return source[: self.start] + self.text.encode() + source[self.end :]


def mutants(file: str, source: bytes) -> list[Mutant]:
    """All changes of a source. Raises SyntaxError."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for kind, node, text in _changes(ast.parse(source)):
        start, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
        found.append(Mutant(file, node.lineno, kind, start, end, text))
    return found


def _changes(tree: ast.Module) -> Iterator[tuple[str, Any, str]]:
    """A kind, the node that is exchanged, and for what."""
    defaults = {id(default) for node in ast.walk(tree) for default in _defaults(node)}
    for node in _nodes(tree):
        match node:
            case ast.Compare(ops=[operator]):
                yield from ((kind, node, _with(node, ops=[to()])) for kind, to in _comparisons(operator))
            case ast.BoolOp(op=operator):
                yield "and or", node, _with(node, op=EITHER[type(operator)]())
            case ast.BinOp(op=operator) if type(operator) in OTHER and not _is_text(node):
                yield "arithmetic", node, _with(node, op=OTHER[type(operator)]())
            case ast.Constant(value=value) if id(node) in defaults or not isinstance(value, str):
                yield from (("default" if id(node) in defaults else "constant", node, repr(other)) for other in _other(value))
            case ast.Expr() | ast.Raise() | ast.AugAssign() | ast.Delete() | ast.Break() | ast.Continue():
                yield "dropped", node, "pass"
            case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
                yield "dropped", node, "pass"
        yield from (("negated", test, f"(not ({ast.unparse(test)}))") for test in _conditions(node))
        yield from (("early return", first, "return") for first in _begin(node))


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All but hints, decorators, documentation, and texts with values in them, which people read."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.If) and is_for_checkers(node)) or _is_documentation(node):
        return
    yield node
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and name not in HINTS:
                yield from _nodes(child)


def _is_documentation(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _comparisons(operator: ast.cmpop) -> Iterator[tuple[str, Any]]:
    if type(operator) in LIMIT:
        yield "limit", LIMIT[type(operator)]
    yield "comparison", OPPOSITE[type(operator)]


def _conditions(node: ast.AST) -> Iterable[ast.expr]:
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        return [node.test]
    return node.ifs if isinstance(node, ast.comprehension) else []


def _begin(node: ast.AST) -> Iterable[ast.stmt]:
    """The first statement of a function that does something."""
    if not isinstance(node, Function):
        return []
    body = node.body[1:] if _is_documentation(node.body[0]) else node.body
    first = body[:1]
    is_nothing = len(body) == 1 and isinstance(body[0], NOTHING)  # of an interface; else "dropped" has it
    return [] if is_nothing or any(isinstance(each, Function | ast.ClassDef) for each in first) else first


def _defaults(node: ast.AST) -> Iterable[ast.expr | None]:
    if isinstance(node, ast.arguments):
        return [*node.defaults, *node.kw_defaults]
    return [each.value for each in node.body if isinstance(each, ast.AnnAssign)] if isinstance(node, ast.ClassDef) else []


def _other(value: object) -> Iterable[object]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1]
    return ["changed"] if isinstance(value, str) else []


def _is_text(node: ast.BinOp) -> bool:
    """Whether no other operator goes with what is added: any test has a TypeError."""
    return any(isinstance(side, ast.JoinedStr | ast.List | ast.Tuple) or _is_string(side) for side in (node.left, node.right))


def _is_string(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def _with(node: ast.expr, **fields: Any) -> str:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return f"({ast.unparse(changed)})"
