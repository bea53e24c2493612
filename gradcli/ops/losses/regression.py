"""How far predictions are from targets, element by element, and reduced to one number.

`reduction` is "mean", "sum" or "none". The era said the same with `size_average` and
`reduce`, which win where they are given.
"""

import math

import numpy as np
from numpy import ndarray

from gradcli.engine.autograd.signature import Array, Flag, Number, Plain, Text, TextKind
from gradcli.engine.kernels import full_sum
from gradcli.engine.messages.warnings import warn
from gradcli.engine.numerics import elementary
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, HALVES, INEXACT
from gradcli.engine.tensor.tensor import DisplayHooks
from gradcli.faults.arguments import RefusedValue
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tensors import SizeMismatch
from gradcli.faults.tree import ShapeFault, TypeFault
from gradcli.ops.arrays import divide
from gradcli.ops.base import Functional, Kernel
from gradcli.ops.dtype_checks import check_mean_type, numpy_dtype, require_floating
from gradcli.ops.nn.activation import THNN, refuse_integers


class ReductionKind(TextKind):
    """The option `reduction`; 0.4.1 called the mean `elementwise_mean`."""

    def take(self, value):
        return super().take("mean" if type(value) is str and value == "elementwise_mean" else value)


GATHERED, GATHERINGS = ("L1Loss", "KLDivLoss"), ("mean", "sum", "batchmean")
REDUCTION = ReductionKind("mean", "sum", "none", message="{} is not a valid value for reduction", fault=RefusedValue)
P, Q = [[0.5, 1.5], [2.5, 0.25]], [[1.1, 1.25], [0.5, 2.0]]
CHANCES, TRUTHS = [[0.2, 0.8], [0.6, 0.4]], np.array([[0.0, 1.0], [1.0, 0.3]])
WEIGHTS = np.array([[0.5, 1.0], [2.0, 0.1]])


def reduction_of(size_average, reduce, reduction):
    """The reduction that today's word or the era's two flags ask for."""
    if size_average is None and reduce is None:
        return reduction
    reduction = "none" if reduce is False else "sum" if size_average is False else "mean"
    warn(f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.")
    return reduction


def reduced(F, loss, reduction):
    """A loss of each element as the mean or sum of all, or as it is."""
    return F.mean(loss) if reduction == "mean" else F.sum(loss) if reduction == "sum" else loss


def reduced_array(loss, reduction):
    """A loss of each element, an array, as the mean or sum of all, or as it is; the mean of nothing is nan."""
    if reduction == "none":
        return loss
    if loss.dtype in HALVES:
        return np.asarray(reduced_array(loss.astype(np.float32), reduction)).astype(loss.dtype)
    total = full_sum(loss)
    return total if reduction == "sum" else total / loss.size


def per_element(g, like, reduction):
    """The gradient of each element's loss, from that of the reduced loss."""
    if reduction != "mean":
        return g
    count = math.prod(like.shape)
    return divide(g, count) if count else g * float("nan")


def same_shape(name, input, target):
    """Refuse a target of another shape than the input."""
    if input.shape != target.shape:
        raise SizeMismatch(f"{name}(): Using a target size ({list(target.shape)}) that is different to the input size "
                           f"({list(input.shape)}) is not allowed: they must have the same size.",
                         ("target.view_as(input)", "if only the shape differs")).saying(
            f"Target size (torch.Size({list(target.shape)})) must be the same as input size "
            f"(torch.Size({list(input.shape)}))" if name.endswith("with_logits") else
            f"Using a target size (torch.Size({list(target.shape)})) that is different to the input size "
            f"(torch.Size({list(input.shape)})) is deprecated. Please ensure they have the same size.")


def paired(F, input, target):
    """Both as they are compared, of one shape: so a number of higher precision decides the type, as in PyTorch."""
    if tuple(input.shape) == tuple(target.shape):
        return input, target
    DisplayHooks.note("sizes of a loss",
                      f"Using a target size (torch.Size({list(target.shape)})) that is different to the input size "
                      f"(torch.Size({list(input.shape)})). This will likely lead to incorrect results due to "
                      "broadcasting. Please ensure they have the same size.")
    return F.broadcast_tensors(input, target) if input.dtype != target.dtype else (input, target)


class Loss(Functional, abstract=True):
    """A number, or one an element, that is smaller the nearer input is to target."""

    errors = [(P, [1.0, 2.0, 3.0]), (P, "text"), (P, Q, None, None, "average")]


class LossKernel(Kernel, abstract=True):
    """The part of a loss that is computed in one go."""

    type_promotion = "mixed"
    memory_order = "operands"
    errors = [(P, [1.0, 2.0, 3.0], "mean")]


def with_reductions(*middle, last=()):
    """Samples of a loss with every way of reducing it, after the arguments given."""
    return [middle, (*middle, False), (*middle, None, False), (*middle, None, None, "sum"),
            (*middle, None, None, "none"), *((*middle, None, None, "mean", *more) for more in last)]


class MseLoss(Loss):
    """mse_loss(input, target, size_average, reduce, reduction, weight): the squared difference."""

    samples = [*with_reductions(P, Q, last=[(WEIGHTS,)]), (P, Q, None, None, "sum", WEIGHTS), (P, [1.0, 2.0])]

    def compose(F, input, target, size_average: Flag = None, reduce: Flag = None, reduction: REDUCTION = "mean",
                weight: Array = None):
        reduction = reduction_of(size_average, reduce, reduction)
        input, target = paired(F, input, target)
        if weight is None:
            return F.squared_loss(input, target, reduction)
        return weighted(F, F.squared_loss(input, target, "none"), weight, reduction)


def weighted(F, loss, weight, reduction):
    """A loss with a weight for each element; its mean is over the sum of the weights."""
    check_weight_shape(weight, loss)
    if reduction == "mean":
        return F.sum(loss * weight) / F.sum(weight)
    return reduced(F, loss * weight, reduction)


def check_weight_shape(weight, loss):
    """Refuse weights that are not one for each loss."""
    if tuple(weight.shape) != tuple(loss.shape):
        raise ShapeFault(f"the weights are {list(weight.shape)} and the losses {list(loss.shape)}: they must have the "
                         f"same size")


class SquaredLoss(LossKernel):
    """squared_loss(input, target, reduction): (input - target) squared, reduced."""

    modern_names = "MseLossBackward0"
    gradient_names = "MseLossBackwardBackward0"
    legacy_names = THNN + "MSELoss"
    samples = [(P, Q, "mean"), (P, Q, "sum"), (P, [1.0, 2.0], "none")]

    def forward(input: Array, target: Array, reduction: REDUCTION):
        refuse_integers("mse_loss", input)
        difference = input - target
        if reduction == "none" or not difference.ndim:
            return reduced_array(difference * difference, reduction)
        flat = difference.reshape(-1)
        if flat.size < 4096:
            return reduced_array(np.multiply(flat, flat), reduction)
        if reduction == "mean":
            return SquaredLoss.forward(input, target, "sum") / difference.dtype.type(flat.size)
        end = flat.size // 1024 * 1024
        return reduced_array(np.einsum("ij,ij->i", *[flat[:end].reshape(-1, 1024)] * 2), "sum") + (
            reduced_array(flat[end:] ** 2, "sum"))

    def grad_input(F, g, input, target, reduction):
        return _steep(g, input - target, reduction)

    def grad_target(F, g, input, target, reduction):
        return _steep(g, target - input, reduction)


def _steep(g, difference, reduction):
    """The gradient of a squared difference by the difference."""
    if type(difference) is ndarray and reduction == "mean" and difference.size and g.dtype is difference.dtype:
        return np.multiply(difference, divide(g, difference.size) * 2, difference)
    return difference * (per_element(g, difference, reduction) * 2)


class L1Loss(Loss):
    """l1_loss(input, target, size_average, reduce, reduction, weight): the magnitude of the difference."""

    complex = True
    names = ("l1_loss",)
    samples = [*with_reductions(P, Q, last=[(WEIGHTS,)]), (P, [1.0, 2.0])]

    def compose(F, input, target, size_average: Flag = None, reduce: Flag = None, reduction: REDUCTION = "mean",
                weight: Array = None):
        reduction = reduction_of(size_average, reduce, reduction)
        input, target = paired(F, input, target)
        loss = F.abs(input - target)
        if weight is not None:
            return weighted(F, loss, weight, reduction)
        return F.gathered_loss(loss, reduction, "L1Loss") if reduction != "none" else loss


class GatheredLoss(Kernel):
    """gathered_loss(input, reduction, name): the "mean" or "sum" of losses, or their sum for each row ("batchmean"), as
    the call that the era knew by `name`."""

    legacy_names = tuple(THNN + name for name in GATHERED for _ in GATHERINGS)
    modern_names = ("MeanBackward0", "SumBackward0", "DivBackward0") * len(GATHERED)
    samples = [(P, reduction, "L1Loss") for reduction in GATHERINGS]
    errors = [("text", "mean", "L1Loss")]

    def variant(input, reduction, name):
        return GATHERED.index(name) * len(GATHERINGS) + GATHERINGS.index(reduction)

    def forward(input: Array, reduction: Text(*GATHERINGS), name: Plain):
        if reduction == "mean":
            check_mean_type(input.dtype)
        if input.dtype in HALVES:
            return np.asarray(GatheredLoss.forward(input.astype(np.float32), reduction, name)).astype(input.dtype)
        total = full_sum(input) if input.dtype.kind in FLOAT_KINDS else np.add.reduce(input, None, np.int64)
        return total / reduction_divisor(input.shape, reduction) if reduction != "sum" else total

    def grad_input(F, g, reduction, input_shape):
        count = reduction_divisor(input_shape, reduction)
        return F.expand(divide(g, count) if count else g * float("nan"), input_shape)


def reduction_divisor(shape, reduction):
    """The divisor of the sum of losses."""
    count = 1
    for n in shape if reduction == "mean" else shape[:1] if reduction == "batchmean" else ():
        count *= n
    return count


class SmoothL1Loss(Loss):
    """smooth_l1_loss(input, target, size_average, reduce, reduction, beta): the square of small differences over
    2 beta, the magnitude of others less beta / 2."""

    names = ("smooth_l1_loss",)
    samples = [*with_reductions(P, Q, last=[(0.3,)]), (P, Q, None, None, "sum", 0)]

    def compose(F, input, target, size_average: Flag = None, reduce: Flag = None, reduction: REDUCTION = "mean",
                beta: Number = 1.0):
        reduction = reduction_of(size_average, reduce, reduction)
        if beta < 0:
            raise UnfitValue("smooth_l1_loss does not support negative values for beta.")
        input, target = paired(F, input, target)
        if not beta:
            return reduced(F, F.abs(input - target), reduction)
        return F.smooth_l1_kernel(input, target, reduction, beta)


class ClipDifference(Kernel):
    """clip_difference(input, limit): input, kept between -limit and limit; the slope is 1 between them and 0 at them,
    as in PyTorch, and of nan the gradient times 0."""

    opmath = True
    linked = False
    samples = [([-3.0, 0.5, 2.0], 1.0), ([-0.2, 0.3], 0.25)]
    errors = [("text", 1.0)]

    def forward(input: Array, limit: Number):
        return np.minimum(np.maximum(input, -limit), limit)

    def grad_input(F, g, input, limit, input_dtype):
        return g * F.cast(F.abs(input) < limit, input_dtype)


class SmoothL1Kernel(LossKernel):
    """smooth_l1_kernel(input, target, reduction, beta): d^2 / (2 beta) where the difference d is within beta, else d -
    beta / 2."""

    opmath = True
    names = ("smooth_l1_kernel",)
    modern_names = "SmoothL1LossBackward0"
    gradient_names = "SmoothL1LossBackwardBackward0"
    legacy_names = THNN + "SmoothL1Loss"
    samples = [(P, Q, "mean", 1.0), (P, Q, "sum", 0.3), (P, [1.0, 2.0], "none", 0.45)]

    def forward(input: Array, target: Array, reduction: REDUCTION, beta: Number):
        size = require_floating("smooth_l1_cpu", np.abs(input - target))
        return reduced_array(np.where(size < beta, 0.5 * size * size / beta, size - 0.5 * beta), reduction)

    def grad_input(F, g, input, target, reduction, beta):
        return per_element(g, input - target, reduction) * F.clip_difference((input - target) / beta, 1)

    def grad_target(F, g, input, target, reduction, beta):
        return per_element(g, input - target, reduction) * F.clip_difference((target - input) / beta, 1)


class HuberLoss(Loss):
    """huber_loss(input, target, reduction, delta, weight): half the square of small differences, and beyond delta
    as steep as there."""

    samples = [(P, Q), (P, Q, "sum"), (P, Q, "none"), (P, Q, "mean", 0.3), (P, Q, "mean", 0.3, WEIGHTS)]
    errors = [(P, [1.0, 2.0, 3.0]), (P, Q, "mean", -1.0)]

    def compose(F, input, target, reduction: REDUCTION = "mean", delta: Number = 1.0, weight: Array = None):
        if delta <= 0:
            raise UnfitValue("huber_loss does not support non-positive values for delta.")
        kind = input.dtype      # which the loss has, too
        if numpy_dtype(input).kind not in INEXACT:
            raise TypeFault("huber_loss() is not defined for whole numbers", ("x.float()", "the same numbers")).saying(
                f'"huber_cpu" not implemented for \'{kind.era}\'' if kind == target.dtype else
                f"result type Float can't be cast to the desired output type {kind.era}")
        input, target = paired(F, input, target)
        if weight is None:
            return F.cast(F.huber_kernel(input, target, reduction, delta), kind)
        loss = F.huber_kernel(input, target, "none", delta)
        check_weight_shape(weight, loss)
        return reduced(F, loss * weight, reduction)     # the mean is over the elements, unlike that of mse_loss


class HuberKernel(LossKernel):
    """huber_kernel(input, target, reduction, delta): d^2 / 2 where the difference d is within delta, else
    delta (d - delta / 2)."""

    opmath = True
    modern_names = "HuberLossBackward0"
    gradient_names = "HuberLossBackwardBackward0"
    samples = [(P, Q, "mean", 1.0), (P, Q, "sum", 0.3), (P, [1.0, 2.0], "none", 0.45)]

    def forward(input: Array, target: Array, reduction: REDUCTION, delta: Number):
        size = np.abs(input - target)
        return reduced_array(np.where(size <= delta, 0.5 * size * size, delta * (size - 0.5 * delta)), reduction)

    def grad_input(F, g, input, target, reduction, delta):
        return per_element(g, input - target, reduction) * F.clip_difference(input - target, delta)

    def grad_target(F, g, input, target, reduction, delta):
        return per_element(g, input - target, reduction) * F.clip_difference(target - input, delta)


class SoftMarginLoss(Loss):
    """soft_margin_loss(input, target, size_average, reduce, reduction): log(1 + exp(-target input)), for targets 1
    and -1."""

    samples = with_reductions(P, np.array([[1.0, -1.0], [-1.0, 1.0]]))

    def compose(F, input, target, size_average: Flag = None, reduce: Flag = None, reduction: REDUCTION = "mean"):
        reduction = reduction_of(size_average, reduce, reduction)
        return F.soft_margin_kernel(input, F.cast(target, numpy_dtype(input)), reduction)


class SoftMarginKernel(LossKernel):
    """soft_margin_kernel(input, target, reduction): log(1 + exp(-target input)), reduced."""

    modern_names = "SoftMarginLossBackward0"
    fixed = ("target",)
    samples = [(P, np.array([[1.0, -1.0], [-1.0, 1.0]]), reduction) for reduction in ("mean", "sum", "none")]

    def forward(input: Array, target: Array, reduction: REDUCTION):
        refuse_integers("soft_margin_loss", input)
        return reduced_array(elementary.log1p(elementary.exp(-target * input)), reduction)

    def grad_input(F, g, input, target, reduction):
        return -target * F.sigmoid(-target * input) * per_element(g, input * target, reduction)
