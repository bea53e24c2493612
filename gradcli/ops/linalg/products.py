"""Products of vectors and matrices."""

import math

import numpy as np

from gradcli.engine.autograd.op import Op, raw, rename_node
from gradcli.engine.autograd.signature import Array, Scalar, sized
from gradcli.engine.autograd.views import unsafe_view
from gradcli.engine.numerics.narrow_products import matrix_product
from gradcli.engine.tensor.conversion import to_element
from gradcli.faults.mistakes import ProductShapes
from gradcli.faults.tree import ShapeFault
from gradcli.ops.base import ComplexOp, Kernel
from gradcli.ops.dtype_checks import refuse_bool

A = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]]
B = [[1.0, 2.0], [3.0, -4.0], [0.5, 1.0]]


def check_inner_lengths(name, a, b, at):
    """Refuse a product whose inner lengths differ, naming both."""
    if a.shape[-1] != b.shape[at]:
        raise ProductShapes(f"{name}(): mat1 and mat2 shapes cannot be multiplied ({sized(a.shape)} and "
                            f"{sized(b.shape)}): the last dimension of the first is {a.shape[-1]}, and that of the "
                            f"second it meets is {b.shape[at]}", shapes=(a.shape, b.shape)).saying(
            _refused(a.shape, b.shape))


def _refused(a, b):
    """PyTorch's message for shapes that do not multiply."""
    if len(a) == len(b) == 1:
        return (f"inconsistent tensor size, expected tensor {list(a)} and src {list(b)} to have the same number of "
                f"elements, but got {a[0]} and {b[0]} elements respectively")
    if len(a) == 2 and len(b) == 1:
        return f"size mismatch, got input ({a[0]}), mat ({a[0]}x{a[1]}), vec ({b[0]})"
    if len(a) == len(b) > 2:
        return (f"Expected size for first two dimensions of batch2 tensor to be: [{b[0]}, {a[-1]}] but got: "
                f"[{b[0]}, {b[-2]}].")
    return f"mat1 and mat2 shapes cannot be multiplied ({sized(a)} and {sized(b)})"


def _of_dims(name, a, b, da):
    """PyTorch's message for operands with a number of dimensions that a product is not defined for."""
    if da == 3:
        return f"batch{1 if a.ndim != 3 else 2} must be a 3D tensor"
    if name == "mm":
        return f"{'self' if a.ndim != 2 else 'mat2'} must be a matrix"
    if name == "dot":
        return f"1D tensors expected, but got {a.ndim}D and {b.ndim}D tensors"
    if name in ("outer", "ger"):
        argument, ndim = ("self", a.ndim) if a.ndim != 1 else ("vec2", b.ndim)
        return f"{name}: Expected 1-D argument {argument}, but got {ndim}-D"
    if name == "mv":
        return f"vector + matrix @ vector expected, got 1, {a.ndim}, {b.ndim}"
    return f"{name}() multiplies a {a.ndim}-d by a {b.ndim}-d tensor"


def check_dims(name, a, b, da, db):
    """Refuse operands of other dimensions than a product is defined for."""
    if a.ndim != da or b.ndim != db:
        raise ShapeFault(f"{name}() multiplies a {da}-d by a {db}-d tensor, and was given {sized(a.shape)} and "
                         f"{sized(b.shape)}", ("torch.matmul(a, b)", "the product for any dimensions")).saying(
            _of_dims(name, a, b, da))


def product_size(a, b):
    """The number of elements of a product of matrices, or of batches of them."""
    return math.prod(a.shape[:-1]) * b.shape[-1] if a.ndim and b.ndim else 0


class Mm(Op):
    """mm(input, mat2): the product of two matrices."""

    complex = opmath = True
    fresh_result = True
    type_promotion = "same"
    legacy_names = "blas.Addmm"
    result_size = product_size
    samples = [(A, B), (B, A)]
    errors = [(A, A), (A, [1.0, 2.0, 3.0]), (A, 2)]

    def forward(input: Array, mat2: Array):
        if input.ndim == 2 == mat2.ndim and 1 != input.shape[1] == len(mat2):
            return matrix_product(input, mat2)
        check_dims("mm", input, mat2, 2, 2)
        check_inner_lengths("mm", input, mat2, 0)
        if input.shape[1] == 1:
            return input * mat2     # where numpy leaves out what is multiplied by 0, be it nan
        return input.dot(mat2)

    def grad_input(F, g, mat2):
        return F.mm(g, mat2.T if F is raw else F.t(mat2))

    def grad_mat2(F, g, input):
        return F.mm(input.T if F is raw else F.t(input), g)


class Mv(Op):
    """mv(input, vec): the product of a matrix and a vector."""

    complex = opmath = True
    vanished = "stay"
    type_promotion = "same"
    legacy_names = "blas.Addmv"
    samples = [(A, [1.0, 2.0, -1.0])]
    errors = [(A, [1.0, 2.0]), (A, A)]

    def forward(input: Array, vec: Array):
        check_dims("mv", input, vec, 2, 1)
        check_inner_lengths("mv", input, vec, 0)
        return matrix_product(input, vec[:, None])[:, 0]

    def grad_input(F, g, vec):
        return F.unsqueeze(g, 1) * vec

    def grad_vec(F, g, input):
        return F.mv(F.t(input), g)


class Dot(Op):
    """dot(input, tensor): the sum of the products of two vectors' elements."""

    complex = opmath = True
    vanished = "stay"
    type_promotion = "same"
    legacy_names = "blas.Dot"
    samples = [([1.0, 2.0], [3.0, 4.0])]
    errors = [([1.0, 2.0], [1.0]), (A, A)]

    def forward(input: Array, tensor: Array):
        check_dims("dot", input, tensor, 1, 1)
        check_inner_lengths("dot", input, tensor, 0)
        return refuse_bool("dot", input).dot(tensor)

    def grad_input(F, g, tensor):
        return g * tensor

    def grad_tensor(F, g, input):
        return g * input


def check_batches(name, a, b):
    """Refuse stacks of matrices whose counts or inner lengths differ."""
    check_dims(name, a, b, 3, 3)
    check_inner_lengths(name, a, b, -2)
    if a.shape[0] != b.shape[0]:
        raise ShapeFault(f"{name}(): the stacks have {a.shape[0]} and {b.shape[0]} matrices").saying(
            "Expected size for first two dimensions of batch2 tensor to be: "
            f"[{a.shape[0]}, {a.shape[2]}] but got: [{b.shape[0]}, {b.shape[1]}].")


class Bmm(Op):
    """bmm(input, mat2): the products of two stacks of matrices."""

    complex = opmath = True
    type_promotion = "same"
    legacy_names = "blas.Baddbmm"
    result_size = product_size
    samples = [([A, A], [B, B])]
    errors = [([A], [A]), (A, B)]

    def forward(input: Array, mat2: Array):
        check_batches("bmm", input, mat2)
        return np.matmul(input, mat2)

    def grad_input(F, g, mat2):
        return np.matmul(g, mat2.swapaxes(1, 2)) if F is raw else F.bmm(g, F.transpose(mat2, 1, 2))

    def grad_mat2(F, g, input):
        return np.matmul(input.swapaxes(1, 2), g) if F is raw else F.bmm(F.transpose(input, 1, 2), g)


class Matmul(ComplexOp):
    """matmul(input, other): the product of vectors, matrices, or stacks of matrices that broadcast."""

    symbol = "matmul"
    samples = [(A, B), (A, [1.0, 2.0, -1.0]), ([1.0, 2.0], A), ([1.0, 2.0], [3.0, 4.0]), ([A, A], B), (A, [B, B]),
               ([[A, A]], [[B], [B]]), ([A, A], [1.0, 2.0, -1.0]), ([1.0, 2.0], [A, A])]
    errors = [(A, A), (A, 2)]

    def compose(F, input, other):
        n, m = len(input.shape), len(other.shape)
        if n == m == 2:
            return F.mm(input, other)
        if not n or not m:
            raise ShapeFault("both arguments to matmul need to be at least 1D, but they are "
                             f"{n}D and {m}D", ("a * b", "the product with a single number"))
        if n <= 2 and m <= 2:
            if m == 1:
                return (F.dot if n == 1 else F.mv)(input, other)
            return rename_node(F.squeeze(F.mm(F.unsqueeze(input, 0), other), 0), "SqueezeBackward4")
        if m == 1:
            return unsafe_view(F.squeeze(F.stacked_mm(input, F.unsqueeze(other, 1)), -1))
        if n == 1:
            return unsafe_view(F.squeeze(F.stacked_mm(F.unsqueeze(input, 0), other), -2))
        product = F.stacked_mm(input, other)
        return rename_node(product, "CloneBackward0") if n == 2 else product


class StackedMm(Kernel):
    """stacked_mm(input, other): the products of matrices in stacks that broadcast against each other."""

    complex = opmath = True
    type_promotion = "same"
    legacy_names = "blas.Baddbmm"
    modern_names = "UnsafeViewBackward0"
    samples = [([A, A], B), (A, [B, B]), ([[A, A]], [[B], [B]])]
    errors = [(A, A)]

    def forward(input: Array, other: Array):
        check_inner_lengths("matmul", input, other, -2)
        if other.ndim == 2 and input.shape[-1] != 1 and input.size:     # as one product, as PyTorch folds a stack
            return matrix_product(input.reshape(-1, input.shape[-1]), other).reshape(
                input.shape[:-1] + other.shape[1:])
        return np.matmul(input, other)

    def grad_input(F, g, other):
        return F.stacked_mm(g, F.transpose(other, -1, -2))

    def grad_other(F, g, input):
        return F.stacked_mm(F.transpose(input, -1, -2), g)


def added(input, product, beta, alpha):
    """beta * input + alpha * product; with beta 0 whatever input holds, nan included, is left out."""
    beta, alpha = to_element(beta, input.dtype), to_element(alpha, input.dtype)
    if alpha != 1:
        product = product * np.asarray(alpha, product.dtype)
    if beta == 0:
        return np.broadcast_to(product, np.broadcast_shapes(input.shape, product.shape)).copy()
    return (input if beta == 1 else input * np.asarray(beta, input.dtype)) + product


def check_expandable(name, input, shape):
    """Refuse an input that cannot be expanded to the product it is added to."""
    pairs = zip(input.shape[::-1], shape[::-1], strict=False)
    if len(input.shape) > len(shape) or any(n not in (1, m) for n, m in pairs):
        wrong = next(((n, m, len(shape) - 1 - k) for k, (n, m) in enumerate(
            zip(input.shape[::-1], shape[::-1], strict=False)) if n not in (1, m)), (len(input.shape), len(shape), 0))
        raise ShapeFault(f"{name}(): the input of shape {sized(input.shape)} cannot be added to a product of shape "
                         f"{sized(shape)}").saying(
            f"The expanded size of the tensor ({wrong[1]}) must match the existing size ({wrong[0]}) at non-singleton "
            f"dimension {wrong[2]}.  Target sizes: {list(shape)}.  Tensor sizes: {list(input.shape)}")


class AddedProduct(Op, abstract=True):
    """A product with something added: beta * input + alpha * the product."""

    complex = opmath = True
    inplace = True
    type_promotion = "same"

    def grad_input(F, g, beta):
        return g if beta == 1 else g * beta


class Addmm(AddedProduct):
    """addmm(input, mat1, mat2, beta, alpha): beta * input + alpha * the product of two matrices."""

    legacy_names = "blas.Addmm"
    samples = [([[1.0, 2.0], [3.0, 4.0]], A, B), ([1.0, 2.0], A, B, 0.5, 2.0), ([[1.0], [2.0]], A, B, 2.0)]
    errors = [([1.0], A, A), ([[1.0, 2.0, 3.0]], A, B)]

    def result_size(input, mat1, mat2, *_):
        return product_size(mat1, mat2)

    def forward(input: Array, mat1: Array, mat2: Array, *, beta: Scalar = 1, alpha: Scalar = 1):
        check_dims("addmm", mat1, mat2, 2, 2)
        check_inner_lengths("addmm", mat1, mat2, 0)
        check_expandable("addmm", input, (mat1.shape[0], mat2.shape[1]))
        return added(input, matrix_product(mat1, mat2), beta, alpha)

    def grad_mat1(F, g, mat2, alpha):
        return scaled(F.mm(g, F.t(mat2)), alpha)

    def grad_mat2(F, g, mat1, alpha):
        return scaled(F.mm(F.t(mat1), g), alpha)


def scaled(g, alpha):
    """A gradient times the factor of the product."""
    return g if alpha == 1 else g * alpha


class Addmv(AddedProduct):
    """addmv(input, mat, vec, beta, alpha): beta * input + alpha * the product of a matrix and a vector."""

    legacy_names = "blas.Addmv"
    samples = [([1.0, 2.0], A, [1.0, -2.0, 0.5]), ([1.0], A, [1.0, -2.0, 0.5], 0.5, 2.0)]
    errors = [([1.0], A, A), ([1.0], A, [1.0, 2.0]), ([1.0, 2.0, 3.0], A, [1.0, 2.0, 3.0])]

    def forward(input: Array, mat: Array, vec: Array, *, beta: Scalar = 1, alpha: Scalar = 1):
        check_dims("addmv", mat, vec, 2, 1)
        check_inner_lengths("addmv", mat, vec, 0)
        check_expandable("addmv", input, mat.shape[:1])
        return added(input, mat.dot(vec), beta, alpha)

    def grad_mat(F, g, vec, alpha):
        return scaled(F.unsqueeze(g, 1) * vec, alpha)

    def grad_vec(F, g, mat, alpha):
        return scaled(F.mv(F.t(mat), g), alpha)


class Addr(AddedProduct):
    """addr(input, vec1, vec2, beta, alpha): beta * input + alpha * the matrix of all products of two vectors'
    elements."""

    memory_order = "operands"
    type_promotion = "expanded"
    legacy_names = "blas.Addr"
    samples = [(A, [1.0, 2.0], [0.5, -1.0, 3.0]), ([1.0, 2.0, 3.0], [1.0, 2.0], [0.5, -1.0, 3.0], 0.5, 2.0)]
    errors = [(A, A, [1.0, 2.0]), (A, [1.0], [1.0])]

    def result_size(input, vec1, vec2, *_):
        return vec1.size * vec2.size

    def forward(input: Array, vec1: Array, vec2: Array, *, beta: Scalar = 1, alpha: Scalar = 1):
        check_dims("addr", vec1, vec2, 1, 1)
        check_expandable("addr", input, (*vec1.shape, *vec2.shape))
        return added(input, np.multiply.outer(vec1, vec2), beta, alpha)

    def grad_vec1(F, g, vec2, alpha):
        return scaled(F.mv(g, vec2), alpha)

    def grad_vec2(F, g, vec1, alpha):
        return scaled(F.mv(F.t(g), vec1), alpha)


class Baddbmm(AddedProduct):
    """baddbmm(input, batch1, batch2, beta, alpha): beta * input + alpha * the products of two stacks of matrices."""

    legacy_names = "blas.Baddbmm"
    samples = [([[[1.0, 2.0], [3.0, 4.0]]], [A, A], [B, B]), ([1.0, 2.0], [A, A], [B, B], 0.5, 2.0)]
    errors = [([1.0], [A], [A]), ([1.0], A, B)]

    def result_size(input, batch1, batch2, *_):
        return product_size(batch1, batch2)

    def forward(input: Array, batch1: Array, batch2: Array, *, beta: Scalar = 1, alpha: Scalar = 1):
        check_batches("baddbmm", batch1, batch2)
        check_expandable("baddbmm", input, (*batch1.shape[:2], batch2.shape[2]))
        return added(input, np.matmul(batch1, batch2), beta, alpha)

    def grad_batch1(F, g, batch2, alpha):
        return scaled(F.bmm(g, F.transpose(batch2, 1, 2)), alpha)

    def grad_batch2(F, g, batch1, alpha):
        return scaled(F.bmm(F.transpose(batch1, 1, 2), g), alpha)


class Addbmm(AddedProduct):
    """addbmm(input, batch1, batch2, beta, alpha): beta * input + alpha * the sum of the products of two stacks of
    matrices."""

    legacy_names = "blas.Addbmm"
    samples = [([[1.0, 2.0], [3.0, 4.0]], [A, A], [B, B]), ([1.0, 2.0], [A, A], [B, B], 0.5, 2.0)]
    errors = [([1.0], [A], [A]), ([1.0], A, B)]

    def forward(input: Array, batch1: Array, batch2: Array, *, beta: Scalar = 1, alpha: Scalar = 1):
        check_batches("addbmm", batch1, batch2)
        check_expandable("addbmm", input, (batch1.shape[1], batch2.shape[2]))
        return added(input, np.tensordot(batch1, batch2, ((0, 2), (0, 1))), beta, alpha)

    def grad_batch1(F, g, batch1_shape, batch2, alpha):
        over = F.expand(F.unsqueeze(g, 0), (batch1_shape[0], *g.shape))
        return scaled(F.bmm(over, F.transpose(batch2, 1, 2)), alpha)

    def grad_batch2(F, g, batch1, alpha):
        over = F.expand(F.unsqueeze(g, 0), (batch1.shape[0], *g.shape))
        return scaled(F.bmm(F.transpose(batch1, 1, 2), over), alpha)
