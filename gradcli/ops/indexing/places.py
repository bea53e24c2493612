"""Places of elements: as numbers in a row, as indices, as cells of a grid."""

import math

import numpy as np

from gradcli.engine.autograd.dispatch import result_type
from gradcli.engine.autograd.op import Op
from gradcli.engine.autograd.signature import Array, Arrays, Flag, Index, Int, Ints, Numbers, Plain
from gradcli.faults.tree import ArgumentFault, ShapeFault, TypeFault, ValueFault
from gradcli.ops.base import ComplexOp, Kernel

GRID = [[1.0, 0.0, 3.0], [0.0, 5.0, -6.0]]
POINTS = [[0.0, 1.0], [1.0, 0.0], [2.0, 0.0], [2.0, 2.0]]


class UnravelIndex(Op):
    """unravel_index(indices, shape): for numbers of elements counted row by row, their indices in a tensor of that
    shape, a tensor for each dimension."""

    method = False
    samples = [(np.array([1, 5]), (2, 3)), (np.array(4), 6)]
    errors = [(np.array([1.0]), (2, 3)), (np.array([1]), (-1, 3)), (np.array([1]), (0, 3))]

    def forward(indices: Index, shape: Ints):
        if indices.dtype.kind not in "iu":
            raise TypeFault(f"expected 'indices' to be integer dtype, but got torch.{indices.dtype.name}",
                            ("indices.long()", "as whole numbers"))
        shape = (shape,) if type(shape) is int else shape
        if any(n < 0 for n in shape):
            raise ValueFault(f"unravel_index: 'shape' cannot have negative values, but got {shape}")
        if 0 in shape and indices.size:
            raise ShapeFault(f"unravel_index: no element has a place in a tensor of shape {shape}",
                             "torch.unravel_index(indices, (2, 3))")
        steps = [math.prod(shape[d + 1 :]) for d in range(len(shape))]
        return tuple([np.asarray(indices // max(step, 1) % max(n, 1), indices.dtype)
                      for step, n in zip(steps, shape, strict=True)])


class NonzeroStatic(ComplexOp):
    """nonzero_static(input, size, fill_value): the places of the first `size` elements that are not zero, a row each;
    fill_value in the rows that are left."""

    samples = [(np.array(GRID), 2), (np.array(GRID), 6), (np.array(GRID), 6, 7)]
    errors = [(np.array(GRID), -1), ("text", 2)]

    def forward(input: Array, *, size: Int, fill_value: Int = -1):
        if size < 0:
            raise ValueFault("nonzero_static: 'size' must be an non-negative integer")
        rows = np.full((size, input.ndim), fill_value, np.int64)
        places = np.argwhere(input)[:size]
        rows[: len(places)] = places
        return rows


class HistogramDD(Op):
    """histogramdd(input, bins, range, weight, density): how much of the points in the rows of input falls into each
    cell of a grid, and the edges of its cells: `bins` equal steps along each dimension, or the edges themselves."""

    names = ("histogramdd",)
    method = False
    returns = ("hist", "bin_edges")
    samples = [(np.array(POINTS), 3), (np.array(POINTS), (3, 2)), (np.array(POINTS), 2, (0.0, 1.0, 0.0, 2.0)),
               (np.array(POINTS), 2, None, np.array([1.0, 2.0, 4.0, 8.0])), (np.array(POINTS), 2, None, None, True)]
    errors = [([1.0], 2), (np.array(POINTS), (2, 2, 2)), (np.array(POINTS), 0), (np.array(POINTS), 2, (0.0, 1.0))]

    def compose(F, input: Array, bins: Plain, range: Numbers = None, weight: Array = None, density: Flag = False):
        if len(input.shape) < 2:
            raise ShapeFault("torch.histogramdd: input tensor should have at least 2 dimensions, a point in each row")
        count = input.shape[-1]
        points = F.reshape(input, (math.prod(input.shape[:-1]), count))
        bins = (bins,) * count if type(bins) is int else tuple(bins) if isinstance(bins, list | tuple) else ()
        if len(bins) != count:
            raise ArgumentFault("torch.histogramdd: bins are a whole number, or one for each of the "
                                f"{count} dimensions, or their edges", "torch.histogramdd(x, 4)")
        if range is not None and (not isinstance(range, tuple) or len(range) != 2 * count):
            raise ArgumentFault(f"torch.histogramdd: range should have 2 * {count} elements, the least and greatest "
                                "of each dimension")
        edges = tuple([F.histogram(F.select(points, 1, d), b, range=range and range[2 * d : 2 * d + 2])[1]
                       for d, b in enumerate(bins)])
        hist = F.histogram_cells(points, edges, None if weight is None else F.reshape(weight, (-1,)), density)
        return result_type(HistogramDD)(hist, edges)


class HistogramCells(Kernel):
    """histogram_cells(input, edges, weight, density): how much of the points in the rows of input falls into each cell
    between edges."""

    samples = [(np.array(POINTS), (np.array([0.0, 1.5, 2.0]), np.array([0.0, 1.0]))),
               (np.array(POINTS), (np.array([0.0, 1.5, 2.0]), np.array([0.0, 2.0])), np.array([1.0, 2.0, 4.0, 8.0])),
               (np.array(POINTS), (np.array([0.0, 1.5, 2.0]), np.array([0.0, 2.0])), None, True)]
    errors = [(np.array(POINTS), (), np.array([1.0]))]

    def forward(input: Array, edges: Arrays, weight: Array = None, density: Flag = False):
        if len(edges) != input.shape[-1] or weight is not None and weight.size != len(input):
            raise ShapeFault("torch.histogramdd: if weight tensor is provided it should have the same shape as the "
                             "input tensor excluding its innermost dimension")
        keep = np.ones(len(input), bool)
        for column, edge in zip(input.T, edges, strict=True):
            keep &= (column >= edge[0]) & (column <= edge[-1])
        cells = tuple([np.minimum(np.searchsorted(edge, column[keep], "right") - 1, len(edge) - 2)
                       for column, edge in zip(input.T, edges, strict=True)])
        hist = np.zeros([len(edge) - 1 for edge in edges], np.float64)
        np.add.at(hist, cells, 1 if weight is None else weight[keep])
        if density:
            hist /= hist.sum()
            for d, edge in enumerate(edges):
                hist /= np.diff(edge).reshape([-1 if i == d else 1 for i in range(hist.ndim)])
        return hist.astype(input.dtype)
