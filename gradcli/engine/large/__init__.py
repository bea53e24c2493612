"""Kernels for large arrays: formulas on pieces that stay in the caches, by several threads where that pays.

Operations hand arrays of `MANY` elements or more to the files of this folder, which load when they are first used:
`large.rows.softmax(x)`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

SOME = 1 << 12      # elements from which on a formula is replaced that numpy has in a slow form only
FILES = ("blocks", "elements", "rows", "scatter", "sums", "threads")
MOST_THREADS = 4    # with more of them they wait for the interpreter
MANY = 1 << 14      # elements from which on an operation goes by pieces


def __getattr__(name: str) -> Any:
    if name not in FILES:
        raise AttributeError(f"module 'gradcli.engine.large' has no attribute {name!r}")
    return import_module(f"gradcli.engine.large.{name}")
