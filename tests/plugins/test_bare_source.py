"""What the wheel leaves out of the source changes nothing of what it does."""

import ast
import re
from pathlib import Path

import pytest

from modules.source_files import source_files
from tools.bare_source import OF_TYPES, bare, docstrings, is_for_checkers
from tools.build_wheel import PACKAGE

SOURCE = '''"""A module."""

import os  # a comment
from typing import TYPE_CHECKING, Any, NamedTuple as Tuple
from collections.abc import (
    Callable,
    Iterable,
)
from typing import NoReturn

if TYPE_CHECKING:
    import sys

Each = Callable[[str], int]


class Plain:
    """Only this."""


def f(x: int = 1) -> str:
    """Two

    lines, with # no comment.
    """
    # gone
    x += 1
    plain: int = x if 1 else (-x)
    """What plain is,

    at length."""
    y = """
    stays where it is"""
    return y + f"# {x} stays" + os.sep  # gone, too


async def g(é: "int | Any", *, deep: list[int] = [1], **more: int) -> None:
    """Goes."""
    return None


@register.by
def h(kept: str) -> None: ...


class Fields:
    stay: int = 1
    """It is gone."""


def made() -> type:
    class Fields:
        stay: int = 1

    return Fields
'''


def code(source: str) -> str:
    """The program with the lines on which everything begins, without docstrings, types, and hints that nobody reads."""
    tree = ast.parse(source)
    tree.body = [statement for statement in tree.body if not is_of_types(statement) and not is_for_checkers(statement)]
    leaving = [docstring for docstring, _ in docstrings(tree)]
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            node.body = [statement for statement in body if statement not in leaving and ast.unparse(statement) != "..."]  # type: ignore[attr-defined]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [_unhinted(statement) for statement in node.body]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and all(isinstance(each, ast.Name) for each in node.decorator_list):
            node.returns = None
            for parameter in (each for each in ast.walk(node.args) if isinstance(each, ast.arg)):
                parameter.annotation = None
    return re.sub(r", (end_lineno|end_col_offset|col_offset)=\d+", "", ast.dump(tree, include_attributes=True))


def is_of_types(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module in OF_TYPES


def types(source: str) -> set[str]:
    """The names that it imports of types."""
    return {name.name for statement in ast.parse(source).body if is_of_types(statement) for name in statement.names}  # type: ignore[attr-defined]


class _Unhinted(ast.NodeTransformer):
    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            return node
        return ast.copy_location(ast.Assign([node.target], node.value), node)


def _unhinted(statement: ast.stmt) -> ast.stmt:
    """An assignment within a function without its hint."""
    return statement if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) else _Unhinted().visit(statement)


def test_comments_and_docstrings_go_and_lines_stay() -> None:
    found = bare(SOURCE)
    assert code(found) == code(SOURCE)
    assert "gone" not in found
    assert "Two" not in found
    assert "Goes" not in found
    assert "class Plain:\n ...\n" in found
    assert bare('"""All there is."""\n') == "\n"
    assert "What plain is" not in found
    assert "at length" not in found
    assert 'return y+f"# {x} stays"+os.sep' in found
    assert "\n    stays where it is" in found
    assert "\n x+=1\n" in found
    assert "\n plain=x if 1 else(-x)\n" in found
    assert "def f(x=1):\n" in found
    assert "def g(é,*,deep=[1],**more):\n" in found
    assert "def h(kept:str)->None:..." in found
    assert "\n stay:int=1\n" in found
    assert "\n  stay:int=1\n" in found
    assert "TYPE_CHECKING" not in found
    assert "sys" not in found
    assert types(found) == {"Callable"}
    assert len(found.splitlines()) == len(SOURCE.splitlines())


@pytest.mark.parametrize("file", [path for path in source_files(PACKAGE) if path.suffix == ".py"], ids=lambda path: path.stem)
def test_every_module_is_the_same_program(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    found = bare(source)
    assert code(found) == code(source)
    named = {node.id for node in ast.walk(ast.parse(found)) if isinstance(node, ast.Name)}
    assert types(source) & named == types(found) & named
