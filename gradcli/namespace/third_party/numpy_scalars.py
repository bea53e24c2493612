"""`numpy.float64` and the other scalar types: a call converts a number or an array to the dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.tensor.dtype_info import finfo
from gradcli.engine.tensor.dtypes import DType, Typed
from gradcli.engine.tensor.numpy_view import astype, kind
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Array
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault, NumpyOfHistory
from gradcli.lang.budget import Budget


class ArrayLimits(finfo):
    """`numpy.finfo`: the limits of a floating type, as arrays of no dimensions, which have `item` and the like."""

    __module__ = "numpy"
    __slots__ = ()

    def __init__(self, dtype: Any) -> None:
        super().__init__(dtype)
        info = np.finfo(self.dtype)
        for name in ("eps", "max", "min", "resolution", "tiny", "smallest_normal"):
            setattr(self, name, Array(np.asarray(getattr(info, name), self.dtype)))

    def __repr__(self) -> str:
        return repr(np.finfo(self.dtype))


ArrayLimits.__name__ = "finfo"


@exposed()
class ScalarType(Typed):
    """A scalar type of numpy; equal to its dtype."""

    __slots__ = ("tensor_dtype",)

    def __init__(self, dtype: DType) -> None:
        self.tensor_dtype = dtype

    def __call__(self, value: Any = 0, /) -> Any:
        """The number in this type, as a plain one; of a list or an array, an array."""
        if isinstance(value, Tensor):
            if value.requires_grad:
                raise NumpyOfHistory("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() "
                                     "instead.", ("x.detach()", "the numbers without their history"))
            return astype(value, self)
        if isinstance(value, list | tuple):
            from gradcli.namespace.third_party.numpy import array

            return array(value, self)
        if type(value) is str:
            value = float(value)
        if type(value) not in NUMBERS:
            raise ArgumentFault(f"np.{self.tensor_dtype.name}() makes a number, not {described(value)}",
                                f"np.{self.tensor_dtype.name}(1.5)")
        dtype = kind(self)
        Budget().checked_bits(value)
        return np.asarray(value).astype(dtype).item() if type(value) is not int or dtype.kind in "fb" else int(
            np.asarray(value, dtype))

    def __eq__(self, other: object) -> bool:
        return self.tensor_dtype is (other.tensor_dtype if isinstance(other, Typed) else other)

    def __hash__(self) -> int:
        return hash(self.tensor_dtype)

    def __repr__(self) -> str:
        return f"<class 'numpy.{self.tensor_dtype.name}'>"
