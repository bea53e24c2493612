"""The same numbers as elements of another type, and questions about types."""

import numpy as np

from gradcli.engine.autograd.op import Op, snake_case
from gradcli.engine.autograd.signature import Array, NamedType, Operand, Type
from gradcli.engine.tensor import dtypes
from gradcli.engine.tensor.conversion import retyped
from gradcli.faults.tree import ValueFault
from gradcli.ops.base import ComplexOp, define


class Conversion(ComplexOp, abstract=True):
    """A method that converts to one element type."""

    function = False
    samples = [(np.array([1.5, -2.0]),), (np.array([1, 0]),)]


def _cast(element_type):
    def compose(F, input):
        return F.cast(input, element_type.stored())

    return compose


for _name, _type, _text in (
        ("float", "float32", "input as 32-bit floating numbers"),
        ("double", "float64", "input as 64-bit floating numbers"),
        ("half", "float16", "input as 16-bit floating numbers"),
        ("bfloat16", "bfloat16", "input as 16-bit floating numbers of the range of 32 bits"),
        ("long", "int64", "input as 64-bit whole numbers; fractions are cut off"),
        ("int", "int32", "input as 32-bit whole numbers; fractions are cut off"),
        ("short", "int16", "input as 16-bit whole numbers; fractions are cut off"),
        ("char", "int8", "input as 8-bit whole numbers; fractions are cut off"),
        ("byte", "uint8", "input as 8-bit whole numbers from 0; fractions are cut off"),
        ("cfloat", "complex64", "input as complex numbers of 32-bit parts"),
        ("cdouble", "complex128", "input as complex numbers of 64-bit parts"),
        ("bool", "bool", "whether each element is not 0")):
    _samples = [([1.5, -2.0],), (np.array([1, 0]),)] if _name == "double" else Conversion.samples
    define(Conversion, __name__, _name, _name.title(), f"(input): {_text}.", compose=_cast(dtypes.NAMED[_type]),
           samples=_samples)


class AsType(ComplexOp):
    """type(input, dtype): the name of the type of input; or, with dtype, input as elements of that type."""

    names = ("type",)
    function = False
    legacy_names = "tensor.Type"
    modern_names = "ToCopyBackward0"
    samples = [([1.0, 2.0], np.dtype(np.float64)), (np.array([1, 2]),)]
    errors = [([1.0], "nonsense"), ([1.0], 3)]

    def forward(input: Array, dtype: NamedType = None):
        if dtype is None:
            return f"torch.{dtypes.OF[input.dtype].era}Tensor"
        return input if input.dtype == dtype else retyped(input, dtype)

    def grad_input(F, g, input_dtype):
        return F.cast(g, input_dtype)


class TypeAs(ComplexOp):
    """type_as(input, other): input as elements of the type of other."""

    function = False
    samples = [(np.array([1.5, 2.0]), np.array([1, 2])), ([1.0, 2.0], [3.0])]
    errors = [([1.0], "text")]

    def compose(F, input, other):
        return F.cast(input, other.dtype)


class Predicate(ComplexOp, abstract=True):
    """A question about a tensor's type, answered with a Python truth value."""

    samples = [([1.0, 2.0],), (np.array([1, 2]),), (np.array([True]),)]


def _of_kind(kinds):
    def forward(input: Array):
        return input.dtype.kind in kinds

    return forward


for _name, _text, _kinds in (
        ("FloatingPoint", "are floating numbers", dtypes.FLOAT_KINDS), ("Complex", "are complex numbers", "c"),
        ("Signed", "can be negative", "i" + dtypes.INEXACT)):
    define(Predicate, __name__, snake_case(f"Is{_name}"), f"Is{_name}", f"(input): whether elements {_text}.",
           forward=_of_kind(_kinds))


class IsNonZero(ComplexOp):
    """is_nonzero(input): whether the only element is not 0."""

    names = ("is_nonzero",)
    samples = [([1.5],), ([0.0],)]
    errors = [([1.0, 2.0],), ([],)]

    def forward(input: Array):
        if input.size != 1:
            raise ValueFault(f"Boolean value of Tensor with {'more than one value' if input.size else 'no values'} is "
                             "ambiguous",
                             ("(x != 0).any()", "whether some element is not 0"))
        return bool(input.reshape(())[()])


class IsSameSize(ComplexOp):
    """is_same_size(input, other): whether both have the same shape."""

    samples = [([1.0, 2.0], [3.0, 4.0]), ([1.0, 2.0], [3.0])]
    errors = [([1.0],)]

    def forward(input: Array, other: Array):
        return input.shape == other.shape


class Cpu(ComplexOp):
    """cpu(input): input itself; there is no other device."""

    function = False
    samples = [([1.0, 2.0],)]

    def forward(input: Array):
        return input

    def grad_input(F, g):
        return g


class ResultType(ComplexOp):
    """result_type(tensor, other): the element type in which both would be computed together."""

    method = False
    samples = [([1.0, 2.0], np.array([1])), (np.array([1]), 2.5)]
    errors = [([1.0], "text")]

    def forward(tensor: Operand, other: Operand):
        return dtypes.OF[dtypes.result_type((tensor, other))]


class CanCast(Op):
    """can_cast(from_, to): whether type promotion may turn elements of type from_ into type to."""

    method = False
    samples = [(np.dtype(np.float64), np.dtype(np.float32)), (np.dtype(np.float64), np.dtype(np.int64))]
    errors = [("nonsense", np.dtype(np.int64))]

    def forward(from_: Type, to: Type):
        return dtypes.category(from_) <= dtypes.category(to) and not (from_.kind == "i" and to == dtypes.uint8)
