"""Formulas of several passes over large arrays, a piece at a time.

`elementwise` makes of a kernel, `kernel(out, *pieces, *spare)`, which fills `out` from flat pieces of the arrays
with spare memory of the same length, a function of whole arrays that returns a fresh one. `by_rows` does the same
for kernels of the rows of the last dimension. Pieces are the same for any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.large.threads import Piece, run_in_threads

BYTES = 1 << 20         # of a piece, at most
PAYS, ENOUGH = 1.2e5, 1e5       # nanoseconds of work: from which on several threads pay; of a piece, about
FEW = 8                 # pieces for each of which there is enough work
FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def pieces_of(count: int, step: int) -> list[Piece]:
    """The numbers from 0 to `count` in pieces of `step`."""
    return [(first, min(first + step, count)) for first in range(0, count, step)]


def run_in_pieces(count: int, width: int, itemsize: int, work: float, do: Callable[[int, int], Any]) -> None:
    """Call `do(first, last)` for pieces of `count` rows of `width` elements; `work`: nanoseconds an element."""
    size = count * width
    if size * work < PAYS:
        step = max(1, BYTES // (itemsize * width))
        for first in range(0, count, step):
            do(first, min(first + step, count))
        return
    share = -(-size // min(FEW, max(2, int(size * work / ENOUGH))))     # of a few pieces, if they are not too small
    step = max(1, min(BYTES // itemsize, share) // width)
    run_in_threads(do, pieces_of(count, step + -step % 64 if width == 1 else step))


def flattened(arrays: tuple[Any, ...], shape: tuple[int, ...]) -> list[Any] | None:
    """The arrays as flat ones, and numbers as they are; None unless all others of the shape lie row by row."""
    flat: list[Any] = []
    for a in arrays:
        if type(a) is not ndarray or not a.ndim:
            flat.append(a)
        elif a.shape == shape and a.flags.c_contiguous:
            flat.append(a.reshape(-1))
        elif a.shape == shape and not any(a.strides):
            flat.append(a[(0,) * a.ndim + (...,)])      # one number, repeated, as the gradient of a sum is
        else:
            return None
    return flat


Kernel = Callable[..., None]


def elementwise(spare: int = 0, work: float = 0.2, outs: int = 1) -> Callable[[Kernel], Callable[..., Any]]:
    """A decorator: the kernel below as a function of arrays of one floating type, the first of the result's shape.

    spare  how many further arrays of a piece's length the kernel needs
    work   about how many nanoseconds an element takes
    outs   how many results there are; the kernel gets them all first
    """
    def make(kernel: Kernel) -> Callable[..., Any]:
        def apply(*arrays: Any) -> Any:
            like = arrays[0]
            shape, dtype = like.shape, like.dtype
            for a in arrays:
                if a.dtype is not dtype and a.dtype.kind == "f":
                    return apply(*[a.astype(dtype) if a.dtype.kind == "f" else a for a in arrays])
            flat = None
            if like.size * work >= PAYS or like.nbytes > BYTES:
                flat = flattened(arrays, shape) if like.flags.c_contiguous else None
            if flat is None:        # one piece
                memory = [np.empty_like(like) for _ in range(outs + spare)]
                kernel(*memory[:outs], *arrays, *memory[outs:])
                return memory[0] if outs == 1 else tuple(memory[:outs])
            results = [np.empty(shape, dtype) for _ in range(outs)]
            parts = [result.reshape(-1) for result in results] + flat
            cut = [type(a) is ndarray and a.ndim > 0 for a in parts]

            def do(first: int, last: int) -> None:
                kernel(*[a[first:last] if c else a for a, c in zip(parts, cut, strict=True)],
                       *[np.empty(last - first, dtype) for _ in range(spare)])

            run_in_pieces(like.size, 1, dtype.itemsize, work, do)
            return results[0] if outs == 1 else tuple(results)

        return apply

    return make


def by_rows(array: ndarray, work: float, do: Callable[[int, int], Any]) -> None:
    """Call `do(first, last)` for pieces of the rows of an array, seen with all dimensions but the last as one."""
    width = array.shape[-1]
    run_in_pieces(array.size // max(width, 1), max(width, 1), array.itemsize, work, do)


def rows_of(array: ndarray) -> ndarray:
    """An array as one of two dimensions, the last of which stays; without copying where it lies row by row."""
    return array.reshape(prod(array.shape[:-1]), array.shape[-1])


def apply_unary(ufunc: Any, x: ndarray, work: float) -> Any:
    """ufunc(x) of a large floating array."""
    if x.size * work < PAYS or x.dtype not in FLOATS or not x.flags.c_contiguous:
        return ufunc(x)
    out = np.empty(x.shape, x.dtype)
    source, target = x.reshape(-1), out.reshape(-1)
    run_in_pieces(x.size, 1, x.itemsize, work, lambda first, last: ufunc(source[first:last], target[first:last]))
    return out
