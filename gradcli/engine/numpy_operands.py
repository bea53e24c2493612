"""Values of numpy's as operands: whoever computes with a session's tensors from Python has them; programs hold none."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.tensor.dtypes import OF
from gradcli.engine.tensor.tensor import Tensor


def from_numpy(value: Any, refused: Any) -> Any:
    """The number of numpy's as Python's own, an array as a tensor with a copy of it; `refused` for any other value."""
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return value.item()
    if type(value) is np.ndarray and value.dtype.kind in "biuf" and value.dtype in OF:
        return Tensor(value.copy())
    return refused
