"""Methods that change how a tensor looks at its memory: other shape, other strides, other memory.

`x.t_()` leaves every element where it is and only reads rows as columns from now on. The
history of `x` gets the call that would have made such a view.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.autograd.detached import detached_for, report_detached
from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.op import rename_node, traced
from gradcli.engine.autograd.signature import Sizes, described
from gradcli.engine.messages.arguments import type_name, wrong_type
from gradcli.engine.tensor.conversion import retyped
from gradcli.engine.tensor.inplace import writable
from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.engine.tensor.numpy_sizes import integer_tuple
from gradcli.engine.tensor.tensor import Size, Tensor, note_write, rebind
from gradcli.engine.tensor.variable import RESULT
from gradcli.faults.tree import ArgumentFault, AttributeFault, ShapeFault, ValueFault


def view_inplace(name: str) -> Callable[..., Tensor]:
    """The method `<name>_`, which makes of a tensor the view that `name` gives."""

    def method(self: Tensor, *args: Any, **options: Any) -> Tensor:
        writable(self, name + "_")
        view = getattr(traced, name)(self, *args, **options)
        note_write(self, name + "_", here())
        if view is not self:
            self.array = view.array
            if view.node is not None:
                self.node, self.requires_grad = rename_node(view, _in_place(view)).node, True
        return self

    method.__name__ = method.__qualname__ = name + "_"
    method.__doc__ = f"{name}_(...): {name} in place: the same memory, from now on seen that way."
    return method


def _in_place(view: Any) -> str:
    """The node name of the in-place form of what made this view: SqueezeBackward3 for SqueezeBackward0."""
    name: str = view.node.modern_name
    stem, number = name.rstrip("0123456789"), int(name[-1]) if name[-1].isdigit() else 0
    return f"{stem}{number + (3 if stem == 'SqueezeBackward' else 1)}"


VIEWS = ("t", "transpose", "squeeze", "unsqueeze", "swapaxes", "swapdims", "as_strided")


def resize_(self: Tensor, *size: Any) -> Tensor:
    """Give this another shape: the first elements as they are, and zeros where more are needed."""
    shape = Sizes.take(size[0] if len(size) == 1 else size)
    if type(shape) is not tuple or any(n < 0 for n in shape):
        sizes = size[0] if len(size) == 1 else size
        raise ArgumentFault(f"resize_() needs a size, not {described(sizes)}", "x.resize_(2, 3)").saying(
            wrong_type("resize_", "size", 0, "tuple of ints", sizes, (sizes,), {}))
    if self.requires_grad:
        raise ShapeFault("cannot resize variables that require grad", ("x.data.resize_(2, 3)", "what is inside"),
                         ("x.reshape(3, 2)", "another shape for the same elements"))
    if shape == self.array.shape:       # whatever the steps between its elements are
        return self
    size_needed = math.prod(shape)
    MemoryLimit.check("resize_", size_needed * self.array.itemsize)
    flat = self.array.ravel(order="K")
    if size_needed > flat.size:
        flat = np.concatenate([flat, traced.zeros(size_needed - flat.size).array.astype(flat.dtype)])
    rebind(self, flat[:size_needed].reshape(shape))
    return self


def resize_as_(self: Tensor, other: Any) -> Tensor:
    """Give this the shape of another tensor, as resize_ does."""
    if not isinstance(other, Tensor):
        raise ArgumentFault(f"resize_as_() needs a tensor, not {described(other)}", "x.resize_as_(y)")
    return resize_(self, *other.array.shape) if other.array.ndim else resize_(self, ())


def set_(self: Tensor, source: Any = None) -> Tensor:
    """Make this share the memory and shape of `source`; without one, hold nothing."""
    if source is not None and not isinstance(source, Tensor):
        raise ArgumentFault(f"set_() needs a tensor, not {described(source)}", "x.set_(y)").saying(
            f"set_() received an invalid combination of arguments - got ({type_name(source)}), but expected one of:")
    if self.requires_grad:
        raise ShapeFault("set_() cannot be used on variables that require grad", ("x.data = y", "another value"))
    if source is not None and source.array.dtype != self.array.dtype:
        raise ShapeFault(f"set_(): {described(source)} is of another type than {described(self)}")
    rebind(self, np.zeros(0, self.array.dtype) if source is None else detached_for(source, ".set_()").array)
    return self


def new(self: Tensor, *what: Any) -> Tensor:
    """A new tensor of the same type: of a size, filled with zeros; with the numbers of a list; or of a tensor."""
    kind, wrapper = self.array.dtype, RESULT[type(self)]
    if len(what) == 1 and isinstance(what[0], Tensor):
        return wrapper(retyped(report_detached(what[0], ".new()", what[0].array), kind))
    if len(what) == 1 and isinstance(what[0], list | tuple) and not isinstance(what[0], Size):
        return wrapper(retyped(traced.tensor(what[0]).array, kind))
    shape = Sizes.take(what[0] if len(what) == 1 else what)
    if type(shape) is not tuple or any(n < 0 for n in shape):
        raise ArgumentFault(f"new() needs a size or a list of numbers, not {described(what[0])}", "x.new(2, 3)")
    return wrapper(traced.zeros(shape or (0,)).array.astype(kind))


def unfold(self: Tensor, dimension: int, size: int, step: int) -> Any:
    """A view of all windows of `size` along a dimension, `step` apart, each in a last dimension of its own."""
    return traced.sliding(self, dimension, size, step)


def resize(self: Tensor, *new_shape: Any, refcheck: bool = True) -> None:
    """numpy's `a.resize(2, 3)`: resize_ of an array whose elements stand one after the other; the result is None."""
    if not self.array.flags.c_contiguous:
        raise ValueFault("resize only works on single-segment arrays", ("a.reshape(2, 3)", "an array of that shape"))
    if new_shape and new_shape != (None,):
        resize_(self, *new_shape)


def set_shape(self: Tensor, new_shape: Any) -> None:
    """numpy's `a.shape = (2, 3)`: the same elements; one length may be -1."""
    sizes = integer_tuple(new_shape, "the shape of an array", "a.shape = (2, 3)")
    MemoryLimit.check("shape", self.array.nbytes, "a copy")     # of an expanded one, which numpy makes to answer
    view = self.array.reshape(sizes)
    if view.size and not np.may_share_memory(view, self.array):
        raise AttributeFault("Incompatible shape for in-place modification. Use `.reshape()` to make a copy with the "
                             "desired shape.")
    self.array = view


RESHAPE_METHODS: dict[str, Callable[..., Any]] = {f.__name__: f for f in (resize_, resize_as_, set_, new, unfold)}
RESHAPE_METHODS |= {name + "_": view_inplace(name) for name in VIEWS}
