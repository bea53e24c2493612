"""The arithmetic of pooling: the greatest, and the sum, of what lies in each window."""

import math
from functools import lru_cache

import numpy as np

from gradcli.engine.autograd.signature import Array, Flag, Plain
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.ops.arrays import FEW, elements_along
from gradcli.ops.base import Kernel
from gradcli.ops.windows.sliding import crop, offsets, pad_constant, pooled_places, shifted
from gradcli.ops.windows.small_windows import greatest_of_few, spread_over_few, starts_and_steps, sums_of_few

GRID = [[[[1.0, -2.0, 3.0, 0.0], [0.5, 5.0, -6.0, 2.0], [0.2, 1.0, 4.0, -1.0]]]]
PLAIN = ((2, 2), (2, 2), (0, 0), (1, 1), False)
WIDE = ((2, 2), (1, 2), (1, 1), (2, 1), True)


class PoolingKernel(Kernel, abstract=True):
    """Part of a pooling, over as many of the last dimensions as its windows have."""


def right_overhang(lengths, count, kernel, stride, padding, dilation):
    """The number of places by which windows reach beyond dimensions of `lengths` on the right."""
    return tuple((c - 1) * s + d * (k - 1) + 1 - p - n for n, c, k, s, p, d in zip(
        lengths, count, kernel, stride, padding, dilation, strict=True))


def right_padding(lengths, count, kernel, stride, padding, dilation):
    """The padding on the right that windows need; 0 where they end inside."""
    return tuple(max(r, 0) for r in right_overhang(lengths, count, kernel, stride, padding, dilation))


@lru_cache(256)
def window_layout(name, lengths, kernel, stride, padding, dilation, ceil_mode, channels):
    """The number of windows along each dimension, and the padding on the right that they need."""
    count = pooled_places(name, lengths, kernel, stride, padding, dilation, ceil_mode, channels)
    return count, right_padding(lengths, count, kernel, stride, padding, dilation)


class MaxPool(PoolingKernel):
    """max_pool(input, kernel, stride, padding, dilation, ceil_mode): the greatest in each window, and its place."""

    memory_order = "images"
    returns = ("values", "indices")
    unsaved_outputs = (0,)
    modern_names = ("MaxPool2DWithIndicesBackward0", "MaxPool3DWithIndicesBackward0")
    legacy_names = ("torch.nn._functions.thnn.pooling.MaxPool2d", "torch.nn._functions.thnn.pooling.MaxPool3d")
    samples = [(GRID, *PLAIN), (GRID, *WIDE)]
    errors = [(GRID, (9, 9), (1, 1), (0, 0), (1, 1), False)]

    def variant(input, kernel, *options):
        return 1 if len(kernel) == 3 else 0

    def forward(input: Array, kernel: Plain, stride: Plain, padding: Plain, dilation: Plain,
                ceil_mode: Flag):
        rank = len(kernel)
        lengths = input.shape[input.ndim - rank :]
        count, after = window_layout(f"max_pool{rank}d", lengths, kernel, stride, padding, dilation, ceil_mode,
                                     input.shape[-rank - 1])
        if (few := greatest_of_few(input, kernel, stride, padding, after, dilation, count)) is not None:
            return few
        least = -np.inf if input.dtype.kind in FLOAT_KINDS else np.iinfo(input.dtype).min
        padded = pad_constant(input, padding, after, least)
        best, which = window_maximum(padded, kernel, stride, dilation, count)
        return best, flat_places(which, lengths, kernel, stride, padding, dilation, count)

    def grad_input(F, g, input, out, input_shape, kernel):     # PyTorch keeps the input
        return F.put_in_planes(g, out[1], tuple(input_shape[len(input_shape) - len(kernel) :]))


def window_maximum(padded, kernel, stride, dilation, count):
    """The greatest number of each window, nan before all, and the number of its position within the window.

    Positions are gone through in order, so a later one that wins has the greater number: no element needs a branch.
    """
    best, small = None, math.prod(kernel) < 127
    nan = padded.dtype.kind in FLOAT_KINDS and padded.size and np.isnan(np.maximum.reduce(padded, axis=None))
    for i, at in enumerate(offsets(kernel)):
        here = padded[shifted(at, count, stride, dilation)]
        if best is None:
            best, which = here.copy(), np.zeros(here.shape, np.int8 if small else np.int32)
            continue
        better = np.greater(here, best)
        if nan:
            better |= here != here
        np.maximum(best, here, out=best)
        wins = np.multiply(better.view(np.int8), i, dtype=which.dtype)
        np.maximum(which, wins, out=which)
    return best, which


def flat_places(which, lengths, kernel, stride, padding, dilation, count):
    """Positions within windows as places in a plane of `lengths`, counted row by row."""
    if not any(padding) and max(right_overhang(lengths, count, kernel, stride, padding, dilation)) <= 0:
        tables = _cached_tables if math.prod(kernel) + math.prod(count) <= FEW else starts_and_steps
        steps, starts = tables(lengths, kernel, stride, dilation, count)
        return np.add(steps.take(which), starts)
    offsets = np.unravel_index(np.arange(math.prod(kernel)), kernel)
    flat = np.zeros(which.shape, np.int64)
    for axis, n in enumerate(lengths):
        start = np.arange(count[axis]) * stride[axis] - padding[axis]
        start = start.reshape((-1,) + (1,) * (len(lengths) - axis - 1))
        # a window of nothing but padding names its first place inside
        flat = flat * n + np.clip((offsets[axis] * dilation[axis])[which] + start, 0, n - 1)
    return flat


_cached_tables = lru_cache(64)(starts_and_steps)


class PutInPlanes(PoolingKernel):
    """put_in_planes(input, indices, lengths): zeros in planes of `lengths`, with each number of input added at the
    place of its plane that indices names."""

    samples = [([[[1.0, 2.0, 3.0]]], np.array([[[0, 3, 3]]]), (5,)), ([[[[1.0, 2.0]]]], np.array([[[[0, 3]]]]), (2, 2))]
    errors = [("text", np.array([[[0]]]), (5,))]

    def forward(input: Array, indices: Array, lengths: Plain):
        lead = input.shape[: input.ndim - len(lengths)]
        planes, size = math.prod(lead), math.prod(lengths)
        total = np.zeros(planes * size, input.dtype)
        if input.size:
            spots = indices.reshape(planes, -1)
            if planes > 1:
                spots = spots + np.arange(0, planes * size, size)[:, None]
            np.add.at(total, spots.reshape(-1), input.reshape(-1))
        return total.reshape(lead + tuple(lengths))

    def grad_input(F, g, indices, lengths):
        return F.take_from_planes(g, indices, lengths)


class TakeFromPlanes(PoolingKernel):
    """take_from_planes(input, indices, lengths): from planes of `lengths` the numbers at the places indices names."""

    samples = [([[[1.0, 2.0, 3.0]]], np.array([[[0, 2, 2, 1]]]), (3,))]
    errors = [("text", np.array([[[0]]]), (5,))]

    def forward(input: Array, indices: Array, lengths: Plain):
        planes = math.prod(input.shape[: input.ndim - len(lengths)])
        flat = input.reshape(planes, math.prod(lengths))
        spots = indices.reshape(planes, math.prod(indices.shape[indices.ndim - len(lengths) :]))
        return elements_along(flat, spots, 1).reshape(indices.shape)

    def grad_input(F, g, indices, lengths):
        return F.put_in_planes(g, indices, lengths)


class AvgPool(PoolingKernel):
    """avg_pool(input, kernel, stride, padding, ceil_mode, count_include_pad, divisor): the mean of each window, or its
    sum over `divisor`."""

    memory_order = "images"
    linked = True
    modern_names = ("AvgPool2DBackward0", "AvgPool3DBackward0")
    legacy_names = ("torch.nn._functions.thnn.pooling.AvgPool2d", "torch.nn._functions.thnn.pooling.AvgPool3d")
    samples = [(GRID, (2, 2), (2, 2), (0, 0), False, True, None), (GRID, (2, 2), (1, 2), (1, 1), True, False, None),
               (GRID, (2, 2), (2, 2), (1, 1), True, True, 3)]
    errors = [(GRID, (9, 9), (1, 1), (0, 0), False, True, None)]

    def variant(input, kernel, *options):
        return 1 if len(kernel) == 3 else 0
    saves = True        # PyTorch keeps the input of all poolings

    def forward(input: Array, kernel: Plain, stride: Plain, padding: Plain, ceil_mode: Flag,
                count_include_pad: Flag, divisor: Plain):
        rank, dense = len(kernel), (1,) * len(kernel)
        lengths = input.shape[input.ndim - rank :]
        count, after = window_layout(f"avg_pool{rank}d", lengths, kernel, stride, padding, dense, ceil_mode,
                                     input.shape[-rank - 1])
        total = sums_of_few(input, kernel, stride, padding, after, count)
        if total is None:
            padded = pad_constant(input, padding, after)
            for at in offsets(kernel):
                here = padded[shifted(at, count, stride, dense)]
                total = here.copy() if total is None else np.add(total, here, out=total)
        share = divisors(lengths, count, kernel, stride, padding, count_include_pad, divisor, input.dtype)
        return np.divide(total, share, out=total) if total.dtype.kind in FLOAT_KINDS else towards_zero(total, share)

    def grad_input(F, g, input, kernel, stride, padding, ceil_mode, count_include_pad, divisor, input_shape):
        return F.avg_pool_back(g, kernel, stride, padding, ceil_mode, count_include_pad, divisor,
                               tuple(input_shape[len(input_shape) - len(kernel) :]))


def towards_zero(total, share):
    """Whole numbers divided, what is left over dropped."""
    return np.abs(total) // np.abs(share) * (np.sign(total) * np.sign(share))


def divisors(lengths, count, kernel, stride, padding, count_include_pad, divisor, dtype):
    """The divisor of the sum of each window."""
    if divisor is not None:
        return dtype.type(divisor)
    compute = _cached_sizes if math.prod(count) <= FEW else _sizes
    return compute(lengths, count, kernel, stride, padding, count_include_pad, dtype)


def _sizes(lengths, count, kernel, stride, padding, count_include_pad, dtype):
    """The number of elements of each window; of no dimensions, the cheapest operand, if all have the same."""
    total = np.ones((1,) * len(kernel), dtype)
    for axis, (n, c, k, s, p) in enumerate(zip(lengths, count, kernel, stride, padding, strict=True)):
        start = np.arange(c) * s - p
        end = np.minimum(start + k, n + p)
        size = end - start if count_include_pad else np.minimum(end, n) - np.maximum(start, 0)
        total = total * size.astype(dtype).reshape((-1,) + (1,) * (len(kernel) - axis - 1))
    return total.reshape(-1)[0, ...] if total.size and (total == total.reshape(-1)[0]).all() else total


_cached_sizes = lru_cache(64)(_sizes)


class AvgPoolBack(PoolingKernel):
    """avg_pool_back(input, kernel, stride, padding, ceil_mode, count_include_pad, divisor, lengths): each number of
    input shared out evenly over its window of a plane of `lengths`."""

    samples = [([[[[1.0, 2.0]]]], (2, 2), (2, 2), (0, 0), False, True, None, (3, 4))]
    errors = [("text", (2, 2), (2, 2), (0, 0), False, True, None, (3, 4))]

    def forward(input: Array, kernel: Plain, stride: Plain, padding: Plain, ceil_mode: Flag,
                count_include_pad: Flag, divisor: Plain, lengths: Plain):
        rank, dense = len(kernel), (1,) * len(kernel)
        count = input.shape[input.ndim - rank :]
        share = input / divisors(lengths, count, kernel, stride, padding, count_include_pad, divisor, input.dtype)
        after = right_padding(lengths, count, kernel, stride, padding, dense)
        padded = tuple(n + p + a for n, p, a in zip(lengths, padding, after, strict=True))
        total = spread_over_few(share, kernel, stride, padded)
        if total is None:
            total = np.zeros(input.shape[: input.ndim - rank] + padded, input.dtype)
            for at in offsets(kernel):
                total[shifted(at, count, stride, dense)] += share
        return np.ascontiguousarray(crop(total, padding, after))

    def grad_input(F, g, kernel, stride, padding, ceil_mode, count_include_pad, divisor):
        return F.avg_pool(g, kernel, stride, padding, ceil_mode, count_include_pad, divisor)
