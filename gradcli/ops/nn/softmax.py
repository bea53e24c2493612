"""Numbers turned into proportions along one dimension."""

import math
from functools import lru_cache
from types import FunctionType

import numpy as np
from numpy import asarray, divide, multiply, subtract

from gradcli.engine import large
from gradcli.engine.autograd.op import Op, raw
from gradcli.engine.autograd.signature import Array, Dim, Flag, Number, Type
from gradcli.engine.kernels import LARGE, ONE
from gradcli.engine.large import SOME
from gradcli.engine.messages.warnings import warn
from gradcli.engine.numerics import elementary
from gradcli.engine.random.generators import draw
from gradcli.engine.tensor.conversion import retyped
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, OF, float32, float64
from gradcli.engine.tensor.methods import axis
from gradcli.faults.tensors import UnimplementedType
from gradcli.faults.tree import ValueFault
from gradcli.ops.arrays import TYPES, greatest_along, moved, row_total, row_totals
from gradcli.ops.base import Functional, Kernel
from gradcli.ops.nn.activation import THNN

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
MODERATE = 50       # exp of it, and of its negative, are far from the ends of float32
WITHOUT_DIM = [(GRID, 1), (GRID, 0), (GRID,), ([[[1.0, 2.0]], [[3.0, 5.0]]],), (GRID, -1, np.dtype(np.float64))]
accumulate, reduce = np.add.accumulate, np.add.reduce
SHORT = 48          # rows up to this long are faster reduced across than along


class SoftmaxFamily(Op, abstract=True):
    """A normalisation along `dim`; without one, along dimension 0 of 0-d, 1-d and 3-d tensors and 1 of others."""

    fresh_result = opmath = True
    samples = [(GRID, 1), (GRID, 0), (GRID, -1, np.dtype(np.float64))]
    errors = [(GRID, 5), ("text",)]


def with_dim(forward):
    """`forward`, called with a `dim`: no other function than those of nn.functional may leave it out."""
    strict = FunctionType(forward.__code__, forward.__globals__, forward.__name__, forward.__defaults__[1:])
    strict.__annotations__ = forward.__annotations__
    return strict


def normalized_dim(dim, ndim, name):
    """The dimension to normalise along, by the rule of the days when it could not be said if none is given."""
    if dim is None:
        warn(f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an "
             "argument.")
        return 0 if ndim in (0, 1, 3) else 1
    return axis(dim, ndim)


def prepared(name, input, dim, dtype):
    """The input in its computing type, with the dimension to normalise along."""
    if dtype is not None:
        input = retyped(input, dtype)
    if input.dtype.kind not in FLOAT_KINDS:
        raise UnimplementedType(f"{name}() is not implemented for whole numbers",
                                ("x.float()", "a floating copy")).saying(
            f'"{name}_lastdim_kernel_impl" not implemented for \'{OF[input.dtype].era}\'')
    return input, normalized_dim(dim, input.ndim, name)


def shifted(input, at):
    """A copy of input with the greatest element along `at` moved to 0, laid out for fast sums along `at`.

    Rows of -inf stay as they are minus themselves: nan, as in PyTorch.
    """
    if not input.ndim:
        return input - input
    if not input.size:
        return input.copy()
    if input.shape[at] <= SHORT and at == input.ndim - 1 and input.ndim > 1:
        input = np.ascontiguousarray(moved(input, at, 0))
        return moved(np.subtract(input, np.maximum.reduce(input, 0, None, None, True)), 0, at)
    return np.subtract(input, np.maximum.reduce(input, at, None, None, True))


@lru_cache(512)
def across_few(shape, dim):
    """The dimension to normalise arrays of a small shape along, where sums along it need no other layout to be those
    of `shifted`: fewer than 8 numbers, which are added one after the other in any layout, or not the last of several
    dimensions; -1 for other shapes, and where there is no such dimension."""
    ndim, size = len(shape), math.prod(shape)
    if not 0 < size < LARGE or dim is None or not -ndim <= dim < ndim:
        return -1
    at = dim % ndim
    return at if ndim == 1 or at != ndim - 1 or shape[at] < 8 else -1


def exp_is_safe(array):
    """Whether no exponential of a large float32 array can overflow or vanish, even in sums: two quick looks at it."""
    return (array.size >= LARGE and array.dtype == np.float32 and np.maximum.reduce(array, axis=None) < MODERATE
            and np.minimum.reduce(array, axis=None) > -MODERATE)


def result_memory(array):
    """Memory for a result of the array's shape: the array itself if it is contiguous, else a new one."""
    return array if array.flags.c_contiguous else np.empty(array.shape, array.dtype)


def softmax(input: Array, dim: Dim = None, dtype: Type = None):
    """exp(input) divided by its sum along `dim`: the forward of `Softmax`."""
    if dtype is None and input.dtype in TYPES and (at := across_few(input.shape, dim)) >= 0:
        if input.ndim == 1:
            e = elementary.exp(subtract(input, input[input.argmax(), ...]))
            total = accumulate(e)[-1] if e.size < 8 else row_total(e)
            return multiply(e, asarray(1 / total), e)
        e = elementary.exp(subtract(input, greatest_along(input, at)))
        total = reduce(e, at, None, None, True)
        return multiply(e, divide(ONE[e.dtype], total, total), result_memory(e))
    input, at = prepared("softmax", input, dim, dtype)
    if not input.ndim:
        return elementary.exp(input - input)
    if input.size >= SOME and large.rows.fits(input, at):
        return large.rows.softmax(input)
    if exp_is_safe(input):
        e = elementary.exp(input)
    else:
        e = shifted(input, at)
        e = elementary.exp(e, e)
    total = row_totals(e, at)
    return np.multiply(e, np.divide(ONE[e.dtype], total, total), result_memory(e))


class Softmax(SoftmaxFamily):
    """softmax(input, dim, dtype): exp(input) divided by its sum along `dim`."""

    names = ("softmax", "special.softmax")
    legacy_names = THNN + "Softmax"
    gradient_names = "SoftmaxBackwardDataBackward0"

    forward = with_dim(softmax)

    def grad_input(F, g, out, dim, input_dtype):
        if F is raw and out.dtype is input_dtype:
            return softmax_back(g, out, 0 if out.ndim == 1 else normalized_dim(dim, out.ndim, "softmax"))
        return F.cast(F.softmax_back(g, out, normalized_dim(dim, len(out.shape), "softmax")), input_dtype)


class FunctionalSoftmax(Softmax):
    """softmax(input, dim, dtype): exp(input) divided by its sum along `dim`, which PyTorch 2 warns to leave out."""

    names = ("nn.functional.softmax",)
    modern_names = "SoftmaxBackward0"
    samples = WITHOUT_DIM
    forward = softmax


def log_softmax(input: Array, dim: Dim = None, dtype: Type = None):
    """input minus the logarithm of the sum of exp(input) along `dim`: the forward of `LogSoftmax`."""
    if dtype is None and input.dtype in TYPES and (at := across_few(input.shape, dim)) >= 0:
        low = subtract(input, greatest_along(input, at))
        e = elementary.exp(low)
        total = row_totals(e, at) if input.ndim == 1 else reduce(e, at, None, None, True)
        return subtract(low, elementary.log(total), result_memory(low))
    input, at = prepared("log_softmax", input, dim, dtype)
    if not input.ndim:
        return input - input
    if input.size >= SOME and large.rows.fits(input, at):
        return large.rows.log_softmax(input)
    low = shifted(input, at)
    total = row_totals(elementary.exp(low), at)
    return np.subtract(low, elementary.log(total, total), out=result_memory(low))


class LogSoftmax(SoftmaxFamily):
    """log_softmax(input, dim, dtype): input minus the logarithm of the sum of exp(input) along `dim`."""

    names = ("log_softmax", "special.log_softmax")
    legacy_names = THNN + "LogSoftmax"
    gradient_names = "LogSoftmaxBackwardDataBackward0"

    forward = with_dim(log_softmax)

    def grad_input(F, g, out, dim, input_dtype):
        if F is raw and out.dtype is input_dtype:
            return log_softmax_back(g, out, normalized_dim(dim, out.ndim, "log_softmax"))
        return F.cast(F.log_softmax_back(g, out, normalized_dim(dim, len(out.shape), "log_softmax")), input_dtype)


class FunctionalLogSoftmax(LogSoftmax):
    """log_softmax(input, dim, dtype): the logarithm of softmax along `dim`, which PyTorch 2 warns to leave out."""

    names = ("nn.functional.log_softmax",)
    modern_names = "LogSoftmaxBackward0"
    samples = WITHOUT_DIM
    forward = log_softmax


class SoftmaxBack(Kernel):
    """softmax_back(g, shares, dim): the gradient of softmax by its input, shares * (g - sum(g * shares))."""

    opmath = True
    type_promotion = "same"
    modern_names = "SoftmaxBackwardBackward0"
    samples = [(GRID, [[0.1, 0.2, 0.7], [0.5, 0.2, 0.3]], 1), (GRID, [[0.1, 0.2, 0.7], [0.5, 0.2, 0.3]], 0)]
    errors = [("text", GRID, 0)]

    def forward(g: Array, shares: Array, dim: Dim):
        return softmax_back(g, shares, dim)

    def grad_g(F, gg, shares, dim):
        return F.softmax_back(gg, shares, dim)

    def grad_shares(F, gg, g, shares, dim):
        return gg * (g - F.sum(g * shares, dim, True)) - g * F.sum(gg * shares, dim, True)


def softmax_back(g, shares, dim):
    """shares * (g - sum(g * shares)) along `dim`: the forward of `SoftmaxBack`."""
    if not g.ndim:
        return (g - g * shares) * shares
    if shares.size >= SOME and large.rows.fits(shares, dim):
        return large.rows.softmax_slope(g, shares)
    if g.size < LARGE:
        low = multiply(g, shares)
        if g.ndim == 1 and 0 < g.size < 8:
            total = accumulate(low)[-1, ...]
        else:
            total = asarray(row_total(low)) if g.ndim == 1 else row_totals(low, axis(dim, g.ndim))
        subtract(g, total, low)
        return multiply(low, shares, low)
    low = np.subtract(g, row_products(g, shares, dim))
    return np.multiply(low, shares, out=low)


def row_products(a, b, at):
    """The sums of a * b along an axis, which stays at length 1."""
    if at in (-1, a.ndim - 1):
        return np.einsum("...i,...i->...", a, b)[..., None]
    return np.add.reduce(a * b, axis=at, keepdims=True)


class LogSoftmaxBack(Kernel):
    """log_softmax_back(g, logs, dim): the gradient of log_softmax by its input, g - exp(logs) * sum(g)."""

    opmath = True
    type_promotion = "same"
    modern_names = "LogSoftmaxBackwardBackward0"
    samples = [(GRID, [[-1.0, -0.2, -0.7], [-0.5, -2.0, -0.3]], 1), (GRID, [[-1.0, -0.2, -0.7], [-0.5, -2.0, -0.3]], 0)]
    errors = [("text", GRID, 0)]

    def forward(g: Array, logs: Array, dim: Dim):
        return log_softmax_back(g, logs, dim)

    def grad_g(F, gg, logs, dim):
        return gg - F.sum(F.exp(logs) * gg, dim, True)

    def grad_logs(F, gg, g, logs, dim):
        return -gg * F.exp(logs) * F.sum(g, dim, True)


def log_softmax_back(g, logs, dim):
    """g - exp(logs) * sum(g) along `dim`: the forward of `LogSoftmaxBack`."""
    if not g.ndim:
        return g - elementary.exp(logs) * g
    if logs.size >= SOME and large.rows.fits(logs, dim):
        return large.rows.log_softmax_slope(g, logs)
    share = elementary.exp(logs)
    total = row_totals(g, axis(dim, g.ndim))
    if g.dtype is float32 and g.size <= elementary.FEW:      # in one rounding, as processors do it
        wide = share.astype(float64)
        multiply(wide, total, wide)
        return subtract(g, wide, wide).astype(float32)
    np.multiply(share, total, share)
    return np.subtract(g, share, share)


class Softmin(SoftmaxFamily):
    """softmin(input, dim, dtype): the softmax of minus input."""

    samples = WITHOUT_DIM
    home = "nn.functional"
    fresh_result = False

    def compose(F, input, dim: Dim = None, dtype: Type = None):
        at = normalized_dim(dim, len(input.shape), "softmin")
        return F.softmax(-(input if dtype is None else F.cast(input, dtype)), at)


class GumbelSoftmax(Functional):
    """gumbel_softmax(logits, tau, hard, eps, dim): a sample of the categorical distribution, softened by tau.

    With `hard` the result is one-hot, and its gradient that of the soft one (Jang, Gu and Poole 2016).
    """

    random = True
    samples = [(GRID,), (GRID, 0.5), (GRID, 1, True), (GRID, 1, False, 1e-10, 0)]
    errors = [("text",), (GRID, 1, False, 1e-10, 5)]

    def compose(F, logits: Array, tau: Number = 1, hard: Flag = False, eps: Number = 1e-10, dim: Dim = -1):
        soft = F.softmax((logits + F.gumbel_noise(logits)) / tau, dim)
        if not hard:
            return soft
        best = F.max_dim(soft, dim, True)[1]
        chosen = F.scatter_add(F.zeros_like(soft), dim, best, F.ones_like(F.cast(best, _type_of(soft))))
        return chosen - F.alias(soft).detach() + soft if hasattr(soft, "detach") else chosen


def _type_of(x):
    dtype = x.dtype
    return dtype if isinstance(dtype, np.dtype) else dtype.numpy


class GumbelNoise(Kernel):
    """gumbel_noise(input): numbers drawn from the Gumbel distribution, in the shape of input."""

    random = True
    samples = [([1.0, 2.0],)]

    def forward(input: Array):
        if input.dtype.kind not in FLOAT_KINDS:
            raise ValueFault("gumbel_softmax() needs floating logits", "x.float()")
        return -np.log(draw().exponential(input.shape, input.dtype))
