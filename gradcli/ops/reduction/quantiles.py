"""Elements by rank: medians, quantiles, the k-th, the most frequent."""

import numpy as np

from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array, Dim, Flag, Int, Operand, Text
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.methods import axis
from gradcli.faults.arguments import RefusedAtRunTime
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import ShapeFault, TypeFault
from gradcli.ops.base import Kernel
from gradcli.ops.dtype_checks import refuse_bool
from gradcli.ops.introsort import nth_element, picked, place_at, quick_select, reordered
from gradcli.ops.reduction.picking import Picking, check_occupied
from gradcli.ops.reduction.reduce import GRID, shared_among_all_ties

GAPPY = [[1.0, float("nan"), 3.0, 2.0], [0.5, 5.0, -6.0, 4.0]]


def ranked(array, dim, name):
    """The dimension counted from the front, and the order of elements along it; nan comes last."""
    at = axis(dim, array.ndim)
    check_occupied(f"{name}()", array, at)
    return at, np.argsort(array, axis=at, kind="stable") if array.ndim else np.zeros((), np.int64)


def chosen(array, where, at, keepdim):
    """The elements at places `where` along `at`, and the places; `where` has length 1 there."""
    if not array.ndim:
        return array.copy(), np.zeros((), np.int64)
    values = np.take_along_axis(array, where, at)
    return (values, where) if keepdim else (values.squeeze(at), where.squeeze(at))


def lower_median(array, dim, keepdim, name, skip):
    """Lower medians along `dim`; nan wins, or with `skip` is left out."""
    at, order = ranked(refuse_bool("median_out", array), dim, name)
    if not array.ndim:
        return chosen(array, order, at, keepdim)
    missing = array != array
    count = array.shape[at] - np.add.reduce(missing, axis=at, keepdims=True) if skip else array.shape[at]
    rank = np.maximum((count - 1) // 2, 0) if skip else np.full_like(order.take([0], at), (count - 1) // 2)
    where = np.take_along_axis(order, rank, at)
    if not skip and missing.any():
        where = np.where(missing.any(axis=at, keepdims=True), np.argmax(missing, axis=at, keepdims=True), where)
    elif skip and not Current.legacy and not count.all():
        where = np.where(count, where, place_at(nth_element, [(i, 0) for i in range(array.shape[at])], 0))
    return chosen(array, where, at, keepdim)


class MedianAll(Kernel):
    """median_all(input, skip): the lower median of all elements; ties share the gradient evenly."""

    linked, opmath = False, True
    legacy_names = "reduce.Median"
    modern_names = ("MedianBackward0", "NanmedianBackward0")
    gradient_names = "MaskedFillBackward1"
    samples = [(GRID, False), (GAPPY, True)]
    errors = [("text", False)]

    def variant(input, skip):
        return int(skip)

    def forward(input: Array, skip: Flag):
        refuse_bool("median_cpu", input)
        there = input[input == input]
        if not there.size or not skip and there.size < input.size:
            return np.full((), np.nan).astype(input.dtype)
        rank = (there.size - 1) // 2
        return np.asarray(np.partition(there, rank)[rank])

    def grad_input(F, g, input, out):
        return shared_among_all_ties(F, g, input, out)


class MedianAlong(Picking, Kernel, abstract=True):
    """The lower median along `dim`, and where it stands; the gradient goes to that place."""

    opmath = True
    memory_order = "rows"
    errors = [(GRID, 5)]


class MedianDim(MedianAlong):
    """median_dim(input, dim, keepdim): the lower median along `dim`, and where it stands."""

    legacy_names = "reduce.Median"
    modern_names = "MedianBackward1"
    samples = [(GRID, 0), (GRID, 1, True)]

    def forward(input: Array, dim: Dim, keepdim: Flag = False):
        return lower_median(input, dim, keepdim, "median", False)


class NanmedianDim(MedianAlong):
    """nanmedian_dim(input, dim, keepdim): the lower median along `dim` of what is not nan, and where it stands."""

    modern_names = "NanmedianBackward1"
    samples = [(GRID, 0), (GAPPY, 1, True)]

    def forward(input: Array, dim: Dim, keepdim: Flag = False):
        return lower_median(input, dim, keepdim, "nanmedian", True)


class Median(Op):
    """median(input, dim, keepdim): the lower median of all elements; or those along `dim`, and where they stand."""

    samples = [(GRID,), (GRID, 0), (GRID, 1, True)]
    errors = [(GRID, 5), ("text",)]

    def compose(F, input, dim: Dim = None, keepdim: Flag = False):
        return F.median_all(input, False) if dim is None else F.median_dim(input, dim, keepdim)


class Nanmedian(Op):
    """nanmedian(input, dim, keepdim): the lower median of the elements that are not nan; or those along `dim`."""

    samples = [(GAPPY,), (GRID, 0), (GAPPY, 1, True)]
    errors = [(GRID, 5), ("text",)]

    def compose(F, input, dim: Dim = None, keepdim: Flag = False):
        return F.median_all(input, True) if dim is None else F.nanmedian_dim(input, dim, keepdim)


class Mode(Picking):
    """mode(input, dim, keepdim): the most frequent element along `dim`, the least of several, and where it last
    stands."""

    opmath = True
    memory_order = "rows"
    legacy_names = "reduce.Mode"
    no_overlap = True
    samples = [(np.array([[1.0, 2.0, 2.0], [3.0, 1.0, 3.0]]),), (GRID, 0), (GRID, 1, True)]
    errors = [(GRID, 5), ("text",)]

    def forward(input: Array, dim: Dim = -1, keepdim: Flag = False):
        at, order = ranked(input, dim, "mode")
        if not input.ndim:
            return chosen(input, order, at, keepdim)
        if not Current.legacy:
            order = reordered(input, order, at)
        values = np.moveaxis(np.take_along_axis(input, order, at), at, -1)
        fresh = np.ones(values.shape, bool)
        fresh[..., 1:] = values[..., 1:] != values[..., :-1]
        along = np.arange(values.shape[-1])
        runs = along - np.maximum.accumulate(np.where(fresh, along, 0), axis=-1)    # how often it came before
        last = np.moveaxis(np.argmax(runs, axis=-1, keepdims=True), -1, at)
        return chosen(input, np.take_along_axis(order, last, at), at, keepdim)


class Kthvalue(Picking):
    """kthvalue(input, k, dim, keepdim): the k-th smallest element along `dim`, counted from 1, and where it stands."""

    opmath = True
    memory_order = "rows"
    legacy_names = "reduce.Kthvalue"
    no_overlap = True
    samples = [(GRID, 2), (GRID, 1, 0), (GRID, 2, 1, True)]
    errors = [(GRID, 7), (GRID, 1, 5), (GRID, 0)]

    def forward(input: Array, k: Int, dim: Dim = -1, keepdim: Flag = False):
        at, order = ranked(refuse_bool("kthvalue_cpu", input) if input.ndim else input, dim, "kthvalue")
        if not 1 <= k <= (input.shape[at] if input.ndim else 1):
            raise ShapeFault(f"kthvalue(): selected number k out of range for dimension {at}")
        where = order.take([k - 1], at) if input.ndim else order
        if not Current.legacy:
            where = picked(input, at, where, lambda items: place_at(quick_select, items, k - 1))
        return chosen(input, where, at, keepdim)


INTERPOLATIONS = Text("linear", "lower", "higher", "midpoint", "nearest", fault=RefusedAtRunTime, message="quantile() "
                      "interpolation must be one of linear, lower, higher, midpoint or nearest, but got {}")


def quantile_of(F, input, q, dim, keepdim, interpolation, name, skip):
    """The q-quantiles along `dim`: a place between two ranks, and the value between their elements.

    With nan among them the answer is nan, or with `skip` that of the others.
    """
    checked = type(q) in (int, float, bool)
    if checked:
        if not 0 <= q <= 1:
            raise UnfitValue(f"{name}() q must be in the range [0, 1] but got {q:g}", f"x.{name}(0.5)")
        q = F.full((), q, dtype=input.dtype)
    if input.dtype != q.dtype or str(input.dtype).removeprefix("torch.") not in ("float32", "float64"):
        raise TypeFault(f"{name}() input tensor must be either float or double dtype, and q of the same dtype").saying(
            f"{name}() q tensor must be same dtype as the input tensor"
            if str(input.dtype).removeprefix("torch.") in ("float32", "float64") else
            f"{name}() input tensor must be either float or double dtype")
    if len(q.shape) > 1:
        raise ShapeFault(f"{name}() q must be a scalar or 1D tensor, but got {len(q.shape)} dimensions")
    if not checked and F.any((q < 0) + (q > 1)):
        raise UnfitValue(f"{name}() q values must be in the range [0, 1]", f"x.{name}(0.5)")
    ndim = len(input.shape)
    x = F.reshape(input, (-1,)) if dim is None else F.movedim(input, dim, -1) if ndim else F.reshape(input, (1,))
    if not x.shape[-1]:
        raise ShapeFault(f"{name}() input tensor must be non-empty")
    ordered = F.sort(x, -1)[0]
    count = x.shape[-1]
    if skip:
        rank = q * F.clamp(F.sum(x == x, -1, True) - 1, 0)
    else:
        rank = F.where(F.any(x != x, -1, True), count - 1.0, q * (count - 1))
    low, high = neighbouring_ranks(F, rank, interpolation)
    below = F.gather(ordered, -1, F.cast(low, INT))
    if interpolation in ("linear", "midpoint"):
        above = F.gather(ordered, -1, F.cast(high, INT))
        weight = 0.5 * F.cast(high != low, below.dtype) if interpolation == "midpoint" else rank - low
        below = F.lerp(below, above, weight)
    result = F.movedim(below, -1, 0) if len(q.shape) else F.squeeze(below, -1)
    return F.quantiles(result if not keepdim else restore_dimensions(F, result, dim, ndim, len(q.shape)))


def neighbouring_ranks(F, rank, interpolation):
    """The two ranks to interpolate between; they are one where a rule picks one."""
    low, high = F.floor(rank), F.ceil(rank)
    if interpolation == "lower":
        return low, low
    if interpolation == "higher":
        return high, high
    if interpolation == "nearest":
        nearest = F.round(rank)
        return nearest, nearest
    return low, high


def restore_dimensions(F, result, dim, ndim, lead):
    """A quantile with the reduced dimensions back at length 1, after those `lead` that q put in front."""
    if dim is None:
        return F.reshape(result, (*result.shape[:lead], *(1,) * ndim))
    return F.unsqueeze(result, axis(dim, ndim) + lead) if ndim else result


INT = np.dtype(np.int64)


class Quantiles(Kernel):
    """quantiles(input): a copy of input, under the node name by which quantiles are known."""

    opmath = True
    modern_names = "SqueezeBackward4"
    samples = [(GRID,)]

    def forward(input: Array):
        return np.array(input, order="K")       # no view: PyTorch drops the dimension in place

    def grad_input(F, g):
        return g


class Quantile(Op):
    """quantile(input, q, dim, keepdim, interpolation): the q-quantile of all elements, or along `dim`."""

    samples = [(GRID, 0.4), (GRID, np.array([0.1, 0.9]), 1), (GRID, 0.3, 0, True), (GRID, 0.3, 1, False, "lower"),
               (GRID, 0.3, 1, False, "higher"), (GRID, 0.3, 1, False, "nearest"), (GRID, 0.3, 1, False, "midpoint")]
    errors = [(GRID, 1.5), (GRID, 0.5, 7), (GRID, 0.5, 0, False, "median"), (GRID, np.array([[0.5]]))]

    def compose(F, input, q: Operand, dim: Dim = None, keepdim: Flag = False, *,
                interpolation: INTERPOLATIONS = "linear"):
        return quantile_of(F, input, q, dim, keepdim, interpolation, "quantile", False)


class Nanquantile(Op):
    """nanquantile(input, q, dim, keepdim, interpolation): the q-quantile of the elements that are not nan."""

    samples = [(GAPPY, 0.4), (GRID, np.array([0.1, 0.9]), 1), (GRID, 0.3, 0, True), (GRID, 0.3, 1, False, "lower")]
    errors = [(GRID, 1.5), (GRID, 0.5, 7), (GRID, 0.5, 0, False, "median")]

    def compose(F, input, q: Operand, dim: Dim = None, keepdim: Flag = False, *,
                interpolation: INTERPOLATIONS = "linear"):
        return quantile_of(F, input, q, dim, keepdim, interpolation, "nanquantile", True)
