"""Tensors overwritten as a whole: zeroed, filled, copied into."""

import numpy as np

from gradcli.engine.autograd.signature import SCALARS, Array, Flag, Operand, Scalar
from gradcli.engine.messages.numpy_errors import broadcast_clash
from gradcli.engine.tensor.conversion import LARGEST_HALF, retyped, to_element, to_element_or_inf
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.faults.mistakes import BroadcastShapes
from gradcli.faults.tree import ShapeFault
from gradcli.ops.base import ComplexKernel, ComplexOp
from gradcli.ops.internal import expanded

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]


class Zero(ComplexKernel):
    """zero(input): zeros in the place of all elements; `x.zero_()`."""

    inplace = True
    fills = True
    samples = [(GRID,)]

    def forward(input: Array):
        return np.zeros_like(input)

    @staticmethod
    def overwrite(memory):
        memory.fill(0)
        return True

    def grad_input(F, g):
        return F.zeros_like(g)


EXACT = 1 << 11        # whole numbers below it have all their digits in every floating type


class Fill(ComplexOp):
    """fill(input, value): one value in the place of all elements."""

    method = False
    inplace = True
    fills = True
    modern_names = ("FillBackward0", "FillBackward2")
    samples = [(GRID, 7), (GRID, -1.5)]
    errors = [(GRID, [1.0, 2.0]), (GRID, "text")]

    def variant(input, value):
        return int(type(value) not in SCALARS)

    def forward(input: Array, value: Operand):
        if np.ndim(value):
            raise ShapeFault("fill_ only supports 0-dimension value tensor but got tensor with "
                             f"{np.ndim(value)} dimensions.", ("x.copy_(values)", "takes one value for each element"))
        return np.full(input.shape, to_element_or_inf(value, input.dtype, input.size), input.dtype)

    @staticmethod
    def overwrite(memory, value):
        if memory.dtype.kind not in FLOAT_KINDS or (LARGEST_HALF < abs(value) < np.inf if type(value) is float else
                                        type(value) is not int or not -EXACT < value < EXACT):
            return False
        memory.fill(value)
        return True

    def grad_input(F, g):
        return F.zeros_like(g)

    def grad_value(F, g):
        return F.sum(g)


class Copy(ComplexKernel):
    """copy(input, src, non_blocking): the elements of src, broadcast, in the place of all; `x.copy_(src)`."""

    inplace = True
    ignored_options = ("non_blocking",)
    modern_names = "CopyBackwards"
    elementwise = True
    samples = [(GRID, [[7.0, 8.0, 9.0], [1.0, 2.0, 3.0]]), (GRID, [7.0, 8.0, 9.0])]
    errors = [(GRID, [1.0, 2.0]), (GRID, "text")]

    def forward(input: Array, src: Operand, non_blocking: Flag = False):
        src = src if type(src) is np.ndarray else np.asarray(src)
        clash = broadcast_clash((input.shape, src.shape))
        if clash:
            raise BroadcastShapes(clash, "copy_() writes to every element of the first", (input.shape, src.shape))
        if src.ndim > input.ndim:
            raise ShapeFault(f"output with shape {list(input.shape)} doesn't match the broadcast shape "
                             f"{list(src.shape)}")
        return retyped(expanded(src, input.shape), input.dtype)

    @staticmethod
    def overwrite(memory, src, non_blocking):
        if type(src) is not np.ndarray or memory.shape != src.shape or memory.dtype is not src.dtype:
            return False
        memory[...] = src
        return True

    def grad_input(F, g):
        return F.zeros_like(g)

    def grad_src(F, g, src_dtype):
        return F.cast(g, src_dtype)


class FillDiagonal(ComplexKernel):
    """fill_diagonal(input, fill_value, wrap): one value on the main diagonal; with `wrap` again below it in tall
    matrices; `x.fill_diagonal_(value)`."""

    partial = True
    inplace = True
    fills = True
    samples = [(GRID, 7), ([[1.0], [2.0], [3.0], [4.0]], 5.0, True)]
    errors = [([1.0, 2.0], 1), (GRID, "text"), ([[[1.0], [2.0]]], 1)]

    def forward(input: Array, fill_value: Scalar, wrap: Flag = False):
        if input.ndim < 2:
            raise ShapeFault("dimensions must larger than 1", ("x.fill_(0)", "fills the whole"))
        if input.ndim > 2 and len(set(input.shape)) > 1:
            raise ShapeFault("all dimensions of input must be of equal length")
        out = np.array(input)
        np.fill_diagonal(out, np.asarray(to_element(fill_value, input.dtype)).astype(input.dtype), wrap)
        return out

    def grad_input(F, g, wrap):
        return F.fill_diagonal(g, 0, wrap)
