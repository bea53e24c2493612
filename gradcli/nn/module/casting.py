"""Conversion of the parameters and buffers of a module to another element type."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.messages.warnings import warn
from gradcli.engine.tensor.conversion import retyped
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.engine.tensor.tensor import ComplexTensor, become_complex, rebind
from gradcli.engine.tensor.uninitialized import Uninitialized
from gradcli.engine.tensor.variable import Variable, become_real
from gradcli.nn.module import state_dict as states


def cast_floating(module: Any, dtype: np.dtype[Any], kinds: str = FLOAT_KINDS) -> Any:
    """Convert the parameters and buffers of a module and all within it, and their gradients; the module.

    kinds   those of the numpy dtypes of what is converted; complex numbers become real ones by their real parts
    """
    if dtype.kind == "c":
        warn("Complex modules are a new feature under active development whose design may change, and some modules "
             "might not work as expected when using complex tensors as parameters or buffers.")
    for inner in states.all_within(module):
        for value in (*inner._parameter_dict.values(), *inner._buffer_dict.values()):
            if isinstance(value, Uninitialized):
                value.cast(dtype)
            elif value is not None and value.array.dtype.kind in kinds:
                gradient = value.grad
                rebind(value, value.array if value.array.dtype == dtype else retyped(value.array, dtype))
                if dtype.kind == "c" and not isinstance(value, ComplexTensor):
                    become_complex(value, dtype)
                elif dtype.kind != "c" and isinstance(value, ComplexTensor):
                    become_real(value)
                if gradient is not None:
                    value.grad = Variable(retyped(gradient.array, dtype))
    return module
