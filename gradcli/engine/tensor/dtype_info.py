"""What is known of element types and shapes without any tensor: limits, and what comes of mixing them."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.autograd.signature import REFUSED, Sizes, Type, described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, NAMED, OF, Default, DType, float_limits, promote, real_type_of
from gradcli.engine.tensor.tensor import Size
from gradcli.exposure import exposed
from gradcli.faults.tree import ArgumentFault, ShapeFault


@exposed("bits", "dtype", "max", "min")
class _Limits:
    """Numbers about one element type, to be read as attributes."""

    __module__ = "torch"
    __slots__ = ("bits", "dtype", "max", "min")

    kind, needed, torch_needs = FLOAT_KINDS, "a floating type", "a floating point"

    def __init__(self, type: Any = None) -> None:
        dtype = Default.floating if type is None else Type.take(type)
        dtype = real_type_of(dtype) if dtype is not REFUSED and self.kind is FLOAT_KINDS else dtype
        if dtype is REFUSED or dtype.kind not in self.kind:
            name, other = self.__class__.__name__, "iinfo" if self.kind is FLOAT_KINDS else "finfo"
            raise ArgumentFault(f"{name}() needs {self.needed}, not {described(type)}",
                                f"torch.{name}({'torch.float32' if self.kind is FLOAT_KINDS else 'int'})").saying(
                f"{name}(): argument 'type' (position 1) must be torch.dtype, not {type_name(type)}"
                if dtype is REFUSED else f"torch.{name}() requires {self.torch_needs} input type. Use torch.{other} to "
                f"handle 'torch.{name}'")
        self.dtype = OF[dtype].name
        self.bits = dtype.itemsize * 8


@exposed("eps", "resolution", "smallest_normal", "tiny")
class finfo(_Limits):
    """The limits of a floating type."""

    __slots__ = ("eps", "resolution", "smallest_normal", "tiny")

    def __init__(self, type: Any = None) -> None:
        super().__init__(type)
        info = float_limits(NAMED[self.dtype].numpy)
        self.eps, self.max, self.min = float(info.eps), float(info.max), float(info.min)
        self.resolution = float(f"1e-{info.precision}")
        self.tiny = self.smallest_normal = float(info.tiny)

    def __repr__(self) -> str:
        return (f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, "
                f"smallest_normal={self.tiny:g}, tiny={self.tiny:g}, dtype={self.dtype})")


class iinfo(_Limits):
    """The limits of an integer type."""

    __slots__ = ()

    kind, needed, torch_needs = "iu", "an integer type", "an integer"

    def __init__(self, type: Any) -> None:
        super().__init__(type)
        info = np.iinfo(self.dtype)
        self.max, self.min = int(info.max), int(info.min)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"


def promote_types(type1: Any, type2: Any) -> DType:
    """The element type in which two element types meet."""
    first, second = Type.take(type1), Type.take(type2)
    if REFUSED in (first, second):
        raise ArgumentFault("promote_types() needs two element types",
                            "torch.promote_types(torch.int32, torch.float32)").saying(
            f"promote_types(): argument '{'type1' if first is REFUSED else 'type2'}' (position "
            f"{2 - (first is REFUSED)}) must be torch.dtype, not {type_name(type1 if first is REFUSED else type2)}")
    return OF[promote(first, second)]


def _unbroadcastable(shapes: list[tuple[int, ...]]) -> str:
    """PyTorch's words for shapes that do not meet: the first one whose length fits neither 1 nor those before it."""
    common = [1] * max(map(len, shapes))
    for k, shape in enumerate(shapes):
        for at in range(-1, -len(shape) - 1, -1):
            if shape[at] < 0 or (shape[at] not in (1, common[at]) and common[at] != 1):
                return (f"Attempting to broadcast a dimension of length {shape[at]} at {at}! Mismatching argument at "
                        f"index {k} had {shape}; but expected shape should be broadcastable to {common}")
            common[at] = shape[at] if shape[at] != 1 else common[at]
    return ""


def broadcast_shapes(*shapes: Any) -> Size:
    """The shape in which tensors of these shapes meet."""
    tuples = [Sizes.take(shape) for shape in shapes]
    if any(type(shape) is not tuple for shape in tuples):
        raise ArgumentFault("broadcast_shapes() needs shapes", "torch.broadcast_shapes((2, 1), (3,))")
    try:
        return Size(np.broadcast_shapes(*tuples))
    except ValueError:
        raise ShapeFault("Shape mismatch: objects cannot be broadcast to a single shape: "
                         + " and ".join(map(str, tuples))).saying(_unbroadcastable(tuples)) from None
