"""The operations that a composite operation records, found by calling it."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.autograd.backward import newest_first
from gradcli.engine.autograd.op import Op, traced
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.engine.tensor.variable import Variable
from gradcli.faults.tree import Fault


def recorded(op: type[Op]) -> list[str]:
    """The names of the operations that the samples of `op` record, sorted; [] unless `op` is composite."""
    names: set[str] = set()
    for sample in op.samples if "compose" in vars(op) else ():
        try:
            result = getattr(traced, op.names[0].rpartition(".")[2])(*map(_leaf, sample))
        except (Fault, TypeError, AttributeError, ValueError):
            continue        # a sample with keyword arguments, or one that raises
        results = result if isinstance(result, tuple | list) else [result]
        nodes = [value.node for value in results if getattr(value, "node", None) is not None]
        calls = [getattr(call, "node", call) for call in newest_first(nodes)]
        names.update(type(call).names[0] for call in calls if getattr(type(call), "names", ()))
    return sorted(names)


def _leaf(value: Any) -> Any:
    """A sample's operand as a tensor that requires a gradient, if it can."""
    if isinstance(value, np.ndarray) and value.dtype.kind in FLOAT_KINDS:
        return Variable(value.copy(), True)
    if isinstance(value, list) and value and np.asarray(value).dtype.kind in "fi":
        return Variable(np.asarray(value, np.float32), True)
    if isinstance(value, tuple) and any(isinstance(item, np.ndarray | list) for item in value):
        return [_leaf(item) for item in value]
    return value
