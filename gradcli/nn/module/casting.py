"""Conversion of the parameters and buffers of a module to another element type."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.messages.warnings import warn
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, INEXACT
from gradcli.engine.tensor.tensor import ComplexTensor, become_complex, rebind
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.engine.tensor.variable import Variable
from gradcli.nn.module import state_dict as states


def cast_floating(module: Any, dtype: np.dtype[Any]) -> Any:
    """Convert the floating parameters and buffers of a module and all within it, and their gradients; the module.

    A complex type converts complex ones too, which a real one leaves as they are.
    """
    kinds = INEXACT if dtype.kind == "c" else FLOAT_KINDS
    if dtype.kind == "c":
        warn("Complex modules are a new feature under active development whose design may change, and some modules "
             "might not work as expected when using complex tensors as parameters or buffers.")
    for inner in states.all_within(module):
        for value in (*inner._parameter_dict.values(), *inner._buffer_dict.values()):
            if isinstance(value, Uninitialized):
                value.cast(dtype)
            elif value is not None and value.array.dtype.kind in kinds:
                gradient = value.grad
                rebind(value, value.array.astype(dtype, copy=False))
                if dtype.kind == "c" and not isinstance(value, ComplexTensor):
                    become_complex(value, dtype)
                if gradient is not None:
                    value.grad = Variable(gradient.array.astype(dtype, copy=False))
    return module
