"""Fast synthesis: loads of a CDKTF provider package only what the stacks use. Import this module before cdktf and before any provider.

A provider package is loaded whole, twice. In Python its `__init__` imports every one of its modules, 2,130 for AWS, which takes 12 s. In
Node, where the constructs really live, its `lib/index.js` requires as many, 207 MB of source, which takes 3 s. The stacks use about a
hundred of them, and both languages can load one alone:

- Python: `sys.modules` gets a package that knows where its modules are and has not run its `__init__`. Whoever asks it for anything else
  than a module gets the whole package after all.
- Node: `lazy_providers.cjs`, required into the process that jsii starts, turns `lib/index.js` into the `lib/lazy-index.js` beside it, which
  the packages bring along and do not use. A package without one is loaded whole. The process reads NODE_OPTIONS when it starts, that is
  when cdktf is imported, so this module imports it and puts NODE_OPTIONS back.

Nothing else depends on it: with PLAIN_SYNTH=1, or with this import removed, the same stacks come out, in 20 s instead of 2.
"""

import importlib
import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

PROVIDERS = ("cdktf_cdktf_provider_aws", "cdktf_cdktf_provider_helm")
HOOK = Path(__file__).with_suffix(".cjs")
NODE = {"NODE_OPTIONS": f'{os.environ.get("NODE_OPTIONS", "")} --require "{HOOK}"'.strip()}
END_OF_LIFE = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "18,20"}  # ten lines on stderr, about a Node that works


class LazyPackage(ModuleType):
    """A package whose modules are imported one at a time."""

    def __init__(self, spec: ModuleSpec) -> None:
        super().__init__(spec.name)
        self.__spec__ = spec
        self.__file__ = spec.origin
        self.__path__ = list(spec.submodule_search_locations or [])

    def __getattr__(self, name: str) -> Any:
        """A module of the package, or whatever else its `__init__` defines."""
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return importlib.import_module(f"{self.__name__}.{name}")
        except ModuleNotFoundError:
            pass
        del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def install() -> None:
    """Make the provider packages lazy in this process and in the Node process that belongs to it."""
    for name in PROVIDERS:
        spec = importlib.util.find_spec(name)
        if name not in sys.modules and spec is not None:
            sys.modules[name] = LazyPackage(spec)
    _start_node(NODE | END_OF_LIFE)


def _start_node(variables: dict[str, str]) -> None:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        importlib.import_module("cdktf")
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


if os.environ.get("PLAIN_SYNTH") != "1":
    install()
