"""The operations, one family a file, one class an operation.

A file of this folder is a family; being here is all it takes. Families are loaded when a
program first uses one of their names (`directory.py`); `gradcli.ops.TABLE` loads them all.
"""

from typing import Any

import gradcli.engine.derive  # noqa: F401  # first of all: it gives each class below its places
from gradcli.ops import directory, index, structure  # noqa: F401  # what the engine itself relies on


def __getattr__(name: str) -> Any:
    if name == "TABLE":
        directory.load_all()
        from gradcli.engine.op import TABLE

        return TABLE
    raise AttributeError(name)
