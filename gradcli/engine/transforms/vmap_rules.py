"""The `vmap` of a program's Function: one call for all slices, in place of one for each.

`vmap` calls the mapped function slice by slice. A slice that comes to a Function with a rule of its own is suspended
there; once all of them are, the rule is called with their arguments stacked, and the slices run again from their start,
with what the rule gave.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from gradcli.engine.autograd.detached import Detachments
from gradcli.engine.autograd.function import apply
from gradcli.engine.autograd.op import traced
from gradcli.engine.messages.arguments import type_text
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import grad_mode, recording
from gradcli.engine.transforms.pytree import TreeSpec, broadcast_leaves, tree_flatten, tree_unflatten
from gradcli.engine.transforms.slice_reads import SliceReads
from gradcli.engine.transforms.stack import Transforms
from gradcli.exposure import expose
from gradcli.faults.source import NamedValue
from gradcli.faults.tree import TypeFault, ValueFault


class VmapInfo(NamedTuple):
    """The call of `vmap`, as the first argument of a rule."""

    batch_size: int
    randomness: str


expose(VmapInfo, *VmapInfo._fields, parts=lambda info: (
    "VmapInfo(", [NamedValue(*pair) for pair in zip(VmapInfo._fields, info, strict=True)], ")"))


class Suspended(BaseException):
    """A slice has come to a call that all slices make together."""


class CommonCall(NamedTuple):
    """The call of a Function by one slice. `function` is a class of the program, with a `vmap` of its own."""

    function: Any
    args: tuple[Any, ...]
    recorded: bool


class Slice(NamedTuple):
    """`tensor`, the slice number `at` of `source` along `dim`."""

    tensor: Any
    source: Any
    dim: int
    at: int

    def is_replaced(self) -> bool:
        """Whether the program has set the data or requires_grad of the slice."""
        place = np.moveaxis(self.source.array, self.dim, 0)[self.at].__array_interface__
        return self.tensor.requires_grad != self.source.requires_grad or (
            self.tensor.array.__array_interface__ != place)


class Slices:
    """The slices of one call of `vmap`, and the results of the rules of Functions for each of them."""

    def __init__(self, info: VmapInfo) -> None:
        self.info = info
        self.reads = SliceReads(Detachments.reader)
        self.results: list[list[Any]] = []      # of each call that has been made, what each slice gets
        self.suspended: list[CommonCall] = []
        self.slices: dict[int, Slice] = {}      # by identity
        self.at = self.calls = 0

    def select(self, source: Any, dim: int | None, at: int) -> Any:
        """A slice of a tensor; the tensor itself where all share it."""
        if dim is None:
            return source
        part = traced.select(source, dim, at)
        self.slices[id(part)] = Slice(part, source, dim % source.array.ndim, at)
        return part

    def stacked_source(self, column: list[Any]) -> tuple[Any, int] | None:
        """The tensor whose slices these are, all of them in their order, and along which dimension; else None."""
        slices = [self.slices.get(id(x)) for x in column]
        first = slices[0]
        if first is None or any(s is None or s.source is not first.source or s.dim != first.dim or s.at != at
                                or s.is_replaced() for at, s in enumerate(slices)):
            return None
        return first.source, first.dim

    def run(self, at: int, function: Callable[..., Any], args: Any, options: dict[str, Any]) -> Any:
        """The result of `function` for the arguments of one slice; None if it has been suspended."""
        self.at, self.calls = at, 0
        self.reads.begin(at)
        Transforms.stack.append(self)
        before, Detachments.reader = Detachments.reader, self.reads
        try:
            return function(*args, **options)
        except Suspended:
            return None
        finally:
            Detachments.reader = before
            Transforms.stack.pop()

    def call(self, function: type, args: tuple[Any, ...]) -> Any:
        """The result of a Function with a vmap rule for the running slice."""
        self.calls += 1
        if self.calls <= len(self.results):
            return self.results[self.calls - 1][self.at]
        self.suspended.append(CommonCall(function, args, grad_mode.enabled))
        raise Suspended

    def resumes(self) -> bool:
        """Make the call that all slices have come to; whether there is one, so that they must run again."""
        calls, self.suspended = self.suspended, []
        if not calls:
            return False
        function, arguments, recorded = calls[0]
        if len(calls) != self.info.batch_size or any(call.function is not function for call in calls):
            raise ValueFault(f"vmap: some slices call {function.__name__} and others do not; a Function with a vmap of "
                             "its own is called for all of them together")
        columns = [self._stacked([call.args[k] for call in calls]) for k in range(len(arguments))]
        args, dims = tuple([x for x, _ in columns]), tuple([dim for _, dim in columns])
        with recording(recorded):
            if all(dim is None for dim in dims):
                self.results.append([apply(function, *args)] * len(calls))
            else:
                returned = function.vmap(self.info, dims, *args)
                self.results.append(self._split(returned, len(calls)))
        return True

    def _stacked(self, column: list[Any]) -> tuple[Any, int | None]:
        """An argument of all slices in one tensor, and the dimension they lie along; None for one that they share."""
        first = column[0]
        if not isinstance(first, Tensor) or all(x is first or _is_same_view(x, first) for x in column):
            return first, None
        return self.stacked_source(column) or (traced.stack(column), 0)

    def _split(self, returned: Any, count: int) -> list[Any]:
        """The result of a rule, split into one for each slice."""
        outputs, dims, spec = _returned(returned)
        return [tree_unflatten([self.select(x, dim, i) for x, dim in zip(outputs, dims, strict=True)], spec)
                for i in range(count)]


def _is_same_view(x: Any, other: Any) -> bool:
    """Whether two tensors look at the same elements of the same memory."""
    return x.array.shape == other.array.shape and x.array.__array_interface__ == other.array.__array_interface__


def _returned(returned: Any) -> tuple[list[Any], list[Any], TreeSpec]:
    """The tensors that a rule gave, the dimension of each along which the slices lie, and their structure."""
    if type(returned) is not tuple or len(returned) != 2:
        raise TypeFault("Expected the vmap staticmethod to have two returns, an output and out_dims with pytree "
                        f"structure compatible with the output. Got a {type_text(returned)} instead",
                        "return output, out_dims")
    outputs, spec = tree_flatten(returned[0])
    dims = broadcast_leaves(returned[1], spec)
    if dims is None or not all(dim is None or type(dim) is int for dim in dims):
        raise TypeFault("The vmap staticmethod returned out_dims that is not compatible with the structure of the "
                        f"output: out_dims={returned[1]}")
    return outputs, dims, spec
