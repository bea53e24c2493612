"""Element types and derivatives that some operations refuse, in the words of PyTorch."""

import numpy as np

from gradcli.engine.tensor.dtypes import BOOL, COMPLEX, CTYPES, FLOATING, HALVES, INEXACT, OF, category
from gradcli.faults.mistakes import DtypeMix, NotDifferentiable
from gradcli.faults.tensors import FloatingBits, InvertedFloats, UnimplementedType
from gradcli.faults.tree import TypeFault


def numpy_dtype(a):
    """The numpy dtype of an array or a tensor."""
    return getattr(a, "array", a).dtype


def refuse_bool(name, *arrays):
    """The first array, unless it or another holds truth values, for which `name` has no meaning."""
    for array in arrays:
        if category(array.dtype) == BOOL:
            raise UnimplementedType(f'"{name}" not implemented for \'Bool\'', ("x.int()", "truth values as 0 and 1"))
    return arrays[0]


def refuse_half(name, *arrays):
    """The first array, unless it or another holds 16-bit floating numbers, for which PyTorch has no kernel."""
    for array in arrays:
        if array.dtype in HALVES:
            raise UnimplementedType(f'"{name}_cpu" not implemented for \'{OF[array.dtype].era}\'',
                                    ("x.float()", "in single precision"))
    return arrays[0]


def require_floating(name, array):
    """The array, unless it holds whole numbers or truth values, for which `name` has no meaning."""
    if category(array.dtype) != FLOATING:
        raise UnimplementedType(f'"{name}" not implemented for \'{OF[array.dtype].era}\'',
                                ("x.float()", "the same as floats"))
    return array


def check_same_type(name, first, dtype):
    """Raise DtypeMix unless the operand `name` has the type of the first, from which PyTorch casts none."""
    if dtype != first:
        expected, passed = OF[first], OF[dtype]
        raise DtypeMix(f"expected dtype {CTYPES[expected.era]} for `{name}` but got dtype {CTYPES[passed.era]}",
                       (f"{name}.to(x.dtype)", f"the same as {expected.name}"), dtypes=(expected.name, passed.name))


def check_dtypes(words, *operands):
    """Raise DtypeMix unless operands have one type. `words` are PyTorch's, with the names of their types; {c[0]} is
    one of C."""
    types = [numpy_dtype(x) for x in operands]
    if types.count(types[0]) < len(types):
        types = [OF[dtype] for dtype in types]
        first, other = types[0], next(t for t in types if t is not types[0])
        eras = [t.era for t in types]
        repair = f"y.to(torch.{first.name})", f"the same as {first.name}"
        raise DtypeMix(f"expected one element type, but got {first.name} and {other.name}", repair,
                       dtypes=(first.name, other.name)).saying(
            words.format(*eras, c=[CTYPES[era] for era in eras]))


def check_normalization_types(input, *parameters):
    """Raise DtypeMix for parameters of a normalisation of another type than input; those of 16 bits may be float32."""
    kind = numpy_dtype(input)
    half = kind in HALVES
    parameters = [p for p in parameters if p is not None and not (half and numpy_dtype(p) == np.float32)]
    check_dtypes("mixed dtype (CPU): all inputs must share same datatype." if kind == np.float64 else
                 "mixed dtype (CPU): expect parameter to have scalar type of Float", input, *parameters)


def check_mean_type(dtype, which="Input"):
    """Raise TypeFault for a mean of whole numbers or truth values."""
    if dtype.kind not in INEXACT:
        raise TypeFault("mean(): the input must be floating, not whole numbers or truth values",
                        ("x.float().mean()", "the mean as a floating number")).saying(
            f"mean(): could not infer output dtype. {which} dtype must be either a floating point or complex dtype. "
            f"Got: {OF[dtype].era or 'Bool'}")


def check_norm_types(name, input_dtype, dtype):
    """Raise TypeFault unless a norm of elements of type `given` can be computed in type `dtype`, or None for theirs."""
    if dtype is None and input_dtype.kind in INEXACT:
        return
    input_type = OF[input_dtype].era
    if category(input_dtype) < FLOATING:
        raise TypeFault(f"{name}: Expected a floating point or complex tensor as input. Got {input_type}",
                        ("x.float().norm()", "the norm of a floating copy"))
    expected = OF[dtype].era
    if category(dtype) < FLOATING:
        raise TypeFault(f"{name}: dtype should be floating point or complex, but got {expected}",
                        ("dtype=torch.float64", "a type that norms have"))
    if category(dtype) != category(input_dtype):
        kind = "complex" if category(input_dtype) == COMPLEX else "real"
        raise TypeFault(f"{name}: dtype should be {kind} for {kind} inputs, but got {expected}",
                        ("x.abs().norm(dtype=torch.float64)", "the norm of the sizes"))
    if np.promote_types(dtype, input_dtype) != dtype:
        raise TypeFault(f"{name}: the dtype of the input ({input_type}) should be convertible without narrowing to the "
                        f"specified dtype ({expected})", ("x.norm().float()", "a norm, then narrowed"))


def missing_derivative(name, repair, why):
    """The fault of a derivative that PyTorch has not either."""
    return NotDifferentiable(f"{name}() has no derivative", (repair, why)).saying(
        f"derivative for aten::{name} is not implemented")


def refuse_floating(name, *arrays):
    """The first array, unless it or another holds floating numbers, on which bit operations are not defined."""
    for array in arrays:
        if category(array.dtype) == FLOATING:
            if name == "bitwise_not":
                raise InvertedFloats(name, OF[array.dtype].era).saying(
                    "~ (operator.invert) is only implemented on integer and Boolean-type tensors")
            kernel = {"bitwise_left_shift": "lshift", "bitwise_right_shift": "rshift"}.get(name, name)
            raise FloatingBits(name, OF[array.dtype].era).saying(
                f'"{kernel}_cpu" not implemented for \'{OF[array.dtype].era}\'')
    return arrays[0]
