"""Tensors that stand for plain numbers, as elements and full reductions were plain numbers before PyTorch 0.4.

In the tutorial style a tensor of no dimensions that is no Variable is such a number. Its `array` holds what PyTorch
computes today, in the element type; a whole number that this does not hold in int64. What Python makes of it with
operators, in double precision or in whole numbers of any length, is kept beside that as `number`, and counts as long
as the array is not written to.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.random.generators import OLDEST, Current
from gradcli.engine.tensor.tensor import DATA, ComplexTensor, Tensor, new
from gradcli.faults.mistakes import SizeLimit

BEFORE_04 = (OLDEST, "0.3")      # the versions in which elements were numbers
MOST_BITS = 100_000     # of a whole number
PLAIN = frozenset({int, float, bool, complex})
SMALL = 1 << 62         # whole numbers below it are short
WIDEST = 1 << 63        # whole numbers below it are elements of int64
stored_number: Any = vars(Tensor)["number"].__get__     # of the slot, which asks no __getattr__
COMPUTE: dict[str, Any] = {name.strip("_"): function for name, function in vars(operator).items() if name[:2] == "__"}
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
    try:
        number, stored = stored_number(tensor)
    except AttributeError:
        return None
    own = tensor.array.item()
    return number if own == stored or own != own and stored != stored else None


def keep_number(tensor: Tensor, copy: Tensor) -> None:
    """Let the copy of a tensor stand for the number that it stands for."""
    number = kept_number(tensor)
    if number is not None:
        copy.number = number, copy.array.item()


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


def plain_arguments(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of a call, with plain numbers for the tensors among them, and in tuples, that stand for such."""
    if not Current.legacy or not any(type(value) is Tensor or type(value) is tuple for value in args):
        return args
    return tuple([plain_arguments(value) if type(value) is tuple else plain_number(value) for value in args])


def converted(tensor: Tensor) -> Any:
    """The number that `float`, `int` and the like convert: that of an operator where there is one."""
    number = kept_number(tensor) if type(tensor) is Tensor and Current.legacy else None
    return tensor.array.item() if number is None else number


def with_number(symbol: str, result: Any, left: Any, right: Any = None) -> Any:
    """The result of an operator on numbers, with what Python's own operator makes of them kept in it."""
    kind = type(result)
    if kind is not Tensor and kind is not ComplexTensor or result.array.ndim or Current.age not in BEFORE_04:
        return result
    try:
        a, b = _operand(left), 0 if right is None else _operand(right)
        if a is None or b is None:
            return result
        if symbol in GROWING and isinstance(a, int) and isinstance(b, int):
            _check_bits(b * a.bit_length() if symbol == "pow" else b)
        number = COMPUTE[symbol](a) if right is None else COMPUTE[symbol](a, b)
    except (ArithmeticError, ValueError, TypeError):        # today an infinity, nan, or a product of vectors
        return result
    if type(number) is float or type(number) is bool:
        result.number = number, result.array.item()
    elif type(number) is int:
        if not -SMALL < number < SMALL:
            _check_bits(number.bit_length())
        if result.array.item() != number:       # no element of the type of the operands, as 200 * 2 is no byte
            result.array = _array_of(number)
        result.number = number, result.array.item()
    elif kind is ComplexTensor:
        return number
    return result


def _array_of(number: int) -> ndarray:
    """A whole number as operations on tensors take it: rounded where it is too long for int64, infinite beyond that."""
    try:
        return np.array(number if -WIDEST <= number < WIDEST else float(number))
    except OverflowError:
        return np.array(math.inf if number > 0 else -math.inf)


def _operand(value: Any) -> Any:
    """The number that an operand of a single number is for Python; None if it is none. ValueError for several."""
    if type(value) is not Tensor:
        return value if type(value) in PLAIN else None
    if value.root is DATA:
        return None
    array = value.array
    own = array.item()
    if array.base is not None:          # an element
        return int(own) if type(own) is bool else own
    number = kept_number(value)
    return own if number is None else number


def number_result(symbol: str, array: ndarray, cut: Any, *operands: Any) -> Any:
    """`with_number` for a result that is still an array; `cut` says where its history ended."""
    result = new(Tensor)
    result.array = array
    result.requires_grad = False
    result.node = result.gradient = result.root = result.hooks = None
    result.cut = cut
    return with_number(symbol, result, *operands)


def _check_bits(count: int) -> None:
    if count > MOST_BITS:
        raise SizeLimit(f"the result would have more than {MOST_BITS} binary digits")


def hash_of(tensor: Tensor) -> int:
    """The hash of a tensor: that of its number, as which it was a key, or that of the object."""
    return hash(number_of(tensor)) if is_number(tensor) else id(tensor)
