"""Forward-mode differentiation: `torch.autograd.forward_ad`.

While a level lasts, a tensor may have a tangent. Each operation on such tensors is computed once, and its tangent
follows from its rules: what they pass back is linear in the gradient, and differentiating that by the gradient
gives the product with the tangents of the inputs. Whether calls are recorded does not matter for it.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from gradcli.engine.autograd.dispatch import dispatch, parent
from gradcli.engine.autograd.op import Op, traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.autograd.views import places_in, shares_memory
from gradcli.engine.tensor.dtypes import INEXACT
from gradcli.engine.tensor.tensor import DATA, Tensor, views_of
from gradcli.engine.tensor.variable import Dual, Variable, grad_mode
from gradcli.engine.transforms.jacobian_blocks import Forward
from gradcli.exposure import expose, exposed
from gradcli.faults.source import NamedValue
from gradcli.faults.tree import ArgumentFault, GradFault, ValueFault

UnpackedDualTensor = namedtuple("UnpackedDualTensor", "primal tangent")
expose(UnpackedDualTensor, *UnpackedDualTensor._fields, parts=lambda pair: (
    "UnpackedDualTensor(", [NamedValue(*field) for field in zip(UnpackedDualTensor._fields, pair, strict=True)], ")"))


class DualLevel:
    """One level: the tensors with tangents, by identity."""

    __slots__ = ("tangents",)

    def __init__(self) -> None:
        self.tangents: dict[int, tuple[Tensor, Tensor]] = {}

    def tangent(self, tensor: Tensor) -> Any:
        """The tangent of a tensor; None without."""
        pair = self.tangents.get(id(tensor)) if type(tensor) is Dual else None
        return None if pair is None else pair[1]

    def give(self, tensor: Tensor, tangent: Tensor) -> Tensor:
        """Give a tensor a tangent."""
        tensor.__class__ = Dual
        self.tangents[id(tensor)] = tensor, tangent
        return tensor

    def takes(self, values: Sequence[Any]) -> bool:
        """Whether a call with these values comes to `push`: if one of them can have a tangent."""
        return any(type(v) is Dual or type(v) is tuple and any(type(x) is Dual for x in v) for v in values)

    def push(self, cls: type[Op], values: Sequence[Any]) -> Any:
        """The result of an operation on dual tensors."""
        return dispatch_dual(self, cls, values)

    def truth(self, tensor: Tensor) -> bool:
        """The truth of a tensor of one element, which a program asks for."""
        return bool(tensor.array)

    def record_write(self, target: Tensor, source: Any, put: Any = None) -> None:
        """Note the tangent of a tensor that has been written to, as a whole or, by `put`, in part.

        What it is a view of, and the views of that, have it from there on.
        """
        tangent = self.tangent(source) if isinstance(source, Tensor) else None
        root = target.root
        base = target if root is None or root is DATA or not shares_memory(root.base, target) else root.base
        before, written = self.tangent(base), self.tangent(target)
        if tangent is None and before is None and written is None:
            return
        count, shape = (1, ()) if tangent is None else (tangent.array.size, tangent.array.shape)
        origins = np.arange(count).reshape(shape)
        if put is None:
            origins = np.broadcast_to(origins, target.array.shape)
        else:
            part, origins = origins, np.full(target.array.shape, -1)
            put(origins, part)
        if base is not target:
            at = places_in(base.array, target.array)
            if before is None and written is not None:
                before = replaced(base, None, written, _origins_in_base(base, at, np.arange(at.size).reshape(at.shape)))
            origins = _origins_in_base(base, at, origins)
        result = self.give(base, replaced(base, before, tangent, origins))
        for view in views_of(base) if getattr(base, "viewed", False) else ():
            if shares_memory(base, view) and view.array.dtype.kind in INEXACT:
                with tangents_ignored():
                    piece = traced.take(self.tangent(result), Tensor(places_in(base.array, view.array)))
                self.give(view, piece)


def _origins_in_base(base: Tensor, at: np.ndarray, origins: np.ndarray) -> np.ndarray:
    """For each element of a base where it comes from, or -1; `origins` says so of a view whose elements lie `at`."""
    positions = np.full(base.array.size, -1)
    positions[at[origins >= 0]] = origins[origins >= 0]
    return positions.reshape(base.array.shape)


def replaced(tensor: Tensor, before: Tensor | None, tangent: Tensor | None, origins: np.ndarray) -> Tensor:
    """The tangent of a tensor, parts of which were written to.

    before      the tangent that it had
    tangent     that of what was written
    origins     for each element the one of `tangent` that it gets, or -1 where it stays as it was
    """
    with tangents_ignored():
        if tangent is not None and tangent.array.dtype is not tensor.array.dtype:
            tangent = traced.cast(tangent, tensor.array.dtype)
        if tangent is not None and np.array_equal(origins, np.arange(origins.size).reshape(origins.shape)):
            return tangent if tangent.array.shape == origins.shape else traced.reshape(tangent, origins.shape)
        fresh = 0 if tangent is None else traced.take(tangent, Tensor(np.maximum(origins, 0)))
        stale = Variable(np.zeros(origins.shape, tensor.array.dtype)) if before is None else before
        result: Tensor = traced.where(Tensor(origins >= 0), fresh, stale)
        return result


def enter_dual_level() -> int:
    """Begin a level in which tensors may have tangents."""
    if Dual.level is not None:
        raise GradFault("Nested forward mode AD is not supported at the moment", "torch.func.jvp(f, (x,), (v,))")
    Dual.level, Dual.watched = DualLevel(), True
    return 0


def exit_dual_level(*, level: Any = None) -> None:
    """End the level: tensors lose their tangents."""
    if Dual.level is None or (level is not None and level != 0):
        raise GradFault("Trying to exit a forward AD level that was not the last one that was created. This is not "
                        "supported.", "with torch.autograd.forward_ad.dual_level():")
    for tensor, _ in Dual.level.tangents.values():
        tensor.__class__ = Variable
    Dual.level, Dual.watched = None, False


@exposed()
class dual_level:
    """A context in which tensors may have tangents."""

    __module__ = "torch.autograd.forward_ad"

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *error: Any) -> None:
        exit_dual_level()


def make_dual(tensor: Any, tangent: Any, *, level: Any = None) -> Tensor:
    """`tensor` with a tangent, as a view of the same memory."""
    if Dual.level is None:
        raise GradFault("Trying to create a dual Tensor for forward AD but no level exists, make sure to "
                        "enter_dual_level() first.", "with torch.autograd.forward_ad.dual_level():")
    for value in (tensor, tangent):
        if not isinstance(value, Tensor):
            raise ArgumentFault(f"make_dual() needs tensors, not {described(value)}")
    for role, value in (("primal", tensor), ("tangent", tangent)):
        if value.array.dtype.kind not in INEXACT:
            raise ValueFault(f"Expected {role} to be floating point or complex, but got: {value.dtype}", "x.float()")
    if tangent.array.shape != tensor.array.shape:
        raise GradFault("Trying to set a forward gradient that has a different size than that of the original Tensor, "
                        f"this is not supported. Tensor is of size {list(tensor.array.shape)} while the given forward "
                        f"gradient is of size {list(tangent.array.shape)}.")
    if type(tensor) is Dual:
        raise GradFault("Making a dual Tensor based on a Tensor that already has a forward gradient at the same level "
                        "0 is not supported.", "x.detach()")
    dual: Tensor = Dual.level.give(alias(tensor), tangent)
    return dual


def alias(tensor: Tensor) -> Tensor:
    """A view of the whole of a tensor, with its history and without its tangent."""
    with tangents_ignored():
        if tensor.requires_grad and grad_mode.on:
            base = stand_in(tensor) if type(tensor) is Dual else tensor
            view: Tensor = traced.view(base, tensor.array.shape)
            return view
    view = Variable(tensor.array)
    view.root = tensor.root
    return view


def unpack_dual(tensor: Any, *, level: Any = None) -> Any:
    """A tensor and its tangent, or None in the place of one that it has not."""
    if not isinstance(tensor, Tensor):
        raise ArgumentFault(f"unpack_dual() needs a tensor, not {described(tensor)}")
    tangent = None if Dual.level is None else Dual.level.tangent(tensor)
    return UnpackedDualTensor(tensor if tangent is None else alias(tensor), tangent)


@contextmanager
def tangents_ignored() -> Iterator[None]:
    """Within, tangents are not looked at."""
    before, Dual.watched = Dual.watched, False
    try:
        yield
    finally:
        Dual.watched = before


def stand_in(tensor: Tensor) -> Tensor:
    """The same tensor to operations, with its history and without its tangent."""
    to = parent(tensor)
    if isinstance(to, Tensor):
        return Variable(tensor.array)
    plain = Variable(tensor.array, tensor.requires_grad, to)
    plain.root = tensor.root
    return plain


def dispatch_dual(level: DualLevel, cls: type[Op], values: Sequence[Any]) -> Any:
    """The result of an operation on dual tensors, with its tangent."""
    recorded = grad_mode.on
    leaves: list[Tensor] = []
    tangents: list[Tensor] = []
    originals: dict[int, Any] = {}

    def plain(value: Any) -> Any:
        if type(value) is tuple:
            return tuple([plain(v) for v in value])
        if type(value) is not Dual:
            return value
        leaf = stand_in(value)
        leaf = traced.alias(leaf) if leaf.requires_grad and recorded else Variable(value.array, True)
        leaf.root = value.root
        leaves.append(leaf)
        tangents.append(level.tangent(value))
        originals[id(leaf)] = value
        return leaf

    state = grad_mode.state
    with tangents_ignored():
        grad_mode.state = True, False, (), None
        try:
            primals = [plain(value) for value in values]
            result = dispatch(cls, primals)
            outputs = [o for o in (result if isinstance(result, tuple) else (result,)) if isinstance(o, Tensor)]
            differentiable = [o for o in outputs
                              if o.requires_grad and o.array.dtype.kind in INEXACT and id(o) not in originals]
            create_graph = recorded and any(v.requires_grad for v in (*nested_tensors(values), *tangents))
            products = Forward(differentiable, leaves).product(tangents, create_graph) if differentiable else []
        finally:
            grad_mode.state = state
    keep = recorded and any(v.requires_grad for v in nested_tensors(values))
    for o in outputs:
        if o.root is not None and id(o.root.base) in originals:
            base = originals[id(o.root.base)]
            o.root, base.viewed = o.root._replace(base=base), True
    results = {id(o): _without_history(o, keep) for o in outputs if id(o) not in originals}
    for o, product in zip(differentiable, products, strict=True):
        level.give(results[id(o)], product)
    if isinstance(result, tuple):
        finished = [_finished(o, results, originals) for o in result]
        return type(result)(*finished) if hasattr(result, "_fields") else tuple(finished)
    return _finished(result, results, originals)


def _finished(o: Any, results: dict[int, Any], originals: dict[int, Any]) -> Any:
    return results.get(id(o), originals.get(id(o), o))


def _without_history(o: Tensor, keep: bool) -> Tensor:
    """A result that only has history if there is any without the tangents."""
    if not keep and o.requires_grad:
        o.requires_grad, o.node = False, None
    return o


def nested_tensors(values: Sequence[Any]) -> Iterator[Tensor]:
    """The tensors among values and in tuples of them."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif type(value) is tuple:
            yield from nested_tensors(value)
