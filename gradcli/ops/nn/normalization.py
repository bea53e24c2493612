"""Numbers brought to mean 0 and variance 1, over whatever a network's normalisations go over."""

import math
from functools import lru_cache

import numpy as np
from numpy import add, divide, multiply, sqrt, subtract

from gradcli.engine import large
from gradcli.engine.autograd.op import Op, raw
from gradcli.engine.autograd.signature import Array, ArrayOrNone, Int, Number, Plain
from gradcli.engine.autograd.type_promotion import constant
from gradcli.engine.kernels import LARGE, ONE, sums
from gradcli.engine.large import SOME
from gradcli.engine.numerics.cascade_sum import reduce
from gradcli.engine.tensor.dtypes import float32, float64
from gradcli.faults.tree import ShapeFault
from gradcli.ops.base import Kernel
from gradcli.ops.dtype_checks import require_floating
from gradcli.ops.nn.half_inputs import beside_single, in_single
from gradcli.ops.nn.normalized_shape import last_shape

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
MAPS = [[[[1.0, 2.0], [3.0, -1.0]], [[0.5, 1.5], [-2.0, 4.0]]], [[[0.1, 1.0], [2.0, 3.0]], [[1.0, -1.0], [0.0, 2.5]]]]
W3, B3, W2, B2 = [0.5, 2.0, 1.0], [0.1, -0.2, 0.3], [0.5, 2.0], [0.1, -0.2]
BATCH, LAYER, GROUP = range(3)
FEW = 256       # elements up to which numbers are repeated by hand: numpy's broadcasting costs more
KERNELS = ("batch_norm", "LayerNormKernelImpl", "GroupNormKernelImpl")     # as PyTorch calls those of each


@lru_cache(256)
def element_count(shape, axes):
    """The number of elements along axes."""
    return math.prod([shape[i] for i in axes])


class Standardising(Kernel, abstract=True):
    """Input in `shape` standardised over axes, scaled and shifted; its mean, one over its deviation, what is scaled."""

    memory_order = "rows"
    opmath, opmath_outputs, linked = True, 1, ("bias",)
    saved_for_versions = ("input", "weight")
    type_promotion = "same"
    multi_output = first_alone = True
    returns = ("output", "mean", "scale", "unit")
    unsaved_outputs = (0, 1)
    legacy_names = ("BatchNorm", "LayerNorm", "GroupNorm")
    modern_names = ("NativeBatchNormBackward0", "NativeLayerNormBackward0", "NativeGroupNormBackward0")
    gradient_names = ("NativeBatchNormBackwardBackward0", "NativeLayerNormBackwardBackward0", "ViewBackward0")
    samples = [(GRID, W3, B3, (2, 3), (1,), 1e-5, LAYER), (GRID, None, None, (2, 3), (0,), 0.1, BATCH),
               (GRID, W3, None, (2, 3), (0,), 1e-5, GROUP)]
    errors = [("text", None, None, (2, 3), (1,), 1e-5, LAYER)]

    def variant(input, weight, bias, shape, axes, eps, which):
        return which

    def forward(input: Array, weight: ArrayOrNone, bias: ArrayOrNone, shape: Plain, axes: Plain, eps: Number,
                which: Plain):
        dtype = input.dtype
        if dtype is not float32 and dtype is not float64:
            require_floating(KERNELS[which], input)
        x = input if input.shape == shape else input.reshape(shape)
        count = element_count(shape, axes)
        if dtype.itemsize == 2:
            x = x.astype(np.float32)
            dtype = x.dtype
        elif which == LAYER and x.size >= SOME and count > 1 and large.rows.fits(x.reshape(-1, count), -1):
            return large.rows.layer_normalised(x, weight, bias, eps, count)
        mean = sums_over(x, axes) if count else (np.zeros([1 if i in axes else n for i, n in enumerate(shape)], dtype))
        share = constant(count or 1, dtype)
        divide(mean, share, mean)
        few = 0 < x.size <= FEW and len(axes) == 1
        unit = subtract(x, mean.repeat(count, axes[0]) if few else mean)
        scale = reduce(multiply(unit, unit), axes, None, None, True) if few else products(unit, unit, axes, mean.shape)
        divide(scale, share, scale)
        add(scale, constant(eps, dtype), scale)
        sqrt(scale, scale)
        divide(ONE[dtype], scale, scale)
        multiply(unit, scale.repeat(count, axes[0]) if few else scale, unit)
        out = unit.copy() if weight is None else unit * weight
        if bias is not None:
            out += bias
        if x is not input:
            out = out.reshape(input.shape).astype(input.dtype, copy=False)
        return out, mean, scale, unit

    def grad_input(F, g, input, weight, out, shape, axes, input_shape, input_dtype):
        if F is raw and g[0] is not None and g[1] is g[2] is g[3] is None:
            share = g[0] if g[0].shape == shape else g[0].reshape(shape)
            total = raw.centred_back(share if weight is None else share * weight, out[3], out[2], axes)
            return total.reshape(input_shape).astype(input_dtype, copy=False)
        unit, count, total = out[3], math.prod([shape[i] for i in axes]), 0
        if g[0] is not None:
            share = F.reshape(g[0], shape)
            share = share if weight is None else share * weight
            share = share if g[3] is None else share + g[3]
            total = F.centred_back(share, unit, out[2], axes)
        elif g[3] is not None:
            total = F.centred_back(g[3], unit, out[2], axes)
        if g[1] is not None:
            total = total + F.expand(g[1] / count, shape)
        if g[2] is not None:
            total = total - g[2] * out[2] * out[2] * unit / count
        return F.cast(F.reshape(total, input_shape), input_dtype)

    def grad_weight(F, g, input, weight, out, shape, weight_shape):
        if g[0] is None:
            return None
        if F is raw and out[3].size >= SOME and len(weight_shape) == 1 and shape[-1:] == tuple(weight_shape):
            return large.sums.column_products(g[0], out[3])
        return F.sum_to(F.reshape(g[0], shape) * out[3], tuple(weight_shape))


class Standardised(Standardising):
    """standardised(input, weight, bias, shape, axes, eps, which): the same, of norms that do not keep bias."""

    forward = Standardising.forward

    def grad_bias(F, g, input, weight, shape, bias_shape):
        return None if g[0] is None else F.sum_to(F.reshape(g[0], shape), tuple(bias_shape))


class LayerStandardised(Standardising):
    """layer_standardised(input, weight, bias, shape, axes, eps, which): the same, which keeps bias, as PyTorch does."""

    forward = Standardising.forward
    samples = [(GRID, W3, B3, (2, 3), (1,), 1e-5, LAYER)]

    def grad_bias(F, g, input, weight, bias, shape, bias_shape):
        return None if g[0] is None else F.link(F.sum_to(F.reshape(g[0], shape), tuple(bias_shape)), (bias,))


def sums_over(x, axes):
    """The sums over axes, which stay at length 1; a new array."""
    return reduce(x, axes, None, None, True) if x.size < LARGE else sums(x, axes, True)


def products(a, b, axes, shape):
    """The sums of a * b over axes, in the shape that keeps them at length 1; a new array."""
    if 0 < a.size < LARGE:
        return reduce(multiply(a, b), axes, None, None, True)
    if a.size and axes == tuple(range(a.ndim - len(axes), a.ndim)):
        inner = math.prod(a.shape[a.ndim - len(axes) :])
        return np.einsum("ij,ij->i", a.reshape(-1, inner), b.reshape(-1, inner)).reshape(shape)
    return np.add.reduce(a * b, axis=axes, keepdims=True)


class CentredBack(Kernel):
    """centred_back(g, unit, scale, axes): g less its mean over axes, and less unit times the mean of g * unit; all of
    it times scale."""

    type_promotion = "same"
    modern_names = "NativeLayerNormBackwardBackward0"
    samples = [(GRID, [[0.3, -1.0, 1.2], [0.5, 0.1, -0.2]], [[0.5], [2.0]], (1,)),
               (GRID, [[0.3, -1.0, 1.2], [0.5, 0.1, -0.2]], [[0.5, 2.0, -1.0]], (0,))]
    errors = [("text", GRID, GRID, (0,))]

    def forward(g: Array, unit: Array, scale: Array, axes: Plain):
        if unit.size >= SOME and axes == (unit.ndim - 1,) and large.rows.fits(unit, -1):
            return large.rows.centred_slope(g, unit, scale)
        dtype = g.dtype
        count = element_count(g.shape, axes) or 1
        share = products(g, unit, axes, scale.shape)
        divide(share, constant(-count, dtype), share)
        mean = sums_over(g, axes)
        divide(mean, constant(count, dtype), mean)
        if 0 < g.size <= FEW and len(axes) == 1 and g.shape == unit.shape:
            at, = axes
            share, mean, scale = share.repeat(count, at), mean.repeat(count, at), scale.repeat(count, at)
        total = multiply(unit, share)
        add(total, g, total)
        subtract(total, mean, total)
        return multiply(total, scale, total)

    def grad_g(F, gg, unit, scale, axes):
        return F.centred_back(gg, unit, scale, axes)

    def grad_unit(F, gg, g, unit, scale, axes):
        gg = gg * scale
        return -gg * F.mean(g * unit, axes, True) - g * F.mean(gg * unit, axes, True)

    def grad_scale(F, gg, g, unit, scale, axes):
        return F.sum(gg * F.centred_back(g, unit, F.ones_like(scale), axes), axes, True)


class LayerNorm(Op):
    """layer_norm(input, normalized_shape, weight, bias, eps): input standardised over its last dimensions, which are of
    normalized_shape, times weight plus bias."""

    names = ("layer_norm", "nn.functional.layer_norm")
    method = False
    samples = [(GRID, (3,)), (GRID, (2, 3)), (GRID, (3,), W3), (GRID, (3,), W3, B3), (GRID, (3,), None, None, 0.5)]
    errors = [(GRID, (2,)), (GRID, (3,), W2)]

    def compose(F, input, normalized_shape: Plain, weight: Array = None, bias: Array = None, eps: Number = 1e-5):
        if beside_single(input, weight, bias):
            return in_single(F, F.layer_norm, "NativeLayerNormBackward0", input, normalized_shape, weight, bias, eps)
        shape = tuple(input.shape)
        inner = last_shape("layer_norm", shape, normalized_shape, weight, bias)
        axes = tuple(range(len(shape) - len(inner), len(shape)))
        return first(F.layer_standardised(input, weight, bias, shape, axes, eps, LAYER))


def first(outputs):
    """The first of several results; of a specialised call it is the only one."""
    return outputs[0] if isinstance(outputs, tuple) else outputs


class GroupNorm(Op):
    """group_norm(input, num_groups, weight, bias, eps): each row standardised over groups of its channels; weight and
    bias are for each channel."""

    names = ("group_norm", "nn.functional.group_norm")
    method = False
    samples = [(MAPS, 1), (MAPS, 2), (MAPS, 1, W2), (MAPS, 1, W2, B2), (MAPS, 2, None, None, 0.5)]
    errors = [(MAPS, 3), ([1.0], 1), (MAPS, 1, W3)]

    def compose(F, input, num_groups: Int, weight: Array = None, bias: Array = None, eps: Number = 1e-5):
        if beside_single(input, weight, bias):
            return in_single(F, F.group_norm, "NativeGroupNormBackward0", input, num_groups, weight, bias, eps)
        if len(input.shape) < 2:
            raise ShapeFault(f"Expected at least 2 dimensions for input tensor but received {len(input.shape)}")
        n, c = input.shape[:2]
        if num_groups < 1 or c % num_groups:
            raise ShapeFault("Expected number of channels in input to be divisible by num_groups, but got input of "
                             f"shape {list(input.shape)} and num_groups={num_groups}")
        shape = (n, num_groups, c // num_groups, math.prod(input.shape[2:]))
        weight, bias = (per_channel(F, "group_norm", p, c, (1, num_groups, c // num_groups, 1)) for p in (weight, bias))
        return first(F.standardised(input, weight, bias, shape, (2, 3), eps, GROUP))


def per_channel(F, name, parameter, channels, shape):
    """A number a channel, shaped to meet the input."""
    if parameter is None:
        return None
    # PyTorch counts the elements of most: instance_norm repeats them, so that they have one dimension at most
    strict = name == "group_norm" or name == "instance_norm" and len(parameter.shape) > 1
    if tuple(parameter.shape) != (channels,) and (strict or math.prod(parameter.shape) != channels):
        raise ShapeFault(f"{name}(): expected weight and bias to be vectors of size equal to the number of channels in "
                         f"input, {channels}, but got {list(parameter.shape)}")
    if shape == (1, channels) and len(parameter.shape) == 1:
        return parameter        # which meets rows of channels as it is
    return F.reshape(parameter, shape)
