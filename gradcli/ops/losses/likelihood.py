"""How unlikely targets are under the distributions that predictions name."""

import math

import numpy as np

from gradcli.engine import large
from gradcli.engine.autograd.op import raw
from gradcli.engine.autograd.signature import Array, ArrayOrNone, Flag, Number, Operand
from gradcli.engine.autograd.type_promotion import constant
from gradcli.engine.kernels import ONE, ZERO
from gradcli.engine.large import SOME
from gradcli.engine.messages.warnings import warn
from gradcli.engine.numerics import elementary
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.dtypes import CTYPES, FLOAT_KINDS, INEXACT, OF
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tensors import SizeMismatch
from gradcli.faults.tree import TypeFault, ValueFault
from gradcli.ops.base import Kernel
from gradcli.ops.dtype_checks import numpy_dtype
from gradcli.ops.losses.regression import (
    CHANCES,
    REDUCTION,
    TRUTHS,
    WEIGHTS,
    Loss,
    LossKernel,
    P,
    Q,
    ReductionKind,
    per_element,
    reduced,
    reduced_array,
    reduction_of,
    same_shape,
    with_reductions,
)
from gradcli.ops.nn.activation import refuse_integers

DIVERGENCE_REDUCTION = ReductionKind(*REDUCTION.choices, "batchmean", message=REDUCTION.message, fault=REDUCTION.fault)
LEAST_LOG = -100.0      # cross entropies of certain predictions stay finite


class BinaryCrossEntropy(Loss):
    """binary_cross_entropy(input, target, weight, size_average, reduce, reduction): the surprise, in nats, at targets
    that input gave a probability to."""

    samples = [(CHANCES, TRUTHS), (CHANCES, CHANCES), (CHANCES, TRUTHS, WEIGHTS),
               *((CHANCES, TRUTHS, None, *args)
                 for args in [(False,), (None, False), (None, None, "sum"), (None, None, "none")])]
    errors = [(CHANCES, [1.0, 2.0]), ([[2.0, 0.5]], np.array([[1.0, 0.0]])), (CHANCES, "text")]

    def compose(F, input, target, weight: Array = None, size_average: Flag = None, reduce: Flag = None,
                reduction: REDUCTION = "mean"):
        same_shape("binary_cross_entropy", input, target)
        weight = weight if weight is None else F.cast(weight, numpy_dtype(input))
        return F.bce_kernel(input, target, weight, reduction_of(size_average, reduce, reduction))


class BceKernel(LossKernel):
    """bce_kernel(input, target, weight, reduction): -target log(input) - (1 - target) log(1 - input), no logarithm
    below -100."""

    type_promotion = "same"
    modern_names = "BinaryCrossEntropyBackward0"
    fixed = ("weight",)
    legacy_names = "torch.nn._functions.thnn.loss.BCELoss"
    samples = [(CHANCES, TRUTHS, None, "mean"), (CHANCES, CHANCES, WEIGHTS, "sum"), (CHANCES, TRUTHS, WEIGHTS, "none")]
    errors = [([[2.0, 0.5]], np.array([[1.0, 0.0]]), None, "mean")]

    def forward(input: Array, target: Array, weight: ArrayOrNone, reduction: REDUCTION):
        refuse_integers("binary_cross_entropy", input)
        dtype = input.dtype
        if input.size and not (np.minimum.reduce(input, None) >= 0 and np.maximum.reduce(input, None) <= 1):
            raise UnfitValue("binary_cross_entropy(): all elements of input should be between 0 and 1",
                             ("F.sigmoid(x)", "makes probabilities of any numbers")).saying(
                "all elements of input should be between 0 and 1")
        if target.size and not Current.legacy and not (
                np.minimum.reduce(target, None) >= 0 and np.maximum.reduce(target, None) <= 1):
            raise UnfitValue("all elements of target should be between 0 and 1", ("y.clamp(0, 1)", "is between them"))
        least, above = constant(LEAST_LOG, dtype), np.asarray(elementary.log(input))
        below = np.asarray(elementary.log1p(np.negative(input)))
        np.maximum(below, least, out=below)
        np.maximum(above, least, out=above)
        loss = (target - ONE[target.dtype]) * below - target * above
        return reduced_array(loss if weight is None else loss * weight, reduction)

    def grad_input(F, g, input, target, weight, reduction):
        share = per_element(g, input, reduction) if weight is None else per_element(g, input, reduction) * weight
        return F.bce_gradient(share, input, target)

    def grad_target(F, g, input, weight, reduction):
        share = per_element(g, input, reduction) if weight is None else per_element(g, input, reduction) * weight
        return -share * (F.log(input) - F.log(1 - input))      # without the bound that the loss has, as in PyTorch


class BceGradient(LossKernel):
    """bce_gradient(share, input, target): the gradient of surprise, finite where input is certain; and its own as
    PyTorch has it, which keeps away from 0 otherwise."""

    linked = True
    type_promotion = "same"
    modern_names = "BinaryCrossEntropyBackwardBackward0"
    samples = [([[0.5, 1.0], [2.0, 0.1]], CHANCES, TRUTHS)]
    errors = [("text", CHANCES, TRUTHS)]

    def forward(share: Array, input: Array, target: Array):
        spread = np.maximum((ONE[input.dtype] - input) * input, constant(1e-12, input.dtype))
        return share * (input - target) / spread

    def grad_share(F, g, input, target):
        return g * (input - target) / F.clamp_min((1 - input) * input, 1e-12)

    def grad_input(F, g, share, input, target):
        below, above = input + 1e-12, 1 - input + 1e-12
        return g * share * (input * input - 2 * input * target + target) / (below * below) / (above * above)

    def grad_target(F, g, share, input):
        return -g * share / ((input + 1e-12) * (1 - input + 1e-12))


class BinaryCrossEntropyWithLogits(Loss):
    """binary_cross_entropy_with_logits(input, target, weight, size_average, reduce, reduction, pos_weight): the binary
    cross entropy of sigmoid(input), without overflow; pos_weight weighs the positive class."""

    samples = [(P, TRUTHS), (P, CHANCES), (P, TRUTHS, WEIGHTS), *(
        (P, TRUTHS, None, *args) for args in [(False,), (None, False), (None, None, "sum"), (None, None, "none"),
                                            (None, None, "mean", WEIGHTS), (None, None, "none", np.array([0.5, 3.0]))])]
    errors = [(P, [1.0, 2.0]), (P, "text")]

    def compose(F, input, target, weight: Array = None, size_average: Flag = None, reduce: Flag = None,
                reduction: REDUCTION = "mean", pos_weight: Array = None):
        same_shape("binary_cross_entropy_with_logits", input, target)
        reduction = reduction_of(size_average, reduce, reduction)
        kinds = {numpy_dtype(x) for x in (input, target, weight, pos_weight) if x is not None}
        if len(kinds) > 1:
            if numpy_dtype(input).kind in FLOAT_KINDS:
                refuse_integer_storage("target", target)
            return mixed_types_cross_entropy(F, input, target, weight, pos_weight, reduction)
        return F.bce_with_logits_kernel(input, target, weight, pos_weight, reduction)


def refuse_integer_storage(name, x, called=None):
    """Refuse a tensor `x` of whole numbers where PyTorch stores floats in it; `called` has its names of types."""
    kind = OF[numpy_dtype(x)]
    if numpy_dtype(x).kind not in FLOAT_KINDS:
        raise TypeFault(f"{name} must be a floating tensor, not one of {kind.name}",
                        (f"{name}.float()", "a floating copy")).saying(
            f"result type Float can't be cast to the desired output type {called[kind.era] if called else kind.era}")


def mixed_types_cross_entropy(F, input, target, weight, pos_weight, reduction):
    """The loss of operands of different types: log(sigmoid(input)) has the type of input, the result that of target."""
    negative = F.logsigmoid(input)
    if pos_weight is not None:
        negative = ((pos_weight - 1) * target + 1) * negative
    kind = numpy_dtype(target)
    loss = F.cast(F.cast((1 - target) * input, kind) - negative, kind)
    return reduced(F, loss if weight is None else F.cast(loss * weight, kind), reduction)


class BceWithLogitsKernel(LossKernel):
    """bce_with_logits_kernel(input, target, weight, pos_weight, reduction): -pos_weight target log(sigmoid(input)) -
    (1 - target) log(sigmoid(-input)), weighted and reduced."""

    modern_names = "BinaryCrossEntropyWithLogitsBackward0"
    gradient_names = "DivBackward1"
    vanished = "cut"
    saved_for_versions = ("target",)
    fixed = ("weight", "pos_weight")
    samples = [(P, TRUTHS, None, None, "mean"), (P, CHANCES, WEIGHTS, None, "sum"), (P, CHANCES, None, WEIGHTS, "none")]
    errors = [(P, [1.0, 2.0, 3.0], None, None, "mean")]

    def forward(input: Array, target: Array, weight: ArrayOrNone, pos_weight: ArrayOrNone, reduction: REDUCTION):
        refuse_integers("binary_cross_entropy_with_logits", input)
        if input.size >= SOME and weight is None and pos_weight is None and target.dtype == input.dtype:
            return reduced_array(large.elements.logits_cross_entropy(input, target), reduction)
        one, size = ONE[target.dtype], np.asarray(np.abs(input))
        size = elementary.exp(np.negative(size, size), size)
        negative = elementary.log1p(size, size) + np.maximum(-input, ZERO[input.dtype])     # -log(sigmoid(input))
        if pos_weight is None:
            loss = (one - target) * input + negative
        else:
            loss = (one - target) * input + (one + (pos_weight - one) * target) * negative
        return reduced_array(loss if weight is None else loss * weight, reduction)

    def grad_input(F, g, input, target, weight, pos_weight, reduction):
        share = per_element(g, input, reduction) if weight is None else per_element(g, input, reduction) * weight
        if pos_weight is None and F is raw and input.size >= SOME and target.dtype == input.dtype:
            return large.elements.logits_slope(input, target, np.asarray(share, input.dtype))
        if pos_weight is None:
            return share * (F.sigmoid(input) - target)
        positive = target * pos_weight
        return share * ((positive + 1 - target) * F.sigmoid(input) - positive)

    def grad_target(F, g, input, target, weight, pos_weight, reduction):
        share = per_element(g, input, reduction) if weight is None else per_element(g, input, reduction) * weight
        if pos_weight is None:
            return -input * share
        return share * (F.logsigmoid(-input) - pos_weight * F.logsigmoid(input))


class KlDiv(Loss):
    """kl_div(input, target, size_average, reduce, reduction, log_target): target (log(target) - input), the divergence
    of target from exp(input); "batchmean" divides the sum by the number of rows."""

    samples = [*with_reductions(P, CHANCES, last=[(True,)]), (P, CHANCES, None, None, "batchmean")]

    def compose(F, input, target, size_average: Flag = None, reduce: Flag = None,
                reduction: DIVERGENCE_REDUCTION = "mean", log_target: Flag = False):
        reduction = reduction_of(size_average, reduce, reduction)
        if numpy_dtype(input).kind not in INEXACT or numpy_dtype(target).kind not in INEXACT:
            raise TypeFault("kl_div: Integral inputs not supported.", ("x.float()", "a floating copy"))
        if reduction == "mean":
            warn("reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' "
                 "divides only by the batch size, and aligns with the KL div math definition.")
        if log_target:
            loss = F.exp(target) * (target - input)
        else:
            loss = F.xlogy(target, target) - target * input
        if reduction == "batchmean" and tuple(loss.shape) != tuple(input.shape):
            total = F.gathered_loss(loss, "sum", "KLDivLoss")
            return total / input.shape[0] if len(input.shape) else total
        return F.gathered_loss(loss, reduction, "KLDivLoss") if reduction != "none" else loss


class PoissonNllLoss(Loss):
    """poisson_nll_loss(input, target, log_input, full, size_average, eps, reduce, reduction): how unlikely counts are
    under Poisson distributions of mean exp(input), or input; `full` adds Stirling's term for the factorial."""

    samples = [(P, Q), (P, Q, False), (P, Q, True, True), (P, Q, False, False, None, 0.5), (P, Q, True, False, False),
               (P, Q, True, False, None, 1e-8, False), (P, Q, True, False, None, 1e-8, None, "sum")]
    errors = [(P, [1.0, 2.0, 3.0]), (P, Q, True, False, None, 1e-8, None, "average")]

    def compose(F, input, target, log_input: Flag = True, full: Flag = False, size_average: Flag = None,
                eps: Number = 1e-8, reduce: Flag = None, reduction: REDUCTION = "mean"):
        loss = F.exp(input) - target * input if log_input else input - target * F.log(input + eps)
        if full:
            many = F.where(target > 1, target, 1)
            stirling = many * F.log(many) - many + F.log(many * (2 * math.pi)) * 0.5
            loss = loss + F.where(target > 1, stirling, 0)
        return reduced(F, loss, reduction_of(size_average, reduce, reduction))


class GaussianNllLoss(Loss):
    """gaussian_nll_loss(input, target, var, full, eps, reduction): how unlikely targets are under normal distributions
    of mean input and variance var, which is taken as at least eps; `full` adds the constant term."""

    gradient_only_samples = [(P, Q, CHANCES, False, 0.7)]
    samples = [(P, Q, CHANCES), (P, Q, CHANCES, True), (P, Q, [0.5, 1.0], False, 1e-6, "sum"),
               (P, Q, [[0.5], [1.0]], False, 1e-6, "none"), (P, Q, 0.5)]
    errors = [(P, Q, [1.0, 2.0, 3.0]), (P, Q, [[-1.0, 1.0], [1.0, 1.0]])]

    def compose(F, input, target, var: Operand, full: Flag = False, eps: Number = 1e-6, reduction: REDUCTION = "mean"):
        if isinstance(var, int | float):
            var = F.full_like(input, var)
        refuse_integer_storage("var", var, CTYPES)
        shape, var_shape = tuple(input.shape), tuple(var.shape)
        if var_shape == shape[:-1] and var_shape != shape:
            var = F.unsqueeze(var, -1)
        elif var_shape not in (shape, shape[:-1] + (1,)) and sum(a != b for a, b in zip(
                var_shape, shape, strict=False)) + abs(len(var_shape) - len(shape)) > (1 if 1 in var_shape else 0):
            raise SizeMismatch(f"var is of incorrect size: {list(var_shape)} for an input of {list(shape)}").saying(
                "var is of incorrect size")
        if bool(F.any(var < 0)):
            raise ValueFault("var has negative entry/entries", ("var.abs()", "variances are not negative"))
        var = F.clamp_min_straight_through(var, eps)
        loss = (F.log(var) + (input - target) ** 2 / var) * 0.5
        return reduced(F, loss + 0.5 * math.log(2 * math.pi) if full else loss, reduction)


class ClampMinStraightThrough(Kernel):
    """clamp_min_straight_through(input, least): input, but nowhere below least; the slope is 1 all the same."""

    samples = [([1.0, 2.0], 0.5)]
    errors = [("text", 1)]

    def forward(input: Array, least: Number):
        return np.maximum(input, input.dtype.type(least))

    def grad_input(F, g):
        return g
