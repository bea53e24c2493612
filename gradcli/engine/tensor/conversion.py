"""What comes from outside, as arrays of the listed element types: nested lists, numbers, numpy's own arrays.

Every array of the engine has one of the types in `dtypes.OF`. Objects, text, bytes, records and dates never reach
numpy from a program: they are refused here, before an array is made of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, prod
from typing import Any

import numpy as np
from numpy import ndarray

from gradcli.engine.autograd.detached import report_copied
from gradcli.engine.autograd.signature import NUMBERS, SCALARS, described
from gradcli.engine.messages.arguments import type_name
from gradcli.engine.random.generators import Current
from gradcli.engine.result_layout import dense_copy
from gradcli.engine.tensor.dtypes import (
    CTYPES,
    FIXED,
    FLOAT_KINDS,
    HALVES,
    INEXACT,
    OF,
    Default,
    bool_,
    complex_type_of,
    float32,
    float64,
    float_limits,
    int32,
    int64,
    integer_limits,
)
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tensors import NoSequence, UnknownDtype
from gradcli.faults.tree import ArgumentFault, Fault, TypeFault, ValueFault

FEW = 1024          # numbers of a range up to which they are read as a list
LISTS, PLAIN_NUMBERS = {list}, {*NUMBERS}
LARGEST = 2**63 - 1     # the largest whole number of a tensor
DEEPEST = 64            # dimensions that numpy's arrays can have
REAL = "fiub"           # the kinds of numpy's types that have a listed type to be converted to
WIDER = {"u2": int32, "u4": int64, "u8": int64, "f16": float64}    # by the letter and bytes of types not listed


def in_listed_type(array: Any) -> ndarray:
    """An array of numpy's in a listed type and the machine's byte order; ValueFault for what holds no real numbers."""
    if type(array) is ndarray and (array.dtype is float64 or array.dtype is float32):
        return array
    if not isinstance(array, ndarray | np.generic) or array.dtype.kind not in REAL:
        raise ValueFault(f"an array of real numbers is needed, not one of {getattr(array, 'dtype', 'no numbers')}")
    array = np.asarray(array)
    refuse_beyond(array)
    native = np.dtype(array.dtype.char)     # numpy's one object for the type, in the machine's byte order
    dtype = native if native in OF else WIDER.get(native.str[1:], float64)
    return array if type(array) is ndarray and array.dtype is dtype else np.array(array, dtype)


def array_for_numpy(tensor: Tensor) -> ndarray:
    """The array of a tensor as numpy takes it; ArgumentFault for bfloat16, which numpy has not."""
    if tensor.array.dtype.kind == "V":
        raise ArgumentFault("numpy has no bfloat16", ("x.float().numpy()", "the same numbers in 32 bits")).saying(
            "Got unsupported ScalarType BFloat16")
    return tensor.array


def unreversed(array: ndarray) -> ndarray:
    """An array itself; ValueFault if it steps backwards through its memory, which no tensor does."""
    if array.ndim and min(array.strides) < 0:
        raise ValueFault("an array that steps backwards through memory cannot be a tensor",
                         ("torch.from_numpy(a.copy())", "a copy in its own order")).saying(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
            "currently supported. (You can probably work around this by making a copy of your array  with "
            "array.copy().) ")
    return array


def refuse_beyond(array: ndarray) -> None:
    """Raise ValueFault for unsigned numbers that are larger than any whole number of a tensor."""
    if array.dtype.kind == "u" and array.dtype.itemsize == 8 and array.size and array.max() > LARGEST:
        raise ValueFault(f"{array.max()} is larger than {LARGEST}, the largest whole number of a tensor")


def retyped(array: ndarray, dtype: Any) -> ndarray:
    """A copy of an array in another type; of complex numbers as real ones the real parts, as PyTorch has it."""
    numbers = array.real if array.dtype.kind == "c" and np.dtype(dtype).kind not in "cb" else array
    return numbers.astype(dtype) if array.flags.c_contiguous else dense_copy(numbers, dtype)


def numbers_of(values: list[Any], dtype: Any) -> ndarray:
    """Plain numbers as an array of one dimension; ValueFault for a complex one that is to be real."""
    if complex in {*map(type, values)} and np.dtype(dtype).kind not in "cb":
        if any(type(value) is complex and value.imag for value in values):
            raise NoSequence(f"a complex number cannot be an element of type {OF[np.dtype(dtype)].name}",
                             ("dtype=torch.complex64", "for complex elements")).saying(
                "must be real number, not complex")
        values = [value.real if type(value) is complex else value for value in values]
    try:
        return np.array(values, dtype)
    except TypeError:
        return _bfloat16_array(values, dtype)


def _bfloat16_array(values: Any, dtype: Any) -> ndarray:
    """Plain numbers as an array of bfloat16, by way of float32: its library takes no whole number beyond 64 bits.

    Called where numpy raises TypeError, which goes on for other types.
    """
    if np.dtype(dtype).kind != "V":
        raise
    return np.array(values, float32).astype(dtype)


LARGEST_HALF = 65504        # of the numbers of 16 bits: every floating type holds it


def can_hold(dtype: Any, number: float) -> bool:
    """Whether PyTorch converts a number to a type: whole ones to bytes also from -255 on, no nan to whole numbers."""
    if dtype.kind in FLOAT_KINDS:
        return abs(number) <= float(float_limits(dtype).max) or type(number) is float and not isfinite(number)
    if dtype.kind not in "iu":
        return True
    least, most = integer_limits(dtype)
    if dtype.kind == "u" and type(number) is int:
        least = -most
    return least <= number <= most


def unrepresentable_fault(number: float, dtype: Any) -> TypeFault:
    """The fault for a number that the elements of a tensor cannot be."""
    wider = ("x.float()", "elements that can") if dtype.kind in "iu" and type(number) is float else (
        "x.long()", "whole numbers of 64 bits") if dtype.kind in "iu" else ("x.double()", "elements that can")
    return TypeFault(f"the number {number} cannot be an element of type {OF[dtype].name}", wider).saying(
        f"value cannot be converted to type {FIXED.get(OF[dtype].era, CTYPES[OF[dtype].era])} without overflow")


def to_element(number: Any, dtype: Any) -> Any:
    """A plain number as an element of type `dtype`; TypeFault where that cannot hold it, or its imaginary part."""
    if type(number) is int or type(number) is float:
        if dtype.kind == "f" and -LARGEST_HALF < number < LARGEST_HALF:
            return number
        if not can_hold(dtype, number) and (type(number) is int and dtype.kind in "iu" or not Current.legacy):
            raise unrepresentable_fault(number, dtype)
        if dtype.kind == "V":       # whose library takes no whole number beyond 64 bits
            return float(number)
        return number % (integer_limits(dtype)[1] + 1) if dtype.kind == "u" and number < 0 else number
    if isinstance(number, ndarray) and number.dtype.kind == "c":
        return to_element(number.item(), dtype)
    if type(number) is not complex or dtype.kind == "c":
        return number
    if dtype == bool_:
        return bool(number)
    if number.imag:
        raise TypeFault(f"the complex number {number} cannot be an element of type {OF[dtype].name}",
                        ("z = x + 0j", "a complex copy, which holds such")).saying(
            f"value cannot be converted to type {FIXED.get(OF[dtype].era, CTYPES[OF[dtype].era])} without overflow")
    return number.real


def to_element_or_inf(number: Any, dtype: Any, count: int = 1) -> Any:
    """`to_element`, but with infinity for numbers too large for 16 bits where PyTorch writes a single element."""
    if count == 1 and dtype in HALVES and type(number) is not complex:
        return float(number) if type(number) is int else number
    return to_element(number, dtype)


def checked_int64(number: int) -> int:
    """A whole number that 64 bits hold."""
    if not -(1 << 63) <= number < 1 << 63:
        raise ValueFault("a number is too large for int64", ("1e30", "a floating number can be as large"))
    return number


def array_of(data: Any, dtype: Any = None, rows: type[Tensor] = Tensor) -> ndarray:
    """Nested lists of numbers and tensors as an array of the type PyTorch would choose.

    In lists, tensors of the class `rows` count as lists of what they hold, as numpy has it; others count as the one
    number that they hold, as PyTorch has it. ArgumentFault for anything else in them, ValueFault for ragged lists and
    numbers that the type cannot hold.
    """
    if type(data) is range and len(data) <= FEW:
        data = list(data)
    if type(data) is list:
        array = _of_numbers(data, dtype)
    else:
        array = _of_number(data, dtype or _type_of({type(data)})) if type(data) in PLAIN_NUMBERS else None
    if array is not None:
        return array
    if isinstance(data, Tensor | ndarray):
        source = data.array if isinstance(data, Tensor) else data
        return np.array(source, dtype) if dtype is None else retyped(source, dtype)
    if isinstance(data, Sequence) and not isinstance(data, list | tuple | range | str):
        data = list(data)
    leaves: list[Any] = []
    _flatten(data, shape := _shape(data, rows), leaves, rows)
    try:
        return numbers_of(leaves, _common_type(leaves) if dtype is None else dtype).reshape(shape)
    except NoSequence:
        raise
    except (OverflowError, ValueError):
        kind = np.dtype(dtype or int64)
        if all(type(leaf) not in (int, float) or can_hold(kind, leaf) for leaf in leaves):
            return numbers_of([to_element(leaf, kind) for leaf in leaves], kind).reshape(shape)
        name = OF[kind].name
        fits = all(type(leaf) is not int or -(1 << 63) <= leaf < 1 << 63 for leaf in leaves)
        raise (UnfitValue if fits else ValueFault)(f"a number is too large for {name}").saying(
            f"value cannot be converted to type {name} without overflow" if fits else
            "Overflow when unpacking long long") from None


def _of_numbers(data: list[Any], dtype: Any) -> ndarray | None:
    """The array of a list of numbers, or of lists of them that are equally long; None for anything else."""
    shape: tuple[int, ...] = (len(data),)
    kinds = {*map(type, data)}
    if kinds == LISTS:
        shape = len(data), len(data[0])
        if any(len(row) != shape[1] for row in data):
            return None
        data = [number for row in data for number in row]
        kinds = {*map(type, data)}
    if not kinds or not kinds <= PLAIN_NUMBERS:
        return None
    try:
        try:
            array = np.array(data, dtype or _type_of(kinds))
        except TypeError:
            array = _bfloat16_array(data, dtype)
    except (OverflowError, ValueError):
        return None
    return array if len(shape) == 1 else array.reshape(shape)


def _type_of(kinds: set[type]) -> Any:
    """The type that a tensor of plain numbers of these kinds has where none is asked for."""
    return Default.floating if float in kinds else int64 if int in kinds else bool_


def _of_number(number: Any, dtype: Any) -> ndarray | None:
    """The array of a plain number; None where it does not fit."""
    try:
        try:
            return np.array(number, dtype)
        except TypeError:
            return _bfloat16_array(number, dtype)
    except (OverflowError, ValueError):
        return None


def _common_type(leaves: list[Any]) -> Any:
    """The type that a tensor of these numbers has where none is asked for."""
    kinds = {type(v) if not isinstance(v, np.generic) else v.dtype for v in leaves}
    plain = {int: int64, bool: bool_, complex: complex_type_of(Default.floating)}
    types = [kind if isinstance(kind, np.dtype) else plain.get(kind) or Default.floating for kind in kinds]
    floating = [kind for kind in types if kind.kind in INEXACT]
    return np.result_type(*floating or types) if types else Default.floating


def _shape(data: Any, rows: type[Tensor]) -> tuple[int, ...]:
    shape: list[int] = []
    while isinstance(data, list | tuple | range):
        shape.append(len(data))
        if not len(data):
            break
        if len(shape) > DEEPEST:
            raise ValueFault(f"lists stand more than {DEEPEST} times within each other")
        data = data[0]
    if isinstance(data, rows):
        shape += data.array.shape
    return tuple(shape)


def _flatten(data: Any, shape: tuple[int, ...], leaves: list[Any], rows: type[Tensor], dim: int = 0) -> None:
    """Put the numbers of `data` into `leaves`, row by row; ragged lists and other values are refused."""
    if isinstance(data, Tensor | ndarray):
        array = data.array if isinstance(data, Tensor) else data
        if not isinstance(data, rows) and array.shape[: len(shape)] == shape:
            if array.size != prod(shape):
                raise ValueFault(f"a tensor in a list counts as one number, and this one has {array.size}",
                                 ("torch.stack([x, y])", "joins tensors of one shape")).saying(
                    "only one element tensors can be converted to Python scalars")
        elif array.shape != shape:
            raise ValueFault(f"the lists are ragged: expected shape {list(shape)} and found {list(array.shape)}",
                             ("torch.cat([x, y])", "joins tensors of several lengths; torch.stack of one")).saying(
                f"expected sequence of length {shape[0] if shape else 0} at dim {dim} "
                f"(got {array.shape[0] if array.ndim else 0})")
        if isinstance(data, Tensor) and data.requires_grad:
            array = report_copied(data, "torch.tensor()", array)
        leaves.extend(array.reshape(-1)[i] for i in range(array.size))
    elif isinstance(data, list | tuple | range):
        if not shape or len(data) != shape[0]:
            kind = ValueFault if shape else NoSequence
            raise kind(f"the lists are ragged: expected sequence of length {shape[0] if shape else 0} "
                       f"(got {len(data)})", ("[[1, 2], [3, 4]]", "rows of one length")).saying(
                f"expected sequence of length {shape[0]} at dim {dim} (got {len(data)})" if shape else
                f"'{type_name(data)}' object cannot be interpreted as an integer")
        for item in data:
            _flatten(item, shape[1:], leaves, rows, dim + 1)
    elif type(data) in SCALARS:
        if shape:
            raise NoSequence("the lists are ragged: a number stands where a list was expected",
                             ("[[1, 2], [3, 4]]", "rows of one length")).saying("not a sequence")
        leaves.append(data)
    else:
        first = dim and not leaves        # a string is a sequence, too
        refused: type[Fault] = UnknownDtype if type(data) is not str else ValueFault if first else ArgumentFault
        raise refused(f"a tensor is made of numbers and lists of numbers, not of {described(data)}",
                      "torch.tensor([1.0, 2.0])").saying(
            f"Could not infer dtype of {type_name(data)}" if type(data) is not str else
            f"too many dimensions '{type_name(data)}'" if first else f"new(): invalid data type '{type_name(data)}'")
