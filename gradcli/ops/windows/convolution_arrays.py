"""The arithmetic of convolutions: windows laid out as columns, and one product for each group.

Columns hold each number as often as windows do, so they are made for a few of a batch at a time,
in memory that stays in the processor's cache.
"""

import math
from functools import lru_cache

import numpy as np

from gradcli.faults.tree import ShapeFault
from gradcli.ops.windows.sliding import crop, overlapped, pad_constant, sliding, window_counts
from gradcli.ops.windows.small_windows import columns_of_few, spread_columns_of_few


@lru_cache(256)
def result_lengths(lengths, kernel, stride, padding, dilation):
    """The lengths of a convolution's result; refuses kernels that reach beyond the padded input."""
    padded = tuple(n + 2 * p for n, p in zip(lengths, padding, strict=True))
    count = window_counts(padded, kernel, stride, dilation)
    if min(count) < 1:
        reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
        raise ShapeFault(f"Calculated padded input size per channel: ({_by(padded)}). Kernel size: ({_by(reach)}). "
                         "Kernel size can't be greater than actual input size", ("padding=1", "makes the input larger"))
    return count


def _by(lengths):
    """Lengths as PyTorch writes them here: `2 x 3`."""
    return " x ".join(map(str, lengths))


def as_single(*arrays):
    """Half precision as single, in which it is added up."""
    return tuple([a.astype(np.float32) if a.itemsize == 2 else a for a in arrays])


COLUMNS = 1 << 19       # elements that columns have at most, unless one item of the batch has more


def batches(count, size):
    """The slices in which to go through a batch whose items have columns of that size."""
    step = max(1, COLUMNS // max(size, 1))
    return [slice(start, start + step) for start in range(0, count, step)]


def columns(input, kernel, stride, padding, dilation, groups, most=None):
    """Windows as columns: (batch, groups, channels x kernel, places); of each dimension at most so many."""
    if (few := columns_of_few(input, kernel, stride, padding, dilation, most)) is not None:
        return few.reshape(len(input), groups, -1, few.shape[2])
    windows = sliding(pad_constant(input, padding, padding), kernel, stride, dilation)
    if most is not None:
        windows = windows[(slice(None), slice(None), *(slice(m) for m in most))]
    rank = len(kernel)
    order = (0, 1, *range(2 + rank, 2 + 2 * rank), *range(2, 2 + rank))
    count = windows.shape[2 : 2 + rank]
    n, c = input.shape[:2]
    size, spots = math.prod(kernel), math.prod(count)
    return np.ascontiguousarray(windows.transpose(order)).reshape(n, groups, c // groups * size, spots)


def convolve(input, weight, stride, padding, dilation, groups):
    """The convolution of (batch, channels, ...) with (channels out, channels / groups, ...)."""
    kernel, dtype = weight.shape[2:], input.dtype
    count = result_lengths(input.shape[2:], kernel, stride, padding, dilation)
    if groups == 1 == len(input) and dtype.itemsize > 2 and (
            few := columns_of_few(input, kernel, stride, padding, dilation, count)) is not None:
        out = len(weight)
        return weight.reshape(out, -1).dot(few[0]).reshape(1, out, *count)
    input, weight = as_single(input, weight)
    out, flat = weight.shape[0], weight.reshape(groups, weight.shape[0] // groups, -1)
    spots = math.prod(count)
    if 0 < len(input) * flat.shape[2] * groups * spots <= COLUMNS and flat.size:
        product = np.matmul(flat, columns(input, kernel, stride, padding, dilation, groups))
        return product.reshape(len(input), out, *count).astype(dtype, copy=False)
    product = np.zeros((len(input), groups, out // groups, spots), input.dtype)
    if weight.size and product.size:
        for some in batches(len(input), flat.shape[2] * groups * product.shape[3]):
            np.matmul(flat, columns(input[some], kernel, stride, padding, dilation, groups), out=product[some])
    return product.reshape(len(input), out, *count).astype(dtype, copy=False)


def convolve_transposed(input, weight, lengths, stride, padding, dilation, groups):
    """The transposed convolution of (batch, channels, ...) with (channels, channels out / groups, ...)."""
    kernel, dtype = weight.shape[2:], input.dtype
    input, weight = as_single(input, weight)
    n, c, count = input.shape[0], input.shape[1], input.shape[2:]
    out = weight.shape[1]
    if not weight.size or not input.size:
        return np.zeros((n, out * groups, *lengths), dtype)
    flat, across = input.reshape(n, groups, c // groups, -1), weight.reshape(groups, c // groups, -1).swapaxes(1, 2)
    rank = len(kernel)
    order = (0, 1, *range(2 + rank, 2 + 2 * rank), *range(2, 2 + rank))
    padded = tuple(m + 2 * p for m, p in zip(lengths, padding, strict=True))
    total = np.empty((n, out * groups, *lengths), dtype)
    for some in batches(n, groups * across.shape[1] * flat.shape[3]):
        product = np.matmul(across, flat[some])
        spread = spread_columns_of_few(product, groups * out, padded, kernel, stride, dilation, count)
        if spread is None:
            windows = product.reshape(-1, groups * out, *kernel, *count).transpose(order)
            spread = overlapped(windows, padded, kernel, stride, dilation)
        total[some] = crop(spread, padding, padding)
    return total


def correlate(input, g, kernel, stride, padding, dilation, groups):
    """The weights' gradient: (channels out, channels / groups, ...), added up over the batch."""
    dtype = input.dtype
    input, g = as_single(input, g)
    n, out = g.shape[:2]
    shape = (out, input.shape[1] // groups, *kernel)
    size = math.prod(shape[1:])
    total = np.zeros((groups, out // groups, size), g.dtype)
    if not g.size or not input.size:
        return total.reshape(shape).astype(dtype, copy=False)
    count = g.shape[2:]
    g = g.reshape(n, groups, out // groups, -1)
    for some in batches(n, groups * size * g.shape[3]):
        cols, part = columns(input[some], kernel, stride, padding, dilation, groups, count), g[some]
        if g.shape[3] >= out // groups or n == 1:
            total += np.add.reduce(np.matmul(part, cols.swapaxes(2, 3)), axis=0)
        else:       # few places: one product over batch and places together
            part = part.transpose(1, 2, 0, 3).reshape(groups, out // groups, -1)
            total += np.matmul(part, cols.transpose(1, 0, 3, 2).reshape(groups, -1, size))
    return total.reshape(shape).astype(dtype, copy=False)
