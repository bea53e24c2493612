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
def _windows(shape, kernel, stride, padding, after, dilation, count, most):
    """What each window sees of an array, as tables of (windows, positions): the places in the padded plane, and their
    places in the plane itself, where windows in the padding see the nearest one; in the shape of the result, where the
    row of each window begins, in its plane and among all; the number of planes. None if `most` numbers are exceeded.
    """
    rank = len(kernel)
    lead, lengths = shape[:-rank], shape[-rank:]
    planes = math.prod(lead) if 0 not in lengths else 0
    if not planes or planes * math.prod(count) * math.prod(kernel) > most:
        return None
    grown = tuple([n + b + a for n, b, a in zip(lengths, padding, after, strict=True)])
    steps, starts = starts_and_steps(grown, kernel, stride, dilation, count)
    places = starts.reshape(-1, 1) + steps
    inside = [np.clip(at - before, 0, n - 1) for at, before, n in zip(
        np.unravel_index(places, grown), padding, lengths, strict=True)]
    every = np.arange(0, planes * places.size, len(steps)).reshape(*lead, *count)
    rows = every if planes == 1 else every % places.size
    return places, np.ravel_multi_index(inside, lengths), rows, every, planes


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
    if input.dtype not in TYPES:
        return None
    tables = _windows(input.shape, kernel, stride, padding, after, dilation, count, MOST)
    if tables is None:
        return None
    places, names, rows, every, planes = tables
    numbers = pad_constant(input, padding, after, -np.inf).reshape(planes, -1).take(places, 1)
    first = numbers.argmax(2).reshape(every.shape)
    picked = np.add(first, every)
    best = numbers.take(picked)
    flat = best.reshape(-1)
    square = flat.dot(flat)
    if square != square:
        return None         # among several nan the last is taken
    return best, names.take(picked if rows is every else np.add(first, rows))


@lru_cache(64)
def _columns(shape, kernel, stride, padding, after, count, most):
    """The places that windows see of a padded plane, as columns; the number of planes, and the shape of the result.
    None for a single window, which would be added up in another order, and if `most` numbers are exceeded."""
    rank, windows = len(kernel), math.prod(count)
    lead, lengths = shape[:-rank], shape[-rank:]
    planes = math.prod(lead) if 0 not in lengths else 0
    if not planes or windows < 2 or planes * windows * math.prod(kernel) > most:
        return None
    grown = tuple([n + b + a for n, b, a in zip(lengths, padding, after, strict=True)])
    return column_places(1, grown, kernel, stride, (1,) * rank, count), planes, (*lead, *count)


def sums_of_few(input, kernel, stride, padding, after, count):
    """The sum of each window, whose numbers are added one after the other; None for large inputs."""
    tables = _columns(input.shape, kernel, stride, padding, after, count, MOST) if input.dtype in TYPES else None
    if tables is None:
        return None
    places, planes, shape = tables
    numbers = pad_constant(input, padding, after).reshape(planes, -1).take(places, 1)
    return np.add.reduce(numbers, 1).reshape(shape)


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
    places = _places_of_columns(input.shape, kernel, stride, padding, dilation, most, MOST)
    return None if places is None else pad_constant(input, padding, padding).reshape(len(input), -1).take(places, 1)


@lru_cache(64)
def _places_of_columns(shape, kernel, stride, padding, dilation, counts, most):
    """The places of padded planes that windows see, as columns, `counts` of them along each dimension or as many as
    fit; None if `most` numbers are exceeded."""
    batch, channels = shape[:2]
    lengths = tuple([n + 2 * p for n, p in zip(shape[2:], padding, strict=True)])
    counts = counts or window_counts(lengths, kernel, stride, dilation)
    if not 0 < batch * channels * math.prod(counts) * math.prod(kernel) <= most or min(counts) < 1:
        return None
    return column_places(channels, lengths, kernel, stride, dilation, counts)


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
