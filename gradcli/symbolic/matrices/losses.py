"""What softmax and the losses over classes do to matrix terms."""

from __future__ import annotations

from typing import Any

from gradcli.symbolic.expression import MINUS_ONE, number
from gradcli.symbolic.formulas.reductions import dim_of_classes, reduced_dims
from gradcli.symbolic.matrices.arithmetic import apply, filled, multiply, scaled
from gradcli.symbolic.matrices.arrange import reduced
from gradcli.symbolic.matrices.dims import lifted
from gradcli.symbolic.matrices.products import added
from gradcli.symbolic.matrices.rules import rule
from gradcli.symbolic.matrices.terms import Function, NoMatrixForm, Shape, Term


@rule("softmax", "nn_functional_softmax")
def _softmax(x: Term, dim: Any = None, *_: Any) -> Term:
    return Function(x.shape, "softmax", (x, dim_of_classes(len(x.shape), dim)))


@rule("log_softmax", "nn_functional_log_softmax")
def _log_softmax(x: Term, dim: Any = None, *_: Any) -> Term:
    return Function(x.shape, "log_softmax", (x, dim_of_classes(len(x.shape), dim)))


@rule("logsumexp")
def _logsumexp(x: Term, dim: Any, keepdim: bool = False) -> Term:
    dims = reduced_dims(dim, len(x.shape))
    shape = tuple(1 if at in dims else n for at, n in enumerate(x.shape) if keepdim or at not in dims)
    if len(dims) != 1:
        raise NoMatrixForm
    if keepdim:
        return lifted(_logsumexp(x, dim), dims[0])
    return Function(shape, "logsumexp", (x, dims[0]))


@rule("softmax_back")
def _softmax_back(g: Term, out: Term, dim: Any = -1, *_: Any) -> Term:
    at = dim_of_classes(len(out.shape), dim)
    return multiply(out, added(g, scaled(MINUS_ONE, reduced("sum", multiply(g, out), (at,), True))))


@rule("log_softmax_back")
def _log_softmax_back(g: Term, logs: Term, dim: Any) -> Term:
    total_of_rows = reduced("sum", g, (dim_of_classes(len(logs.shape), dim),), True)
    return added(g, scaled(MINUS_ONE, multiply(apply("exp", logs), total_of_rows)))


@rule("nll_kernel")
def _nll(logs: Term, target: Term, weight: Any, ignored: int, reduction: str) -> Term:
    if weight is not None or len(logs.shape) > 2:
        raise NoMatrixForm
    return Function(target.shape if reduction == "none" else (), "F.nll_loss", (logs, target),
                    () if reduction == "mean" else (("reduction", reduction),))


@rule("nll_back")
def _nll_back(g: Term, target: Term, weight: Any, ignored: int, reduction: str, shape: Shape) -> Term:
    if weight is not None or len(shape) > 2:
        raise NoMatrixForm
    classes = Function(tuple(shape), "F.one_hot", (target, shape[-1]))
    is_batch = len(shape) == 2
    spread = lifted(g, 1) if reduction == "none" and is_batch else g
    return multiply(filled(MINUS_ONE / number(shape[0] if reduction == "mean" and is_batch else 1)), spread, classes)


@rule("bce_with_logits_kernel")
def _bce_with_logits(x: Term, target: Term, weight: Any, positive: Any, reduction: str) -> Term:
    if weight is not None or positive is not None:
        raise NoMatrixForm
    return _loss("F.binary_cross_entropy_with_logits", x, target, reduction)


@rule("bce_kernel")
def _bce(x: Term, target: Term, weight: Any, reduction: str) -> Term:
    if weight is not None:
        raise NoMatrixForm
    return _loss("F.binary_cross_entropy", x, target, reduction)


def _loss(name: str, x: Term, target: Term, reduction: str) -> Term:
    options = () if reduction == "mean" else (("reduction", reduction),)
    return Function(x.shape if reduction == "none" else (), name, (x, target), options)
