"""Reading and writing elements by tables of indices along one dimension."""

import numpy as np

from gradcli.engine.op import Op
from gradcli.engine.signature import Array, Dim, Index
from gradcli.engine.surface import axis
from gradcli.errors import IndexFault

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
PICKS = np.array([[0, 2], [1, 1]])


def places(shape, dim, index):
    """The index tuple of a gather: each element of `index` counts along `dim`, its own place along the others."""
    at = axis(dim, len(shape))
    if not len(shape):
        return ()
    n = shape[at]
    if index.size and (index.min() < 0 or index.max() >= n):
        bad = index.min() if index.min() < 0 else index.max()
        raise IndexFault(f"index {bad} is out of bounds for dimension {at} with size {n}")
    grid = np.ogrid[tuple(slice(k) for k in index.shape)]
    return tuple(index if i == at else g for i, g in enumerate(grid))


class Gather(Op):
    """gather(input, dim, index): along `dim` the elements that index names, place by place."""

    era_label = "tensor.Gather"
    samples = [(GRID, 1, PICKS), (GRID, 0, np.array([[1, 0, 1]])), (GRID, -1, PICKS)]
    errors = [(GRID, 1, np.array([[3]])), (GRID, 5, PICKS), (GRID, 1, GRID)]

    def forward(input: Array, dim: Dim, index: Index):
        return input[places(input.shape, dim, index)] if input.ndim else np.full(index.shape, input)

    def grad_input(F, g, dim, index, input_shape, input_dtype):
        return F.scatter_add(F.zeros(input_shape, dtype=input_dtype), dim, index, g)


class ScatterAdd(Op):
    """scatter_add(input, dim, index, src): input with each element of src added at the place index names along `dim`."""

    names = ("scatter_add",)
    inplace = True
    promotes = "same"
    samples = [(GRID, 1, PICKS, [[1.0, 2.0], [3.0, 4.0]]), (GRID, 0, np.array([[1, 0, 1]]), [[1.0, 2.0, 3.0]])]
    errors = [(GRID, 1, np.array([[3]]), [[1.0]]), (GRID, 5, PICKS, GRID)]

    def forward(input: Array, dim: Dim, index: Index, src: Array):
        out = np.array(input)
        src = src[tuple(slice(n) for n in index.shape)]
        np.add.at(out, places(input.shape, dim, index), src)
        return out

    def grad_input(F, g):
        return g

    def grad_src(F, g, dim, index, src_shape):
        picked = F.gather(g, dim, index)
        if tuple(picked.shape) == tuple(src_shape):
            return picked
        return F.unindex(picked, tuple(slice(n) for n in index.shape), (), src_shape)
