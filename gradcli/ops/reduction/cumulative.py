"""Running results along one dimension: sums, products, extremes; and recurrences, which their gradients need."""

from functools import lru_cache

import numpy as np

from gradcli.engine import large
from gradcli.engine.autograd.op import Op, raw
from gradcli.engine.autograd.signature import Array, Dim, Type
from gradcli.engine.kernels import LARGE, ZERO, accumulate_columns, accumulate_rows, advance_together
from gradcli.engine.large import MANY
from gradcli.engine.tensor.dtypes import HALVES, float32, float64
from gradcli.engine.tensor.methods import axis
from gradcli.faults.tensors import UnimplementedType
from gradcli.ops.arrays import moved
from gradcli.ops.base import ComplexKernel, define
from gradcli.ops.dtype_checks import require_floating
from gradcli.ops.reduction.reduce import of_parts, totals_type

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
HOLED = [[1.0, 0.0, 3.0, 2.0], [0.5, 5.0, -6.0, 0.25]]


def accumulated(ufunc, array, dim, dtype):
    """A running result; short floats are carried in longer ones, as PyTorch carries them."""
    at = axis(dim, array.ndim)
    if dtype is not None and dtype.kind == "b":
        name = "cumsum" if ufunc is np.add else "cumprod"
        raise UnimplementedType(f'"{name}_out_cpu" not implemented for \'Bool\'', (f"x.{name}({dim})", "as integers"))
    if dtype is None and array.dtype is float32 and 0 < array.ndim and array.size < LARGE:
        out = ufunc.accumulate(array, at, float64).astype(float32)
        return np.add(out, ZERO[float32], out) if ufunc is np.add else out
    array = of_parts(array, dtype).astype(totals_type(array.dtype, dtype), copy=False)
    if not array.ndim:
        return array.copy()
    if array.dtype == np.float32 and array.size >= LARGE:
        if at == array.ndim - 1 and array.size >= 8 * MANY and 1 < array.shape[-1] <= large.sums.SHORT:
            return large.sums.running_rows(ufunc, array)
        if at == array.ndim - 1 and advance_together(array.shape):
            return accumulate_rows(ufunc, array)
        if at == 0 and array.size >= 192 * len(array):     # shorter rows are not worth a call each
            return accumulate_columns(ufunc, array)
    wide = np.float64 if array.dtype == np.float32 else np.float32 if array.dtype in HALVES else array.dtype
    out = ufunc.accumulate(array, axis=at, dtype=wide).astype(array.dtype, copy=False)
    return out + 0 if ufunc is np.add else out      # sums begin at 0, so that none of them is -0


@lru_cache(64)
def _from_the_end(at):
    """The key of a view that runs from the end of a dimension to its beginning."""
    return (slice(None),) * at + (slice(None, None, -1),)


def backwards(F, scan, x, dim):
    """A scan that runs from the end of `dim` to its beginning."""
    if F is raw and scan is raw.cumsum and x.size >= MANY and large.sums.short_rows(x, dim):
        return large.sums.running_rows(np.add, x, backwards=True)
    if F is raw and x.ndim:
        back = _from_the_end(axis(dim, x.ndim))
        return scan(x[back], dim)[back].copy()
    return F.flip(scan(F.flip(x, (dim,)), dim), (dim,)) if len(x.shape) else scan(x, dim)


class Scan(Op, abstract=True):
    """Cumulative results along `dim`, in the shape of input."""

    inplace = True
    samples = [(GRID, 0), (GRID, -1), (np.full((), 2.0), 0), (GRID, 1, np.dtype(np.float64))]
    errors = [(GRID, 2), (GRID,)]


class Cumsum(Scan):
    """cumsum(input, dim, dtype): running sums along `dim`."""

    out_decides_type = True
    complex = True
    memory_order = "rows"
    legacy_names = "tensor.Cumsum"

    def forward(input: Array, dim: Dim, *, dtype: Type = None):
        return accumulated(np.add, input, dim, dtype)

    def grad_input(F, g, dim, input_dtype):
        return backwards(F, F.cumsum, F.cast(g, input_dtype), dim)


class Cumprod(Scan):
    """cumprod(input, dim, dtype): running products along `dim`."""

    out_decides_type = True
    complex = True
    memory_order = "rows"
    linked = False
    samples = [*Scan.samples, (HOLED, 1), (HOLED, 0), ([0.0, 2.0, 0.0, 3.0], 0)]

    def forward(input: Array, dim: Dim, *, dtype: Type = None):
        return accumulated(np.multiply, input, dim, dtype)

    def grad_input(F, g, input, out, dim, input_shape, input_dtype):
        g = F.cast(g, input_dtype)
        if not input_shape or input_shape[dim] == 1 or 0 in input_shape:
            return g
        if np.count_nonzero(input) == input.size if F is raw else not F.any(input == 0):
            return backwards(F, F.cumsum, g * F.cast(out, input_dtype), dim) / input
        if F is raw:
            return slopes_with_zeros(g, input, out.astype(input_dtype, copy=False), dim)
        return F.cat([slope_at(F, g, input, k, dim) for k in range(input_shape[dim])], dim)


def slopes_with_zeros(g, x, products, dim):
    """The gradient of cumprod where x has zeros, in linear time: what stands after the first zero of a row changes
    nothing, and what stands before it only products that come before."""
    zero = x == 0
    count = np.cumsum(zero, dim)
    ahead, first, alone = count == 0, zero & (count == 1), count == 1
    slopes = backwards(raw, raw.cumsum, np.where(ahead, g * products, 0), dim) / np.where(ahead, x, 1)
    after = np.cumprod(np.where(alone & ~first, x, 1), dim) * np.where(alone, g, 0)
    at_first = after.sum(dim, keepdims=True) * shifted(raw, products, dim, 1)
    return np.where(ahead, slopes, np.where(first, at_first, 0)).astype(x.dtype, copy=False)


def slope_at(F, g, x, k, dim):
    """The slice of the gradient of cumprod at place k: gradients from there on times products without x[k], in the
    order of PyTorch, where zeros meet nan and infinity in second derivatives."""
    n = x.shape[dim]
    before = F.prod(F.narrow(x, dim, 0, k), dim, True) if k else None
    others = F.cumprod(F.narrow(x, dim, k + 1, n - k - 1), dim) if k < n - 1 else None
    if before is None:
        others = F.cat((F.ones_like(F.narrow(x, dim, 0, 1)), others), dim)
    else:
        others = before if others is None else F.cat((before, before * others), dim)
    return F.sum(F.narrow(g, dim, k, n - k) * others, dim, True)


def shifted(F, x, dim, fill, early=False):
    """`x` moved one place along `dim`, later or `early`, with `fill` in the place that becomes free."""
    n = x.shape[dim]
    if F is raw:
        before, out = (slice(None),) * axis(dim, x.ndim), np.empty(x.shape, x.dtype)
        later, earlier = (*before, slice(1, None)), (*before, slice(0, max(n - 1, 0)))
        out[earlier if early else later] = x[later if early else earlier]
        if n:
            out[(*before, -1 if early else 0)] = fill
        return out
    free = F.zeros_like(F.narrow(x, dim, 0, min(n, 1))) + fill
    moved = F.narrow(x, dim, min(n, 1) if early else 0, max(n - 1, 0))
    return F.cat((moved, free) if early else (free, moved), dim)


def backwards_recurrence(F, factor, term, dim):
    """y[j] = term[j] + factor[j] y[j + 1], from the end of `dim` to its beginning."""
    return F.flip(F.recurrence(F.flip(factor, (dim,)), F.flip(term, (dim,)), dim), (dim,))


class Recurrence(ComplexKernel):
    """recurrence(factor, term, dim): y with y[j] = term[j] + factor[j] y[j - 1] along `dim`.

    Computed by doubling: after k steps each y holds the terms of its 2**k predecessors, so that
    n places take log2(n) steps, and nothing is ever divided. Gradients that are nan are left out, as in the slopes of
    logcumsumexp, which are made of these.
    """

    samples = [(HOLED, [[1.0, 2.0, 0.5, 3.0], [0.3, 0.7, 2.0, 1.0]], 1), (GRID, [[1.0, 2.0, 0.5], [0.3, 0.7, 2.0]], 0)]
    errors = [(GRID, GRID, 3)]

    def forward(factor: Array, term: Array, dim: Dim):
        at = axis(dim, term.ndim)
        y, a = moved(np.array(term), at, 0), moved(np.array(factor), at, 0)
        reach = 1
        while reach < len(y):
            y[reach:] += a[reach:] * y[:-reach].copy()
            a[reach:] *= a[:-reach].copy()
            reach *= 2
        return moved(y, 0, at)

    def grad_term(F, g, factor, dim):
        return backwards_recurrence(F, shifted(F, factor, dim, 0, early=True), without_nan(F, g), dim)

    def grad_factor(F, g, factor, out, dim):
        contributions = backwards_recurrence(F, shifted(F, factor, dim, 0, early=True), without_nan(F, g), dim)
        return contributions * shifted(F, out, dim, 0)


def without_nan(F, g):
    """Gradients with 0 for those that are nan, neither positive nor negative: PyTorch leaves them out."""
    return F.where(F.isnan(g), 0, g)


class DefinedGradient(ComplexKernel):
    """defined_gradient(input): a copy, whose gradients leave out what is nan."""

    samples = [(GRID,)]
    errors = [("text",)]

    def forward(input: Array):
        return input.copy()

    def grad_input(F, g):
        return without_nan(F, g)


class Logcumsumexp(Scan):
    """logcumsumexp(input, dim): the logarithm of running sums of exp(input), without overflow."""

    complex = True
    memory_order = "rows"
    linked = False
    samples = [(GRID, 0), (GRID, -1), ([[900.0, 901.0, -900.0]], 1)]

    def forward(input: Array, dim: Dim):
        at = axis(dim, input.ndim)
        if input.dtype.kind == "c":
            return _complex_logcumsumexp(input, at)
        require_floating("logcumsumexp_out_cpu", input)
        return np.logaddexp.accumulate(input, axis=at) if input.ndim else input.copy()

    def grad_input(F, g, input, out, dim, input_shape):
        if not input_shape or 0 in input_shape:
            return g
        g = without_nan(F, g)
        n = input_shape[dim]
        earlier, later = F.narrow(out, dim, 0, n - 1), F.narrow(out, dim, 1, n - 1)
        infinite = F.isinf(out)
        some = bool(F.any(infinite))
        steps = earlier - later
        if some:
            steps = F.where(F.narrow(infinite, dim, 0, n - 1) & (earlier == later), 0, steps)
        decay = F.cat((F.exp(steps), F.ones_like(F.narrow(out, dim, 0, 1))), dim)
        reached = backwards_recurrence(F, decay, g, dim)
        if F is not raw:
            out = F.defined_gradient(out)
        if not some:
            return F.exp(input - out) * reached
        undefined = infinite & (input == out)       # there alone, so that no other place is nan
        nan = input * F.where(undefined, np.nan, 0)
        return F.where(undefined, nan, F.exp(F.where(undefined, 0, input - out)) * reached)


def _complex_logcumsumexp(input, at):
    from gradcli.ops.math.exponential import complex_log_of_sum  # which few programs need here

    out = input.copy()
    if input.ndim:
        along = moved(out, at, 0)
        so_far = np.full(along.shape[1:], -np.inf, out.dtype)
        for i in range(len(along)):
            nan = np.isnan(along[i]) | np.isnan(so_far)
            along[i] = so_far = np.where(nan, complex(np.nan, np.nan), complex_log_of_sum(along[i], so_far))
    return out


class RunningExtreme(Op, abstract=True):
    """The extreme so far and the last place that attains it; the gradient goes to that place."""

    memory_order = "rows"
    linked, opmath = False, True
    unsaved_outputs = (0,)
    returns = ("values", "indices")
    samples = [(GRID, 0), (GRID, -1), ([1.0, 1.5, 0.0, 2.0], 0)]
    errors = [(GRID, 2), (GRID,)]

    def grad_input(F, g, input, out, dim):
        if 0 in g.shape:
            return input        # as PyTorch has it: nothing, that depends on the input
        return F.scatter_add(F.zeros_like(g), dim, out[1], g) if len(g.shape) else g


def _running(ufunc):
    def forward(input: Array, dim: Dim):
        return running_extreme(ufunc, input, dim)

    return forward


for _name, _text, _ufunc in (("cummax", "greatest", np.maximum), ("cummin", "least", np.minimum)):
    define(RunningExtreme, __name__, _name, _name.title(),
           f"(input, dim): the {_text} element so far along `dim`, and where it last stood.", forward=_running(_ufunc))


def running_extreme(ufunc, array, dim):
    """The extreme so far and the last place that attains it; once nan, always nan."""
    at = axis(dim, array.ndim)
    if not array.ndim:
        return array.copy(), np.zeros((), np.int64)
    values = ufunc.accumulate(array, axis=at)
    along = np.arange(array.shape[at]).reshape((-1,) + (1,) * (array.ndim - 1 - at))
    attains = (array == values) | (array != array)
    return values, np.maximum.accumulate(np.where(attains, along, 0), axis=at)
