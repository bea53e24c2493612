"""Windows of small inputs: tables of the places that windows see, kept for reuse.

Of few numbers, looking up is faster than laying out strided windows: one call takes what all windows see.
"""

import math
from functools import lru_cache

import numpy as np

from gradcli.ops.arrays import TYPES
from gradcli.ops.windows.sliding import pad_constant, window_counts

MOST = 4096         # numbers that all windows see together, up to which tables are used


def starts_and_steps(lengths, kernel, stride, dilation, count):
    """For windows in a plane of `lengths`: how far each position is from a window's start, and where windows start."""
    offsets = np.unravel_index(np.arange(math.prod(kernel)), kernel)
    steps, starts = 0, 0
    for axis, n in enumerate(lengths):
        start = (np.arange(count[axis]) * stride[axis]).reshape((-1,) + (1,) * (len(lengths) - axis - 1))
        steps, starts = steps * n + offsets[axis] * dilation[axis], starts * n + start
    return steps, starts


@lru_cache(64)
def _windows(lengths, kernel, stride, padding, after, dilation, count):
    """What each window sees, as tables of (windows, positions): the places in the padded plane, their places in the
    plane itself, where windows in the padding see the nearest one; and where the row of each window begins."""
    grown = tuple([n + b + a for n, b, a in zip(lengths, padding, after, strict=True)])
    steps, starts = starts_and_steps(grown, kernel, stride, dilation, count)
    places = starts.reshape(-1, 1) + steps
    inside = [np.clip(at - before, 0, n - 1) for at, before, n in zip(
        np.unravel_index(places, grown), padding, lengths, strict=True)]
    return places, np.ravel_multi_index(inside, lengths), np.arange(0, places.size, len(steps))


@lru_cache(64)
def column_places(channels, lengths, kernel, stride, dilation, count):
    """The places of planes of `lengths`, one after the other, as columns: (channels x positions, windows)."""
    steps, starts = starts_and_steps(lengths, kernel, stride, dilation, count)
    planes = np.arange(channels)[:, None, None] * math.prod(lengths)
    return (planes + steps[:, None] + starts.reshape(-1)).reshape(channels * len(steps), -1)


def greatest_of_few(input, kernel, stride, padding, after, dilation, count):
    """The greatest number of each window, and its place in its plane; None for nan and large inputs.

    Of equal numbers, the first is taken. `after` is the padding on the right.
    """
    rank, shape = len(kernel), input.shape
    lengths, lead = shape[-rank:], shape[:-rank]
    size = math.prod(lengths)
    planes = input.size // size if size else 0
    if not planes or planes * math.prod(count) * math.prod(kernel) > MOST or input.dtype not in TYPES:
        return None
    places, names, rows = _windows(lengths, kernel, stride, padding, after, dilation, count)
    numbers = pad_constant(input, padding, after, -np.inf).reshape(planes, -1).take(places, 1)
    picked = np.add(numbers.argmax(2), rows).reshape(*lead, *count)
    if planes == 1:
        best = numbers.take(picked)
    else:
        lines = np.arange(0, numbers.size, places.size).reshape(*lead, *[1] * rank)
        best = numbers.take(np.add(picked, lines))
    flat = best.reshape(-1)
    square = flat.dot(flat)
    if square != square:
        return None         # among several nan the last is taken
    return best, names.take(picked)


def sums_of_few(input, kernel, stride, padding, after, count):
    """The sum of each window, whose numbers are added one after the other; None for large inputs."""
    rank, shape = len(kernel), input.shape
    size, windows = math.prod(shape[-rank:]), math.prod(count)
    planes = input.size // size if size else 0
    if not planes or windows < 2 or planes * windows * math.prod(kernel) > MOST or input.dtype not in TYPES:
        return None         # a single window would be added up in another order
    grown = pad_constant(input, padding, after)
    places = column_places(1, grown.shape[-rank:], kernel, stride, (1,) * rank, count)
    numbers = grown.reshape(planes, -1).take(places, 1)
    return np.add.reduce(numbers, 1).reshape(*shape[:-rank], *count)


def spread_over_few(share, kernel, stride, lengths):
    """Zeros in planes of `lengths`, with each number of `share` added to all places of its window; None for many."""
    rank, count = len(kernel), share.shape[share.ndim - len(kernel) :]
    windows, size = math.prod(count), math.prod(lengths)
    planes = share.size // windows if windows else 0
    if not planes or share.size * math.prod(kernel) > MOST:
        return None
    places = column_places(1, lengths, kernel, stride, (1,) * rank, count)
    if planes > 1:
        places = np.add(places, np.arange(0, planes * size, size).reshape(-1, 1, 1))
    total = np.zeros(planes * size, share.dtype)
    np.add.at(total, places, share.reshape(planes, 1, windows) if planes > 1 else share.reshape(1, windows))
    return total.reshape(*share.shape[: share.ndim - rank], *lengths)


def columns_of_few(input, kernel, stride, padding, dilation, most=None):
    """Windows of (batch, channels, ...) as columns: (batch, channels x positions, windows); None for large inputs.

    most    how many windows there are along each dimension, where that is not as many as fit
    """
    batch, channels = input.shape[:2]
    lengths = tuple([n + 2 * p for n, p in zip(input.shape[2:], padding, strict=True)])
    count = most or window_counts(lengths, kernel, stride, dilation)
    if not 0 < batch * channels * math.prod(count) * math.prod(kernel) <= MOST or min(count) < 1:
        return None
    places = column_places(channels, lengths, kernel, stride, dilation, count)
    return pad_constant(input, padding, padding).reshape(batch, -1).take(places, 1)


def spread_columns_of_few(columns, channels, lengths, kernel, stride, dilation, count):
    """`columns_of_few` undone by addition: (batch, channels, *lengths), or None for large inputs.

    columns     (batch, groups, channels / groups x positions, windows)
    """
    batch = len(columns)
    if not 0 < columns.size <= MOST:
        return None
    size = channels * math.prod(lengths)
    places = column_places(channels, lengths, kernel, stride, dilation, count)
    if batch > 1:
        places = np.add(places, np.arange(0, batch * size, size).reshape(-1, 1, 1))
    total = np.zeros(batch * size, columns.dtype)
    np.add.at(total, places, columns.reshape(places.shape))
    return total.reshape(batch, channels, *lengths)
