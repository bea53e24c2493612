"""The operations, one family a file, one class an operation.

A file in a folder below this one is a family; being here is all it takes. Families are loaded when a
program first uses one of their names (`index.py`); `gradcli.ops.TABLE` loads them all.
"""

from typing import Any

import gradcli.engine.autograd.registry  # noqa: F401  # first of all: it gives each class below its places
from gradcli.ops import (
    index,
    internal,  # noqa: F401  # its operations register
)
from gradcli.ops.indexing import getitem  # noqa: F401  # its operations register


def __getattr__(name: str) -> Any:
    if name == "TABLE":
        index.load_all()
        from gradcli.engine.autograd.op import TABLE

        return TABLE
    raise AttributeError(name)
