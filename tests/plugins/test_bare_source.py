"""What the wheel leaves out of the source changes nothing of what it does."""

import ast
from pathlib import Path

import pytest

from modules.source_files import source_files
from tools.bare_source import bare, docstrings
from tools.build_wheel import PACKAGE

SOURCE = '''"""A module."""

import os  # a comment


class Plain:
    """Only this."""


def f(x: int = 1) -> str:
    """Two

    lines, with # no comment.
    """
    # gone
    x += 1
    """not a docstring"""
    return f"# {x} stays" + os.sep  # gone, too


async def g() -> None:
    """Goes."""
    return None
'''


def code(source: str) -> str:
    """The program with the lines on which everything stands, without docstrings."""
    tree = ast.parse(source)
    leaving = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            node.body = [statement for statement in body if statement not in leaving]  # type: ignore[attr-defined]
    return ast.dump(tree, include_attributes=True)


def test_comments_and_docstrings_go_and_lines_stay() -> None:
    found = bare(SOURCE)
    assert code(found) == code(SOURCE)
    assert "gone" not in found
    assert "Two" not in found
    assert "Goes" not in found
    assert '"""Only this."""' in found
    assert '"""not a docstring"""' in found
    assert 'f"# {x} stays"' in found
    assert len(found.splitlines()) == len(SOURCE.splitlines())


@pytest.mark.parametrize("file", [path for path in source_files(PACKAGE) if path.suffix == ".py"], ids=lambda path: path.stem)
def test_every_module_is_the_same_program(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    assert code(bare(source)) == code(source)
