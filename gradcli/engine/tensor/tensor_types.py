"""The tensor classes of 0.1.12: `torch.FloatTensor` and the others, which make, name and recognise tensors."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from numpy import zeros

from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.result_size import UNCHECKED
from gradcli.engine.autograd.signature import Sizes, described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.messages.numpy_errors import UNFIT
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.conversion import array_of, unreversed
from gradcli.engine.tensor.dtypes import BFLOAT16, CTYPES, OF, REAL, Default, DType, Typed
from gradcli.engine.tensor.tensor import Size, Tensor
from gradcli.engine.tensor.variable import Array, InferenceTensor
from gradcli.faults.tree import ArgumentFault

REFUSED_SIZE = "a tensor is made from sizes, or from one list of numbers"


class TensorType(Typed):
    """A class of tensors by element type; `torch.Tensor` is the class of the default type."""

    __slots__ = ("fixed",)

    def __init__(self, fixed: DType | None) -> None:
        self.fixed = fixed

    @property
    def tensor_dtype(self) -> DType:
        """The element type of the tensors it makes."""
        return self.fixed or OF[Default.floating]

    def __call__(self, *args: Any, requires_grad: bool = False) -> Tensor:
        """Zeros of the given sizes, or the numbers of a list, tuple, size or tensor."""
        tensor = self._make(args)
        return tensor.requires_grad_() if requires_grad else tensor

    def _make(self, args: tuple[Any, ...]) -> Tensor:
        first = args[0] if args else None
        if not InferenceTensor.exist and (quick := self._usual(first, args)) is not None:
            return quick
        if len(args) == 1 and type(first) is Array and first.array.dtype is self.tensor_dtype.stored():
            return Tensor(unreversed(first.array))      # around the memory of the array, as from_numpy
        if len(args) == 1 and isinstance(first, Tensor) and (not Current.legacy and type(first) is not Array or (
                first.array.ndim and first.dtype is self.tensor_dtype)):
            if self.fixed not in (None, first.dtype):
                raise ArgumentFault(f"this makes tensors of {self.fixed.name}, not of {first.dtype.name}",
                                    f"x.type(torch.{self.fixed.era}Tensor)").saying(
                    f"expected {_options(self.fixed)} (got {_options(first.dtype)})")
            return traced.alias(first)      # the same memory, with its history
        if len(args) == 1 and (isinstance(first, Sequence) and not isinstance(first, Size | str) or (
                isinstance(first, Tensor) and (first.array.ndim or type(first) is Array))):
            return traced.tensor(first, dtype=self.tensor_dtype)
        size = Sizes.take(first if isinstance(first, Size) else args)
        if type(size) is not tuple:
            raise ArgumentFault(f"{REFUSED_SIZE}, not from {described(first)}", "torch.FloatTensor([1.0, 2.0])").saying(
                f"new(): invalid data type '{type_name(first)}'" if type(first) is str else
                f"new(): data must be a sequence (got {type_name(first)})")
        return traced.empty(size if args else (0,), dtype=self.tensor_dtype)

    def _usual(self, first: Any, args: tuple[Any, ...]) -> Tensor | None:
        """The tensor of a list of numbers, or of sizes that need no check; None for any other arguments."""
        if type(first) is list and len(args) == 1:
            try:
                return Tensor(array_of(first, self.tensor_dtype.stored(), Array))
            except UNFIT:
                return None
        if type(first) is int and {*map(type, args)} == {int} and min(args) >= 0 and prod(args) <= UNCHECKED:
            return Tensor(zeros(args, self.tensor_dtype.stored()))
        return None

    def holds(self, value: Any) -> bool:
        """Whether `value` is a tensor of this class, which an array of numpy's is not."""
        return isinstance(value, Tensor) and type(value) is not Array and (
            self.fixed is None or value.dtype is self.fixed)

    def __repr__(self) -> str:
        return f"<class 'torch.{self.fixed.era if self.fixed else ''}Tensor'>"


def _options(dtype: DType) -> str:
    """The properties that PyTorch lists for a tensor class of this element type."""
    return (f"TensorOptions(dtype={CTYPES[dtype.era]}, device=cpu, layout=Strided, requires_grad=false (default), "
            "pinned_memory=false (default), memory_format=(nullopt))")


TensorType.__call__.__qualname__ = "new"     # as PyTorch's messages call it
TENSOR = TensorType(None)
TYPES = {f"{dtype.era}Tensor": TensorType(dtype) for dtype in (*REAL, BFLOAT16)}
