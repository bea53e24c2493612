"""Max pooling over windows that begin at random places, for sizes that do not divide (Graham 2014)."""

import itertools

import numpy as np

from gradcli.engine.autograd.signature import Array, ArrayOrNone, Flag, Ints, Numbers, Plain
from gradcli.engine.random.generators import draw
from gradcli.faults.tree import ArgumentFault, ShapeFault
from gradcli.ops.base import Kernel, define_by_rank
from gradcli.ops.windows.pooling import CUBE, Pooling, check_planes
from gradcli.ops.windows.pooling_arrays import GRID
from gradcli.ops.windows.sliding import per_dimension

HALF2, HALF3 = np.array([[[0.3, 0.7]]]), np.array([[[0.3, 0.7, 0.5]]])


class FractionalMax(Kernel):
    """fractional_max(input, kernel, lengths, chances): the greatest in each of `lengths` windows a dimension, whose
    beginnings follow from one number from 0 to 1 for each dimension of each plane, and their places."""

    returns = ("values", "indices")
    modern_names = ("FractionalMaxPool2DBackward0", "FractionalMaxPool3DBackward0")
    samples = [(GRID, (2, 2), (2, 2), HALF2), (CUBE, (2, 2, 2), (2, 2, 2), HALF3)]
    errors = [(GRID, (9, 9), (1, 1), HALF2)]

    def variant(input, kernel, lengths, chances):
        return len(kernel) - 2

    def forward(input: Array, kernel: Plain, lengths: Plain, chances: Array):
        rank = len(kernel)
        old = input.shape[input.ndim - rank :]
        if any(m + k - 1 > n for n, m, k in zip(old, lengths, kernel, strict=True)):
            raise ShapeFault(f"fractional_max_pool{rank}d(): pool size {list(kernel)} is too large for input "
                             f"{list(old)} and output {list(lengths)}")
        rows = int(np.prod(input.shape[: input.ndim - rank]))
        flat = input.reshape(rows, int(np.prod(old)))
        # in two dimensions the first number is that of the last dimension
        columns = range(rank) if rank == 3 else reversed(range(rank))
        spread = chances.reshape(-1, rank)
        starts = [beginnings(spread[:, c], n, m, k) for c, n, m, k in zip(columns, old, lengths, kernel, strict=True)]
        best = where = None
        for step in itertools.product(*map(range, kernel)):
            place = np.zeros((len(flat),) + (1,) * rank, np.int64)
            for axis, n in enumerate(old):
                shape = (-1, *(starts[axis].shape[1] if i == axis else 1 for i in range(rank)))
                place = place * n + starts[axis].reshape(shape) + step[axis]
            here = np.take_along_axis(flat, place.reshape(rows, int(np.prod(lengths))), 1).reshape(place.shape)
            if best is None:
                best, where = here, place
                continue
            better = (here > best) | (here != here)
            np.copyto(best, here, where=better)
            np.copyto(where, place, where=better)
        shape = input.shape[: input.ndim - rank] + tuple(lengths)
        return best.reshape(shape), where.reshape(shape)

    def grad_input(F, g, out, lengths, input_shape):
        return F.put_in_planes(g, out[1], tuple(input_shape[len(input_shape) - len(lengths) :]))


def beginnings(chance, old, new, kernel):
    """The first index of each window, from one random number a plane; the last window ends with the dimension."""
    starts = np.full((len(chance), new), old - kernel, np.int64)
    if new > 1:
        alpha = chance.dtype.type((old - kernel) / (new - 1))
        at = (np.arange(new - 1).astype(chance.dtype) + chance[:, None]) * alpha
        starts[:, :-1] = at.astype(np.int64) - (chance * alpha).astype(np.int64)[:, None]
    return starts


class Chances(Kernel):
    """chances(input, rank): one number from 0 to 1 for each of `rank` dimensions of each plane of input."""

    random = True
    samples = [(GRID, 2)]
    errors = [("text", 2)]

    def forward(input: Array, rank: Plain):
        lead = input.shape[: input.ndim - rank]
        return draw().rand((*((1,) * (2 - len(lead))), *lead, rank), input.dtype)


def fractional(F, rank, input, kernel_size, output_size, output_ratio, return_indices, samples):
    """The result of fractional_max_pool<rank>d."""
    name = f"fractional_max_pool{rank}d"
    check_planes(F, name, input, rank)
    if (output_size is None) == (output_ratio is None):
        raise ArgumentFault(f"{name} requires specifying either an output_size or an output_ratio",
                            f"F.{name}(x, 2, output_size=2)")
    kernel = per_dimension(kernel_size, rank, name, "kernel_size")
    if output_size is None:
        ratio = per_dimension(output_ratio, rank, name, "output_ratio")
        output_size = tuple(int(n * r) for n, r in zip(input.shape[-rank:], ratio, strict=True))
    lengths = per_dimension(output_size, rank, name, "output_size")
    if samples is not None and len(input.shape) == rank + 1 and len(samples.shape) == 3:
        samples = F.narrow(samples, 0, 0, 1)        # those of the first of a batch
    values, indices = F.fractional_max(input, kernel, lengths, F.chances(input, rank) if samples is None else samples)
    return (values, indices) if return_indices else values


def _fractional_max_pool(rank):
    def compose(F, input, kernel_size: Ints, output_size: Ints = None, output_ratio: Numbers = None,
                return_indices: Flag = False, _random_samples: ArrayOrNone = None):
        return fractional(F, rank, input, kernel_size, output_size, output_ratio, return_indices, _random_samples)

    return compose


define_by_rank(
    Pooling, __name__, "fractional_max_pool", "FractionalMaxPool",
    "(input, kernel_size, output_size, output_ratio, return_indices, _random_samples): the greatest in windows of the "
    "{last} that begin at random places.", _fractional_max_pool, random={2: True, 3: True},
    samples={rank: [(x, 2, 2, None, False, half), (x, 2, None, 0.7), (x, 2, 2, None, True)]
             for rank, x, half in ((2, GRID, HALF2), (3, CUBE, HALF3))},
    errors={rank: [(x, 2), (x, 9, 2), ([1.0], 1, 1)] for rank, x in ((2, GRID), (3, CUBE))})
