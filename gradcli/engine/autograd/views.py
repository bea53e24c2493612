"""Views: where their elements lie in their base, and what is said of those that must not be written to."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray
from numpy.lib.stride_tricks import as_strided

from gradcli.engine.autograd.op import NodeOutput, rename_node
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.dtypes import INEXACT
from gradcli.engine.tensor.tensor import (
    DATA,
    FUNCTION,
    INFERRED,
    SEVERAL,
    UNTRACKED,
    DetachedBy,
    Tensor,
    owner,
    views_of,
)
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.tensor.write_gate import dense
from gradcli.faults.mistakes import ViewWrite
from gradcli.faults.tree import GradFault

EARLIER = "a view that is older than the requires_grad of its base"
VIEWS = frozenset(
    "Alias AsStrided Diagonal Expand Permute ReshapeAlias Select Slice Squeeze T Transpose Unfold Unsqueeze "
    "View".split())
"""The nodes of PyTorch's functions that return one view, by the name without its ending."""


def shares_memory(base: Tensor, view: Tensor) -> bool:
    """Whether a view still looks into the memory of its base: either may have got another since, by `x.data = y`."""
    return owner(base.array) is owner(view.array)


def base_of(view: Tensor) -> Tensor | None:
    """The tensor that this is a view of, `x._base`, or None."""
    root = view.root
    return None if root is None or root is DATA else root.base


def unsafe_view(value: Any, name: str = "UnsafeViewBackward0") -> Any:
    """`value`, another shape of a tensor that nothing else refers to, as a tensor of its own: it is no view, so that
    `detach_()` may be called, and its node has `name`."""
    if isinstance(value, Tensor):
        value.root = None
    return rename_node(value, name)


def places_in(base: ndarray, view: ndarray) -> ndarray:
    """As `positions`; GradFault where the base does not hold all of the view, after `base.resize_(1)` for example."""
    places = positions(base, view)
    if places.size and places.min() < 0:
        raise GradFault("a view has elements that the tensor it is a view of does not hold, so no gradient can pass",
                        ("y = x[0:2].clone()", "has memory of its own"))
    return places


def flag_views(base: Tensor, place: Any) -> None:
    """Let the views of a leaf without a history of their own require grad as it does; what reaches them ends there."""
    if Current.legacy or not getattr(base, "viewed", False):
        return
    for view in views_of(base):
        follows = view.cut is not None if view.requires_grad else base.requires_grad
        if view.node is None and view.array.dtype.kind in INEXACT and follows:
            view.requires_grad, view.cut = base.requires_grad, view.cut or DetachedBy(EARLIER, place)
            if type(view) is Tensor:
                view.__class__ = Variable


def positions(base: ndarray, view: ndarray) -> ndarray:
    """For each element of `view`, its flat index into `base`, row by row; GradFault for memory with gaps.

    RuntimeError unless both are of one type and lie in the same memory: what is read elsewhere would lie outside of
    `numbers`.
    """
    memory = owner(base)
    if owner(view) is not memory or view.dtype != base.dtype:
        raise RuntimeError("the memory of a view is not that of its base")
    if not (memory.flags.forc or dense(memory)):
        raise GradFault("no gradient passes through a view of memory with gaps", ("x = x.clone()", "has none"))
    start, item = memory.__array_interface__["data"][0], base.itemsize
    numbers = np.full(memory.nbytes // item, -1, np.int64)     # what the base does not hold stays -1

    def look(array: ndarray) -> ndarray:
        first = (array.__array_interface__["data"][0] - start) // item
        return as_strided(numbers[first:], array.shape, [s // item * numbers.itemsize for s in array.strides])

    look(base)[...] = np.arange(base.size).reshape(base.shape)
    return look(view).copy()


def keeps_no_gradient(tensor: Tensor) -> bool:
    """Whether this requires gradients only as a view of what does: made under no_grad, or before that did, it has no
    history."""
    return tensor.node is None and tensor.root is not None and tensor.cut is not None


def view_write_fault(view: Tensor, operation: str) -> ViewWrite:
    """The fault for writing in place to a view whose history PyTorch does not track, in PyTorch's words."""
    origin, node = view.root.origin, view.node
    if origin == INFERRED:
        return ViewWrite("A view was created in inference mode and is being modified inplace in normal mode. Given "
                         "that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code "
                         "by moving both the view and the inplace either both inside the inference_mode block (if you "
                         "don't want the inplace to be tracked) or both outside (if you want the inplace to be "
                         "tracked).", ("y = x[0:2]", "after the block, to have a view whose changes are tracked"))
    if node is not None and not origin & UNTRACKED:
        at, producer = (node.at, node.node) if type(node) is NodeOutput else (0, node)
        name = producer.modern_name.rpartition(".")[2].rstrip("0123456789").removesuffix("Backward")
        subject = f"Output {at} of {name} is a view and {operation}."
    else:
        subject = f"A view was created in no_grad mode and {operation} with grad mode enabled."
    if origin & FUNCTION:
        return ViewWrite(f"{subject} This view was created inside a custom Function (or because an input was returned "
                         "as-is) and the autograd logic to handle view+inplace would override the custom backward "
                         "associated with the custom Function, leading to incorrect gradients. This behavior is "
                         "forbidden. You can fix this by cloning the output of the custom Function.",
                         ("y = y.clone()", "before the change"))
    if origin & SEVERAL:
        return several_views_fault(subject)
    return ViewWrite(f"{subject} Given that this use case is ambiguous and error-prone, it is forbidden. You can "
                     "clarify your code by moving both the view and the inplace either both inside the no_grad block "
                     "(if you don't want the inplace to be tracked) or both outside (if you want the inplace to be "
                     "tracked).", ("y = x[0:2]", "after the block, to have a view whose changes are tracked"))


def several_views_fault(subject: str) -> ViewWrite:
    """The fault for writing in place to one of several views of one call."""
    return ViewWrite(f"{subject} This view is the output of a function that returns multiple views. Such functions do "
                     "not allow the output views to be modified inplace. You should replace the inplace operation by "
                     "an out-of-place one.", ("x[0:2].mul_(2)", "a slice can be written to"))
