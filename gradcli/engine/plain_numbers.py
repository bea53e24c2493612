"""Tensors that stand for plain numbers, as elements and full reductions were plain numbers before PyTorch 0.4.

In the tutorial style a tensor of no dimensions that is no Variable is such a number. Its `array` holds what PyTorch
computes today, in the element type. What Python makes of it with operators, in double precision or in whole numbers of
any length, is kept beside that as `number`, and counts as long as the array is not written to.
"""

from __future__ import annotations

import operator
from typing import Any

from numpy import ndarray

from gradcli.engine.random.generators import OLDEST, Current
from gradcli.engine.tensor.tensor import DATA, ComplexTensor, Tensor
from gradcli.faults.mistakes import SizeLimit

BEFORE_04 = (OLDEST, "0.3")      # the versions in which elements were numbers
MOST_BITS = 100_000     # of a whole number
REAL = (int, float, bool)
PLAIN = (*REAL, complex)
GROWING = ("pow", "lshift")     # operators whose results can be long however short the operands are


def is_number(value: Any) -> bool:
    """Whether a value was a plain number before 0.4: an element, or a full reduction, of a tensor that is no Variable.
    """
    return Current.legacy and type(value) is Tensor and not value.array.ndim and value.root is not DATA


def was_number(tensor: Any) -> bool:
    """Whether operators in place leave a tensor as it is, as they do plain numbers: an element, or what an operator
    has made of numbers."""
    return is_number(tensor) and (tensor.array.base is not None or kept_number(tensor) is not None)


def kept_number(tensor: Tensor) -> Any:
    """The number that operators have left in a tensor, None if there is none or the array has been written to."""
    kept = getattr(tensor, "number", None)
    if kept is None:
        return None
    number, stored = kept
    own = tensor.array.item()
    return number if own == stored or own != own and stored != stored else None


def number_of(tensor: Tensor) -> Any:
    """The plain number that a tensor stands for. An element of truth values is 0 or 1, the result of a comparison
    True or False."""
    number = kept_number(tensor)
    if number is None:
        number = tensor.array.item()
        return int(number) if type(number) is bool and tensor.array.base is not None else number
    return number


def plain_number(value: Any) -> Any:
    """The plain number that a value stands for, or the value."""
    return number_of(value) if is_number(value) else value


def converted(tensor: Tensor) -> Any:
    """The number that `float`, `int` and the like convert: that of an operator where there is one."""
    number = kept_number(tensor) if Current.legacy else None
    return tensor.array.item() if number is None else number


def with_number(symbol: str, result: Any, left: Any, right: Any = None) -> Any:
    """The result of an operator on numbers, with what Python's own operator makes of them kept in it."""
    kind = type(result)
    if kind is not Tensor and kind is not ComplexTensor or result.array.ndim or Current.age not in BEFORE_04:
        return result
    operands = [plain_number(value) for value in (left, right)[: 1 if right is None else 2]]
    if not all(type(operand) in PLAIN for operand in operands):
        return result
    if symbol in GROWING and all(isinstance(operand, int) for operand in operands):
        _check_bits(operands[1] * operands[0].bit_length() if symbol == "pow" else operands[1])
    try:
        number = getattr(operator, f"__{symbol}__")(*operands)
    except (ArithmeticError, ValueError, TypeError):        # today an infinity, or nan
        return result
    if kind is ComplexTensor:
        return number if type(number) is complex else result
    if type(number) is int:
        _check_bits(number.bit_length())
    if type(number) in REAL:
        result.number = number, result.array.item()
    return result


def number_result(symbol: str, array: ndarray, cut: Any, *operands: Any) -> Any:
    """`with_number` for a result that is still an array; `cut` says where its history ended."""
    result = Tensor(array)
    result.cut = cut
    return with_number(symbol, result, *operands)


def _check_bits(count: int) -> None:
    if count > MOST_BITS:
        raise SizeLimit(f"the result would have more than {MOST_BITS} binary digits")


def hash_of(tensor: Tensor) -> int:
    """The hash of a tensor: that of its number, as which it was a key, or that of the object."""
    return hash(number_of(tensor)) if is_number(tensor) else id(tensor)
