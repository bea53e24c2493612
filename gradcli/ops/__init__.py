"""The operations, one family a file, one class an operation."""

import gradcli.engine.derive  # noqa: F401  # first of all: it gives each class below its places
from gradcli.engine.op import TABLE
from gradcli.ops import (  # noqa: F401
    arithmetic,
    compare,
    create,
    gather,
    index,
    linalg,
    pointwise,
    random,
    refill,
    reduce,
    shape,
    structure,
)

__all__ = ["TABLE"]
