"""Order: sorting, the greatest few, places in sorted sequences, membership."""

import math

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array, Dim, Flag, Int, Operand, Text
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, OF
from gradcli.engine.tensor.methods import axis
from gradcli.faults.arguments import RefusedAtRunTime
from gradcli.faults.tree import ShapeFault, TypeFault, ValueFault
from gradcli.ops.arrays import elements_along, laid_out_like
from gradcli.ops.introsort import picked, reordered, top_places
from gradcli.ops.reduction.picking import scatter_to_input
from gradcli.ops.reduction.reduce import GRID

SIDE = Text("left", "right", fault=RefusedAtRunTime,
            message="torch.searchsorted(): side can only be 'left' or 'right' but got {}")
BOUNDS = np.array([1.0, 3.0, 5.0])


def stable_argsort(array, dim, descending):
    """The places of elements in order along `dim`; equal ones stay as they stood, nan counts as greatest."""
    at = axis(dim, array.ndim)
    if not array.ndim:
        return np.zeros((), np.int64)
    if not descending:
        return array.argsort(at, "stable")
    reverse = (slice(None),) * at + (slice(None, None, -1),)
    back = array[reverse].argsort(at, "stable")
    return np.ascontiguousarray(np.subtract(array.shape[at] - 1, back)[reverse])


def pytorch_argsort(array, dim, descending, stable):
    """The places of elements in order; those of equal ones lie as PyTorch leaves them unless `stable`."""
    order = stable_argsort(array, dim, descending)
    return order if stable or Current.legacy else reordered(array, order, axis(dim, array.ndim))


FEW = 16    # how many times more elements there must be than are wanted, for a partition to be worth it


def topk_places(array, k, dim, largest):
    """The places of the k elements that come first in order along `dim`."""
    at = axis(dim, array.ndim)
    if not array.ndim:
        return np.zeros((), np.int64)
    part = (slice(None),) * at + (slice(k),)
    n = array.shape[at]
    if not 0 < k * FEW <= n:
        return np.ascontiguousarray(stable_argsort(array, dim, largest)[part])
    some = np.argpartition(array, n - k if largest else k - 1, axis=at)
    some = np.sort(np.flip(some, at)[part] if largest else some[part], axis=at)
    return np.take_along_axis(some, stable_argsort(np.take_along_axis(array, some, at), dim, largest), at)


def take_along(array, order, dim):
    """The elements at places `order` along `dim`."""
    return elements_along(array, order, axis(dim, array.ndim)) if array.ndim else array.copy()


class Sort(Op):
    """sort(input, dim, descending, stable): the elements in order along `dim`, and where they stood; equal ones keep
    their order with `stable`, or in rows of up to 16."""

    linked, opmath = False, True
    unsaved_outputs = (0,)
    returns = ("values", "indices")
    legacy_names = "tensor.Sort"
    modern_names = ("SortBackward0", "SortBackward1")
    ignored_options = ("stable",)
    samples = [(GRID,), (GRID, 0), (GRID, 1, True), ([2.0, 1.0, 3.0], -1, True)]
    errors = [(GRID, 5), ("text",)]

    def variant(input, dim, descending, stable):
        return int(stable is not None)

    def forward(input: Array, dim: Dim = -1, descending: Flag = False, *, stable: Flag = None):
        order = pytorch_argsort(input, dim, descending, stable)
        return laid_out_like(take_along(input, order, dim), input), laid_out_like(order, input)

    def grad_input(F, g, out, dim, input_shape):
        return scatter_to_input(F, g, out[1], dim, True, input_shape)


class Argsort(Op):
    """argsort(input, dim, descending, stable): where the elements stand that are first, second, ... along `dim`."""

    opmath = True
    ignored_options = ("stable",)
    samples = [(GRID,), (GRID, 0), (GRID, 1, True)]
    errors = [(GRID, 5), ("text",)]

    def forward(input: Array, dim: Dim = -1, descending: Flag = False, *, stable: Flag = False):
        return laid_out_like(pytorch_argsort(input, dim, descending, stable), input)


class Msort(Op):
    """msort(input): the elements in order along the first dimension."""

    samples = [(GRID,)]

    def compose(F, input):
        return F.sort(input, 0)[0]


class Topk(Op):
    """topk(input, k, dim, largest, sorted): the k greatest or least elements along `dim`, and where they stand; which
    of equal ones, and in which order unsorted ones, is as the C++ library selects them."""

    linked, opmath = False, True
    unsaved_outputs = (0,)
    returns = ("values", "indices")
    legacy_names = "tensor.Topk"
    samples = [(GRID, 2), (GRID, 1, 0), (GRID, 2, 1, False), ([1.0, 4.0, 2.0, 3.0], 3, -1, True, False)]
    errors = [(GRID, 9), (GRID, 1, 5), ("text", 1)]

    def forward(input: Array, k: Int, dim: Dim = -1, largest: Flag = True, sorted: Flag = True):
        at = axis(dim, input.ndim)
        if not 0 <= k <= (input.shape[at] if input.ndim else 1):
            raise ShapeFault("topk(): selected index k out of range",
                             (f"x.topk({input.shape[at] if input.ndim else 1})", "the most there are")
                             ).saying("selected index k out of range")
        if input.dtype.kind == "b":
            raise TypeFault("topk does not support bool dtypes on CPU", ("x.int().topk(1)", "of ones and zeros"))
        order = topk_places(input, k, dim, largest)
        if Current.legacy and not sorted and input.ndim:
            order = np.sort(order, axis=at)
        elif not Current.legacy and k:
            order = picked(input, at, order, lambda items: top_places(items, k, largest, sorted), not sorted)
        return take_along(input, order, dim), order

    def grad_input(F, g, out, dim, input_shape):
        return scatter_to_input(F, g, out[1], dim, True, input_shape)


def insertion_places(sequence, values, right):
    """The insertion index of each value in a sorted sequence: before its equals, or after them with `right`."""
    if not sequence.ndim:
        raise ShapeFault("searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but "
                         "the boundaries have none")
    if sequence.ndim == 1:
        return bisect_row(sequence, values, right)
    if sequence.shape[:-1] != values.shape[:-1]:
        raise ShapeFault("searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of "
                         f"boundaries tensor and input value tensor must match, but got {list(sequence.shape)} and "
                         f"{list(values.shape)}").saying(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
            "tensor and input value tensor must match, but we got boundaries tensor "
            f"{list(sequence.shape)} and input value tensor {list(values.shape)}")
    count = math.prod(sequence.shape[:-1])
    rows = zip(sequence.reshape(count, sequence.shape[-1]), values.reshape(count, values.shape[-1]), strict=True)
    positions = [bisect_row(row, keys, right) for row, keys in rows]
    return np.array(positions, np.int64).reshape(values.shape)


def bisect_row(row, values, right):
    """Where each value would go in one sorted row. Whatever is compared with nan lies to the right of it, as in
    PyTorch; numpy takes nan for the greatest number."""
    if not (contains_nan(row) or contains_nan(values)):
        return np.searchsorted(row, values, "right" if right else "left")
    low, high = np.zeros(values.shape, np.int64), np.full(values.shape, row.size, np.int64)
    while (open := low < high).any():
        middle = (low + high) >> 1
        here = row[np.minimum(middle, row.size - 1)]
        stays = here > values if right else here >= values
        low, high = np.where(open & ~stays, middle + 1, low), np.where(open & stays, middle, high)
    return low


def contains_nan(array):
    """Whether nan is among the elements."""
    return array.dtype.kind in FLOAT_KINDS and bool(np.isnan(array).any())


class Searchsorted(Op):
    """searchsorted(sorted_sequence, input, out_int32, right, side, sorter): where elements of input would go in sorted
    rows: before their equals, or after them with `right`."""

    opmath = True
    method = False
    samples = [(BOUNDS, np.array([[3.0, 6.0]])), (BOUNDS, 4.0), (BOUNDS, 3.0, True), (BOUNDS, 3.0, False, True),
               (BOUNDS, 3.0, False, False, "right"),
               (np.array([5.0, 1.0, 3.0]), np.array([4.0]), False, False, None, np.array([1, 2, 0]))]
    errors = [(np.ones((2, 2)), np.ones((3, 3))), (BOUNDS, "text"), (BOUNDS, 1.0, False, True, "left")]

    def forward(sorted_sequence: Array, input: Operand, *, out_int32: Flag = False, right: Flag = False,
                side: SIDE = None, sorter: Array = None):
        if side == "left" and right:
            raise ValueFault("searchsorted(): side and right can't be set to opposites, got side of left while right "
                             "was True", "torch.searchsorted(sorted, x, side='right')")
        if sorter is not None:
            if sorter.shape != sorted_sequence.shape:
                raise ShapeFault("searchsorted(): boundary and sorter must have the same size, but got boundary tensor "
                                 f"{list(sorted_sequence.shape)} and got sorter tensor {list(sorter.shape)}")
            sorted_sequence = np.take_along_axis(sorted_sequence, sorter, -1)
        positions = insertion_places(sorted_sequence, np.asarray(input), right or side == "right")
        return np.asarray(positions).astype(np.int32 if out_int32 else np.int64)


class Bucketize(Op):
    """bucketize(input, boundaries, out_int32, right): the bucket of each element, between sorted boundaries."""

    opmath = True
    samples = [(GRID, BOUNDS), (3.0, BOUNDS), (GRID, BOUNDS, True), (3.0, BOUNDS, False, True)]
    errors = [(GRID, np.ones((2, 2))), (GRID, "text")]

    def forward(input: Operand, boundaries: Array, *, out_int32: Flag = False, right: Flag = False):
        if boundaries.ndim != 1:
            raise ShapeFault(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
        positions = insertion_places(boundaries, np.asarray(input), right)
        return np.asarray(positions).astype(np.int32 if out_int32 else np.int64)


class Isin(Op):
    """isin(elements, test_elements, assume_unique, invert): whether each element is among the test elements."""

    opmath = True
    method = False
    ignored_options = ("assume_unique",)
    samples = [(GRID, np.array([1.0, 5.0])), (GRID, 3.0), (3.0, GRID), (GRID, 3.0, False, True)]
    errors = [(GRID, "text"), ("text", GRID)]

    def forward(elements: Operand, test_elements: Operand, *, assume_unique: Flag = False, invert: Flag = False):
        for a in (elements, test_elements):
            if type(a) is np.ndarray and a.dtype.kind in "bc":
                raise TypeFault(f"Unsupported input type encountered for isin(): {OF[a.dtype].era}",
                                ("torch.isin(x.int(), y.int())", "of ones and zeros") if a.dtype.kind == "b" else ())
        return np.asarray(np.isin(elements, test_elements, invert=invert))
