"""Rows of a table, looked up by number, alone or in bags."""

import numpy as np

from gradcli.engine import large
from gradcli.engine.autograd.dispatch import here
from gradcli.engine.autograd.signature import Array, ArrayOrNone, Flag, Index, Int, Number, Plain, Text
from gradcli.engine.messages.arguments import type_text
from gradcli.engine.tensor.dtypes import OF
from gradcli.engine.tensor.tensor import Tensor, note_write
from gradcli.engine.tensor.write_gate import writing
from gradcli.faults.arguments import RefusedValue
from gradcli.faults.mistakes import FailedAssertion
from gradcli.faults.tree import ArgumentFault, IndexFault, ShapeFault, TypeFault, ValueFault
from gradcli.ops.arrays import FEW, min_and_max
from gradcli.ops.base import Functional, Kernel

BAG_MODE = Text("sum", "mean", "max", fault=RefusedValue, message="mode has to be one of sum, mean or max")
TABLE = [[1.0, -2.0], [0.5, 5.0], [3.0, 0.1]]
PICKS = np.array([[0, 2, 0], [1, 1, 2]])
STARTS = np.array([0, 2])
FLAT = np.array([0, 2, 1, 1, 0])


class Embedding(Functional):
    """embedding(input, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse): for each whole number the
    row of weight it counts to; the row at padding_idx gets no gradient; rows longer than max_norm are shortened."""

    ignored_options = ("sparse",)
    gradient_only_samples = [(PICKS, TABLE, 1), (PICKS, TABLE, -1), (PICKS, TABLE, None, None, 2.0, True)]
    samples = [(PICKS, TABLE), (PICKS, np.array(TABLE), None, 1.0), (PICKS, np.array(TABLE), None, 1.0, 1.0)]
    errors = [(np.array([3]), TABLE), (np.array([0.5]), TABLE), (PICKS, TABLE, 7)]

    def compose(F, input: Index, weight: Array, padding_idx: Int = None, max_norm: Number = None,
                norm_type: Number = 2.0, scale_grad_by_freq: Flag = False, sparse: Flag = False):
        if len(weight.shape) != 2:
            raise ShapeFault("'weight' must be 2-D")
        if padding_idx is not None and not -weight.shape[0] <= padding_idx < weight.shape[0]:
            raise FailedAssertion("Padding_idx must be within num_embeddings")
        if max_norm is not None:
            renormalize_rows(F, weight, input, max_norm, norm_type)
        at = -1 if padding_idx is None else padding_idx % weight.shape[0]
        return F.embedding_rows(weight, input, at, scale_grad_by_freq)


def renormalize_rows(F, weight, input, max_norm, norm_type):
    """Shorten those rows of weight that are longer than max_norm, which what was computed from it is to notice."""
    F.renorm_rows(weight, input, max_norm, norm_type)
    if isinstance(weight, Tensor):
        note_write(weight, "embedding with max_norm", here())


class EmbeddingRows(Kernel):
    """embedding_rows(weight, input, padding_idx, scale_grad_by_freq): the rows of weight that input counts to."""

    modern_names = "EmbeddingBackward0"
    legacy_names = "torch.nn._functions.thnn.sparse.Embedding"
    samples = [(TABLE, PICKS, -1, False)]
    errors = [(TABLE, np.array([3]), -1, False)]

    def forward(weight: Array, input: Index, padding_idx: Int, scale_grad_by_freq: Flag):
        check_embedding(weight, input)
        return weight.take(input, 0)

    def grad_weight(F, g, input, padding_idx, scale_grad_by_freq, weight_shape):
        return F.rows_back(g, input, weight_shape[0], padding_idx, scale_grad_by_freq)


def check_embedding(weight, input):
    """Refuse what does not count to a row."""
    if weight.ndim != 2:
        raise ShapeFault("'weight' must be 2-D")
    if input.dtype not in (np.int64, np.int32):
        raise TypeFault(f"embedding(): Expected indices of scalar type Long or Int, but got {input.dtype}: rows are "
                        "looked up by whole numbers", "x.long()").saying(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"torch.{OF[input.dtype].era}Tensor instead (while checking arguments for embedding)")
    least, most = min_and_max(input) if input.size else (0, -1)
    if least < 0 or most >= len(weight):
        bad = most if most >= len(weight) else least
        raise IndexFault(f"index out of range in self: {bad}, where rows are 0 to {len(weight) - 1}").saying(
            "index out of range in self")


class RowsBack(Kernel):
    """rows_back(input, at, count, padding_idx, scale_grad_by_freq): zeros of `count` rows, with each row of input added
    at the row that `at` names; divided by how often that is named, if asked; none at padding_idx."""

    samples = [([[1.0, 2.0], [3.0, 4.0]], np.array([1, 1]), 3, -1, False),
               ([[1.0, 2.0], [3.0, 4.0]], np.array([1, 1]), 3, -1, True),
               ([[1.0, 2.0], [3.0, 4.0]], np.array([0, 1]), 3, 1, False)]
    errors = [("text", np.array([0]), 3, -1, False)]
    modern_names = "EmbeddingDenseBackwardBackward0"

    def forward(input: Array, at: Index, count: Int, padding_idx: Int, scale_grad_by_freq: Flag):
        picks, rows = at.reshape(-1), input.reshape(at.size, input.shape[-1])
        if scale_grad_by_freq and at.size:
            rows = rows * (1 / np.bincount(picks)[picks, None]).astype(input.dtype)
        if input.size <= FEW:
            total = np.zeros((count, input.shape[-1]), input.dtype)
            np.add.at(total, picks, rows)
        else:
            total = large.scatter.summed_rows((count, input.shape[-1]), picks, rows)
        if padding_idx >= 0:
            total[padding_idx] = 0
        return total

    def grad_input(F, g, at, count, padding_idx, scale_grad_by_freq):
        back = F.embedding_rows(g, at, -1, False)
        if padding_idx >= 0:
            back = F.where(F.unsqueeze(at == padding_idx, -1), 0, back)
        if scale_grad_by_freq:      # which PyTorch leaves out
            often = F.rows_back(F.ones_like(back), at, count, -1, False)
            back = back / F.embedding_rows(often, at, -1, False)
        return back


class RenormRows(Kernel):
    """renorm_rows(weight, input, max_norm, norm_type): make those rows of weight that input counts to and that are
    longer than max_norm that long, in place."""

    samples = [(np.array(TABLE), PICKS, 1.0, 2.0)]
    errors = [("text", PICKS, 1.0, 2.0)]

    def forward(weight: Array, input: Index, max_norm: Number, norm_type: Number):
        check_embedding(weight, input)
        rows = np.unique(input)
        length = np.add.reduce(np.abs(weight[rows]) ** norm_type, axis=1, keepdims=True) ** (1.0 / norm_type)
        writing(weight)[rows] *= np.where(length > max_norm, max_norm / (length + 1e-7), 1).astype(weight.dtype)


class EmbeddingBag(Functional):
    """embedding_bag(input, weight, offsets, max_norm, norm_type, scale_grad_by_freq, mode, sparse, \
per_sample_weights, include_last_offset, padding_idx): the sum, mean or max of the rows that each bag of numbers counts
    to. Bags are the rows of a 2-d input, or pieces of a 1-d one that begin at `offsets`."""

    one_call = "named"
    ignored_options = ("sparse",)
    gradient_only_samples = [(FLAT, TABLE, STARTS, None, 2.0, True), (FLAT, TABLE, STARTS, None, 2.0, True, "sum")]
    samples = [(PICKS, TABLE), (FLAT, TABLE, STARTS), (FLAT, TABLE, STARTS, None, 2.0, False, "sum"),
               (FLAT, TABLE, STARTS, None, 2.0, False, "max"), (FLAT, np.array(TABLE), STARTS, 1.0),
               (FLAT, np.array(TABLE), STARTS, 1.0, 1.0),
               (FLAT, TABLE, STARTS, None, 2.0, False, "sum", False, [0.5, 1.0, 2.0, -1.0, 0.3]),
               (FLAT, TABLE, np.array([0, 2, 5]), None, 2.0, False, "mean", False, None, True),
               (PICKS, TABLE, None, None, 2.0, False, "mean", False, None, False, 1)]
    errors = [(np.array([7]), TABLE, np.array([0])), (FLAT, TABLE), (PICKS, TABLE, STARTS),
              (FLAT, TABLE, STARTS, None, 2.0, False, "mean", False, [0.5, 1.0, 2.0, -1.0, 0.3])]

    def compose(F, input: Index, weight: Array, offsets: Index = None, max_norm: Number = None, norm_type: Number = 2,
                scale_grad_by_freq: Flag = False, mode: BAG_MODE = "mean", sparse: Flag = False,
                per_sample_weights: Array = None, include_last_offset: Flag = False, padding_idx: Int = None):
        if (len(input.shape) == 2) == (offsets is not None) or len(input.shape) not in (1, 2):
            raise ValueFault("embedding_bag() takes a 2-d input, whose rows are bags, or a 1-d input and the offsets "
                             "at which its bags begin", "F.embedding_bag(x, weight, torch.tensor([0]))").saying(
                f"input has to be 1D or 2D Tensor, but got Tensor of dimension {len(input.shape)}"
                if len(input.shape) not in (1, 2) else "offsets has to be a 1D Tensor but got None" if offsets is None
                else "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length "
                f"sequences. However, found offsets of type {type_text(offsets)}")
        if per_sample_weights is not None and mode != "sum":
            raise ArgumentFault("embedding_bag: per_sample_weights was not None. per_sample_weights is only supported "
                                "for mode='sum'", "mode='sum'")
        if max_norm is not None:
            renormalize_rows(F, weight, input, max_norm, norm_type)
        at = -1 if padding_idx is None else padding_idx % weight.shape[0]
        flat, places = F.bag_layout(input, offsets, include_last_offset, at)
        rows = F.embedding_rows(weight, flat, at, scale_grad_by_freq)
        if mode == "max":
            return F.renamed(F.greatest_of_bags(rows, places), "EmbeddingBagBackward0")
        if per_sample_weights is not None:
            rows = rows * F.unsqueeze(F.reshape(per_sample_weights, (-1,)), 1)
        return F.renamed(F.sum_of_bags(rows, places, mode == "mean"), "EmbeddingBagBackward0")


class BagLayout(Kernel):
    """bag_layout(input, offsets, include_last_offset, padding_idx): the numbers of all bags in a row, and the bag of
    each: how many bags there are is the last entry; -1 for a number that stands for padding."""

    samples = [(FLAT, STARTS, False, -1), (PICKS, None, False, 1)]
    errors = [(FLAT, np.array([1]), False, -1)]

    def forward(input: Index, offsets: ArrayOrNone, include_last_offset: Flag, padding_idx: Int):
        if offsets is None:
            count = input.shape[0]
            bags = np.repeat(np.arange(count), input.shape[1])
        else:
            if offsets.size and offsets[0] != 0:
                raise ShapeFault("offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from "
                                 f"position 0. However, got {offsets[0]}")
            count = offsets.size - bool(include_last_offset)
            if include_last_offset:
                offsets = offsets[:-1]
            bags = np.searchsorted(offsets, np.arange(input.size), side="right") - 1
        flat = input.reshape(-1)
        return flat.copy(), np.append(np.where(flat == padding_idx, -1, bags), count)


class SumOfBags(Kernel):
    """sum_of_bags(input, places, average): for each bag the sum or mean of the rows that belong to it; zeros for
    none."""

    samples = [(TABLE, np.array([0, 0, 1, 3]), False), (TABLE, np.array([0, 0, 1, 3]), True)]
    errors = [("text", np.array([0]), False)]

    def forward(input: Array, places: Index, average: Flag):
        total = np.zeros((int(places[-1]), input.shape[1]), input.dtype)
        bags = places[:-1]
        in_bag = bags >= 0
        np.add.at(total, bags[in_bag], input[in_bag])
        return total / bag_sizes(places, input.dtype) if average else total

    def grad_input(F, g, places, average):
        return F.back_from_bags(g, places, average)


def bag_sizes(places, dtype):
    """The number of rows of each bag, at least 1."""
    bags = places[:-1]
    return np.maximum(np.bincount(bags[bags >= 0], minlength=int(places[-1])), 1)[:, None].astype(dtype)


class BackFromBags(Kernel):
    """back_from_bags(input, places, average): for each member of a bag the bag's row, divided by the bag's size if
    asked; zeros for padding."""

    samples = [([[1.0, 2.0], [0.5, 3.0]], np.array([0, 0, -1, 1, 2]), True)]
    errors = [("text", np.array([0]), False)]

    def forward(input: Array, places: Index, average: Flag):
        share = input / bag_sizes(places, input.dtype) if average else input
        bags = places[:-1]
        return np.where((bags >= 0)[:, None], share[bags] if len(share) else 0, input.dtype.type(0)).astype(input.dtype)

    def grad_input(F, g, places, average):
        return F.sum_of_bags(g, places, average)


class GreatestOfBags(Kernel):
    """greatest_of_bags(input, places): for each bag the greatest number in each column of its rows; zeros for none."""

    linked = False
    samples = [(TABLE, np.array([0, 0, 1, 3]))]
    errors = [("text", np.array([0]))]

    def forward(input: Array, places: Index):
        total = np.full((int(places[-1]), input.shape[1]), -np.inf, input.dtype)
        bags = places[:-1]
        in_bag = bags >= 0
        np.maximum.at(total, bags[in_bag], input[in_bag])
        return np.where(np.isin(np.arange(len(total)), bags)[:, None], total, 0).astype(input.dtype)

    def grad_input(F, g, input, places, out):
        # the first member of a bag that holds the greatest number gets all of the gradient
        first = F.first_of_bags(input, out, places)
        return F.where(first, F.back_from_bags(g, places, False), 0)


class FirstOfBags(Kernel):
    """first_of_bags(input, best, places): whether a member is the first of its bag to hold the best number."""

    samples = [(np.array(TABLE), np.array([[1.0, 5.0], [3.0, 0.1]]), np.array([0, 0, 1, 2]))]
    errors = [("text", TABLE, np.array([0]))]

    def forward(input: Array, best: Array, places: Plain):
        bags = places[:-1]
        ties = (input == best[bags]) & (bags >= 0)[:, None]
        marks = np.zeros(input.shape, bool)
        earliest = np.full(best.shape, len(input))
        row, column = np.nonzero(ties)
        np.minimum.at(earliest, (bags[row], column), row)
        first = earliest[bags[row], column] == row
        marks[row[first], column[first]] = True
        return marks
