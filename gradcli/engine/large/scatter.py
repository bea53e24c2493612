"""Adding many elements or rows to the places that whole numbers name, in the order in which they come.

Every function gives what np.add.at gives, bit for bit: what comes to one place is added in the same order.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.large.blocks import by_rows, rows_of

OFTEN = 16          # times that a row is named, from which on it is added up by itself
NARROW = 16         # elements of rows that are added one by one


def flat_places(shape: tuple[int, ...], index: ndarray, at: int) -> ndarray:
    """For each element of `index`, which counts along dimension `at`, its place in an array of that shape, counted
    row by row; along the other dimensions it stands where it stands in `index`."""
    steps = [prod(shape[i + 1 :]) for i in range(len(shape))]
    index = index.astype(np.int64, copy=False)
    places = index if steps[at] == 1 else index * steps[at]
    for i, n in enumerate(index.shape):
        if i != at and n > 1:
            start = (np.arange(n) * steps[i]).reshape((-1,) + (1,) * (index.ndim - i - 1))
            places = np.add(places, start, out=None if places is index else places)
    return places


def add_elements(out: ndarray, at: int, index: ndarray, source: Any) -> None:
    """Add each element of `source` to its place in `out`, which lies row by row; see `flat_places`."""
    flat, places = out.reshape(-1), flat_places(out.shape, index, at).reshape(-1)
    np.add.at(flat, places, np.broadcast_to(source, index.shape).reshape(-1))


def pick_elements(x: ndarray, at: int, index: ndarray) -> ndarray:
    """For each element of `index`, all of which lie within, the element of `x` at its place."""
    if at == x.ndim - 1 and index.shape[:-1] == x.shape[:-1] and index.flags.c_contiguous:
        out = np.empty(index.shape, x.dtype)
        rows, numbers, target = rows_of(x), rows_of(index), rows_of(out)

        def do(first: int, last: int) -> None:
            part = rows[first:last]
            part.reshape(-1).take(flat_places(part.shape, numbers[first:last], 1), mode="wrap", out=target[first:last])

        by_rows(out, 1.5, do)
        return out
    return x.reshape(-1).take(flat_places(x.shape, index, at), mode="wrap")


def add_slices(out: ndarray, at: int, index: ndarray, source: Any) -> None:
    """Add the slices of `source` along dimension `at`, one for each number of `index`, to those of `out`."""
    shape = (*out.shape[:at], index.size, *out.shape[at + 1 :])
    if at == 0:
        add_rows(out, index, np.broadcast_to(source, shape))
        return
    numbers = index.reshape((1,) * at + (-1,) + (1,) * (out.ndim - at - 1))
    add_elements(out, at, np.broadcast_to(numbers, shape), source)


def first_names(out: ndarray, key: tuple[Any, ...], rows: ndarray) -> bool:
    """Whether a key is whole numbers from 0 on for the first dimension alone, with a whole row for each."""
    return (len(key) == 1 and type(key[0]) is ndarray and key[0].dtype.kind in "iu" and out.flags.c_contiguous
            and rows.shape == (*key[0].shape, *out.shape[1:]) and key[0].size > 0 and int(key[0].min()) >= 0
            and int(key[0].max()) < len(out))


def summed_elements(shape: tuple[int, ...], at: int, index: ndarray, source: ndarray) -> ndarray:
    """Zeros of a shape, with each element of `source` added at its place; see `flat_places`."""
    out = np.zeros(shape, source.dtype)
    add_elements(out, at, index, source)
    return out


def summed_rows(shape: tuple[int, ...], index: ndarray, rows: ndarray) -> ndarray:
    """Zeros of a shape, with rows[k] added to row index[k] for each k in turn."""
    out = np.zeros(shape, rows.dtype)
    add_rows(out, index, rows, fresh=True)
    return out


def add_rows(out: ndarray, index: ndarray, rows: ndarray, fresh: bool = False) -> None:
    """out[index[k]] += rows[k] for each k in turn; arrays that lie row by row, of any number of dimensions.

    `fresh` says that `out` holds zeros.
    """
    width = prod(out.shape[1:])
    flat, source = out.reshape(len(out), width), rows.reshape(index.size, width)
    if width < NARROW:
        places = index.astype(np.int64)[:, None] * width + np.arange(width)
        np.add.at(flat.reshape(-1), places.reshape(-1), source.reshape(-1))
        return
    short = index.astype(np.uint16) if len(out) <= 1 << 16 else index       # 16 bits are sorted digit by digit
    order = short.argsort(kind="stable")
    sorted_index = index[order]
    starts = np.concatenate(([True], sorted_index[1:] != sorted_index[:-1])).nonzero()[0]
    counts = np.concatenate((starts[1:], (index.size,))) - starts
    names = sorted_index[starts]
    rare = counts < OFTEN
    _add_by_turns(flat, names[rare], starts[rare], counts[rare], order, source, fresh)
    for name, start, count in zip(names[~rare], starts[~rare], counts[~rare], strict=True):
        members = source.take(order[start : start + count], 0)
        members[0] += flat[name]
        np.add.reduce(members, axis=0, out=flat[name])


def _add_by_turns(out: ndarray, names: ndarray, starts: ndarray, counts: ndarray, order: ndarray,
                  source: ndarray, fresh: bool) -> None:
    """Add the first member of every name, then the second of those that have one, and so on."""
    turn = 0
    while names.size:
        total = source.take(order.take(starts + turn), 0)
        if turn or not fresh:
            np.add(out.take(names, 0), total, total)
        out[names] = total
        turn += 1
        more = counts > turn
        names, starts, counts = names[more], starts[more], counts[more]
