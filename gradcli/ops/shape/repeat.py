"""Elements repeated, rolled and turned: copies in another arrangement."""

import math

import numpy as np

from gradcli.engine.autograd.signature import Array, Dim, DimOrTensor, Dims, Int, Ints, Sizes
from gradcli.engine.tensor.methods import axis
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tensors import DimensionOutOfRange
from gradcli.faults.tree import IndexFault, ShapeFault
from gradcli.ops.arrays import laid_out_like
from gradcli.ops.base import ComplexKernel, ComplexOp
from gradcli.ops.internal import expanded

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
ROW = [1.0, 2.0, 3.0, 4.0, 5.0]


class Repeat(ComplexOp):
    """repeat(input, *repeats): input so many times along each dimension, counted from the last."""

    function = False
    legacy_names = "tensor.Repeat"
    samples = [(GRID, (2, 3)), ([1.0, 2.0], (2, 2)), (GRID, (1, 0))]
    errors = [(GRID, (2,)), (GRID, (-1, 2))]

    def result_size(input, repeats):
        return input.size * math.prod(map(abs, repeats))

    def forward(input: Array, repeats: Sizes):
        if len(repeats) < input.ndim:
            raise ShapeFault("Number of dimensions of repeat dims can not be smaller than number of dimensions of "
                             "tensor",
                             (f"x.repeat({', '.join(['2'] * input.ndim)})", "one number for each dimension"))
        if any(n < 0 for n in repeats):
            sizes = [n * m for n, m in zip(repeats, (1,) * (len(repeats) - input.ndim) + input.shape, strict=True)]
            raise ShapeFault(f"Trying to create tensor with negative dimension: repeats {list(repeats)}").saying(
                f"Trying to create tensor with negative dimension {min(sizes)}: {sizes}")
        shape = (1,) * (len(repeats) - input.ndim) + input.shape
        if 0 in shape or 0 in repeats:
            out = np.tile(input, repeats)
            return out if input.size else out.copy()    # of nothing numpy makes a view
        full = tuple([n for pair in zip(repeats, shape, strict=True) for n in pair])
        opened = tuple([n for length in shape for n in (1, length)])
        return expanded(input.reshape(opened), full).copy().reshape(
            [n * length for n, length in zip(repeats, shape, strict=True)])

    def grad_input(F, g, repeats, input_shape):
        shape = (1,) * (len(repeats) - len(input_shape)) + tuple(input_shape)
        if not repeats:
            return g
        opened = F.reshape(g, tuple(n for pair in zip(repeats, shape, strict=True) for n in pair))
        return F.reshape(F.sum(opened, tuple(range(0, 2 * len(shape), 2))), input_shape)


class Tile(ComplexOp):
    """tile(input, *dims): input so many times along each dimension, counted from the last; missing numbers are 1."""

    samples = [(GRID, (2,)), (GRID, (2, 3)), ([1.0, 2.0], (2, 2))]
    errors = [(GRID, (-1,)), (GRID, "text")]

    def compose(F, input, dims: Sizes):
        return F.repeat(input, (1,) * (len(input.shape) - len(dims)) + tuple(dims))


class RepeatInterleave(ComplexOp):
    """repeat_interleave(input, repeats, dim, output_size): each element, or slice along `dim`, so many times in a row;
    without `repeats` each place as often as the number there says."""

    ignored_options = ("output_size",)
    samples = [(GRID, 2), (GRID, np.array([1, 0, 2]), 1), (GRID, 3, 0), (np.array([2, 0, 1]),)]
    errors = [(GRID, np.array([1, 2]), 1), (GRID, -1), (GRID, 2, 5)]

    def compose(F, input, repeats: DimOrTensor = None, dim: Dim = None, *, output_size: Int = None):
        if repeats is None:
            return F.repeated_places(input, 0)
        if dim is None:
            input, dim = F.reshape(input, (-1,)), 0
        at = axis(dim, len(input.shape))
        if not len(input.shape):
            raise DimensionOutOfRange(at + 1, 1)
        if type(repeats) is not int:
            length, counts = input.shape[at], repeats.shape
            if len(counts) == 1 and length and counts[0] not in (1, length):
                raise ShapeFault("repeats must have the same size as input along dim, but got repeats.size(0) = "
                                 f"{counts[0]} and input.size({at}) = {length}")
            return F.index_select(input, at, F.repeated_places(repeats, input.shape[at]))
        if repeats < 0:
            raise UnfitValue("repeats can not be negative").saying("Repeats must be non-negative")
        shape = tuple(input.shape)
        copies = F.expand(F.unsqueeze(input, at + 1), (*shape[: at + 1], repeats, *shape[at + 1 :]))
        return F.reshape(F.contiguous(F.clone(copies)), (*shape[:at], shape[at] * repeats, *shape[at + 1 :]))


class RepeatedPlaces(ComplexKernel):
    """repeated_places(repeats, n): 0 so often as the first of repeats says, 1 as the second, ...; a single one counts
    for n places."""

    samples = [(np.array([2, 0, 1]), 3), (np.array([2]), 3)]
    errors = [([0.5], 1), (np.array([1, 2]), 3)]

    def forward(repeats: Array, n: Int):
        if repeats.dtype.kind not in "iu" or repeats.ndim > 1:
            raise ShapeFault("repeats must be a vector of whole numbers", "x.repeat_interleave(2, dim=0)")
        if repeats.size and repeats.min() < 0:
            raise UnfitValue("repeats can not be negative")
        if n and repeats.size not in (1, n):
            raise ShapeFault(f"there are {repeats.size} repeats for {n} elements")
        n = n or repeats.size
        return np.repeat(np.arange(n), repeats if repeats.size == n else repeats.reshape(()))


def rolled(array, shift, at):
    """A copy with the elements moved along a dimension, those pushed over the end coming back at the beginning."""
    cut = array.shape[at] - shift % array.shape[at] if array.shape[at] else 0
    before = (slice(None),) * at
    return np.concatenate((array[(*before, slice(cut, None))], array[(*before, slice(0, cut))]), at)


class Roll(ComplexOp):
    """roll(input, shifts, dims): elements moved along dimensions, those pushed over the end coming back at the
    beginning; without dims row by row."""

    memory_order = "images"
    samples = [(GRID, 1), (GRID, 1, 0), (GRID, (1, -1), (0, 1)), (ROW, -2, 0)]
    errors = [(GRID, (1, 2), 0), (GRID, 1, 5)]

    def forward(input: Array, shifts: Ints, dims: Dims = None):
        if dims is None or dims == ():
            if type(shifts) is tuple and len(shifts) != 1:
                raise ShapeFault(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:0")
            return rolled(input.reshape(-1), shifts if type(shifts) is int else shifts[0], 0).reshape(input.shape)
        shifts, dims = (x if type(x) is tuple else (x,) for x in (shifts, dims))
        if len(shifts) != len(dims):
            raise ShapeFault(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
        if not input.ndim:
            raise IndexFault(f"Dimension specified as {dims[0]} but tensor has no dimensions")
        for shift, at in zip(shifts, [axis(d, input.ndim) for d in dims], strict=True):
            input = rolled(input, shift, at)
        return input

    def grad_input(F, g, shifts, dims):
        return F.roll(g, tuple(-n for n in shifts) if type(shifts) is tuple else -shifts, dims)


class Flip(ComplexOp):
    """flip(input, *dims): a copy in reverse order along dimensions."""

    samples = [(GRID, (0,)), (GRID, (0, 1)), (GRID, (-1,))]
    errors = [(GRID, (5,)), (GRID, (0, 0))]

    def forward(input: Array, dims: Sizes):
        where = tuple(axis(d, input.ndim) for d in dims)
        if len(set(where)) != len(where):
            raise ShapeFault(f"dim {max(dims, key=dims.count)} appears multiple times in the list of dims")
        back = slice(None, None, -1)
        reverse = tuple([back if d in where else slice(None) for d in range(input.ndim)])
        return laid_out_like(input[reverse].copy(), input)

    def grad_input(F, g, dims):
        return F.flip(g, dims)


class Fliplr(ComplexOp):
    """fliplr(input): a copy with the columns in reverse order."""

    samples = [(GRID,)]
    errors = [(ROW,)]

    def compose(F, input):
        if len(input.shape) < 2:
            raise ShapeFault("Input must be >= 2-d.", ("x.flip(0)", "a vector in reverse"))
        return F.flip(input, (1,))


class Flipud(ComplexOp):
    """flipud(input): a copy with the rows in reverse order."""

    samples = [(GRID,), (ROW,)]
    errors = [(np.ones(()),)]

    def compose(F, input):
        if not len(input.shape):
            raise ShapeFault("Input must be >= 1-d.")
        return F.flip(input, (0,))


class Rot90(ComplexOp):
    """rot90(input, k, dims): input turned k times by 90 degrees in the plane of two dimensions, from the first towards
    the second."""

    samples = [(GRID,), (GRID, 2), (GRID, -1), (GRID, 1, (1, 0)), (GRID, 4)]
    errors = [(GRID, 1, (0, 0)), (GRID, 1, (0, 5)), (ROW,)]

    def forward(input: Array, k: Int = 1, dims: Dims = (0, 1)):
        if type(dims) is not tuple or len(dims) != 2 or input.ndim < 2:
            raise ShapeFault(f"expected total rotation dims == 2 and total dims >= 2, but got total dims = "
                             f"{input.ndim}")
        where = tuple(axis(d, input.ndim) for d in dims)
        if where[0] == where[1]:
            raise ShapeFault(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
        if k % 4 == 0:
            return input.copy()
        flipped = np.flip(input, where if k % 2 == 0 else where[1] if k % 4 == 1 else where[0])
        turned = laid_out_like(flipped.copy(), input)       # in memory as PyTorch's
        return turned.swapaxes(*where) if k % 2 else turned

    def grad_input(F, g, k, dims):
        return F.rot90(g, -k, dims)
