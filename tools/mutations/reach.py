"""Which tests can notice a change in a file: those that import it, at once or by others."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

PLUGINS = "airflow/plugins/"
"""Which is on the path too."""
SYSTEM = b"pytestmark = pytest.mark.system"
"""In a file without fast tests."""


def reaching(sources: Mapping[str, bytes]) -> dict[str, list[str]]:
    """{file: the files of fast tests that reach it, the nearest first}, of all Python files of a tree."""
    modules = {_module(file): file for file in sources}
    imported = {file: {modules[name] for name in _imported(source, modules)} for file, source in sources.items()}
    found = defaultdict(list)
    for test in fast_tests(sources):
        for file, distance in _distances(test, imported, sources).items():
            found[file].append((distance, test))
    return {file: [test for _, test in sorted(tests)] for file, tests in found.items()}


def fast_tests(sources: Mapping[str, bytes]) -> list[str]:
    """The files of fast tests."""
    return sorted(file for file in sources if PurePosixPath(file).name.startswith("test_") and SYSTEM not in sources[file])


def _distances(test: str, imported: Mapping[str, set[str]], sources: Mapping[str, bytes]) -> dict[str, int]:
    distances = {test: 0}
    nearest = {*imported[test], *_conftests(test, sources)}
    while nearest:
        distance = max(distances.values()) + 1
        distances |= dict.fromkeys(nearest, distance)
        nearest = {other for file in nearest for other in imported[file]} - distances.keys()
    return distances


def _conftests(test: str, sources: Mapping[str, bytes]) -> Iterator[str]:
    for folder in PurePosixPath(test).parents:
        if (file := str(folder / "conftest.py")) in sources:
            yield file


def _module(file: str) -> str:
    return file.removeprefix(PLUGINS).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imported(source: bytes, modules: Mapping[str, str]) -> set[str]:
    """Modules, with the packages around them; also those that a text names, such as the arguments of a Python that is started."""
    names = {name for node in ast.walk(ast.parse(source)) for name in _named(node)}
    parts = [name.split(".") for name in names]
    return {".".join(each[:length]) for each in parts for length in range(1, len(each) + 1)} & modules.keys()


def _named(node: ast.AST) -> Iterable[str]:
    match node:
        case ast.Import(names=names):
            return [each.name for each in names]
        case ast.ImportFrom(module=str(module), names=names):
            return [module, *(f"{module}.{each.name}" for each in names)]
        case ast.Constant(value=str(text)) if "." in text and text.replace(".", "_").isidentifier():
            return [text]
    return []
