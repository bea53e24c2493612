"""The gate for complex numbers: an operation takes them only where its class says so by `complex = True`.

`dispatch` asks here whenever a complex tensor or number is among the values of a call. A refusal has PyTorch's words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy import ndarray

from gradcli.engine.tensor.dtypes import OF
from gradcli.engine.tensor.tensor import ComplexTensor, Tensor
from gradcli.engine.tensor.variable import ComplexParameter, Dual
from gradcli.faults.mistakes import ComplexDerivative
from gradcli.faults.tensors import UnimplementedType
from gradcli.faults.tree import TypeFault

COMPLEX: set[type] = {complex, ComplexTensor, ComplexParameter}
"""The types of values that are complex, and of lazy conjugates once there are some."""


def check_complex(cls: Any, values: Sequence[Any]) -> None:
    """Raise TypeFault if an operation that takes no complex numbers has one among its values."""
    if not cls.complex:
        raise complex_fault(cls.names[0], values)
    if Dual.watched and Dual.level.takes(values):
        raise ComplexDerivative(cls.names[0], traced=True)


def complex_fault(name: str, values: Sequence[Any]) -> TypeFault:
    """The fault for an operation that takes no complex numbers."""
    from gradcli.engine.messages.complex_numbers import complex_message  # late: few programs need them

    dtypes = (v.array.dtype if isinstance(v, Tensor) else v.dtype for v in values if isinstance(v, Tensor | ndarray))
    era = next((OF[dtype].era for dtype in dtypes if dtype.kind == "c"), "ComplexFloat")
    short = name.rsplit(".", 1)[-1].removesuffix("_all").removesuffix("_dim")     # as programs call it
    unimplemented, message = complex_message(name)
    kind = UnimplementedType if unimplemented else TypeFault
    return kind(f"{short}() is not defined for complex numbers", ("z.real, z.imag", "its parts as real tensors"),
                ("z.abs()", "the magnitudes")).saying(message.format(era))
