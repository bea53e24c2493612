"""The arithmetic of convolutions: windows laid out as columns, and one product for each group."""

import numpy as np

from gradcli.errors import ShapeFault
from gradcli.ops.windows import inside, outside, overlapped, places, sliding


def result_lengths(lengths, kernel, stride, padding, dilation):
    """The lengths of a convolution's result; refuses kernels that reach beyond the padded input."""
    padded = tuple(n + 2 * p for n, p in zip(lengths, padding, strict=True))
    count = places(padded, kernel, stride, dilation)
    if any(c < 1 for c in count):
        reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
        raise ShapeFault(f"Calculated padded input size per channel: {list(padded)}. Kernel size: {reach}. "
                         "Kernel size can't be greater than actual input size", ("padding=1", "makes the input larger"))
    return count


def wide(*arrays):
    """Half precision as single, in which it is added up."""
    return tuple(a.astype(np.float32) if a.dtype == np.float16 else a for a in arrays)


def columns(input, kernel, stride, padding, dilation, groups, most=None):
    """Windows as columns: (batch, groups, channels x kernel, places); of each dimension at most so many."""
    windows = sliding(outside(input, padding, padding), kernel, stride, dilation)
    if most is not None:
        windows = windows[(slice(None), slice(None), *(slice(m) for m in most))]
    rank = len(kernel)
    order = (0, 1, *range(2 + rank, 2 + 2 * rank), *range(2, 2 + rank))
    count = windows.shape[2 : 2 + rank]
    n, c = input.shape[:2]
    size, spots = int(np.prod(kernel)), int(np.prod(count))
    return np.ascontiguousarray(windows.transpose(order)).reshape(n, groups, c // groups * size, spots), count


def convolve(input, weight, stride, padding, dilation, groups):
    """The convolution of (batch, channels, ...) with (channels out, channels / groups, ...)."""
    kernel, dtype = weight.shape[2:], input.dtype
    result_lengths(input.shape[2:], kernel, stride, padding, dilation)
    input, weight = wide(input, weight)
    cols, count = columns(input, kernel, stride, padding, dilation, groups)
    out = weight.shape[0]
    if not weight.size or not cols.size:
        return np.zeros((input.shape[0], out, *count), dtype)
    product = np.matmul(weight.reshape(groups, out // groups, -1), cols)
    return product.reshape(input.shape[0], out, *count).astype(dtype, copy=False)


def spread(input, weight, lengths, stride, padding, dilation, groups):
    """The transposed convolution of (batch, channels, ...) with (channels, channels out / groups, ...)."""
    kernel, dtype = weight.shape[2:], input.dtype
    input, weight = wide(input, weight)
    n, c, count = input.shape[0], input.shape[1], input.shape[2:]
    out = weight.shape[1]
    if not weight.size or not input.size:
        return np.zeros((n, out * groups, *lengths), dtype)
    flat = input.reshape(n, groups, c // groups, -1)
    cols = np.matmul(weight.reshape(groups, c // groups, -1).swapaxes(1, 2), flat)
    rank = len(kernel)
    windows = cols.reshape(n, groups * out, *kernel, *count)
    order = (0, 1, *range(2 + rank, 2 + 2 * rank), *range(2, 2 + rank))
    padded = tuple(m + 2 * p for m, p in zip(lengths, padding, strict=True))
    total = overlapped(windows.transpose(order), padded, kernel, stride, dilation)
    return np.ascontiguousarray(inside(total, padding, padding)).astype(dtype, copy=False)


def correlate(input, g, kernel, stride, padding, dilation, groups):
    """The weights' gradient: (channels out, channels / groups, ...), added up over the batch."""
    dtype = input.dtype
    input, g = wide(input, g)
    cols, _ = columns(input, kernel, stride, padding, dilation, groups, g.shape[2:])
    n, out = g.shape[:2]
    shape = (out, input.shape[1] // groups, *kernel)
    if not g.size or not cols.size:
        return np.zeros(shape, dtype)
    g = g.reshape(n, groups, out // groups, -1)
    if g.shape[3] >= out // groups or n == 1:
        products = np.matmul(g, cols.swapaxes(2, 3))
        return np.add.reduce(products, axis=0).reshape(shape).astype(dtype, copy=False)
    # few places: one product over batch and places together
    g = g.transpose(1, 2, 0, 3).reshape(groups, out // groups, -1)
    cols = cols.transpose(1, 0, 3, 2).reshape(groups, -1, cols.shape[2])
    return np.matmul(g, cols).reshape(shape).astype(dtype, copy=False)
