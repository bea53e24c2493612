"""How the elements of a tensor lie in memory, and the questions about devices that have one answer here."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.autograd.signature import REFUSED, Kind, described
from gradcli.engine.autograd.views import base_of
from gradcli.engine.tensor.attach import attach
from gradcli.engine.tensor.dtypes import DType
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import exposed, named
from gradcli.faults.tree import ArgumentFault, ShapeFault


@exposed()
class Layout:
    """A word for how tensors are stored: `torch.strided`."""

    __module__, __qualname__ = "torch", "layout"
    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __display__(self, style: Any) -> str:
        return repr(self)


FLAGS = ("c_contiguous", "f_contiguous", "owndata", "writeable", "aligned", "writebackifcopy")


@named("numpy._core.multiarray.flagsobj")
@exposed(*FLAGS, "contiguous", "fortran", "forc", "fnc", "behaved", "carray")
class ArrayFlags:
    """`a.flags`: how an array lies in memory. An array that looks into another does not own its data."""

    __slots__ = (*FLAGS, "behaved", "carray", "contiguous", "fnc", "forc", "fortran")

    def __init__(self, array: Tensor) -> None:
        flags = array.array.flags
        for name in self.__slots__:
            setattr(self, name, bool(getattr(flags, name)))
        self.owndata = base_of(array) is None

    def __getitem__(self, name: Any) -> Any:
        if type(name) is not str or name.lower() not in FLAGS or not name.isupper():
            raise KeyError("Unknown flag")
        return getattr(self, name.lower())

    def __repr__(self) -> str:
        return "".join(f"  {name.upper()} : {getattr(self, name)}\n" for name in FLAGS)

    def __display__(self, style: Any) -> str:
        return repr(self)


@named("torch.memory_format")
@exposed()
class MemoryFormat(Layout):
    """A word for the order of dimensions in memory: `torch.channels_last`."""

    __qualname__ = "memory_format"
    __slots__ = ("order",)

    def __init__(self, name: str, order: tuple[int, ...] = ()) -> None:
        super().__init__(name)
        self.order = order      # dimensions from the one with the widest steps on; () for that of the shape


STRIDED = Layout("strided")
CONTIGUOUS, PRESERVE = MemoryFormat("contiguous_format"), MemoryFormat("preserve_format")
CHANNELS_LAST = MemoryFormat("channels_last", (0, 2, 3, 1))
FORMATS = (CONTIGUOUS, PRESERVE, CHANNELS_LAST, MemoryFormat("channels_last_3d", (0, 2, 3, 4, 1)))
NAMES = {word.name: word for word in (STRIDED, *FORMATS)}


class FormatKind(Kind):
    """The order of dimensions in memory."""

    def take(self, value: Any) -> Any:
        return value if value is None or type(value) is MemoryFormat else REFUSED


Format = FormatKind("a memory format such as torch.channels_last")


def in_order(array: ndarray, form: MemoryFormat | None) -> ndarray:
    """`array` with its elements in the order of a memory format, as it is if they are."""
    if form is None or not form.order:
        return array if form is PRESERVE or array.flags.c_contiguous else np.ascontiguousarray(array)
    if array.ndim != len(form.order):
        raise ShapeFault(f"required rank {len(form.order)} tensor to use {form.name} format")
    turned = array.transpose(form.order)
    return array if turned.flags.c_contiguous else np.ascontiguousarray(turned).transpose(np.argsort(form.order))


def is_contiguous(self: Tensor, memory_format: Any = CONTIGUOUS) -> bool:
    """Whether the elements lie row by row without gaps, or in the order of another memory format."""
    if type(memory_format) is not MemoryFormat or memory_format is PRESERVE:
        raise ArgumentFault(f"is_contiguous() needs a memory format, not {described(memory_format)}",
                            "x.is_contiguous(memory_format=torch.channels_last)")
    if not memory_format.order:
        return bool(self.array.flags.c_contiguous)
    return self.array.ndim == len(memory_format.order) and bool(
        self.array.transpose(memory_format.order).flags.c_contiguous)


def dim_order(self: Tensor, *, ambiguity_check: Any = False) -> tuple[int, ...]:
    """The dimensions, from the one with the widest steps in memory to that with the narrowest."""
    formats = ambiguity_check if isinstance(ambiguity_check, list | tuple) else ()
    if type(ambiguity_check) is not bool and not formats or any(type(form) is not MemoryFormat for form in formats):
        raise ArgumentFault("The ambiguity_check argument must be a bool or a list of memory formats.",
                            "x.dim_order(ambiguity_check=[torch.contiguous_format, torch.channels_last])")
    steps = self.array.strides
    ambiguous = 1 in self.array.shape or any(a == b for a, b in pairwise(steps))
    if ambiguity_check and ambiguous and sum(is_contiguous(self, form) for form in formats) != 1:
        raise ShapeFault("The tensor does not have unique dim order, or cannot map to exact one of the given memory "
                         "formats.")
    return tuple(sorted(range(len(steps)), key=lambda d: -steps[d]))


def itemsize(self: Tensor) -> int:
    """Bytes of one element."""
    return self.array.itemsize


def nbytes(self: Tensor) -> int:
    """Bytes of all elements."""
    return self.array.nbytes


def layout(self: Tensor) -> Layout:
    """`torch.strided`: there is no other."""
    return STRIDED


def is_view(self: Tensor) -> bool:
    """Whether this is a view of another tensor, as history sees it."""
    return base_of(self) is not None


def grad_dtype(self: Tensor) -> DType:
    """The type of its gradients, which is its own."""
    return self.dtype


def always_false(self: Tensor) -> bool:
    """False: nothing here is so."""
    return False


def always_true(self: Tensor) -> bool:
    """True: all here is so."""
    return True


ELSEWHERE = ("cuda", "ipu", "maia", "meta", "mkldnn", "mps", "mtia", "nested", "quantized", "sparse", "sparse_csr",
             "vulkan", "xla", "xpu")
PROPERTIES = {"itemsize": itemsize, "nbytes": nbytes, "layout": layout, "grad_dtype": grad_dtype, "is_cpu": always_true,
              "_base": base_of} | {f"is_{word}": always_false for word in ELSEWHERE}
METHODS = attach({"is_contiguous": is_contiguous, "dim_order": dim_order, "_is_view": is_view})

for _name, _function in PROPERTIES.items():
    setattr(Tensor, _name, property(_function))
