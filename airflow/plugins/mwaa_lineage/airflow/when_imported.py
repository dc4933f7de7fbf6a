"""Does something with a module as soon as it is imported, and at once where it has been: importing it for that alone would take time."""

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

Do = Callable[[ModuleType], None]


def when_imported(name: str, do: Do) -> None:
    """Call `do` with the module `name`. What it raises on a later import, whoever imports the module gets."""
    if name in sys.modules:
        do(sys.modules[name])
    else:
        sys.meta_path.insert(0, _Awaited(name, do))


class _Awaited(MetaPathFinder):
    """Finds one module, once, as it would be found without this."""

    def __init__(self, name: str, do: Do) -> None:
        self._name, self._do = name, do

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The module's own, with a loader that calls."""
        del path, target
        if fullname != self._name:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        if spec and spec.loader:
            spec.loader = _Calling(spec.loader, self._do)
        return spec


class _Calling(Loader):
    """In the place of `loader`, which is the module's own again once it has loaded it."""

    def __init__(self, loader: Any, do: Do) -> None:
        self._loader, self._do = loader, do

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the loader makes it."""
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        """Loads it, then calls."""
        if module.__spec__:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._do(module)
