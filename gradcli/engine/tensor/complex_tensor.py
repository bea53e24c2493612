"""Lazy conjugates: `z.conj()` is computed when it is read, as in PyTorch, and so is the imaginary part of one.

They look at the memory of another tensor, and cannot be written to; `resolve_conj` and `resolve_neg` make tensors with
memory of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.complex_gate import COMPLEX
from gradcli.engine.plain_numbers import converted
from gradcli.engine.tensor.attach import attach
from gradcli.engine.tensor.tensor import ComplexTensor, Tensor, new
from gradcli.engine.tensor.variable import RESULT
from gradcli.faults.tree import ShapeFault, TypeFault, ValueFault


def _computed(function: Callable[[ndarray], Any]) -> property:
    """The array of a lazy tensor: what `function` makes of that of its source, now, and not to be written to."""
    def array(self: Any) -> ndarray:
        result = np.asarray(function(self.source.array))
        result.flags.writeable = False
        return result

    def refuse(self: Any, value: Any) -> None:
        raise unwritable("this")

    return property(array, refuse)


class Conjugate(ComplexTensor):
    """The conjugate of the complex tensor `source`."""

    __slots__ = ("source",)

    source: Tensor
    array = _computed(np.conjugate)

    def __new__(cls, array: ndarray, *options: Any) -> Any:
        """A complex tensor with memory of its own: what copies of this are."""
        return ComplexTensor(array)


class Negative(Tensor):
    """Minus the real tensor `source`: the imaginary part of a conjugate."""

    __slots__ = ("source",)

    array = _computed(np.negative)

    def __new__(cls, array: ndarray, *options: Any) -> Any:
        """A tensor with memory of its own: what copies of this are."""
        return Tensor(array)


LAZY = (Conjugate, Negative)
COMPLEX.add(Conjugate)
RESULT[Conjugate] = Tensor
RESULT[Negative] = Tensor


def _lazy(kind: type[Tensor], source: Tensor) -> Any:
    out = new(kind)
    out.source = source
    out.requires_grad = False
    out.node = out.gradient = out.root = out.hooks = out.cut = None
    return out


def own_class(tensor: Tensor) -> Any:
    """The class of a complex or lazy tensor, which no flag changes; None for any other."""
    return type(tensor) if isinstance(tensor, (ComplexTensor, *LAZY)) else None


def memory_of(tensor: Tensor) -> ndarray:
    """The array of a tensor for another one to have; a lazy tensor has none that can be written to."""
    return tensor.array.copy() if isinstance(tensor, LAZY) else tensor.array


def conjugate(tensor: Tensor) -> Any:
    """The conjugate of a complex tensor, computed when it is read; of a conjugate its source."""
    return tensor.source if isinstance(tensor, Conjugate) else _lazy(Conjugate, tensor)


def negative(tensor: Tensor) -> Any:
    """Minus a real tensor, computed when it is read."""
    return _lazy(Negative, tensor)


def unwritable(writer: str) -> ShapeFault:
    """The fault for writing to a lazy tensor."""
    return ShapeFault(f"{writer}: a conjugate looks at the memory of another tensor and cannot be changed",
                      ("z.conj().resolve_conj()", "a conjugate with memory of its own"))


def check_same_kind(tensor: Tensor, value: Tensor) -> None:
    """Refuse to give a real tensor the memory of complex numbers, or a complex one that of real numbers."""
    if isinstance(tensor, ComplexTensor) is not isinstance(value, ComplexTensor) or isinstance(tensor, LAZY):
        raise TypeFault(f"the data of a {tensor.dtype.name} tensor cannot become {value.dtype.name}",
                        ("z = torch.complex(a, b)", "a new name for the complex tensor")).saying(
            "Attempted to call `variable.set_data(tensor)`, but `variable` and `tensor` have incompatible tensor type.")


def real_array(tensor: Tensor) -> ndarray:
    """The array of a tensor as numpy's, which are of real numbers here."""
    if isinstance(tensor, (ComplexTensor, *LAZY)):
        raise TypeFault("arrays of numpy hold real numbers here, and no complex ones",
                        ("torch.view_as_real(z).numpy()", "pairs of real numbers")).saying(
            "Can't call numpy() on Tensor that has conjugate bit set. Use tensor.resolve_conj().numpy() instead."
            if isinstance(tensor, Conjugate) else "numpy() is not implemented for complex tensors here")
    return tensor.array


def real_number(tensor: Tensor, kind: Callable[[Any], Any]) -> Any:
    """The only number in a tensor, for `kind` to convert: ValueFault where that would lose an imaginary part."""
    number = converted(tensor)
    if type(number) is not complex or kind is complex:
        return number
    if number.imag:
        name = "double" if kind is float else "int64_t"
        raise ValueFault(f"{number} is no real number",
                         ("z.real.item()", "its real part"), ("z.item()", "the complex number")).saying(
            f"value cannot be converted to type {name} without overflow")
    return number.real


def _set_part(name: str) -> Callable[[Tensor, Any], None]:
    def assign(self: Tensor, value: Any) -> None:
        part = getattr(self, name)
        part.copy_(value if isinstance(value, Tensor) else Tensor(np.asarray(value, part.array.dtype)))

    return assign


ASSIGNABLE = {"real": _set_part("real"), "imag": _set_part("imag")}


def is_conj(self: Tensor) -> bool:
    """Whether this is a conjugate that is computed when it is read."""
    return isinstance(self, Conjugate)


def is_neg(self: Tensor) -> bool:
    """Whether this is the negative of a tensor, computed when it is read."""
    return isinstance(self, Negative)


METHODS = attach({"is_conj": is_conj, "is_neg": is_neg})
