"""Reading and writing elements by tables of indices along one dimension."""

from functools import lru_cache

import numpy as np

from gradcli.engine import large
from gradcli.engine.autograd.op import Op, raw
from gradcli.engine.autograd.signature import Array, Dim, Flag, Index, Number, Operand, Text, sized
from gradcli.engine.large import SOME
from gradcli.engine.tensor.conversion import to_element
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.engine.tensor.methods import axis
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.arguments import RefusedAtRunTime
from gradcli.faults.mistakes import UnimplementedDerivative
from gradcli.faults.tensors import PickedOutOfRange
from gradcli.faults.tree import ArgumentFault, IndexFault, ShapeFault, TypeFault
from gradcli.ops.arrays import FEW, elements_along, flat_places, min_and_max, open_grid, summed_into_zeros
from gradcli.ops.base import ComplexOp

SCATTER_REDUCE = Text("add", "multiply", fault=RefusedAtRunTime,
                      message="reduce argument must be either add or multiply.")
REDUCE = Text("sum", "prod", "mean", "amax", "amin", fault=RefusedAtRunTime,
              message="reduce argument must be either sum, prod, mean, amax or amin, got {}")
INDEX_REDUCE = Text("prod", "mean", "amax", "amin", fault=RefusedAtRunTime,
                    message="index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {}.")
GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
PICKS = np.array([[0, 2], [1, 1]])


@lru_cache(256)
def _covers(shape, index_shape, at):
    """Whether an index is no larger than what it picks from, apart from the dimension that it counts along."""
    return all(k <= m for i, (k, m) in enumerate(zip(index_shape, shape, strict=True)) if i != at)


def scatter_key(shape, dim, index):
    """The index tuple of a scatter: each element of `index` counts along `dim`, its own place along the others."""
    at = axis(dim, len(shape))
    index = checked_index(shape, at, index, "scatter")
    if not len(shape):
        return ()
    grid = open_grid(index.shape)
    return (*grid[:at], index, *grid[at + 1 :])


def checked_index(shape, at, index, name="gather"):
    """`index`, whose elements count along the dimension `at` of what has this shape, in as many dimensions."""
    if index.dtype.kind != "i" or index.itemsize < 4:
        raise TypeFault(f"{name}(): Expected dtype int32/int64 for index", ("index.long()", "as whole numbers"))
    n = shape[at] if shape else 1
    if index.size:
        least, most = min_and_max(index)
        if least < 0 or most >= n:
            raise PickedOutOfRange(least if least < 0 else most, at, n)
    if not len(shape):
        return index
    if not index.ndim:
        index = index.reshape(1)        # a number counts as one in a row
    if index.ndim != len(shape):
        raise ShapeFault(f"Index tensor must have the same number of dimensions as input tensor: it is "
                         f"{sized(index.shape)}, the input {sized(shape)}").saying("Index tensor must have the same "
            f"number of dimensions as {'input' if name == 'gather' else 'self'} tensor")
    if index.shape != shape and not _covers(shape, index.shape, at):
        raise ShapeFault(f"Size does not match: expected index {list(index.shape)} to be no larger than self "
                         f"{list(shape)} apart from dimension {at}")
    return index


class Gather(ComplexOp):
    """gather(input, dim, index, sparse_grad): along `dim` the elements that index names, place by place."""

    memory_order = "rows"
    linked = False
    legacy_names = "tensor.Gather"
    no_overlap = True
    samples = [(GRID, 1, PICKS), (GRID, 0, np.array([[1, 0, 1]])), (GRID, -1, PICKS)]
    errors = [(GRID, 1, np.array([[3]])), (GRID, 5, PICKS), (GRID, 1, GRID), (GRID, 0, np.array([0]))]
    ignored_options = ("sparse_grad",)

    def forward(input: Array, dim: Dim, index: Index, *, sparse_grad: Flag = False):
        if not index.size:
            return np.zeros(index.shape, input.dtype)
        if not input.ndim:
            return np.full(index.shape, input)
        at = axis(dim, input.ndim)
        order = checked_index(input.shape, at, index)
        if index.size >= SOME and input.flags.c_contiguous:
            return large.scatter.pick_elements(input, at, index)
        picked = elements_along(input, order, at)
        return picked if order is index else picked.reshape(index.shape)

    def grad_input(F, g, input, dim, index, input_shape, input_dtype):     # PyTorch keeps the input
        if F is raw and input_shape and 0 < index.size <= FEW and index.ndim:
            return summed_into_zeros(g, index, axis(dim, len(input_shape)), input_shape, input_dtype)
        if F is raw and index.size >= SOME and g.shape == index.shape and input_shape:
            return large.scatter.summed_elements(input_shape, axis(dim, len(input_shape)), index, g)
        return F.scatter_add(F.zeros(input_shape, dtype=input_dtype), dim, index, g)


def scatter_operands(input, dim, index, src, name):
    """The key of a scatter, and the part of src that is scattered: as much as index covers."""
    if src.dtype != input.dtype:
        raise TypeFault(f"{name}(): Expected self.dtype to be equal to src.dtype, but they are {input.dtype.name} and "
                        f"{src.dtype.name}").saying("scatter(): Expected self.dtype to be equal to src.dtype")
    if not index.size:
        return None, src
    if input.ndim == 1:         # a number counts as one in a row
        index, src = (x if x.ndim else x.reshape(1) for x in (index, src))
    key = scatter_key(input.shape, dim, index)
    if src.ndim != index.ndim and input.ndim or any(k > n for k, n in zip(index.shape, src.shape, strict=False)):
        raise ShapeFault(f"Expected index {list(index.shape)} to be no larger than src {list(src.shape)}",
                         (f"torch.full({tuple(index.shape)}, 1.0)", "a source as large as the index"))
    return key, src[tuple(slice(n) for n in index.shape)]


def gather_at(F, g, dim, index, src_shape):
    """The gradient of what was scattered: gathered back, with zeros for what index did not cover."""
    if 0 in index.shape:
        return F.zeros(src_shape, dtype=g.dtype)
    picked = F.gather(g, dim, index)
    if tuple(picked.shape) == tuple(src_shape):
        return picked
    if not len(src_shape) or not len(picked.shape):
        return F.reshape(picked, src_shape)
    return F.unindex(picked, tuple(slice(n) for n in index.shape), (), src_shape)


class ScatterAdd(ComplexOp):
    """scatter_add(input, dim, index, src): input with each element of src added where index says along `dim`."""

    memory_order = "rows"
    inplace = True
    no_overlap = True
    samples = [(GRID, 1, PICKS, [[1.0, 2.0], [3.0, 4.0]]), (GRID, 0, np.array([[1, 0, 1]]), [[1.0, 2.0, 3.0]]),
               (GRID, 1, PICKS, GRID)]
    errors = [(GRID, 1, np.array([[3]]), [[1.0]]), (GRID, 5, PICKS, GRID), (GRID, 1, PICKS, [[1.0]])]

    def forward(input: Array, dim: Dim, index: Index, src: Array):
        out = np.array(input)
        key, src = scatter_operands(input, dim, index, src, "scatter_add")
        if key is not None and index.size >= SOME and out.flags.c_contiguous:
            large.scatter.add_elements(out, axis(dim, input.ndim), index, src)
        elif key is not None:
            np.add.at(out, key, src if input.ndim else src.sum(dtype=src.dtype))
        return out

    def grad_input(F, g):
        return g

    def grad_src(F, g, dim, index, src_shape):
        return gather_at(F, g, dim, index, src_shape)


class Scatter(ComplexOp):
    """scatter(input, dim, index, src, value, reduce): input with the places that index names along `dim` set to the
    elements of src, or to one value; or with these added or multiplied."""

    memory_order = "rows"
    inplace = True
    legacy_names = "tensor.Scatter"
    modern_names = ("ScatterBackward0", "ScatterBackward1", "ScatterBackward2", "ScatterBackward3")
    no_overlap = True
    samples = [(GRID, 1, np.array([[0, 2], [1, 0]]), [[1.0, 2.0], [3.0, 4.0]]), (GRID, 0, np.array([[1, 0, 1]]), 7.5),
               (GRID, 1, PICKS, None, 3), (np.ones((2, 3)), 1, PICKS, 3, None, "add"),
               (np.ones((2, 3)), 1, PICKS, 3, None, "multiply")]
    errors = [(GRID, 1, np.array([[3]]), 1), (GRID, 5, PICKS, GRID), (GRID, 1, PICKS), (GRID, 1, PICKS, [[1.0]])]

    def variant(input, dim, index, src, value, reduce):
        return (2 if reduce else 0) + (not isinstance(src, Tensor))

    def forward(input: Array, dim: Dim, index: Index, src: Operand = None, value: Number = None, *,
                reduce: SCATTER_REDUCE = None):
        src = value if src is None else src
        if src is None:
            raise ArgumentFault("scatter() needs a tensor or a number to write", "x.scatter(0, index, 1.0)")
        src = to_element(src, input.dtype) if type(src) in (int, float) else src
        if type(src) in (int, float, bool) and not reduce and input.ndim and index.size:
            out, at = input.copy(), axis(dim, input.ndim)
            key = scatter_key(input.shape, dim, index)
            value = np.asarray(src).astype(input.dtype)
            if index.size <= FEW:
                out.put(flat_places(input.shape, key[at], at), value)
            else:
                out[key] = value
            return out
        if type(src) is not np.ndarray:
            src = np.broadcast_to(np.asarray(src).astype(input.dtype), index.shape)
        out = np.array(input)
        key, src = scatter_operands(input, dim, index, src, "scatter")
        if key is None:
            return out
        if reduce:
            (np.add if reduce == "add" else np.multiply).at(out, key, src)
        elif input.ndim:
            out[key] = src
        else:
            out[...] = src.reshape(-1)[-1]
        return out

    def grad_input(F, g, dim, index, reduce):
        return gradient_of_unwritten(F, g, dim, index, reduce)

    def grad_src(F, g, dim, index, reduce, src_shape):
        if reduce:
            return refuse_gradient()
        return gather_at(F, g, dim, index, src_shape) if len(src_shape) else F.sum(F.gather(g, dim, index))


def gradient_of_unwritten(F, g, dim, index, reduce):
    """The gradient of what was not written over."""
    return refuse_gradient() if reduce else F.scatter(g, dim, index, 0)


def refuse_gradient():
    """Scattering with reduce= has no gradient, as in PyTorch."""
    raise UnimplementedDerivative("the derivative for 'scatter' with reduce= is not implemented",
                    ("x.scatter_reduce(0, index, src, 'sum')", "which has one"))


REDUCED = [([[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]], 1, PICKS, [[1.5, 2.0], [3.0, 4.0]], how)
           for how in ("sum", "prod", "mean", "amax", "amin")]


class ScatterReduce(Op):
    """scatter_reduce(input, dim, index, src, reduce, include_self): for each place that index names along `dim`, the
    sum, product, mean or extreme of what src brings there, and, with `include_self`, of what was there."""

    memory_order = "rows"
    linked = False
    inplace = True
    no_overlap = True
    samples = [*REDUCED, *((*sample, False) for sample in REDUCED), (GRID, 1, PICKS, GRID, "sum")]
    errors = [(GRID, 1, np.array([[3]]), [[1.0]], "sum"), (GRID, 1, PICKS, GRID, "median")]

    def forward(input: Array, dim: Dim, index: Index, src: Array,
                reduce: REDUCE, *, include_self: Flag = True):
        out = np.array(input)
        key, src = scatter_operands(input, dim, index, src, "scatter_reduce")
        if key is None:
            return out
        ufunc, start = {"sum": (np.add, 0), "mean": (np.add, 0), "prod": (np.multiply, 1),
                        "amax": (np.maximum, lowest(out.dtype)), "amin": (np.minimum, highest(out.dtype))}[reduce]
        if not include_self:
            out[key] = start
        key = key if input.ndim else (np.zeros(index.shape, np.int64),)
        flat = out if input.ndim else out.reshape(1)
        ufunc.at(flat, key, src)
        if reduce == "mean":
            count = np.full(flat.shape, int(include_self), np.int64)
            np.add.at(count, key, 1)
            count = np.maximum(count, 1)
            flat[...] = flat / count if out.dtype.kind in FLOAT_KINDS else flat // count
        return out

    def grad_input(F, g, input, out, dim, index, src, reduce, include_self):
        return reduced_slopes(F, g, input, out, dim, index, src, reduce, include_self)[0]

    def grad_src(F, g, input, out, dim, index, src, reduce, include_self, src_shape):
        slope = reduced_slopes(F, g, input, out, dim, index, src, reduce, include_self)[1]
        if slope is None:
            return F.zeros(src_shape, dtype=g.dtype)
        return F.unindex(slope, tuple(slice(n) for n in index.shape), (), src_shape) if len(src_shape) else slope


def lowest(dtype):
    """The least value of the type: -inf, or the least integer."""
    return -np.inf if dtype.kind in FLOAT_KINDS else np.iinfo(dtype).min if dtype.kind in "iu" else False


def highest(dtype):
    """The greatest value of the type: inf, or the greatest integer."""
    return np.inf if dtype.kind in FLOAT_KINDS else np.iinfo(dtype).max if dtype.kind in "iu" else True


def reduced_slopes(F, g, input, out, dim, index, src, reduce, include_self):
    """The gradients of input and of the covered part of src through a scatter that reduces."""
    if 0 in index.shape and reduce != "prod":
        return g, F.reshape(F.narrow(F.reshape(g, (-1,)), 0, 0, 0), tuple(index.shape))
    if len(src.shape):
        src = F.getitem(src, tuple(slice(n) for n in index.shape), ())
    if reduce == "sum":
        of_input, of_src = g, F.gather(g, dim, index)
    elif reduce == "mean":
        ones = F.ones_like(g) if include_self else F.zeros_like(g)
        share = g / F.clamp(F.scatter_add(ones, dim, index, F.ones_like(src)), 1)
        of_input, of_src = share, F.gather(share, dim, index)
    elif reduce == "prod":
        of_input, of_src = product_slopes(F, g, input, out, dim, index, src, include_self)
    else:
        ties = F.cast(input == out, g.dtype) if include_self else F.zeros_like(g)
        src_ties = F.cast(src == F.gather(out, dim, index), g.dtype)
        sharers = F.scatter_add(ties, dim, index, src_ties)
        share = g / (sharers if include_self else 1 - F.scatter(F.zeros_like(g), dim, index, 1) + sharers)
        of_input, of_src = ties * share, src_ties * F.gather(share, dim, index)
        if not include_self:
            of_input = g
    return of_input if include_self else F.scatter(of_input, dim, index, 0), of_src


def product_slopes(F, g, input, out, dim, index, src, include_self):
    """The gradients of input and src for a product: all other factors, also where one of them is zero."""
    factors = F.where(input == 0, 1, input) if include_self else F.ones_like(input)
    of_input = g * F.scatter_reduce(factors, dim, index, src, "prod") / factors
    solid = F.where(src == 0, 1, src)
    nulls = F.scatter_add(F.zeros_like(g), dim, index, F.cast(src == 0, g.dtype))
    rest = F.scatter_reduce(input, dim, index, solid, "prod", include_self=include_self)
    null = F.where(src == 0, src, F.zeros_like(src))        # of two zeros, each has the other as a factor
    others = F.gather(F.scatter_add(F.zeros_like(g), dim, index, null), dim, index) - null
    count, rest, product = (F.gather(x, dim, index) for x in (nulls, rest, out))
    for_zeros = F.where(count == 1, rest, F.where(count == 2, rest * others, product))
    return of_input, F.gather(g, dim, index) * F.where(src == 0, for_zeros, product / solid)


class IndexReduce(Op):
    """index_reduce(input, dim, index, source, reduce, include_self): for each slice that index names along `dim`, the
    product, mean or extreme of what source brings there, and, with `include_self`, of what was there."""

    memory_order = "rows"
    linked = False
    inplace = True
    no_overlap = True
    samples = [(GRID, 1, np.array([0, 0, 2]), [[1.5, 2.0, 4.0], [3.0, 4.0, 2.5]], how)
               for how in ("prod", "mean", "amax", "amin")]
    samples += [(GRID, 0, np.array([1]), [[1.5, 2.0, 4.0]], "prod", False)]
    errors = [(GRID, 1, np.array([9]), [[1.0], [2.0]], "prod"), (GRID, 1, PICKS, GRID, "prod"),
              (GRID, 0, np.array([1]), [[1.0, 2.0, 3.0]], "sum")]

    def forward(input: Array, dim: Dim, index: Index, source: Array, reduce: INDEX_REDUCE, *,
                include_self: Flag = True):
        if index.ndim > 1:
            raise IndexFault(f"index_reduce_(): Index is supposed to be a vector, but got dim: {index.ndim}")
        if source.ndim and index.size not in (1, source.shape[axis(dim, source.ndim)]):
            raise ShapeFault(f"index_reduce_(): Number of indices ({index.size}) should be equal to source.size(dim)")
        at = np.broadcast_to(index_along(raw, index, dim, len(source.shape)), source.shape)
        return ScatterReduce.forward(input, dim, at, source, reduce, include_self)

    def grad_input(F, g, input, out, dim, index, source, reduce, include_self):
        at = F.expand(index_along(F, index, dim, len(source.shape)), tuple(source.shape))
        return reduced_slopes(F, g, input, out, dim, at, source, reduce, include_self)[0]

    def grad_source(F, g, input, out, dim, index, source, reduce, include_self):
        at = F.expand(index_along(F, index, dim, len(source.shape)), tuple(source.shape))
        return reduced_slopes(F, g, input, out, dim, at, source, reduce, include_self)[1]


def index_along(F, index, dim, ndim):
    """A vector of indices that lies along one of `ndim` dimensions."""
    return F.reshape(index, tuple(-1 if i == axis(dim, ndim) else 1 for i in range(ndim)))
