"""New tensors of the same type as another: `x.new_zeros(2, 3)`; and sums that undo broadcasting."""

import math

import numpy as np

from gradcli.engine.autograd.signature import Anything, Array, Plain, Scalar, Sizes, Type
from gradcli.engine.tensor.conversion import array_of, to_element_or_inf
from gradcli.engine.tensor.variable import Array as NumpyArray
from gradcli.faults.tree import ArgumentFault, ShapeFault
from gradcli.ops.base import ComplexOp, define
from gradcli.ops.creation.create import checked_size

GRID = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]


class NewLike(ComplexOp, abstract=True):
    """A method of a tensor that makes another of its type."""

    creates = True
    function = False
    samples = [(GRID, (2, 3)), (GRID, (2,), np.dtype(np.int64))]
    errors = [(GRID, (-1,)), (GRID, "text")]


def _filled(fill):
    def forward(input: Array, size: Sizes, *, dtype: Type = None):
        return fill(checked_size(size), dtype or input.dtype)

    return forward


for _name, _text, _fill in (
        ("Zeros", "zeros of the type of input", np.zeros), ("Ones", "ones of the type of input", np.ones),
        ("Empty", "a tensor of the type of input that PyTorch does not initialise; here zeros", np.zeros)):
    define(NewLike, __name__, f"new_{_name.lower()}", f"New{_name}", f"(input, *size, dtype): {_text}.",
           forward=_filled(_fill))


class NewFull(NewLike):
    """new_full(input, size, fill_value, dtype): the same number everywhere, of the type of input."""

    samples = [(GRID, (2, 3), 7.5), (GRID, (2,), 7, np.dtype(np.int64))]
    errors = [(GRID, (-1,), 1), (GRID, (2,), "text")]

    def forward(input: Array, size: Plain, fill_value: Scalar, *, dtype: Type = None):
        size = Sizes.take(size)
        if type(size) is not tuple:
            raise ArgumentFault("new_full() needs a size", "x.new_full((2, 2), 7.0)")
        kind = dtype or input.dtype
        return np.full(checked_size(size), to_element_or_inf(fill_value, kind, math.prod(size)), kind)


class NewTensor(NewLike):
    """new_tensor(input, data, dtype): a new tensor with the numbers of nested lists, of the type of input."""

    copies = 1
    complex_results = True
    samples = [(GRID, GRID)]
    errors = [(GRID, "text")]

    def forward(input: Array, data: Anything, *, dtype: Type = None):
        return array_of(data, dtype or input.dtype, NumpyArray)


class SumToSize(ComplexOp):
    """sum_to_size(input, *size): input added up along whatever broadcasting from this size had repeated."""

    function = False
    samples = [(GRID, (2, 1)), (GRID, (3,)), (GRID, (1, 1))]
    errors = [(GRID, (2,)), (GRID, (5, 2, 3))]

    def compose(F, input, size: Sizes):
        shape = tuple(input.shape)
        tail = shape[len(shape) - len(size) :]
        if len(size) > len(shape) or any(n not in (1, m) for n, m in zip(size, tail, strict=True)):
            raise ShapeFault(f"size {{{list(size)}}} is not expandable to size {{{list(shape)}}}.")
        if not size:
            return F.sum(input)
        lead = len(shape) - len(size)
        where = (*range(lead), *(i + lead for i, n in enumerate(size) if n == 1 and tail[i] != 1))
        total = F.sum(input, where, True) if where else input
        return F.view(total, tuple(size)) if lead else total
