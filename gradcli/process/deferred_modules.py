"""Modules that numpy imports at its start and no session needs: each is loaded when somebody first reads a name in it.

They take a tenth of the time of `import numpy`. `importlib.util.LazyLoader` defers them; a numpy that has no such
module, or reads it at once, behaves as ever.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import LazyLoader
from types import ModuleType
from typing import Any

DEFERRED = {"numpy._core._add_newdocs", "numpy._core._add_newdocs_scalars",     # the docstrings of its C functions
            "platform", "textwrap", "tokenize"}


class _Finder:
    """Finds the deferred modules where they always are."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name in DEFERRED else None
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = LazyLoader(spec.loader)
        return spec


@contextmanager
def deferring() -> Iterator[None]:
    """Within, the deferred modules are not loaded when they are imported, but when they are used."""
    finder: Any = _Finder
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def file_of(module: object) -> str:
    """The file of what stands in `sys.modules`, without loading a module that is deferred; empty where it has none."""
    if isinstance(module, ModuleType):
        return ModuleType.__getattribute__(module, "__dict__").get("__file__") or ""
    return getattr(module, "__file__", None) or ""
