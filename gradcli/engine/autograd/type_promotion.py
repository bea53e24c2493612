"""Operands of several types are brought to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import asarray, ndarray

from gradcli.engine.autograd.op import Op, traced
from gradcli.engine.autograd.signature import ArraysKind
from gradcli.engine.numerics.reduced_precision import type_of_numbers
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.conversion import can_hold, retyped, unrepresentable_fault
from gradcli.engine.tensor.dtypes import (
    CTYPES,
    FLOAT_KINDS,
    HALVES,
    OF,
    computing_type,
    float32,
    float64,
    result_type,
)
from gradcli.engine.tensor.tensor import Tensor, follow
from gradcli.engine.tensor.variable import RESULT, Array, Variable, Volatile, grad_mode
from gradcli.faults.mistakes import DtypeMix
from gradcli.faults.tree import TypeFault, ValueFault

ZERO = {dtype: asarray(0, dtype) for dtype in (float32, float64)}
CONSTANTS: dict[Any, dict[Any, ndarray]] = {dtype: {int: zero} for dtype, zero in ZERO.items()}
"""Numbers as arrays, by dtype; the whole number 0 has its type as its key."""
CACHED_CONSTANTS = 512


def constant(number: Any, dtype: Any) -> ndarray:
    """A plain number as an array of no dimensions; those of common types are kept for reuse."""
    cache = CONSTANTS.get(dtype)
    if cache is not None and number in cache and number:
        return cache[number]
    if cache is not None and number == 0 and type(number) is int:
        return cache[int]
    if number and cache is not None and not can_hold(dtype, number):
        return asarray(number, dtype)       # an infinity
    try:
        if dtype.kind == "V" and type(number) is int:       # its library takes no whole number beyond 64 bits
            number = float(number)
        array = asarray(number, dtype) if dtype.kind not in "iu" else asarray(number, "int64").astype(dtype)
    except OverflowError:
        raise ValueFault(f"the number {number} does not fit into {OF[dtype].name}") from None
    if cache is not None and number and number == number:    # 0.0 and -0.0 would share a place; nan has none
        if len(cache) >= CACHED_CONSTANTS:
            cache.clear()
            cache[int] = ZERO[dtype]
        cache[number] = array
    return array


def checked_constant(number: Any, dtype: Any) -> ndarray:
    """A plain number as an array of no dimensions; TypeFault if it is too large for the type."""
    cache = CONSTANTS.get(dtype)
    if number and (cache is None or number not in cache) and type(number) in (int, float) and not (
            can_hold(dtype, number) or Current.legacy):
        raise unrepresentable_fault(number, dtype)
    return constant(number, dtype)


def _holds_numbers(cls: type[Op], dtype: Any) -> bool:
    """Whether numbers beside tensors of that type must be elements of it."""
    return cls.holds_numbers is True or cls.holds_numbers == ("narrow" if dtype in HALVES else "wide")


def promoted(cls: type[Op], values: Sequence[Any]) -> Sequence[Any]:
    """The values with operands brought to one type; casts of Variables are recorded."""
    positions = [i for i, kind in enumerate(cls.signature.kinds) if kind.operand and values[i] is not None]
    lists = [i for i, kind in enumerate(cls.signature.kinds) if isinstance(kind, ArraysKind)]
    if not lists and cls.type_promotion != "same":
        types = {values[i].array.dtype for i in positions if isinstance(values[i], Tensor)}
        python_types = {*map(type, values)}
        if len(types) == 1 and (dtype := types.pop()).kind in FLOAT_KINDS and complex not in python_types and not (
                cls.refuses_bool_with_number and bool in python_types):
            # the usual case: one type, and plain numbers
            if _holds_numbers(cls, dtype):
                return [x if isinstance(x, Tensor) or i not in positions else checked_constant(x, dtype)
                        for i, x in enumerate(values)]
            dtype = type_of_numbers(cls, dtype)
            return [x if isinstance(x, Tensor) or i not in positions else constant(x, dtype)
                    for i, x in enumerate(values)]
    operands = [values[i] for i in positions] + [x for i in lists for x in values[i]]
    if cls.type_promotion == "same":
        return _same(cls, values, operands)
    if cls.refuses_bool_with_number and not Current.legacy:       # bytes in 0.1.12, where 1 - mask was common
        _refuse_truths(operands)
    arrays = [x.array if isinstance(x, Tensor) else x for x in operands]
    common = result_type(map(np.atleast_1d, arrays) if cls.type_promotion == "expanded" else arrays)
    if cls.type_promotion == "floating":
        common = computing_type(common)
    values = list(values)
    if common is not None and _holds_numbers(cls, common):
        for i in positions:
            if not isinstance(values[i], Tensor):
                checked_constant(values[i], common)
    integral = cls.integer_overflow is not None and common is not None and common.kind in "iu" and not Current.legacy
    numbers = cls.integer_overflow(*values) if integral and cls.integer_overflow else "wrap"
    for i in positions:
        if numbers == "fit" and type(values[i]) is int and not can_hold(common, values[i]):
            raise unrepresentable_fault(values[i], common)
        if numbers == "stay" and type(values[i]) is int:
            values[i] = asarray(values[i], "int64")
        else:
            values[i] = to_dtype(values[i], common if isinstance(values[i], Tensor) else type_of_numbers(cls, common))
    for i in lists:
        values[i] = tuple([to_dtype(x, common) for x in values[i]])
    return values


def _same(cls: type[Op], values: Sequence[Any], operands: list[Any]) -> Sequence[Any]:
    """The values as they are, if their types are one; products do not mix types."""
    types = [OF[x.array.dtype].name for x in operands]
    if len(set(types)) > 1:
        a, b = types[0], next(t for t in types if t != types[0])
        name = cls.names[0].rsplit(".", 1)[-1]
        repairs = [(f"b.type(torch.{a})", f"the second as {a}"), (f"a.type(torch.{b})", f"the first as {b}")]
        casts = [repair for repair, to in zip(repairs, (a, b), strict=True) if to.startswith("float")]
        fault = DtypeMix(f"{name}(): expected both to have the same dtype, but got: {a} != {b}", *(casts or repairs),
                         dtypes=(a, b))
        raise fault.saying(_mixed_words(name, operands))
    return values


def _mixed_words(name: str, operands: Sequence[Any]) -> str:
    """PyTorch's words for operands of several types: those of the kernel that they come to."""
    eras = [OF[x.array.dtype].era for x in operands]
    if name == "linear":
        name, eras = ("addmm", [eras[2], *eras[:2]]) if len(eras) == 3 else ("mm", eras)
    elif name == "mv":
        name, eras = "addmv", [eras[1], *eras]
    elif name == "addbmm":
        name = "addmm"
    if name == "addmm" and eras[0] == eras[2]:
        name, eras = "addmm of two", eras[1:]
    elif name == "baddbmm" and eras[0] == eras[1]:
        name, eras = "bmm", eras[1:]
    elif name == "stacked_mm":
        name = "mm" if operands[1].array.ndim == 2 else "bmm"
    elif name in ("standardised", "layer_standardised"):
        name = "mixed input" if eras[1] == "Float" else "mixed parameters"
    return MIXED.get(name, MIXED["mm"]).format(*eras, *[""] * 3, c=[CTYPES[era] for era in eras])


def _refuse_truths(operands: list[Any]) -> None:
    """Refuse a difference of truth values and numbers."""
    truths = [(x.array.dtype if isinstance(x, Tensor) else type(x)) in (bool, np.bool_) for x in operands]
    if any(truths) and not all(truths):
        raise TypeFault("subtraction is not defined for truth values; use ~ to invert a mask",
                        ("~mask", "the opposite"), ("mask.float()", "the mask as ones and zeros")).saying(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
            "use the `~` or `logical_not()` operator instead.")


MIXED = {"mm": "expected m1 and m2 to have the same dtype, but got: {c[0]} != {c[1]}",
         "bmm": "expected scalar type {} but found {}", "cross": "expected scalar type {} but found {}",
         "addmm": "self and mat2 must have the same dtype, but got {0} and {2}",
         "addmm of two": "mat1 and mat2 must have the same dtype, but got {} and {}",
         "addmv": "addmv input tensors must have the same dtype, but got {}, {}, and {}",
         "baddbmm": "Input dtypes must be the same, got: input {c[0]}, batch1: {c[1]}, batch2: {c[2]}",
         "dot": "dot : expected both vectors to have same dtype, but found {} and {}",
         "bce_kernel": "Found dtype {1} but expected {0}",
         "prelu_kernel": "prelu: Type promoting not supported. Got {} and {}",
         "mixed input": "mixed dtype (CPU): all inputs must share same datatype.",
         "mixed parameters": "mixed dtype (CPU): expect parameter to have scalar type of Float",
         "heaviside": "heaviside is not yet implemented for tensors with different dtypes.",
         "conv_output": "Input type ({c[0]}) and bias type ({c[1]}) should be the same"}
"""PyTorch's words for operands of several types, by the kernel; fields are its names of them, `c` those of C."""


def to_dtype(x: Any, dtype: Any) -> Any:
    """A tensor or number as an operand of that type; a cast of what requires gradients is recorded."""
    if not isinstance(x, Tensor):
        return constant(x, dtype)
    if x.array.dtype is dtype:
        return x
    if x.requires_grad and grad_mode.on:
        converted = traced.cast(x, dtype)
        follow(converted.array, x.array)
        return converted
    converted = type(x)(retyped(x.array, dtype))
    follow(converted.array, x.array)
    return converted


def class_beside_arrays(cls: type[Op], values: Sequence[Any]) -> type[Tensor]:
    """The class of a result where an input is an `Array`: `Array` if all tensors are, else the class of the others."""
    kinds = {RESULT[type(v)] for v in values if isinstance(v, Tensor)}
    if kinds == {Array}:
        return Tensor if cls.names[0] in ("tensor", "as_tensor") else Array
    return Volatile if Volatile in kinds else Variable if Variable in kinds else Tensor
