"""Parameters and buffers whose sizes follow from the first input of the module they belong to."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcli.engine.autograd.signature import REFUSED, Type, described
from gradcli.engine.tensor.dtypes import Default
from gradcli.engine.tensor.tensor import Tensor, become_complex
from gradcli.engine.tensor.variable import Parameter
from gradcli.faults.tree import ArgumentFault, ShapeFault, ValueFault

SLOT: Any = vars(Tensor)["array"]      # where the array is, beneath the property that refuses it


class Uninitialized:
    """The base of parameters and buffers without a size: every use but `materialize` is refused."""

    __slots__ = ()
    _module_path = "torch.nn.parameter"

    def __init__(self, requires_grad: Any = True, device: Any = None, dtype: Any = None) -> None:
        converted = Default.floating if dtype is None else Type.take(dtype)
        if converted is REFUSED:
            raise ArgumentFault(f"dtype must be an element type, not {described(dtype)}", "dtype=torch.float64")
        SLOT.__set__(self, np.empty(0, converted))
        attributes: Any = self
        attributes.requires_grad = bool(requires_grad)
        attributes.node = attributes.gradient = attributes.root = attributes.hooks = attributes.cut = None

    def _refused(self) -> Any:
        """There is no array yet."""
        raise ValueFault("Attempted to use an uninitialized parameter: its size follows from the first input of the "
                         "module", ("net(x)", "once, with a batch of inputs, before its parameters are used"))

    array: Any = property(_refused)

    @property
    def shape(self) -> Any:
        """Refused: it is not known yet."""
        raise ShapeFault("Can't access the shape of an uninitialized parameter or buffer. Call `forward` to "
                         "initialize the parameters before accessing their attributes.")

    def materialize(self, shape: tuple[int, ...]) -> None:
        """Become a parameter or buffer of this size, whose numbers are still to be set."""
        array = np.zeros(shape, SLOT.__get__(self).dtype)
        whole: Any = self
        self.__class__ = self._becomes()        # of the same layout
        SLOT.__set__(self, array)
        if array.dtype.kind == "c":
            become_complex(whole, array.dtype)

    def cast(self, dtype: Any) -> None:
        """Say of which type it will be."""
        SLOT.__set__(self, np.empty(0, dtype))

    def text(self) -> str:
        """The printed text."""
        return f"<{type(self).__name__}>"

    def copied(self) -> Any:
        """A new uninitialised tensor of the same class."""
        return type(self)(vars(type(self)).get("learns"), None, SLOT.__get__(self).dtype)

    def _becomes(self) -> type:
        raise NotImplementedError


class UninitializedParameter(Uninitialized, Parameter):
    """A parameter without a size."""

    __slots__ = ()
    learns = True

    def _becomes(self) -> type:
        return Parameter


class UninitializedBuffer(Uninitialized, Tensor):
    """A buffer without a size."""

    __slots__ = ()
    learns = False

    def __init__(self, requires_grad: Any = False, device: Any = None, dtype: Any = None) -> None:
        super().__init__(requires_grad, device, dtype)

    def _becomes(self) -> type:
        return Tensor
