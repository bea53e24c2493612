"""Several tensors into one, or into tables of all their pairs."""

import math
from itertools import combinations, combinations_with_replacement

import numpy as np

from gradcli.engine.autograd.op import raw
from gradcli.engine.autograd.result_size import total_size
from gradcli.engine.autograd.signature import Arrays, Dim, Flag, Int, Text, VariadicArrays, sized
from gradcli.engine.messages.warnings import warn
from gradcli.engine.random.generators import Current
from gradcli.engine.result_layout import in_format_of
from gradcli.engine.tensor.methods import axis
from gradcli.faults.arguments import RefusedAtRunTime
from gradcli.faults.tensors import EmptyList
from gradcli.faults.tree import MemoryFault, ShapeFault
from gradcli.ops.base import ComplexOp
from gradcli.ops.shape.rearrange import at_least_2d, at_least_3d

INDEXING = Text("ij", "xy", fault=RefusedAtRunTime,
                message='torch.meshgrid: indexing must be one of "xy" or "ij", but received: {}')
GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
PAIR = ([1.0, 2.0], [3.0, 4.0])


def _cat_refused(first, other, at, number):
    """PyTorch's message for tensors that cannot be concatenated along dimension `at`."""
    if len(first) != len(other):
        return f"Tensors must have same number of dimensions: got {len(first)} and {len(other)}"
    where = next(i for i, (a, b) in enumerate(zip(first, other, strict=True)) if a != b and i != at)
    return (f"Sizes of tensors must match except in dimension {at}. Expected size {first[where]} but got size "
            f"{other[where]} for tensor number {number} in the list.")


class Cat(ComplexOp):
    """cat(tensors, dim): tensors joined along a dimension they have."""

    names = ("cat", "concat", "concatenate")
    method = False
    type_promotion = "mixed"
    legacy_names = "tensor.Concat"
    no_overlap = True
    result_size = total_size
    samples = [(([1.0, 2.0], [3.0]),), ((GRID, GRID), 1), ((GRID, [[7.0, 8.0, 9.0]]), 0), ((GRID, GRID), -1)]
    errors = [(([1.0], [[1.0]]),), ((),), ((GRID, GRID), 3), ((GRID, [[1.0]]), 0)]

    def forward(tensors: Arrays, dim: Dim = 0):
        if not tensors:
            raise EmptyList("cat() needs at least one tensor", "torch.cat([x, y])").saying(
                "torch.cat(): expected a non-empty list of Tensors")
        ndim = tensors[0].ndim
        if ndim > 1 or ndim and (dim == 0 or (0,) not in [t.shape for t in tensors]):
            try:
                return in_format_of(np.concatenate(tensors, axis(dim, ndim)), tensors)
            except ValueError:
                pass        # the shapes do not fit, which is refused in words below
        solid = [t for t in tensors if t.shape != (0,)] or list(tensors)
        if Current.legacy:       # 0.1.12 had no single numbers, but tensors of one element
            solid = [t if t.ndim else t.reshape(1) for t in solid]
        at = axis(dim, solid[0].ndim) if solid[0].ndim else None
        if at is None:
            raise ShapeFault("zero-dimensional tensor (at position 0) cannot be concatenated",
                             ("torch.stack([x, y])", "joins single numbers"))
        for k, t in enumerate(solid[1:], 1):
            if t.ndim != solid[0].ndim or t.shape[:at] + t.shape[at + 1 :] != (
                    solid[0].shape[:at] + solid[0].shape[at + 1 :]):
                raise ShapeFault(f"cat(): Sizes of tensors must match except in dimension {at}: tensor 0 is "
                                 f"{sized(solid[0].shape)}, tensor {k} is {sized(t.shape)}").saying(
                    _cat_refused(solid[0].shape, t.shape, at, k))
        return np.ascontiguousarray(np.concatenate(solid, at))

    def grad_tensors(at, F, g, tensors_shape, dim):
        if F is raw and () not in tensors_shape and g.ndim == len(tensors_shape[at]):
            along, start = axis(dim, g.ndim), 0
            for shape in tensors_shape[:at]:
                start += shape[along] if len(shape) == g.ndim else 0
            return g[(slice(None),) * along + (slice(start, start + tensors_shape[at][along]),)]
        if tensors_shape[at] == (0,) and len(g.shape) > 1:
            return F.zeros((0,), dtype=getattr(g, "array", g).dtype)    # which fits into any cat, and takes no part
        along = axis(dim, len(g.shape))
        if (0,) not in tensors_shape and () not in tensors_shape:
            return F.narrow(g, along, sum([s[along] for s in tensors_shape[:at]]), tensors_shape[at][along])
        lengths = [0 if s == (0,) and len(g.shape) > 1 else s[along] if s else 1 for s in tensors_shape]
        part = F.narrow(g, along, sum(lengths[:at]), lengths[at])
        return part if tensors_shape[at] else F.reshape(part, ())


class Stack(ComplexOp):
    """stack(tensors, dim): tensors of one shape joined along a new dimension."""

    method = False
    type_promotion = "mixed"
    legacy_names = "tensor.Concat"
    no_overlap = True
    result_size = total_size
    samples = [(([1.0, 2.0], [3.0, 4.0]),), ((GRID, GRID), 1), ((GRID, GRID), -1)]
    errors = [(([1.0], [1.0, 2.0]),), ((),), ((GRID, GRID), 5)]

    def forward(tensors: Arrays, dim: Dim = 0):
        if not tensors:
            raise ShapeFault("stack() needs at least one tensor", "torch.stack([x, y])").saying(
                "stack expects a non-empty TensorList")
        shape, at = tensors[0].shape, axis(dim, tensors[0].ndim + 1)
        out = np.empty((*shape[:at], len(tensors), *shape[at:]), tensors[0].dtype)
        for k, t in enumerate(tensors):
            if t.shape != shape:
                raise ShapeFault(f"stack expects each tensor to be equal size, but got {list(tensors[0].shape)} at "
                                 f"entry 0 and {list(t.shape)} at entry {k}")
            out[(slice(None),) * at + (k,) if at else k] = t
        return out

    def grad_tensors(at, F, g, dim):
        if F is raw:
            return g[at, ...] if dim == 0 else g[(slice(None),) * axis(dim, g.ndim) + (at, ...)]
        return F.select(g, dim, at)


class Joined(ComplexOp, abstract=True):
    """Tensors joined along one dimension, with those they lack added."""

    method = False
    no_overlap = True
    samples = [(PAIR,), ((GRID, GRID),)]
    errors = [((),), ("text",), ((GRID, [[[1.0, 2.0], [3.0, 4.0]]]),)]


def check_nonempty(tensors, name):
    """The tensors, of which there must be one."""
    if not tensors:
        raise ShapeFault(f"{name} expects a non-empty TensorList", f"torch.{name}([x, y])")
    return tensors


class Hstack(Joined):
    """hstack(tensors): tensors side by side: along the second dimension, vectors along their only one."""

    def compose(F, tensors: Arrays):
        tensors = [t if len(t.shape) else F.reshape(t, (1,)) for t in check_nonempty(tensors, "hstack")]
        return F.cat(tensors, 0 if len(tensors[0].shape) == 1 else 1)


class Vstack(Joined):
    """vstack(tensors): tensors on top of each other: along the first dimension, vectors as rows."""

    names = ("vstack", "row_stack")

    def compose(F, tensors: Arrays):
        return F.cat([at_least_2d(F, t) for t in check_nonempty(tensors, "vstack")], 0)


class Dstack(Joined):
    """dstack(tensors): tensors behind each other: along the third dimension."""

    def compose(F, tensors: Arrays):
        return F.cat([at_least_3d(F, t) for t in check_nonempty(tensors, "dstack")], 2)


class ColumnStack(Joined):
    """column_stack(tensors): tensors side by side, vectors as columns."""

    def compose(F, tensors: Arrays):
        upright = [F.reshape(t, (-1, 1)) if len(t.shape) < 2 else t for t in check_nonempty(tensors, "column_stack")]
        return F.cat(upright, 1)


class BlockDiag(ComplexOp):
    """block_diag(*tensors): a matrix of zeros with the matrices along its diagonal; vectors count as rows."""

    method = False
    type_promotion = "mixed"
    samples = [((GRID, [7.0, 8.0]),), ((GRID, GRID),)]
    errors = [([[[1.0]]],), ("text",)]

    def result_size(tensors):
        return sum(max(a.shape, default=1) for a in tensors) ** 2

    def forward(tensors: VariadicArrays):
        for k, t in enumerate(tensors):
            if t.ndim > 2:
                raise ShapeFault(f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {k} has "
                                 f"{t.ndim} dimensions")
        sizes = [block_shape(t.shape) for t in tensors]
        out = np.zeros([sum(n) for n in zip(*sizes, strict=True)], tensors[0].dtype)
        for t, key in zip(tensors, corners(sizes), strict=True):
            out[key] = t
        return out

    def grad_tensors(at, F, g, tensors_shape):
        key = corners([block_shape(shape) for shape in tensors_shape])[at]
        return F.reshape(F.getitem(g, key, ()), tensors_shape[at])


def block_shape(shape):
    """The rows and columns of a block."""
    return (1,) * (2 - len(shape)) + tuple(shape)


def corners(sizes):
    """The numpy key of each block along the diagonal."""
    keys, row, column = [], 0, 0
    for height, width in sizes:
        keys.append((slice(row, row + height), slice(column, column + width)))
        row, column = row + height, column + width
    return keys


class Meshgrid(ComplexOp):
    """meshgrid(*tensors, indexing): for each vector the table of its elements over the grid of all of them; with
    indexing 'xy' the first varies along the columns."""

    method = False
    samples = [(PAIR,), (([1.0, 2.0], [3.0, 4.0, 5.0]), "xy"), (([1.0, 2.0], [3.0]), "ij")]
    errors = [((GRID, GRID),), (PAIR, "yx"), ((),)]

    def compose(F, tensors: VariadicArrays, *, indexing: INDEXING = None):
        for t in check_nonempty(tensors, "meshgrid"):
            if len(t.shape) > 1:
                raise ShapeFault("torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got a tensor of size "
                                 f"{list(t.shape)}")
        if len({t.dtype for t in tensors}) > 1 and not Current.legacy:
            raise ShapeFault("meshgrid expects all tensors to have the same dtype", ("x.float()", "of that type"))
        if indexing is None:
            warn("torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.")
        swap = indexing == "xy" and len(tensors) > 1
        if swap:
            tensors = (tensors[1], tensors[0], *tensors[2:])
        lengths = tuple(t.shape[0] if len(t.shape) else 1 for t in tensors)
        grids = [F.expand(F.reshape(t, tuple(-1 if i == k else 1 for i in range(len(lengths)))), lengths)
                 for k, t in enumerate(tensors)]
        if swap:
            grids = [grids[1], grids[0], *grids[2:]]
        return tuple(grids)


class CartesianProd(ComplexOp):
    """cartesian_prod(*tensors): all tuples with an element of each vector, a row each."""

    method = False
    samples = [(PAIR,), ([1.0, 2.0],)]
    errors = [((GRID, GRID),), ("text",)]

    def compose(F, tensors: VariadicArrays):
        for t in check_nonempty(tensors, "cartesian_prod"):
            if len(t.shape) != 1:
                raise ShapeFault(f"Expect a 1D vector, but got shape {list(t.shape)}")
        if len(tensors) == 1:
            return tensors[0]
        return F.stack([F.reshape(t, (-1,)) for t in F.meshgrid(tensors)], 1)


MOST = 10_000_000       # how many numbers a list of combinations may hold


class Combinations(ComplexOp):
    """combinations(input, r, with_replacement): all ways to pick r elements of a vector in their order, a row each."""

    samples = [([1.0, 2.0, 3.0],), ([1.0, 2.0, 3.0], 3), ([1.0, 2.0, 3.0], 2, True)]
    errors = [(GRID,), ([1.0], -1)]

    def compose(F, input, r: Int = 2, with_replacement: Flag = False):
        if len(input.shape) != 1 or r < 0:
            raise ShapeFault("combinations() expects a 1D vector, and r that is not negative", "x.combinations(2)"
                             ).saying(
                f"Expect a non-negative number, but got {r}" if len(input.shape) == 1 else
                f"Expect a 1D vector, but got shape {list(input.shape)}")
        if not r:
            return F.reshape(F.narrow(input, 0, 0, 0), (0,))
        n = input.shape[0]
        if r * math.comb(n + r - 1 if with_replacement else n, r) > MOST:
            raise MemoryFault(f"combinations() of {n} elements by {r} are too many to list")
        pick = combinations_with_replacement if with_replacement else combinations
        rows = np.array(list(pick(range(n), r)), np.int64).reshape(-1, r)
        picked = F.stack([F.getitem(input, (), (rows[:, k],)) for k in range(r)], 1)
        return F.renamed_keeping(picked, "StackBackward0", (input,))
