"""Sums of several terms in one call: lerp, addcmul, addcdiv, rsub."""

import numpy as np

from gradcli.engine.autograd.signature import SCALARS, Array, Number, Operand, Scalar
from gradcli.engine.numerics.fma import multiply_add
from gradcli.engine.tensor.conversion import to_element
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, INEXACT, OF, Default, category
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tensors import UnimplementedType
from gradcli.faults.tree import TypeFault
from gradcli.ops.base import Binary, ComplexKernel, ComplexOp
from gradcli.ops.dtype_checks import check_same_type, numpy_dtype
from gradcli.ops.math.arithmetic import NO_DIFFERENCE, plus


def interpolated(input, end, weight):
    """A place on the line from input to end, reckoned from the nearer, so that 0 and 1 give the ends exactly."""
    from_start, difference = abs(weight) < 0.5, end - input
    if from_start.ndim == 0:
        return multiply_add(difference, weight, input) if from_start else multiply_add(-difference, 1 - weight, end)
    return np.where(from_start, multiply_add(difference, weight, input), multiply_add(-difference, 1 - weight, end))


class Lerp(ComplexOp):
    """lerp(input, end, weight): input + weight (end - input), on the line from input to end."""

    inplace = True
    elementwise = True
    samples = [([1.0, 2.0], [3.0, 5.0], 0.25), ([1.0, 2.0], [3.0, 5.0], [0.5, 0.75]), ([1.0, 2.0], [3.0, 5.0], 0.875)]
    errors = [([1.0, 2.0], [1.0, 2.0, 3.0], 0.5), ([1.0], [2.0])]

    def compose(F, input: Array, end: Array, weight: Operand):
        dtype, number = numpy_dtype(input), type(weight) in SCALARS
        check_same_type("end", dtype, numpy_dtype(end))
        if not number and weight.shape:
            check_same_type("weight", dtype, numpy_dtype(weight))
        elif not number and category(numpy_dtype(weight)) > category(dtype):
            dtype = numpy_dtype(weight)
        if dtype.kind not in INEXACT:
            raise UnimplementedType(f'"lerp_kernel_{"scalar" if number else "tensor"}" not implemented for '
                                    f"'{OF[dtype].era}'", ("x.float()", "floating numbers"))
        return (F.lerp_by_number if number else F.lerp_by_tensor)(input, end, weight)


class LerpByNumber(Binary):
    """lerp_by_number(input, end, weight): lerp by a plain number, which is no tensor to be saved."""

    complex = True
    method = False
    function = False
    inplace = False
    legacy_names = "pointwise.Lerp"
    modern_names = "LerpBackward0"
    samples = [([1.0, 2.0], [3.0, 5.0], 0.25), ([1.0, 2.0], [3.0, 5.0], 0.875)]
    errors = [([1.0, 2.0], [1.0, 2.0, 3.0], 0.5)]

    def forward(input: Array, end: Array, weight: Scalar):
        return interpolated(input, end, input.dtype.type(to_element(weight, input.dtype)))

    def grad_input(F, g, weight):
        return F.scaled(g, 1 - weight)

    def grad_end(F, g, weight):
        return F.scaled(g, weight)


class LerpByTensor(Binary):
    """lerp_by_tensor(input, end, weight): lerp by a weight for each element."""

    complex = True
    method = False
    function = False
    inplace = False
    legacy_names = "pointwise.Lerp"
    modern_names = ("LerpBackward0", "LerpBackward1")
    samples = [([1.0, 2.0], [3.0, 5.0], [0.5, 0.75])]
    errors = [([1.0, 2.0], [1.0, 2.0, 3.0], [0.5])]

    def variant(input, end, weight):
        return 1 if weight.array.ndim else 0

    def forward(input: Array, end: Array, weight: Operand):
        return interpolated(input, end, weight)

    def grad_input(F, g, weight):
        return g * (1 - weight)

    def grad_end(F, g, weight):
        return g * weight

    def grad_weight(F, g, input, end):
        return g * (end - input)


class Addcmul(Binary):
    """addcmul(input, tensor1, tensor2, value): input + value tensor1 tensor2."""

    complex = True
    legacy_names = "pointwise.Addcmul"
    samples = [([1.0, 2.0], [3.0, 4.0], [-1.0, 0.5]), ([1.0, 2.0], [[3.0], [4.0]], [-1.0, 0.5], 0.5)]
    errors = [([1.0, 2.0], [1.0, 2.0, 3.0], [1.0]), ([1.0], "text", [1.0])]

    def forward(input: Array, tensor1: Array, tensor2: Array, *, value: Scalar = 1):
        value = to_element(value, input.dtype)
        product = tensor1 * tensor2
        # among whole numbers value is cut to a whole one
        if product.dtype.kind in FLOAT_KINDS:
            return multiply_add(tensor1 if value == 1 else tensor1 * value, tensor2, input)
        return input + (product if value == 1 else product * np.asarray(value).astype(product.dtype))

    def grad_input(F, g):
        return g

    def grad_tensor1(F, g, tensor2, value):
        return g * (tensor2 * value)

    def grad_tensor2(F, g, tensor1, value):
        return g * (tensor1 * value)


class Addcdiv(Binary):
    """addcdiv(input, tensor1, tensor2, value): input + value tensor1 / tensor2."""

    complex = True
    legacy_names = "pointwise.Addcdiv"
    samples = [([1.0, 2.0], [3.0, 4.0], [-1.0, 0.5]), ([1.0, 2.0], [[3.0], [4.0]], [-1.0, 0.5], 0.5)]
    errors = [([1.0, 2.0], [1.0, 2.0, 3.0], [1.0]), ([1.0], "text", [1.0])]

    def forward(input: Array, tensor1: Array, tensor2: Array, *, value: Scalar = 1):
        if tensor1.dtype.kind not in INEXACT:
            raise TypeFault("Integer division with addcdiv is no longer supported",
                            ("input + value * (a / b)", "the same with a floating quotient")).saying(
                "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a "
                "true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + "
                "value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * "
                "tensor1 / tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: "
                "(input + value * tensor1 / tensor2), for all dtypes.")
        value = to_element(value, input.dtype)
        return input + (tensor1 if value == 1 else tensor1 * value) / tensor2

    def grad_input(F, g):
        return g

    def grad_tensor1(F, g, tensor2, value):
        return g * (value / tensor2)

    def grad_tensor2(F, g, tensor1, tensor2, value):
        return -g * (tensor1 * value / (tensor2 * tensor2))


class Scaled(ComplexKernel):
    """scaled(input, factor): input times a plain number, which is no tensor to be saved, as inside PyTorch's own
    compositions."""

    opmath = True
    fresh_result = True
    modern_names = "MulBackward1"
    samples = [([1.0, 2.0], 0.5)]
    errors = [("text", 2.0)]

    def forward(input: Array, factor: Scalar):
        return as_floating(input, factor) * factor

    def grad_input(F, g, factor):
        return F.scaled(g, factor)


class Divided(ComplexKernel):
    """divided(input, divisor): input divided by a plain number, which is no tensor to be saved."""

    opmath = True
    fresh_result = True
    modern_names = "DivBackward1"
    samples = [([1.0, 2.0], 0.5)]
    errors = [("text", 2.0)]

    def forward(input: Array, divisor: Number):
        return as_floating(input, float(divisor)) / divisor

    def grad_input(F, g, divisor):
        return F.divided(g, divisor)


def as_floating(input, number):
    """`input` as floating elements, if a plain number that it meets is floating."""
    return input.astype(Default.floating) if type(number) is float and input.dtype.kind not in INEXACT else input


class Rsub(Binary):
    """rsub(input, other, alpha): other minus alpha times input."""

    complex = True
    refuses_bool_with_number = True
    method = False
    inplace = False
    legacy_names = "basic_ops.SubConstant"
    modern_names = ("RsubBackward0", "RsubBackward1")
    samples = [([1.0, 2.0], [3.0, 4.0]), ([1.0, 2.0], 3.0, 0.5)]

    def variant(input, other, alpha):
        return 0 if isinstance(other, Tensor) else 1

    def forward(input: Array, other: Operand, *, alpha: Scalar = 1):
        if input.dtype == np.bool_:
            raise TypeFault("subtraction of truth values is not defined; use ^ or logical_xor", "a ^ b").saying(
                NO_DIFFERENCE)
        return np.subtract(other, input) if type(alpha) is int and alpha == 1 else plus(other, input, alpha, -1)

    def grad_input(F, g, alpha):
        return -g if alpha == 1 else g * -alpha

    def grad_other(F, g):
        return g
