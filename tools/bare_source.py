"""Python source without comments, docstrings, and most hints and spaces: smaller when packed, with each line where it was."""

import ast
import io
import re
import tokenize
from collections.abc import Iterable
from itertools import pairwise

INDENTATION = 4  # spaces, of which one stays
_WORDS = frozenset([tokenize.NAME, tokenize.NUMBER])
_AFTER_WORDS = _WORDS | {tokenize.STRING}  # as a name before a text may become a prefix of it
_WRITTEN = _AFTER_WORDS | {tokenize.OP}
OF_TYPES = ("collections.abc", "typing")
"""The modules of which most names are only hints."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def bare(source: str) -> str:
    """The source of the same program. Raises SyntaxError."""
    lines = _without_imports(_without_hints(source)).splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO("".join(lines)).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = f"{lines[row - 1][:column].rstrip()}\n"
    for docstring, is_all in docstrings(ast.parse(source)):
        for number in range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1):
            lines[number - 1] = "\n"
        if is_all:
            lines[docstring.lineno - 1] = f"{' ' * docstring.col_offset}...\n"
    return "".join(_indented_less(_without_spaces(lines))).rstrip("\n") + "\n"


def _without_hints(source: str) -> str:
    """Without types that nothing reads: all but those of classes' fields, and of functions at which a decorator may look."""
    lines = [line.encode() for line in source.splitlines(keepends=True)]  # bytes, as columns of the tree are counted in them
    for row, start, end in sorted(_hints(ast.parse(source), lines), reverse=True):
        lines[row] = lines[row][:start] + lines[row][end:]
    return b"".join(lines).decode()


def _without_imports(source: str) -> str:
    """Without what only type checkers import, and without names of types that no word is left of."""
    lines = source.splitlines(keepends=True)
    for node in ast.parse(source).body:
        if is_for_checkers(node):
            lines[node.lineno - 1 : node.end_lineno] = ["\n"] * ((node.end_lineno or node.lineno) - node.lineno + 1)
    for node in ast.parse("".join(lines)).body:
        if isinstance(node, ast.ImportFrom) and node.module in OF_TYPES:
            rows = range(node.lineno - 1, node.end_lineno or node.lineno)
            others = "".join(line for row, line in enumerate(lines) if row not in rows)
            node.names = [name for name in node.names if re.search(rf"\b{name.asname or name.name}\b", others)]
            lines[rows[0] : rows[-1] + 1] = [f"{ast.unparse(node)}\n" if node.names else "\n", *["\n"] * (len(rows) - 1)]
    return "".join(lines)


def _hints(tree: ast.Module, lines: list[bytes]) -> Iterable[tuple[int, int, int]]:
    """Row, start and end of each, with the sign before it, where it stands on one line."""
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]  # a node, and whether it stands in a function
    while waiting:
        node, within = waiting.pop()
        if isinstance(node, Function) and all(isinstance(decorator, ast.Name) for decorator in node.decorator_list):
            parameters = [each for each in ast.walk(node.args) if isinstance(each, ast.arg)]
            yield from (_span(lines, b":", each.annotation) for each in parameters if each.annotation and _is_short(each))
            if node.returns and _is_short(node.returns):
                yield _span(lines, b"->", node.returns)
        if within and isinstance(node, ast.AnnAssign) and node.value and _is_short(node.annotation):
            yield _span(lines, b":", node.annotation)
        within = (within or isinstance(node, Function)) and not isinstance(node, ast.ClassDef)
        waiting += [(child, within) for child in ast.iter_child_nodes(node)]


def _span(lines: list[bytes], sign: bytes, hint: ast.expr) -> tuple[int, int, int]:
    row = hint.lineno - 1
    return row, lines[row].rindex(sign, 0, hint.col_offset), hint.end_col_offset or 0


def _is_short(node: ast.expr | ast.arg) -> bool:
    return node.lineno == node.end_lineno


def _without_spaces(lines: list[str]) -> list[str]:
    """Without those between two signs, and between a sign and a word."""
    tokens = list(tokenize.generate_tokens(io.StringIO("".join(lines)).readline))
    for one, other in reversed(list(pairwise(tokens))):
        (row, start), (next_row, end) = one.end, other.start
        needed = one.type in _WORDS and other.type in _AFTER_WORDS
        if row == next_row and start < end and not needed and {one.type, other.type} <= _WRITTEN:
            lines[row - 1] = lines[row - 1][:start] + lines[row - 1][end:]
    return lines


def _indented_less(lines: list[str]) -> Iterable[str]:
    """All lines but those that go on with a text."""
    tokens = tokenize.generate_tokens(io.StringIO("".join(lines)).readline)
    texts = {line for token in tokens if token.type == tokenize.STRING for line in range(token.start[0] + 1, token.end[0] + 1)}
    for number, line in enumerate(lines, 1):
        code = line.lstrip(" ")
        yield line if number in texts else " " * ((len(line) - len(code)) // INDENTATION) + code


def is_for_checkers(statement: ast.stmt) -> bool:
    """Whether it is `if TYPE_CHECKING`, with nothing else."""
    return isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING" and not statement.orelse


def docstrings(tree: ast.Module) -> list[tuple[ast.stmt, bool]]:
    """All of them, those of attributes too, and whether one is all there is of a body."""
    bodies = [(node, body) for node in ast.walk(tree) if isinstance(body := getattr(node, "body", None), list)]
    return [
        (statement, len(body) == 1 and not isinstance(node, ast.Module))
        for node, body in bodies
        for statement in body
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)
    ]
