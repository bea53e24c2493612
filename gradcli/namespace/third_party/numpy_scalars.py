"""`numpy.float64` and the other scalar types: a call converts a number or an array to the dtype."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.plain_numbers import plain_number
from gradcli.engine.tensor.dtype_info import finfo
from gradcli.engine.tensor.dtypes import BFLOAT16, DType, Typed
from gradcli.engine.tensor.numpy_view import astype, element_type, numpy_operand
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Array
from gradcli.exposure import exposed, named, renamed
from gradcli.faults.tree import ArgumentFault, NumpyOfHistory
from gradcli.lang.budget import Budget
from gradcli.lang.runtime.types import TypeProxy


class ArrayLimits(finfo):
    """`numpy.finfo`: the limits of a floating type, as arrays of no dimensions, which have `item` and the like."""

    __module__ = "numpy"
    __slots__ = ()

    def __init__(self, dtype: Any) -> None:
        super().__init__(dtype)
        if self.dtype == BFLOAT16.name:
            raise ArgumentFault("numpy has no bfloat16", ("torch.finfo(torch.bfloat16)", "the limits that it has"))
        info = np.finfo(self.dtype)
        for name in ("eps", "max", "min", "resolution", "tiny", "smallest_normal"):
            setattr(self, name, Array(np.asarray(getattr(info, name), self.dtype)))

    def __repr__(self) -> str:
        return repr(np.finfo(self.dtype))


ArrayLimits.__name__ = "finfo"


PYTHON_TYPES = {"i": int, "u": int, "f": float, "b": bool, "c": complex}      # what scalars of a kind are here


@named("type")
@exposed()
class ScalarType(TypeProxy, Typed):
    """A scalar type of numpy; equal to its dtype."""

    __slots__ = ("tensor_dtype",)

    def __init__(self, dtype: DType) -> None:
        super().__init__(f"numpy.{dtype.name}", (PYTHON_TYPES[element_type(dtype).kind],))
        self.tensor_dtype = dtype

    def __call__(self, value: Any = 0, /) -> Any:
        """The number in this type, as a plain one; of a list or an array, an array."""
        value = plain_number(value)
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
        dtype = element_type(self)
        Budget().checked_bits(value)
        return np.asarray(value).astype(dtype).item() if type(value) is not int or dtype.kind in "fb" else int(
            np.asarray(value, dtype))

    def __eq__(self, other: object) -> bool:
        return self.tensor_dtype is (other.tensor_dtype if isinstance(other, Typed) else other)

    def __hash__(self) -> int:
        return hash(self.tensor_dtype)


def _method(name: str, compute: Callable[..., Any]) -> Callable[[Any], Any]:
    """What reads the method `name` of a number; `compute` takes the number and the arguments."""
    def bind(value: Any) -> Callable[..., Any]:
        def method(*args: Any, **options: Any) -> Any:
            return compute(value, *args, **options)

        return renamed(method, name)

    return bind


def _itself(value: Any, *args: Any, **options: Any) -> Any:
    return value


def _total(value: Any, *args: Any, **options: Any) -> Any:
    return int(value) if type(value) is bool else value


def _rounded(value: Any, decimals: int = 0) -> Any:
    if type(decimals) is not int:
        raise TypeError("the decimals of round() are a whole number")
    integral = type(value) is not float and (decimals >= 0 or abs(value) >= 2**63)
    return value if integral else np.round(value, max(-400, min(400, decimals))).item()


def _clipped(value: Any, min: Any = None, max: Any = None) -> Any:
    for limit in (min, max):
        if limit is not None and type(limit) not in NUMBERS:
            raise TypeError(f"clip() takes numbers, not {described(limit)}")
    clipped = min if min is not None and value < min else value
    clipped = max if max is not None and clipped > max else clipped
    return float(clipped) if type(value) is float else clipped


def _array(value: Any) -> Any:
    return Array(np.asarray(numpy_operand(value)))


def _spread(value: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0,
            **options: Any) -> float:
    """The spread of one number, which is none; of an infinite number, or of none less than one, it is nan."""
    return value * 0.0 if ddof < 1 else math.nan


def _converted(value: Any, dtype: Any, **options: Any) -> Any:
    return astype(_array(value), dtype).array.item()


def _truth(value: Any, *args: Any, **options: Any) -> bool:
    return bool(value)


OF_NUMBERS: dict[str, Callable[[Any], Any]] = {
    name: _method(name, compute) for names, compute in (
        ("item tolist copy max min squeeze conj", _itself), ("sum prod", _total), ("round", _rounded),
        ("clip", _clipped), ("std var", _spread), ("astype", _converted), ("any all", _truth),
        ("mean", lambda value, *args, **options: float(value)))
    for name in names.split()} | {
    "shape": lambda value: (), "ndim": lambda value: 0, "size": lambda value: 1, "T": lambda value: value,
    "reshape": _method("reshape", lambda value, *shape: _array(value).reshape(*shape)),
    "flatten": _method("flatten", lambda value, *order: _array(value).reshape(1)),
    "ravel": _method("ravel", lambda value, *order: _array(value).reshape(1)),
    "dtype": lambda value: _array(value).dtype}
"""The methods and attributes of numpy's scalars, which are plain numbers here, by name."""
