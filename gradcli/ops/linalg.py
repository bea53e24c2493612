"""Products of vectors and matrices."""

import numpy as np

from gradcli.engine.op import Op
from gradcli.engine.signature import Array, sized
from gradcli.errors import ShapeFault

A = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
B = [[1.0, 2.0], [3.0, -4.0], [0.5, 1.0]]


def inner_fits(name, a, b, at):
    """Refuse a product whose inner lengths differ, naming both."""
    if a.shape[-1] != b.shape[at]:
        raise ShapeFault(f"{name}(): mat1 and mat2 shapes cannot be multiplied ({sized(a.shape)} and {sized(b.shape)}): "
                         f"the last dimension of the first is {a.shape[-1]}, and that of the second it meets is "
                         f"{b.shape[at]}", ("a @ b.t()", "if the second is meant transposed"))


def dims_are(name, a, b, da, db):
    """Refuse operands of other dimensions than a product is defined for."""
    if a.ndim != da or b.ndim != db:
        raise ShapeFault(f"{name}() multiplies a {da}-d by a {db}-d tensor, and was given {sized(a.shape)} and "
                         f"{sized(b.shape)}", ("torch.matmul(a, b)", "the product for any dimensions"))


class Mm(Op):
    """mm(input, mat2): the product of two matrices."""

    anew = True
    promotes = "same"
    era_label = "blas.Addmm"
    samples = [(A, B), (B, A)]
    errors = [(A, A), (A, [1.0, 2.0, 3.0]), (A, 2)]

    def forward(input: Array, mat2: Array):
        dims_are("mm", input, mat2, 2, 2)
        inner_fits("mm", input, mat2, 0)
        return input.dot(mat2)

    def grad_input(F, g, mat2):
        return F.mm(g, F.t(mat2))

    def grad_mat2(F, g, input):
        return F.mm(F.t(input), g)


class Mv(Op):
    """mv(input, vec): the product of a matrix and a vector."""

    promotes = "same"
    era_label = "blas.Addmv"
    samples = [(A, [1.0, 2.0, -1.0])]
    errors = [(A, [1.0, 2.0]), (A, A)]

    def forward(input: Array, vec: Array):
        dims_are("mv", input, vec, 2, 1)
        inner_fits("mv", input, vec, 0)
        return input.dot(vec)

    def grad_input(F, g, vec):
        return F.unsqueeze(g, 1) * vec

    def grad_vec(F, g, input):
        return F.mv(F.t(input), g)


class Dot(Op):
    """dot(input, tensor): the sum of the products of two vectors' elements."""

    promotes = "same"
    era_label = "blas.Dot"
    samples = [([1.0, 2.0], [3.0, 4.0])]
    errors = [([1.0, 2.0], [1.0]), (A, A)]

    def forward(input: Array, tensor: Array):
        dims_are("dot", input, tensor, 1, 1)
        inner_fits("dot", input, tensor, 0)
        return input.dot(tensor)

    def grad_input(F, g, tensor):
        return g * tensor

    def grad_tensor(F, g, input):
        return g * input


class Bmm(Op):
    """bmm(input, mat2): the products of two stacks of matrices."""

    promotes = "same"
    era_label = "blas.Baddbmm"
    samples = [([A, A], [B, B])]
    errors = [([A], [A]), (A, B)]

    def forward(input: Array, mat2: Array):
        dims_are("bmm", input, mat2, 3, 3)
        inner_fits("bmm", input, mat2, -2)
        if input.shape[0] != mat2.shape[0]:
            raise ShapeFault(f"bmm(): the stacks have {input.shape[0]} and {mat2.shape[0]} matrices")
        return np.matmul(input, mat2)

    def grad_input(F, g, mat2):
        return F.bmm(g, F.transpose(mat2, 1, 2))

    def grad_mat2(F, g, input):
        return F.bmm(F.transpose(input, 1, 2), g)


class Matmul(Op):
    """matmul(input, other): the product of vectors, matrices, or stacks of matrices that broadcast."""

    symbol = "matmul"
    samples = [(A, B), (A, [1.0, 2.0, -1.0]), ([1.0, 2.0], A), ([1.0, 2.0], [3.0, 4.0]), ([A, A], B), (A, [B, B]),
               ([[A, A]], [[B], [B]]), ([A, A], [1.0, 2.0, -1.0]), ([1.0, 2.0], [A, A])]
    errors = [(A, A), (A, 2)]

    def compose(F, input, other):
        n, m = len(input.shape), len(other.shape)
        if not n or not m:
            raise ShapeFault("both arguments to matmul need to be at least 1D, but they are "
                             f"{n}D and {m}D", ("a * b", "the product with a single number"))
        if n <= 2 and m <= 2:
            kind = (F.dot, F.mv, F.mm)[n + m - 2] if n == 2 or m == 1 else None
            if kind:
                return kind(input, other)
            return F.squeeze(F.mm(F.unsqueeze(input, 0), other), 0)
        if m == 1:
            return F.squeeze(F.stacked_mm(input, F.unsqueeze(other, 1)), -1)
        if n == 1:
            return F.squeeze(F.stacked_mm(F.unsqueeze(input, 0), other), -2)
        return F.stacked_mm(input, other)


class StackedMm(Op):
    """stacked_mm(input, other): the products of matrices in stacks that broadcast against each other."""

    names = ("stacked_mm",)
    method = False
    function = False
    promotes = "same"
    era_label = "blas.Baddbmm"
    label = "UnsafeViewBackward0"
    samples = [([A, A], B), (A, [B, B]), ([[A, A]], [[B], [B]])]
    errors = [(A, A)]

    def forward(input: Array, other: Array):
        inner_fits("matmul", input, other, -2)
        return np.matmul(input, other)

    def grad_input(F, g, other):
        return F.stacked_mm(g, F.transpose(other, -1, -2))

    def grad_other(F, g, input):
        return F.stacked_mm(F.transpose(input, -1, -2), g)
