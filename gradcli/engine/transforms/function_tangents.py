"""The tangents of a program's Functions: what `jvp` returns for those of the inputs, and its transpose, a backward."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.engine.autograd.signature import described, sized
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.dtypes import INEXACT
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable, grad_mode, recording
from gradcli.engine.transforms.levels import gradients
from gradcli.faults.tree import FunctionGradients

FORWARD = ".forward"        # among the attributes of a context, what jvp wants; no name that a program can use


def products_of(cls: type, jvp: Any, ctx: Any, tangents: Sequence[Any], results: Sequence[Any]) -> tuple[Any, ...]:
    """The tangents of the results that the Function's `jvp` returns for tangents of the arguments, checked.

    `results` has of each its shape, its dtype and whether it is differentiable; None for what is no tensor.
    """
    returned = jvp.__func__(ctx, *tangents)
    products = returned if isinstance(returned, tuple) else (returned,)
    if len(products) != len(results):
        raise _wrong_tangent(cls, f"returned {len(products)} tangents for {len(results)} results",
                             "Function's jvp returned an invalid number of forward gradients (expected "
                             f"{len(results)} but got {len(products)})")
    for at, (result, tangent) in enumerate(zip(results, products, strict=True)):
        if tangent is not None and not isinstance(tangent, Tensor):
            raise _wrong_tangent(cls, f"returned {described(tangent)} as a tangent",
                                 f"expected Variable or None (got {type_name(tangent)}) for grad output {at}.")
        if result is not None:
            _check_tangent(cls, at, result[0], tangent, result[2])
    return products


def _check_tangent(cls: type, at: int, shape: tuple[int, ...], tangent: Tensor | None, differentiable: bool) -> None:
    """Raise FunctionGradients if jvp may not return this for the result at a position of a call."""
    if not differentiable:
        if tangent is not None:
            raise _wrong_tangent(cls, "returned a tangent for a result that is not differentiable", (
                f"Function's jvp returned a gradient at position {at}, but  the corresponding forward output is not a "
                "differentiable Tensor.You should return None at that position instead."))
        return
    if tangent is None or tangent.array.dtype.kind not in INEXACT:
        returned = "nothing" if tangent is None else described(tangent)
        raise _wrong_tangent(cls, f"returned {returned} for a result that has a tangent")
    if tangent.array.shape != shape:
        raise _wrong_tangent(cls, f"returned a tangent of shape {sized(tangent.array.shape)} for a result of shape "
                                  f"{sized(shape)}", (
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {list(shape)} while the given forward gradient is of size "
            f"{list(tangent.array.shape)}."))


def _wrong_tangent(cls: type, returned: str, message: str = "") -> FunctionGradients:
    fault = FunctionGradients(f"{cls.__name__}.jvp {returned}")
    return fault.saying(message) if message else fault


def transpose_jvp(cls: type, jvp: Any) -> Callable[..., list[Any]]:
    """The backward that follows from `jvp`, which is linear in the tangents: their gradient.

    So a product of a Jacobian with tangents, which is the other product differentiated, is what jvp returns.
    """
    def backward(ctx: Any, *grads: Any) -> list[Any]:
        record = ctx._record
        tangents = [None if argument is None or not (need or record.zeros) else
                    Variable(np.zeros(*argument), need) for argument, need in zip(
                        record.args, record.needs, strict=True)]
        differentiable = grad_mode.on
        with recording(True):
            products = products_of(cls, jvp, ctx, tangents, [r if r[1] is not None else None for r in record.results])
        pairs = [(p, g) for p, g in zip(products, grads, strict=True) if g is not None and getattr(
            p, "requires_grad", False)]
        slopes = iter(gradients([p for p, _ in pairs], [g for _, g in pairs], [
            t for t in tangents if t is not None and t.requires_grad], differentiable))
        return [next(slopes) if need else None for need in record.needs]

    return backward
