"""Losses of predictions that choose among classes."""

from functools import lru_cache

import numpy as np

from gradcli.engine.autograd.op import rename_node
from gradcli.engine.autograd.signature import Array, ArrayOrNone, Flag, Index, Int, Number, Plain, sized
from gradcli.engine.autograd.type_promotion import ZERO, constant
from gradcli.engine.numerics import cascade_sum
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, OF
from gradcli.faults.tree import IndexFault, ShapeFault, TypeFault, ValueFault
from gradcli.ops.arrays import INT64, SMALL, TYPES, min_and_max, open_grid
from gradcli.ops.base import Functional, Kernel
from gradcli.ops.dtype_checks import check_dtypes, numpy_dtype
from gradcli.ops.losses.regression import REDUCTION, reduction_of
from gradcli.ops.nn.activation import THNN

ROWS = [[1.0, 2.0, 3.0], [0.5, 0.0, -1.0]]
CLASSES = np.array([0, 2])
SOME = np.array([-100, 2])
WEIGHTS = np.array([0.5, 2.0, 1.0])
MAPS = [[[0.5, 1.0], [2.0, -1.0]], [[1.5, 0.0], [0.3, 0.7]]]
REDUCTIONS = [(False,), (None, -100, False), (None, -100, None, "sum"), (None, -100, None, "none")]


class NllLoss(Functional):
    """nll_loss(input, target, weight, size_average, ignore_index, reduce, reduction): minus the entry of input, along
    dimension 1, that target names; the mean is over the weights of the classes named."""

    gradient_names = "NllLossBackwardBackward0"
    samples = [(ROWS, CLASSES), (ROWS, CLASSES, WEIGHTS), (ROWS, CLASSES, None, None, 2),
               *((ROWS, CLASSES, WEIGHTS, *args) for args in REDUCTIONS), (MAPS, np.array([[0, 1], [1, 1]])),
               ([1.0, 2.0], np.array(1))]
    errors = [(ROWS, np.array([0, 3])), (ROWS, np.array([0])), (ROWS, [0.0, 1.0])]

    def compose(F, input, target: Index, weight: Array = None, size_average: Flag = None, ignore_index: Int = -100,
                reduce: Flag = None, reduction: REDUCTION = "mean"):
        return F.nll_kernel(input, target, weight, ignore_index, reduction_of(size_average, reduce, reduction))


class NllKernel(Kernel):
    """nll_kernel(input, target, weight, ignore_index, reduction): minus the weighted entries that target names,
    reduced."""

    linked = True
    modern_names = ("NllLossBackward0", "NllLoss2DBackward0", "ViewBackward0")
    fixed = ("weight",)
    legacy_names = (THNN + "NLLLoss", "torch.nn._functions.thnn.auto.NLLLoss2d",
                   "torch.nn._functions.thnn.auto.NLLLoss2d")
    samples = [(ROWS, CLASSES, WEIGHTS, -100, "mean"), (MAPS, np.array([[0, 1], [1, 1]]), None, 0, "none")]
    errors = [(ROWS, np.array([0, 3]), None, -100, "mean")]

    def variant(input, target, weight, ignore_index, reduction):
        return 0 if len(input.shape) < 3 else 1 if len(input.shape) == 4 or reduction != "none" else 2

    def forward(input: Array, target: Index, weight: ArrayOrNone, ignore_index: Int, reduction: REDUCTION):
        if weight is not None:
            check_dtypes("expected scalar type {} but found {}", input, weight)
        if input.dtype in TYPES and has_single_entries(input.shape, target, weight, ignore_index):
            entries = input.take(entry_positions(input.shape, target))
            if reduction == "none":
                return entries * constant(-1.0, input.dtype)
            total = np.subtract(ZERO[input.dtype], cascade_sum.of_batch(entries))      # from 0: no sum is -0.
            return total / entries.size if reduction == "mean" else total
        at, share, shape = target_positions(input.shape, target, weight, ignore_index, "sum", input.dtype)
        loss = input.reshape(at[3])[at[:3]] * -share
        loss[(target.reshape(loss.shape) == ignore_index) & (share == share)] = 0
        if reduction == "none":
            return loss.reshape(shape)
        if reduction == "mean" and not loss.size:
            return np.full((), np.nan, input.dtype)
        total = cascade_sum.of_batch(loss) + loss.dtype.type(0)     # no sum is -0.
        return total / cascade_sum.of_batch(share) if reduction == "mean" else total

    def grad_input(F, g, input, target, weight, ignore_index, reduction, input_shape):     # PyTorch keeps the input
        return F.nll_back(g, target, weight, ignore_index, reduction, input_shape)


class NllBack(Kernel):
    """nll_back(g, target, weight, ignore_index, reduction, shape): the gradient of nll_kernel by an input of
    that shape."""

    modern_names = "NllLossBackwardBackward0"
    samples = [([1.0, 2.0], CLASSES, WEIGHTS, -100, "none", (2, 3))]
    errors = [("text", CLASSES, None, -100, "none", (2, 3))]

    def forward(g: Array, target: Index, weight: ArrayOrNone, ignore_index: Int, reduction: REDUCTION, shape: Plain):
        if g.dtype in TYPES and has_single_entries(shape, target, weight, ignore_index):
            out = np.zeros(shape, g.dtype)
            share = -1.0 / target.size if reduction == "mean" else -1.0
            out.put(entry_positions(shape, target), constant(share, g.dtype) * g)
            return out
        at, share, _ = target_positions(shape, target, weight, ignore_index, reduction, g.dtype)
        out = np.zeros(at[3], g.dtype)
        contribution = -share * (g.reshape(share.shape) if reduction == "none" else g)
        contribution[target.reshape(contribution.shape) == ignore_index] = 0        # however much is owed, be it nan
        out[at[:3]] = contribution
        return out.reshape(shape)

    def grad_g(F, g, target, weight, ignore_index, reduction):
        return F.nll_kernel(g, target, weight, ignore_index, reduction)


def has_single_entries(shape, target, weight, ignore_index):
    """Whether each of a few rows is asked for one of its entries, and all of these count alike."""
    if len(shape) != 2 or target.dtype is not INT64 or target.shape != shape[:1] or weight is not None or not (
            0 < target.size <= SMALL):
        return False
    names = target.tolist()
    return 0 <= min(names) and max(names) < shape[1] and (ignore_index < 0 or ignore_index not in names)


def entry_positions(shape, target):
    """The flat indices, row by row, of the entries that a few targets name."""
    return np.add(_row_starts(*shape), target)


@lru_cache(64)
def _row_starts(rows, columns):
    return np.arange(0, rows * columns, columns)


def target_positions(shape, target, weight, ignore_index, reduction, dtype):
    """Where target points in an input of a shape, seen as rows x classes x places, and the share of each there."""
    check_target(shape, target, weight)
    classes = shape[1] if len(shape) > 1 else shape[0]
    rows = shape[0] if len(shape) > 1 else 1
    class_rows = target.reshape(rows, -1) if target.size else target.reshape(rows, 0)
    valid = class_rows != ignore_index
    inside = np.where(valid, class_rows, 0)
    least, most = min_and_max(inside) if class_rows.size else (0, 0)
    if class_rows.size and (least < 0 or most >= classes):
        bad = least if least < 0 else most
        raise IndexFault(f"Target {bad} is out of bounds: there are {classes} classes, 0 to {classes - 1}.").saying(
            f"Target {bad} is out of bounds.")
    share = valid.astype(dtype) if weight is None else np.where(valid, weight[inside], dtype.type(0))
    if reduction == "mean":
        share = share / np.add.reduce(share, None)
    grid = open_grid(class_rows.shape)
    return (grid[0], inside, grid[1], (rows, classes, class_rows.shape[1])), share, target.shape


def _mismatch(shape, target):
    """PyTorch's message for a target whose shape does not fit the shape of the input."""
    if target and shape[0] != target[0] and len(shape) > 1:
        return f"Expected input batch_size ({shape[0]}) to match target batch_size ({target[0]})."
    if len(shape) == len(target) == 1:
        return f"For 1D input, 1D target must have size 1, but got target size: {target[0]}"
    if len(shape) < 3:
        return "0D or 1D target tensor expected, multi-target not supported"
    return f"size mismatch (got input: {list(shape)}, target: {list(target)})"


def check_target(shape, target, weight):
    """Refuse targets and weights that do not belong to an input of this shape."""
    if not shape:
        raise ValueFault("nll_loss() needs an input of at least one dimension: one number a class").saying(
            "Expected 1 or more dimensions (got 0)")
    want = (shape[0], *shape[2:]) if len(shape) > 1 else ()
    alone = target.shape == () and want == (1,) and Current.legacy   # one number had a dimension
    if target.shape != want and not alone and not (len(shape) == 1 and target.shape == (1,)):
        spare = len(want) == 1 and target.shape == (*want, 1)
        message = _mismatch(shape, target.shape)
        kind = ValueFault if message.startswith(("Expected input batch_size", "For 1D input")) else ShapeFault
        raise kind(f"{'0D or 1D target tensor expected, multi-target not supported: ' if len(shape) < 3 else ''}"
                   f"nll_loss() of a {sized(shape)} input needs a target of shape {list(want)}, "
                   f"not {list(target.shape)}: one class for each prediction",
                   *([("target.squeeze(1)", "without its last dimension")] if spare else [])
                   ).saying(message)
    if target.dtype not in (np.int64, np.uint8):
        raise TypeFault(f"expected target dtype to be Long or Byte, but got {OF[target.dtype].era}",
                        ("target.long()", "class numbers"))
    classes = shape[1] if len(shape) > 1 else shape[0]
    if weight is not None and weight.shape != (classes,):
        raise ShapeFault(f"weight tensor should be defined either for all {classes} classes or no classes but got "
                         f"weight tensor of shape: {list(weight.shape)}")


class CrossEntropy(Functional):
    """cross_entropy(input, target, weight, size_average, ignore_index, reduce, reduction, label_smoothing): the
    surprise, in nats, of softmax(input) along dimension 1 at target: classes, or the probabilities of all."""

    samples = [(ROWS, CLASSES), (ROWS, CLASSES, WEIGHTS), (ROWS, CLASSES, None, None, 2),
               *((ROWS, CLASSES, WEIGHTS, *args) for args in REDUCTIONS), (MAPS, np.array([[0, 1], [1, 1]])),
               (ROWS, CLASSES, WEIGHTS, None, -100, None, "mean", 0.2), (ROWS, [[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]]),
               (ROWS, [[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]], WEIGHTS, None, -100, None, "sum", 0.1),
               (ROWS, SOME, WEIGHTS, None, -100, None, "none", 0.1), ([1.0, 2.0], np.array(1))]
    errors = [(ROWS, np.array([0, 3])), (ROWS, np.array([0])), (ROWS, [0.0, 1.0]), (ROWS, CLASSES, None, None, -100,
                                                                                    None, "mean", 1.5)]

    def compose(F, input, target: Array, weight: Array = None, size_average: Flag = None, ignore_index: Int = -100,
                reduce: Flag = None, reduction: REDUCTION = "mean", label_smoothing: Number = 0.0):
        reduction = reduction_of(size_average, reduce, reduction)
        if not 0 <= label_smoothing <= 1:
            raise ShapeFault(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
        shape = input.shape
        at = 1 if len(shape) > 1 else 0
        logs = F.log_softmax(input, at)
        if target.shape == shape:
            if ignore_index >= 0:
                raise ShapeFault("ignore_index is not supported for floating point target")
            return _of_chances(F, logs, target, weight, reduction, label_smoothing, at)
        if not label_smoothing:
            return F.nll_kernel(logs, target, weight, ignore_index, reduction)
        return _smoothed(F, logs, target, weight, ignore_index, reduction, label_smoothing, at)


def _along_classes(F, weight, at, rank):
    """A weight a class, shaped to meet predictions."""
    return F.reshape(weight, tuple(-1 if i == at else 1 for i in range(rank)))


def _of_chances(F, logs, target, weight, reduction, smoothing, at):
    """The cross entropy where target gives the probability of every class."""
    if numpy_dtype(target).kind not in FLOAT_KINDS:
        raise TypeFault("Expected floating point type for target with class probabilities, got "
                        f"{OF[target.array.dtype].era}", "target.float()")
    classes = logs.shape[at]
    if smoothing:
        target = target * (1 - smoothing) + smoothing / classes
    loss = logs * target
    if weight is not None:
        loss = loss * _along_classes(F, weight, at, len(logs.shape))
    if reduction == "none":
        return -F.sum(loss, at)
    count = 1
    for i, n in enumerate(logs.shape):
        count *= n if i != at else 1
    if reduction == "sum":
        return -F.sum(loss)
    return rename_node(-F.sum(loss) / count, "DivBackward1") if count and classes else -F.sum(loss) * float("nan")


def _smoothed(F, logs, target, weight, ignore_index, reduction, smoothing, at):
    """The cross entropy of classes that are only nearly certain: the rest is spread over all."""
    sure = F.nll_kernel(logs, target, weight, ignore_index, reduction)
    spread = logs if weight is None else logs * _along_classes(F, weight, at, len(logs.shape))
    spread = F.where(target == ignore_index, 0, -F.sum(spread, at))
    if reduction == "sum":
        spread = F.sum(spread)
    elif reduction == "mean":
        # the weights of the classes named, added up: minus the nll loss of ones
        spread = F.sum(spread) / -F.nll_kernel(F.ones_like(logs), target, weight, ignore_index, "sum")
    return sure * (1 - smoothing) + spread * (smoothing / logs.shape[at])


class LinearCrossEntropy(Functional):
    """linear_cross_entropy(input, linear_weight, target, linear_bias, weight, reduction, ignore_index, \
label_smoothing): the cross entropy of linear(input, linear_weight, linear_bias)."""

    samples = [(ROWS, ROWS, np.array([0, 1])), (ROWS, ROWS, np.array([0, 1]), [0.5, 1.0]),
               (ROWS, ROWS, np.array([0, 1]), None, np.array([0.5, 2.0])),
               (ROWS, ROWS, np.array([0, 1]), None, None, "sum"),
               (ROWS, ROWS, np.array([0, 1]), None, None, "mean", 1), (ROWS, ROWS, np.array([0, 1]), None, None, "mean",
                                                                     None, 0.2)]
    errors = [(ROWS, ROWS, np.array([0, 3])), (ROWS, [[1.0]], np.array([0, 1]))]

    def compose(F, input, linear_weight: Array, target: Array, *, linear_bias: Array = None, weight: Array = None,
                reduction: REDUCTION = "mean", ignore_index: Int = None, label_smoothing: Number = 0.0):
        if not linear_weight.shape or not input.shape:
            raise ShapeFault("linear_cross_entropy() needs an input and a weight of at least one dimension, that of "
                             "the features")
        classes, features = tuple(linear_weight.shape[:-1]), linear_weight.shape[-1]
        if len(classes) > 1:        # a loss of several dimensions: the weight has them after that of the classes
            logits = F.linear(input, F.reshape(linear_weight, (-1, features)))
            logits = F.reshape(logits, (*logits.shape[:-1], *classes))
            if linear_bias is not None:
                once = (1,) * (len(classes) - len(linear_bias.shape))
                logits = logits + F.reshape(linear_bias, (*linear_bias.shape, *once))
        else:
            logits = F.linear(input, linear_weight, linear_bias)
        return F.cross_entropy(logits, target, weight, None, -100 if ignore_index is None else ignore_index, None,
                               reduction, label_smoothing)
