"""Element types and derivatives that some operations refuse, in the words of PyTorch."""

from gradcli.engine.tensor.dtypes import BOOL, FLOATING, OF, category
from gradcli.faults.mistakes import UnimplementedDerivative
from gradcli.faults.tensors import FloatingBits, UnimplementedType


def no_truths(name, *arrays):
    """The first array, unless it or another holds truth values, for which `name` has no meaning."""
    for array in arrays:
        if category(array.dtype) == BOOL:
            raise UnimplementedType(f'"{name}" not implemented for \'Bool\'', ("x.int()", "truth values as 0 and 1"))
    return arrays[0]


def only_floats(name, array):
    """The array, unless it holds whole numbers or truth values, for which `name` has no meaning."""
    if category(array.dtype) != FLOATING:
        raise UnimplementedType(f'"{name}" not implemented for \'{OF[array.dtype].era}\'',
                                ("x.float()", "the same as floats"))
    return array


def underived(name, repair, why):
    """The fault of a derivative that PyTorch has not either."""
    return UnimplementedDerivative(f"{name}() has no derivative", (repair, why)).saying(
        f"derivative for aten::{name} is not implemented")


def no_floats(name, *arrays):
    """The first array, unless it or another holds floating numbers, on which bit operations are not defined."""
    for array in arrays:
        if category(array.dtype) == FLOATING:
            raise FloatingBits(name, OF[array.dtype].era).saying(
                f'"{name}_cpu" not implemented for \'{OF[array.dtype].era}\'' if name != "bitwise_not" else
                "~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return arrays[0]
