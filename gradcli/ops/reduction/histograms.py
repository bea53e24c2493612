"""How often: histograms, counts of whole numbers, distinct elements."""

import math

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array, Dim, DimOrTensor, Flag, Int, Number, Numbers
from gradcli.engine.tensor.conversion import to_element
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, OF
from gradcli.engine.tensor.methods import axis
from gradcli.faults.mistakes import UnfitValue, UnimplementedDerivative
from gradcli.faults.tensors import UnimplementedType
from gradcli.faults.tree import ShapeFault, ValueFault
from gradcli.ops.arrays import SMALL
from gradcli.ops.creation.create import linspace_array
from gradcli.ops.dtype_checks import check_dtypes
from gradcli.ops.reduction.reduce import GRID

COUNTED = np.array([1, 2, 2, 5])
REPEATED = np.array([[1.0, 2.0, 2.0], [1.0, 2.0, 2.0], [3.0, 2.0, 1.0]])


def bounds(array, low, high, name, room):
    """The range of a histogram: as given; where both ends are equal that of the elements, with `room` if these are."""
    if low == high and array.size:
        low, high = float(array.min()), float(array.max())
    if low == high:
        low, high = low - room, high + room
    if not (math.isfinite(low) and math.isfinite(high)):
        subject = "torch.histc: range of" if name == "histc" else "torch.histogramdd: dimension 0's range"
        raise UnfitValue(f"{subject} [{low:g}, {high:g}] is not finite", "x.clamp(-1000, 1000)")
    if low > high:
        raise UnfitValue(f"torch.{name}: max must be larger than min")
    return low, high


class Histc(Op):
    """histc(input, bins, min, max): how many elements fall into each of `bins` equal steps from min to max; where both
    are equal, from the least to the greatest element."""

    opmath = True
    samples = [(GRID, 4), (GRID, 4, -3, 3), (GRID, 4, -7.0), (GRID,)]
    errors = [(GRID, 0), (GRID, 3, 5, 1), ("text",)]

    def result_size(input, bins=100, *_):
        return bins

    def forward(input: Array, bins: Int = 100, min: Number = 0, max: Number = 0):
        if bins <= 0:
            raise UnfitValue(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0", "x.histc(10)")
        if input.dtype.kind not in FLOAT_KINDS:
            raise UnimplementedType(f"histc() needs a floating tensor, not {OF[input.dtype].name}", "x.float().histc()"
                                    ).saying(f'"histogram_cpu" not implemented for \'{OF[input.dtype].era}\'')
        low, high = bounds(input, to_element(min, input.dtype), to_element(max, input.dtype), "histc", 1)
        inside = input[(input >= low) & (input <= high)]
        steps = (inside - input.dtype.type(low)) * input.dtype.type(bins) / input.dtype.type(high - low)
        return np.bincount(np.minimum(steps.astype(np.int64), bins - 1), minlength=bins).astype(input.dtype)


class Histogram(Op):
    """histogram(input, bins, range, weight, density): how much falls between neighbouring edges, and the edges: `bins`
    equal steps over the range, or the edges themselves."""

    returns = ("hist", "bin_edges")
    samples = [(GRID, 4), (GRID, np.array([-6.0, 0.0, 2.0, 6.0])), (GRID, 4, (0.0, 4.0)), (GRID, 4, None, GRID),
               (GRID, 4, None, None, True)]
    errors = [(GRID, 0), ("text", 4), (GRID, 4, None, [1.0])]

    def forward(input: Array, bins: DimOrTensor, *, range: Numbers = None, weight: Array = None, density: Flag = False):
        edges = bins if isinstance(bins, np.ndarray) else edges_for(input, bins, range)
        check_dtypes("torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with "
                     "dtype {c[0]} and bins for dimension 0 with dtype {c[1]}", input, edges)
        if weight is not None:
            check_dtypes("torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have "
                         "the same dtype, but got input({c[0]}), and weight({c[1]})", input, weight)
        if edges.ndim != 1 or not edges.size:
            raise ShapeFault("histogram(): the edges of bins are a vector with an element at least")
        if weight is not None and weight.shape != input.shape:
            raise ShapeFault("histogram(): if weight tensor is provided it should have the same shape as the input "
                             f"tensor excluding its innermost dimension, but got {list(weight.shape)}")
        flat = input.reshape(-1)
        keep = (flat >= edges[0]) & (flat <= edges[-1])
        at = np.minimum(np.searchsorted(edges, flat[keep], "right") - 1, len(edges) - 2)
        heavy = None if weight is None else weight.reshape(-1)[keep]
        hist = np.bincount(at, heavy, minlength=len(edges) - 1)
        hist, edges = hist.astype(input.dtype), edges.astype(input.dtype)
        return hist / hist.sum() / np.diff(edges) if density else hist, edges


def edges_for(array, bins, span):
    """The edges of `bins` equal steps."""
    if type(bins) is not int or bins < 1:
        raise UnfitValue(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0", "x.histogram(10)")
    low, high = span or ((0.0, 0.0) if array.size else (0.0, 1.0))
    low, high = bounds(array, low, high, "histogram", 0.5)
    return linspace_array(low, high, bins + 1, array.dtype)


class Bincount(Op):
    """bincount(input, weights, minlength): how often each whole number from 0 on occurs, or the sum of its weights."""

    samples = [(COUNTED,), (COUNTED, [0.5, 1.0, 2.0, 4.0]), (COUNTED, None, 8)]
    errors = [([1.0],), (np.array([-1]),), (COUNTED, [1.0]), (np.array([[1]]),)]

    def result_size(input, weights=None, minlength=0):
        return max(minlength, int(input.max(initial=0)) + 1)

    def forward(input: Array, weights: Array = None, minlength: Int = 0):
        if input.dtype.kind not in "iu":
            raise UnimplementedType("bincount counts whole numbers", ("x.long()", "without fractions")).saying(
                f'"bincount_cpu" not implemented for \'{OF[input.dtype].era}\'')
        if input.dtype.kind not in "iu" or input.ndim != 1 or (input.size and input.min() < 0):
            raise UnfitValue("bincount only supports 1-d non-negative integral inputs.",
                             ("torch.bincount(torch.tensor([1, 2, 2]))", "counts of 0, 1, 2"))
        if weights is not None and weights.shape != input.shape:
            raise ShapeFault("weights should be 1-d and have the same length as input")
        if minlength < 0:
            raise ValueFault("minlength should be >= 0")
        counts = np.bincount(input.astype(np.int64), weights, minlength)
        return counts if weights is None or weights.dtype != np.float32 else counts.astype(np.float32)


class Unique(Op):
    """unique(input, sorted, return_inverse, return_counts, dim): the distinct elements in order, or the distinct slices
    along `dim`; with where each element went, and how often each occurs."""

    opmath = True
    modern_names = ("Unique2Backward0", "UniqueDimBackward0")
    ignored_options = ("sorted",)
    samples = [(REPEATED,), (REPEATED, True, True), (REPEATED, True, False, True), (REPEATED, True, True, True, 1)]
    errors = [(REPEATED, True, False, False, 5), ("text",)]

    def variant(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
        return int(dim is not None)

    def forward(input: Array, sorted: Flag = True, return_inverse: Flag = False, return_counts: Flag = False,
                dim: Dim = None):
        if dim is None and not return_inverse and not return_counts and input.dtype.kind in "iu" and (
                input.size <= SMALL):
            return np.array(sorted_numbers(input.ravel().tolist()), input.dtype)
        at = None if dim is None else axis(dim, input.ndim)
        values, inverse, counts = np.unique(input, return_inverse=True, return_counts=True, axis=at, equal_nan=False)
        inverse = inverse.reshape(input.shape if at is None else (-1,))
        return selected_results(values, inverse, counts, return_inverse, return_counts)

    def grad_input(F, g, dim):
        raise _without_derivative("_unique2" if dim is None else "unique_dim")


def sorted_numbers(numbers):
    """The distinct ones of a few whole numbers, in order."""
    return sorted({*numbers})


def _without_derivative(name):
    """The fault of a gradient through distinct elements, which PyTorch has not either."""
    return UnimplementedDerivative(f"the derivative for '{name}' is not implemented",
                                   ("x.detach().unique()", "the distinct numbers, without history")).saying(
        f"the derivative for '{name}' is not implemented.")


def selected_results(values, inverse, counts, with_inverse, with_counts):
    """The values alone, or with what else was asked for."""
    results = (values, *([inverse] if with_inverse else []), *([counts] if with_counts else []))
    return results if len(results) > 1 else values


class UniqueConsecutive(Op):
    """unique_consecutive(input, return_inverse, return_counts, dim): input without elements, or slices along `dim`,
    that equal the one before; with where each went, and how often each occurs in a row."""

    opmath = True
    samples = [(REPEATED,), (REPEATED, True), (REPEATED, False, True), (REPEATED, True, True, 0)]
    errors = [(REPEATED, False, False, 5), ("text",)]

    def forward(input: Array, return_inverse: Flag = False, return_counts: Flag = False, dim: Dim = None):
        at = 0 if dim is None else axis(dim, input.ndim)
        dim = dim if input.ndim else None
        slices = input.reshape(-1) if dim is None else np.moveaxis(input, at, 0)
        rows = slices.reshape(len(slices), -1) if slices.size else np.zeros((len(slices), 0))
        fresh = np.ones(len(rows), bool)
        fresh[1:] = (rows[1:] != rows[:-1]).any(axis=1)
        starts = np.flatnonzero(fresh)
        counts = np.diff(starts, append=len(rows))
        inverse = np.cumsum(fresh) - 1
        inverse = inverse.reshape(input.shape) if dim is None else inverse
        values = slices[starts] if dim is None else np.moveaxis(slices[starts], 0, at)
        return selected_results(values, inverse, counts, return_inverse, return_counts)

    def grad_input(F, g):
        raise _without_derivative("unique_consecutive")
