"""Windows that slide over the last dimensions of an array, as strided views."""

import math
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import as_strided

from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import ShapeFault

BATCH = ("x.unsqueeze(0)", "adds a batch dimension")


def per_dimension(value, rank, name, option):
    """One number for each of `rank` dimensions, from one for all or a tuple."""
    if value is None:
        return None
    if type(value) is tuple and len(value) == 1 and rank > 1:
        return value * rank
    if type(value) is tuple and len(value) != rank:
        raise UnfitValue(f"{name}() expects {option} to be a single integer or a tuple of {rank}, but got {list(value)}"
                         ).saying(_other_rank(value, rank, name, option))
    return value if type(value) is tuple else (value,) * rank


def _other_rank(value, rank, name, option):
    """PyTorch's words for an option with as many numbers as there are no dimensions."""
    if "conv" in name:
        return (f"expected {option} to be a single integer value or a list of {rank} values to match the convolution "
                f"dimensions, but got {option}={list(value)}")
    if "fold" in name:
        return f"It is expected {option} equals to 2, but got size {len(value)}"
    if name == "max_pool1d":
        return f"{name}() {option} must be an int, list of ints or tuple of ints of size 1 but got size {len(value)}"
    if rank == 1:
        return f"{name}() argument '{option}' should contain one int (got {len(value)})"
    omitted = "be omitted, a single int" if option == "stride" else "be a single int"
    return f"{name}: {option} must either {omitted}, or a tuple of {('two', 'three')[rank == 3]} ints"


def _not_positive(name, option, value):
    """PyTorch's words for strides, dilations and kernels below 1."""
    if "conv" in name:
        if option == "dilation":
            return f"dilation should be greater than zero, but got {value if len(value) > 1 else [1, *value]}"
        return f"non-positive {option} is not supported"
    if "fold" in name:
        height, width = value
        return (f"{option.replace('_', ' ')} should be greater than zero, but got {option}_height: {height} "
                f"{option}_width: {width}")
    letters = "THW"[-len(value):] if len(value) > 1 else "W"
    start = {"kernel_size": "k", "stride": "d", "dilation": "dilation"}[option]
    listed = " ".join(f"{start}{letter}: {n}" for letter, n in zip(letters, value, strict=True))
    return f"{option.replace('_', ' ')} should be greater than zero, but got {listed}"


def check_positive(name, **options):
    """Refuse strides, dilations and kernels below 1."""
    for option, value in options.items():
        if min(value) <= 0:
            raise UnfitValue(f"{name}(): {option} should be greater than zero, but got {option}={list(value)}").saying(
                _not_positive(name, option, list(value)))


def pad_constant(array, before, after, value=0):
    """`array` with its last dimensions grown on both sides by a constant; negative amounts take away."""
    if not any(before) and not any(after):
        return array
    first = array.ndim - len(before)
    shape, to, of = _grown(array.shape[first:], before, after)
    grown = np.empty(array.shape[:first] + shape, array.dtype)
    grown.fill(value)
    grown[to] = array[of]
    return grown


@lru_cache(256)
def _grown(inner, before, after):
    """The lengths that `pad_constant` makes of last dimensions; the keys of the old numbers in new and old places."""
    shape = tuple(n + b + a for n, b, a in zip(inner, before, after, strict=True))
    to = tuple(slice(max(b, 0), n - max(a, 0)) for n, b, a in zip(shape, before, after, strict=True))
    of = tuple(slice(max(-b, 0), n - max(-a, 0)) for n, b, a in zip(inner, before, after, strict=True))
    return shape, (..., *to), (..., *of)


def crop(array, before, after):
    """`pad_constant` undone: the last dimensions without what was added."""
    if not any(before) and not any(after):
        return array
    return pad_constant(array, tuple(-b for b in before), tuple(-a for a in after))


def window_extent(kernel, dilation):
    """The extent of a dilated window along each dimension: dilation * (kernel - 1) + 1."""
    return tuple([d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)])


def window_counts(lengths, kernel, stride, dilation):
    """The number of windows along each dimension."""
    return tuple([(n - s) // t + 1 for n, s, t in zip(lengths, window_extent(kernel, dilation), stride, strict=True)])


def sliding(array, kernel, stride, dilation):
    """All windows, without copying: the last dimensions become those of places, then those within a window."""
    first, steps = array.ndim - len(kernel), array.strides
    count = window_counts(array.shape[first:], kernel, stride, dilation)
    inner = steps[first:]
    shape = (*array.shape[:first], *count, *kernel)
    strides = (*steps[:first], *[s * t for s, t in zip(inner, stride, strict=True)],
               *[s * d for s, d in zip(inner, dilation, strict=True)])
    if array.flags.c_contiguous and min(shape) > 0:
        windows = np.ndarray(shape, array.dtype, array, 0, strides)     # numpy refuses what would reach beyond it
        windows.flags.writeable = False
        return windows
    return as_strided(array, shape, strides, writeable=False)


def offsets(kernel):
    """The positions within a window, row by row."""
    return product(*map(range, kernel))


def shifted(at, count, stride, dilation):
    """The index of what every window has at one position."""
    return (..., *[slice(i * d, i * d + (c - 1) * s + 1, s)
                   for i, c, s, d in zip(at, count, stride, dilation, strict=True)])


def overlapped(windows, lengths, kernel, stride, dilation):
    """`sliding` undone by addition: each window's numbers added where the window lies in dimensions of `lengths`."""
    rank = len(kernel)
    count = windows.shape[windows.ndim - 2 * rank : windows.ndim - rank]
    total = np.zeros(windows.shape[: windows.ndim - 2 * rank] + tuple(lengths), windows.dtype)
    if windows.size:
        for at in offsets(kernel):
            total[shifted(at, count, stride, dilation)] += windows[(..., *at)]
    return total


def pooled_places(name, lengths, kernel, stride, padding, dilation, ceil_mode, channels):
    """The number of windows of a pooling along each dimension, as PyTorch counts them."""
    if 0 in stride:
        raise UnfitValue(f"{name}(): stride should be greater than zero, but got stride={list(stride)}").saying(
            "stride should not be zero")
    check_positive(name, kernel_size=kernel, stride=stride, dilation=dilation)
    if any(p < 0 or 2 * p > s for p, s in zip(padding, window_extent(kernel, dilation), strict=True)):
        p, k, d = next((p, k, d) for p, k, d in zip(padding, kernel, dilation, strict=True)
                       if p < 0 or 2 * p > d * (k - 1) + 1)
        raise UnfitValue(f"{name}(): pad should be at most half of effective kernel size, but got pad={list(padding)}, "
                         f"kernel_size={list(kernel)} and dilation={list(dilation)}").saying(
            f"pad must be non-negative, but got pad: {p}" if p < 0 else
            f"pad should be at most half of effective kernel size, but got pad={p}, kernel_size={k} and dilation={d}")
    out = []
    for n, s, t, p in zip(lengths, window_extent(kernel, dilation), stride, padding, strict=True):
        free = n + 2 * p - s
        count = (math.ceil(free / t) if ceil_mode else free // t) + 1
        if ceil_mode and (count - 1) * t >= n + p:
            count -= 1      # the last window must begin inside the input or its left padding
        out.append(count)
    if any(n < 1 for n in out):
        raise ShapeFault(f"{name}(): given input size {list(lengths)}, calculated output size {out}: output size is "
                         "too small", ("padding=1", "or a smaller kernel")).saying(
            f"Given input size: ({'x'.join(map(str, (channels, *lengths)))}). Calculated output size: "
            f"({'x'.join(map(str, (channels, *out)))}). Output size is too small")
    return tuple(out)
