"""Weighted sums of features."""

import numpy as np

from gradcli.engine.autograd.op import Op, raw
from gradcli.engine.autograd.signature import Array, sized
from gradcli.engine.numerics.narrow_products import matrix_product
from gradcli.engine.tensor.dtypes import OF
from gradcli.faults.tensors import LinearInput
from gradcli.faults.tree import ShapeFault
from gradcli.ops.base import Functional
from gradcli.ops.dtype_checks import numpy_dtype

X, W, B = [[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]], [[1.0, 2.0, -1.0], [3.0, -4.0, 0.5]], [0.5, 1.0]
MODERN_NAMES = ("MmBackward0", "AddmmBackward0", "UnsafeViewBackward0", "ViewBackward0", "MvBackward0", "AddBackward0",
                "DotBackward0", "SqueezeBackward4")


class Linear(Functional):
    """linear(input, weight, bias): input @ weight.t() + bias, over the last dimension of input."""

    complex = opmath = True
    type_promotion = "same"
    legacy_names = "torch.nn._functions.linear.Linear"
    modern_names = MODERN_NAMES
    samples = [(X, W), (X, W, B), ([X, X], W, B), ([X], W), ([1.0, 2.0, 3.0], W, B), ([1.0, 2.0, 3.0], W),
               (X, [1.0, 2.0, 3.0])]
    errors = [(X, B), (X, W, [1.0, 2.0, 3.0]), (X, [[1.0]])]

    def variant(input, weight, bias):
        rank = len(input.shape)
        if len(weight.shape) == 1:
            return 6 if rank == 1 else 4
        if bias is None:
            return 7 if rank == 1 else 0 if rank == 2 else 2
        return 1 if rank == 2 else 3 if input.array.flags.c_contiguous and _is_row(bias.shape, weight.shape[0]) else 5

    def forward(input: Array, weight: Array, bias: Array = None):
        if weight.ndim not in (1, 2) or not input.ndim or input.shape[-1] != weight.shape[-1]:
            raise feature_count_fault(input, weight)
        if weight.ndim == 2 and input.size and input.shape[-1] != 1:
            out = matrix_product(input if input.ndim == 2 else input.reshape(-1, input.shape[-1]), weight.T)
            if input.ndim != 2:
                out = out.reshape(input.shape[:-1] + weight.shape[:1])
        elif input.ndim > 2 and input.size:
            out = input.reshape(-1, input.shape[-1]).dot(weight.T).reshape(input.shape[:-1] + weight.shape[:-1])
        else:
            out = input.dot(weight.T) if input.shape[-1] != 1 else np.matmul(input, weight.T)
        if bias is not None:
            if bias.shape not in ((), weight.shape[:-1], (1,)) and not _broadcasts(bias.shape, out.shape):
                raise ShapeFault(f"linear(): a bias of {sized(bias.shape)} does not fit {weight.shape[0]} features"
                                 ).saying(_of_bias(input, weight, bias))
            out = np.add(out, bias, out=out if type(out) is np.ndarray and out.ndim else None)
        return out

    def grad_input(F, g, weight, input_shape):
        if len(weight.shape) == 1:
            return F.unsqueeze(g, -1) * weight
        if len(g.shape) == 2:
            return F.mm(g, weight)
        return F.reshape(F.mm(F.reshape(g, (_count(g.shape[:-1]), g.shape[-1])), weight), input_shape)

    def grad_weight(F, g, input, weight_shape):
        rows = _count(input.shape[:-1])
        flat = F.reshape(input, (rows, input.shape[-1])) if len(input.shape) != 2 else input
        if len(weight_shape) == 1:
            return F.mv(F.t(flat), F.reshape(g, (rows,)))
        g = g if len(g.shape) == 2 else F.reshape(g, (rows, g.shape[-1]))
        return F.mm(g.T if F is raw else F.t(g), flat)

    def grad_bias(F, g):
        return g


def feature_count_fault(input, weight):
    """The fault for an input that has not as many features as the weight multiplies."""
    features, expected = input.shape[-1] if input.ndim else 1, weight.shape[-1] if weight.ndim else 1
    rows = sized((_count(input.shape[:-1]), features))
    repairs = []
    if input.ndim > 2 and _count(input.shape[1:]) == expected:
        repairs.insert(0, ("x.view(x.size(0), -1)", f"each of the {input.shape[0]} as one row of {expected} features"))
    return LinearInput(f"mat1 and mat2 shapes cannot be multiplied ({rows} and {sized(weight.shape[::-1])}): "
                       f"a {sized(input.shape)} input has {features} features, and the weight is for {expected}",
                       *(repairs if weight.ndim == 2 else ()), expected=expected, features=features).saying(
        f"both arguments to linear need to be at least 1D, but they are {input.ndim}D and {weight.ndim}D"
        if not input.ndim or not weight.ndim else
        f"t() expects a tensor with <= 2 dimensions, but self is {weight.ndim}D"
        if weight.ndim > 2 else f"mat1 and mat2 shapes cannot be multiplied ({rows} and {sized(weight.shape[::-1])})")


def _broadcasts(shape, target):
    """Whether a bias of two dimensions or more fits the product, as it may in PyTorch."""
    return 1 < len(shape) <= len(target) and all(
        n in (1, m) for n, m in zip(shape[::-1], target[::-1], strict=False))


def _is_row(shape, features):
    """Whether PyTorch adds a bias to the flattened product, and not to the result: one number for each feature."""
    return len(shape) == 1 or len(shape) > 1 and shape[-1] == features == _count(shape)


def _of_bias(input, weight, bias):
    """PyTorch's words for a bias that cannot be added to the product."""
    if weight.ndim == 1:
        return "mat2 must be a matrix, got 1-D tensor"
    target, shape = (_count(input.shape[:-1]), weight.shape[0]), bias.shape
    if len(shape) > 2 and input.ndim == 2:
        return (f"expand(torch.{OF[bias.dtype].era}Tensor{{{list(shape)}}}, size={list(target)}): the number of sizes "
                f"provided (2) must be greater or equal to the number of dimensions in the tensor ({len(shape)})")
    pairs = enumerate(zip(shape[::-1], target[::-1], strict=False), 1)
    at, existing, expected = next(((2 - k, n, m) for k, (n, m) in pairs if n not in (1, m)), (0, shape[0], target[0]))
    return (f"The expanded size of the tensor ({expected}) must match the existing size ({existing}) at non-singleton "
            f"dimension {at}.  Target sizes: {list(target)}.  Tensor sizes: {list(shape)}")


def _count(lengths):
    count = 1
    for n in lengths:
        count *= n
    return count


def _unlike_sizes(first, second, weight):
    """Which sizes of the inputs and the weight of bilinear() are not alike."""
    if len(first) != len(second):
        return (f"bilinear(): input dimensions do not match: got {len(first)} and {len(second)}")
    at = next((i for i, (n, m) in enumerate(zip(first[:-1], second[:-1], strict=True)) if n != m), None)
    if at is not None:
        return f"bilinear(): input batch dimensions do not match at dim {at}: got {first[at]} and {second[at]}"
    if len(weight) != 3:
        return ""
    for which, size, expected in ((1, first[-1], weight[1]), (2, second[-1], weight[2])):
        if size != expected:
            return f"bilinear(): input{which} size does not match weight size: got {size} but expected {expected}"
    return ""


class Bilinear(Op):
    """bilinear(input1, input2, weight, bias): for each matrix of weight, input1 @ matrix @ input2, plus bias."""

    one_call = "TrilinearBackward0"
    names = ("bilinear", "nn.functional.bilinear")
    method = False
    samples = [(X, B and [[0.5, 1.0], [2.0, -1.0]], [[[1.0, 2.0], [0.5, 1.0], [3.0, -1.0]]]),
               (X, [[0.5, 1.0], [2.0, -1.0]], [[[1.0, 2.0], [0.5, 1.0], [3.0, -1.0]]], [0.3])]
    errors = [(X, X, [[[1.0]]]), (X, [[1.0]], [[[1.0]]])]

    def compose(F, input1, input2, weight: Array, bias: Array = None):
        if tuple(input1.shape[:-1]) != tuple(input2.shape[:-1]) or len(weight.shape) != 3 or (
                (input1.shape[-1], input2.shape[-1]) != tuple(weight.shape[1:])):
            raise ShapeFault(f"bilinear(): inputs of {sized(input1.shape)} and {sized(input2.shape)} do not fit a "
                             f"weight of {sized(weight.shape)}, (features out) x (features of input1) x (features of "
                             "input2)").saying(_unlike_sizes(input1.shape, input2.shape, weight.shape))
        rows, (out, n, m) = _count(input1.shape[:-1]), weight.shape
        left = F.mm(F.reshape(input1, (rows, n)), F.reshape(F.permute(weight, (1, 0, 2)), (n, out * m)))
        total = F.sum(F.reshape(left, (rows, out, m)) * F.reshape(input2, (rows, 1, m)), 2)
        # sums of integers were wider
        total = F.cast(F.reshape(total, (*input1.shape[:-1], out)), numpy_dtype(input1))
        return total if bias is None else total + bias
