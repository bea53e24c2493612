"""Losses that stop once predictions are right by a margin, and those that compare distances."""

import numpy as np

from gradcli.engine.autograd.signature import Array, ArrayOrNone, Flag, Function, Number
from gradcli.engine.autograd.type_promotion import constant
from gradcli.engine.kernels import ZERO
from gradcli.faults.tree import ShapeFault, ValueFault
from gradcli.ops.base import Kernel
from gradcli.ops.losses.regression import REDUCTION, Loss, reduced, reduction_of

P, Q, R = [[0.5, 1.5], [2.5, 0.25]], [[1.0, 1.2], [0.5, 2.0]], [[0.1, -0.3], [1.0, 2.0]]
SIGNS = np.array([[1.0, -1.0], [-1.0, 1.0]])
NEAR = [[0.3, 1.1], [1.1, 0.6]]
SIDES = np.array([1.0, -1.0])
REDUCTIONS = [(False,), (None, False), (None, None, "sum"), (None, None, "none")]


class HingeEmbeddingLoss(Loss):
    """hinge_embedding_loss(input, target, margin, size_average, reduce, reduction): input where target is 1, how far
    it is below the margin where target is -1."""

    samples = [(P, SIGNS), (P, SIGNS, 2.0), *((P, SIGNS, 1.0, *args) for args in REDUCTIONS)]
    errors = [(P, [1.0, 2.0, 3.0]), (P, "text")]

    def compose(F, input, target, margin: Number = 1.0, size_average: Flag = None, reduce: Flag = None,
                reduction: REDUCTION = "mean"):
        # in the type of the input: of whole numbers the margin is a whole number, too
        short = F.where(target != 1, F.clamp_min(F.full_like(input, margin) - input, 0), 0)
        return reduced(F, short + F.where(target != -1, input, 0), reduction_of(size_average, reduce, reduction))


class MarginRankingLoss(Loss):
    """margin_ranking_loss(input1, input2, target, margin, size_average, reduce, reduction): how far input1 falls short
    of being ranked above input2 (target 1) or below it (-1) by the margin."""

    samples = [(P, Q, SIGNS), (P, Q, SIGNS, 0.6), *((P, Q, SIGNS, 0, *args) for args in REDUCTIONS)]
    errors = [(P, [1.0, 2.0], [1.0]), (P, Q, "text")]

    def compose(F, input1, input2, target, margin: Number = 0, size_average: Flag = None, reduce: Flag = None,
                reduction: REDUCTION = "mean"):
        if not len(input1.shape) == len(input2.shape) == len(target.shape):
            raise ShapeFault("margin_ranking_loss : All input tensors should have same dimension but got sizes: "
                             f"input1: {input1.shape}, input2: {input2.shape}, target: {target.shape} ")
        loss = F.clamp_min(-target * (input1 - input2) + float(margin), 0)
        return reduced(F, loss, reduction_of(size_average, reduce, reduction))


class CosineEmbeddingLoss(Loss):
    """cosine_embedding_loss(input1, input2, target, margin, size_average, reduce, reduction): 1 - cosine of rows that
    belong together (target 1), what the cosine exceeds the margin by for others (-1)."""

    samples = [(P, Q, SIDES), (P, Q, SIDES, 0.4), *((P, Q, SIDES, 0, *args) for args in REDUCTIONS),
               ([1.0, 2.0], [0.5, -1.0], np.array(1.0))]
    errors = [(P, Q, SIGNS), (P, [1.0], SIDES)]

    def compose(F, input1, input2, target, margin: Number = 0, size_average: Flag = None, reduce: Flag = None,
                reduction: REDUCTION = "mean"):
        rank = len(target.shape)
        if rank > 1 or len(input1.shape) != rank + 1 or len(input2.shape) != rank + 1:
            raise ShapeFault(f"{rank}D target tensor expects {rank + 1}D input tensors, but found inputs with sizes "
                             f"{list(input1.shape)} and {list(input2.shape)}.").saying(
                "0D or 1D target tensor expected, multi-target not supported" if rank > 1 else
                f"{rank}D target tensor expects {rank + 1}D input tensors, but found inputs with sizes "
                f"{list(input1.shape)} and {list(input2.shape)}.")
        cosine = F.sum(input1 * input2, rank) / F.sqrt(
            (F.sum(input1 * input1, rank) + 1e-12) * (F.sum(input2 * input2, rank) + 1e-12))
        loss = F.where(target == 1, 1 - cosine, 0) + F.where(target == -1, F.clamp_min(cosine - margin, 0), 0)
        return reduced(F, loss, reduction_of(size_average, reduce, reduction))


class TripletMarginLoss(Loss):
    """triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, size_average, reduce, reduction): how far
    the anchor is from being nearer, by the margin, to positive than to negative in the p-norm."""

    samples = [(P, Q, R), (P, Q, R, 2.0), (P, Q, R, 1.0, 1), (P, Q, R, 1.0, 2, 0.1), (P, Q, R, 1.0, 2, 1e-6, True),
               *((P, Q, R, 1.0, 2, 1e-6, False, *args) for args in REDUCTIONS)]
    errors = [(P, [1.0, 2.0], R), (P, Q, "text")]

    def compose(F, anchor, positive, negative, margin: Number = 1.0, p: Number = 2, eps: Number = 1e-6,
                swap: Flag = False, size_average: Flag = None, reduce: Flag = None, reduction: REDUCTION = "mean"):
        if margin <= 0:
            raise ValueFault(f"margin must be greater than 0, got {margin}", "margin=1.0")
        if not len(anchor.shape) == len(positive.shape) == len(negative.shape):
            raise ShapeFault("The anchor, positive, and negative tensors are expected to have the same number of "
                             f"dimensions, but got: anchor {len(anchor.shape)}D, positive {len(positive.shape)}D, and "
                             f"negative {len(negative.shape)}D inputs")

        def distance(a, b):
            return F.pairwise_distance(a, b, p, eps)

        return reduced(F, margin_excess(F, distance, anchor, positive, negative, margin, swap),
                       reduction_of(size_average, reduce, reduction))


def margin_excess(F, distance, anchor, positive, negative, margin, swap):
    """What is missing to the margin between the two distances; with `swap` from whichever of anchor and positive is
    nearer to negative (Balntas and others 2016)."""
    far = distance(anchor, negative)
    if swap:
        far = F.minimum(far, distance(positive, negative))
    return F.clamp_min(margin + distance(anchor, positive) - far, 0)


class TripletMarginWithDistanceLoss(Loss):
    """triplet_margin_with_distance_loss(anchor, positive, negative, distance_function, margin, swap, reduction): the
    triplet margin loss of any distance, which is the Euclidean one unless a function is given."""

    samples = [(P, Q, R), (P, Q, R, None, 2.0), (P, Q, R, None, 1.0, True), (P, Q, R, None, 1.0, False, "sum"),
               (P, Q, R, lambda a, b: ((a - b) ** 2).sum(-1))]
    errors = [(P, [1.0, 2.0], R), (P, Q, R, "text")]

    def compose(F, anchor, positive, negative, *, distance_function: Function = None, margin: Number = 1.0,
                swap: Flag = False, reduction: REDUCTION = "mean"):
        if not len(anchor.shape) == len(positive.shape) == len(negative.shape):
            raise ShapeFault("triplet_margin_with_distance_loss needs anchor, positive and negative of as many "
                             "dimensions")
        distance = distance_function or F.pairwise_distance
        return reduced(F, margin_excess(F, distance, anchor, positive, negative, margin, swap), reduction)


class MultiMarginLoss(Loss):
    """multi_margin_loss(input, target, p, margin, weight, size_average, reduce, reduction): for each row, the mean over
    classes of what they lack, to the power p, to be a margin below the class that target names."""

    one_call = "named"
    first_order_only = True
    samples = [(P, np.array([0, 1])), (P, np.array([0, 1]), 2), (P, np.array([0, 1]), 1, 2.0),
               (P, np.array([0, 1]), 1, 1.0, np.array([0.5, 2.0])),
               *((P, np.array([0, 1]), 1, 1.0, None, *args) for args in REDUCTIONS), ([0.7, 1.5, -2.0], np.array(1))]
    errors = [(P, np.array([0, 2])), (P, np.array([0, 1]), 3), (P, np.array([0]))]

    def compose(F, input, target: Array, p: Number = 1, margin: Number = 1.0, weight: Array = None,
                size_average: Flag = None, reduce: Flag = None, reduction: REDUCTION = "mean"):
        loss = F.class_margins(input, target, p, margin, weight)
        loss = F.reshape(loss, ()) if len(target.shape) == 0 else loss
        return F.renamed(reduced(F, loss, reduction_of(size_average, reduce, reduction)), "MultiMarginLossBackward0")


class ClassMargins(Kernel):
    """class_margins(input, target, p, margin, weight): the loss of each row of multi_margin_loss."""

    fixed = ("weight",)
    first_order_only = True
    samples = [(P, np.array([0, 1]), 2, 1.0, np.array([0.5, 2.0])), ([0.7, 1.5, -2.0], np.array([1]), 1, 1.0, None)]
    errors = [(P, np.array([0, 2]), 1, 1.0, None)]

    def forward(input: Array, target: Array, p: Number, margin: Number, weight: ArrayOrNone):
        rows, target = _rows("multi_margin_loss", input, target)
        if p not in (1, 2):
            raise ValueFault("only p == 1 and p == 2 supported")
        if target.size and not (np.minimum.reduce(target) >= 0 and np.maximum.reduce(target) < rows.shape[1]):
            raise ShapeFault("target out of range")
        lack = _lacks(rows, target, margin)
        lack = lack if p == 1 else lack * lack
        lack = lack if weight is None else lack * weight[target][:, None]
        return np.divide(np.add.reduce(lack, 1), constant(rows.shape[1], rows.dtype))

    def grad_input(F, g, input, target, p, margin, weight, input_shape):
        return F.class_margins_back(g, input, target, p, margin, weight)


def _rows(name, input, target):
    """Input as rows and target as one class a row."""
    rows = input.reshape(1, -1) if input.ndim < 2 else input
    target = target.reshape(-1)
    if rows.ndim != 2 or rows.shape[0] != target.size:
        raise ShapeFault(f"{name}(): inconsistent target size: {list(target.shape)} for an input of "
                         f"{list(input.shape)}").saying(
            f"{name}: target tensor should be 1-D with size equal to the number of input samples (batch size). "
            "Expected "
            f"target size [{rows.shape[0]}], but got {list(target.shape)}. Input has shape {list(input.shape)}.")
    return rows, target


def _lacks(rows, target, margin):
    """For each class but the right one, what it lacks to be a margin below it."""
    right = np.add(np.arange(0, rows.size, max(rows.shape[1], 1)), target)
    lack = margin - rows.take(right)[:, None] + rows
    lack = np.fmax(lack, ZERO[lack.dtype], lack).astype(rows.dtype, copy=False)      # 0 of nan
    lack.put(right, 0)
    return lack


class ClassMarginsBack(Kernel):
    """class_margins_back(g, input, target, p, margin, weight): the gradient of class_margins by its input."""

    samples = [([1.0, 2.0], np.array(P), np.array([0, 1]), 2, 1.0, None)]
    errors = [("text", P, np.array([0, 1]), 1, 1.0, None)]

    def forward(g: Array, input: Array, target: Array, p: Number, margin: Number, weight: ArrayOrNone):
        rows, target = _rows("multi_margin_loss", input, target)
        lack = _lacks(rows, target, margin)
        slope = np.greater(lack, ZERO[rows.dtype]).astype(rows.dtype) if p == 1 else 2 * lack
        slope *= rows.dtype.type(1 / rows.shape[1]) if rows.shape[1] else 1
        slope = slope if weight is None else slope * weight[target][:, None]
        right = np.add(np.arange(0, rows.size, max(rows.shape[1], 1)), target)
        slope.put(right, np.subtract(ZERO[rows.dtype], np.add.reduce(slope, 1)))
        slope *= g.reshape(-1, 1)
        return slope.reshape(input.shape)

    def grad_g(F, g, input, target, p, margin, weight, g_shape):
        slopes = F.class_margins_back(F.ones(tuple(g_shape), dtype=g.dtype), input, target, p, margin, weight)
        return F.reshape(F.sum(g * slopes, -1), tuple(g_shape))


class MultilabelMarginLoss(Loss):
    """multilabel_margin_loss(input, target, size_average, reduce, reduction): for each row, the mean of what every
    class that target does not list lacks to be 1 below every class it lists; lists end at the first -1."""

    one_call = "named"
    samples = [(NEAR, np.array([[1, -1], [0, 1]])), ([1.1, 2.0, 2.7], np.array([0, 2, -1])),
               *((NEAR, np.array([[1, -1], [0, -1]]), *args) for args in REDUCTIONS)]
    errors = [(P, np.array([0, 1])), (P, np.array([[2, 0], [0, 1]]))]

    def compose(F, input, target: Array, size_average: Flag = None, reduce: Flag = None, reduction: REDUCTION = "mean"):
        listed = F.listed_classes(target, input)
        rows = F.reshape(input, (-1, input.shape[-1] if input.shape else 1))
        gap = 1 - F.unsqueeze(rows, 2) + F.unsqueeze(rows, 1)
        counted = F.unsqueeze(listed, 2) * (1 - F.clamp_max(F.unsqueeze(listed, 1), 1))
        gap = F.where(F.isfinite(gap) | (gap > 0) & (counted > 0), gap, 0)
        shortfall = F.leaky_relu(gap, 0.0)        # 0 times a gradient that is nan is nan, unlike that of relu
        loss = F.sum(shortfall * counted, (1, 2)) / rows.shape[1]
        loss = F.reshape(loss, ()) if len(input.shape) < 2 else loss
        loss = reduced(F, loss, reduction_of(size_average, reduce, reduction))
        return F.renamed_keeping(loss, "MultilabelMarginLossBackward0", (input,))


class ListedClasses(Kernel):
    """listed_classes(target, input): for each class of each row of input, how often target lists it before its
    first -1."""

    samples = [(np.array([[1, -1], [0, 1]]), P)]
    errors = [(np.array([[2, 0], [0, 1]]), P)]

    def forward(target: Array, input: Array):
        if target.shape != input.shape:
            raise ShapeFault(f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}")
        rows = target.reshape(-1, target.shape[-1] if target.ndim else 1)
        if rows.size and not -1 <= rows.min() <= rows.max() < rows.shape[1]:
            raise ShapeFault("multilabel_margin_loss(): target is out of range")
        valid = np.logical_and.accumulate(rows >= 0, axis=1)
        listed = np.zeros(rows.shape, input.dtype)
        row, place = np.nonzero(valid)
        np.add.at(listed, (row, rows[row, place]), 1)       # what is listed twice counts twice
        return listed


class MultilabelSoftMarginLoss(Loss):
    """multilabel_soft_margin_loss(input, target, weight, size_average, reduce, reduction): the mean over classes of
    the binary cross entropy of sigmoid(input)."""

    samples = [(P, np.array([[1.0, 0.0], [0.0, 1.0]])), (P, Q, np.array([0.5, 2.0])),
               *((P, np.array([[1.0, 0.0], [0.0, 1.0]]), None, *args) for args in REDUCTIONS)]
    errors = [(P, [1.0, 2.0, 3.0]), (P, "text")]

    def compose(F, input, target, weight: Array = None, size_average: Flag = None, reduce: Flag = None,
                reduction: REDUCTION = "mean"):
        loss = -(target * F.logsigmoid(input) + (1 - target) * F.logsigmoid(-input))
        loss = loss if weight is None else loss * weight
        loss = F.sum(loss, max(len(input.shape) - 1, 0)) / (input.shape[-1] if input.shape else 1)
        return reduced(F, loss, reduction_of(size_average, reduce, reduction))
