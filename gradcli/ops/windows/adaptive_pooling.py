"""Pooling to a given size: windows divide each dimension into nearly equal parts."""

import itertools

import numpy as np

from gradcli.engine.autograd.signature import REFUSED, Array, Flag, Int, Kind, Plain
from gradcli.faults.tree import ShapeFault
from gradcli.ops.base import Kernel, define_by_rank
from gradcli.ops.nn.interpolate import adaptive
from gradcli.ops.nn.interpolate_tables import adaptive_windows
from gradcli.ops.windows.pooling import BLOCK, ROW, Pooling, check_planes
from gradcli.ops.windows.pooling_arrays import GRID
from gradcli.ops.windows.sliding import per_dimension


class LengthsKind(Kind):
    """Lengths of dimensions, one alone or a list or tuple of them; None stands for a length that stays."""

    torch_type = "tuple of ints"

    def take(self, value):
        if isinstance(value, list | tuple):
            lengths = tuple(v if v is None else Int.take(v) for v in value)
            return REFUSED if REFUSED in lengths else lengths
        return None if value is None else Int.take(value)


Lengths = LengthsKind("a whole number or a tuple of them, or of None")


def lengths_for(F, name, input, output_size, rank):
    """The result's last lengths; None keeps one as it is."""
    check_planes(F, name, input, rank)
    size = output_size if type(output_size) in (tuple, list) else (output_size,) * rank
    if len(size) != rank:
        raise ShapeFault(f"{name}: output_size must be {rank}")
    lengths = tuple(n if m is None else m for n, m in zip(input.shape[-rank:], size, strict=True))
    if any(m < 0 for m in per_dimension(lengths, rank, name, "output_size")):
        raise ShapeFault(f"{name}: elements of output_size must be greater than or equal to 0 but received "
                         f"{{{', '.join(map(str, size))}}}")
    return lengths


class AdaptiveMax(Kernel):
    """adaptive_max(input, lengths): the greatest in each of evenly spread windows, and its place."""

    returns = ("values", "indices")
    memory_order = "images"
    unsaved_outputs = (0,)
    modern_names = ("AdaptiveMaxPool2DBackward0", "AdaptiveMaxPool3DBackward0")
    samples = [(GRID, (2, 3)), (GRID, (1, 1)), (BLOCK, (1, 2, 1))]
    errors = [("text", (1, 1))]

    def variant(input, lengths):
        return 1 if len(lengths) == 3 else 0

    def forward(input: Array, lengths: Plain):
        old = input.shape[input.ndim - len(lengths) :]
        windows = [adaptive_windows(n, m) for n, m in zip(old, lengths, strict=True)]
        widest = [range(max(int((end - first).max(initial=1)), 1)) for first, end in windows]
        best = where = None
        for step in itertools.product(*widest):
            at = np.ix_(*[np.minimum(first + i, end - 1) for i, (first, end) in zip(step, windows, strict=True)])
            here = input[(..., *at)]
            place = np.broadcast_to(np.ravel_multi_index(np.broadcast_arrays(*at), old), here.shape)
            if best is None:
                best, where = np.ascontiguousarray(here), np.array(place, np.int64)
                continue
            better = (here > best) | (here != here)
            np.copyto(best, here, where=better)
            np.copyto(where, place, where=better)
        return best, where

    def grad_input(F, g, input, out, lengths, input_shape):      # PyTorch keeps the input
        return F.put_in_planes(g, out[1], tuple(input_shape[len(input_shape) - len(lengths) :]))


def adaptive_max_pool(F, rank, input, output_size, return_indices):
    """The result of adaptive_max_pool<rank>d; for rank 1 the input gets a first spatial dimension of length 1."""
    lengths = lengths_for(F, f"adaptive_max_pool{rank}d", input, output_size, rank)
    if rank == 1:
        values, indices = F.adaptive_max(F.unsqueeze(input, -2), (1, *lengths))
        values, indices = F.squeeze(values, -2), F.squeeze(indices, -2)
    else:
        values, indices = F.adaptive_max(input, lengths)
    return (values, indices) if return_indices else values


def _adaptive_avg_pool(rank):
    def compose(F, input, output_size: Lengths):
        return adaptive(F, input, lengths_for(F, f"adaptive_avg_pool{rank}d", input, output_size, rank))

    return compose


def _adaptive_max_pool(rank):
    def compose(F, input, output_size: Lengths, return_indices: Flag = False):
        return adaptive_max_pool(F, rank, input, output_size, return_indices)

    return compose


ERRORS = {1: [([1.0], 1), (ROW, (1, 2))], 2: [([1.0], 1), (GRID, (1, 2, 3))], 3: [([1.0], 1), (BLOCK, (1, 2))]}

define_by_rank(
    Pooling, __name__, "adaptive_avg_pool", "AdaptiveAvgPool",
    "(input, output_size): the means of nearly equal parts of the {last}.", _adaptive_avg_pool, errors=ERRORS,
    samples={1: [(ROW, 2), (ROW, 3), (ROW, 1)], 2: [(GRID, 2), (GRID, (2, 3)), (GRID, 1), (GRID, (None, 2))],
             3: [(BLOCK, 2), (BLOCK, (2, 1, 1)), (BLOCK, 1)]})
define_by_rank(
    Pooling, __name__, "adaptive_max_pool", "AdaptiveMaxPool",
    "(input, output_size, return_indices): the greatest in nearly equal parts of the {last}; with return_indices also "
    "their places.", _adaptive_max_pool, errors=ERRORS,
    samples={1: [(ROW, 2), (ROW, 3), (ROW, 2, True)], 2: [(GRID, 2), (GRID, (2, 3)), (GRID, 2, True)],
             3: [(BLOCK, 1), (BLOCK, (2, 1, 1)), (BLOCK, 1, True)]})
