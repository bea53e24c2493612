"""The value of an expression at a point, in double precision, by the engine's own functions of elements."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import raw
from gradcli.symbolic.expression import (
    COMPARE,
    Add,
    Call,
    Cases,
    Condition,
    Constant,
    Expr,
    Index,
    IndexValue,
    Mul,
    Number,
    Power,
    Sum,
    Symbol,
)
from gradcli.symbolic.tensor import SymbolicTensor

MOST_AT_ONCE = 1 << 20      # terms of a sum that are computed as one array
CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}


def evaluate_tensor(tensor: SymbolicTensor, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """The elements of a symbolic tensor, as a float64 array of its shape."""
    places: dict[Index, np.ndarray] = {}
    for at, index in enumerate(tensor.axes):
        if index is not None:
            places[index] = np.arange(index.size).reshape([-1 if k == at else 1 for k in range(len(tensor.axes))])
    with np.errstate(all="ignore"):
        return np.broadcast_to(evaluate(tensor.body, values, places), tensor.shape)


def evaluate(expr: Expr, values: Mapping[str, np.ndarray], places: Mapping[Index, Any]) -> Any:
    """The value of an expression where names and indices have these values; indices may be arrays that broadcast."""
    match expr:
        case Number(ratio):
            return float_of(ratio)
        case Constant(name):
            return CONSTANTS[name]
        case Symbol(name, indexed):
            array = values[name]
            if not indexed:
                return array.reshape(()) if array.size == 1 else array
            squeezed = array.reshape([n for n in array.shape if n != 1]) if array.ndim != len(indexed) else array
            return squeezed[tuple(_place(p, size, values, places)
                                  for p, size in zip(indexed, squeezed.shape, strict=True))]
        case IndexValue(index):
            return places[index]
        case Add(terms):
            return sum(evaluate(term, values, places) for term in terms)
        case Mul(factors):
            return math.prod(evaluate(factor, values, places) for factor in factors)
        case Power(base, exponent):
            return np.power(np.asarray(evaluate(base, values, places), np.float64), evaluate(exponent, values, places))
        case Call(name, arguments):
            return _call(name, arguments, values, places)
        case Condition(name, arguments):
            return _condition(name, [evaluate(a, values, places) for a in arguments])
        case Cases(branches, otherwise):
            result = evaluate(otherwise, values, places)
            for test, value in reversed(branches):
                result = np.where(evaluate(test, values, places), evaluate(value, values, places), result)
            return result
        case Sum(index, body):
            return _sum(index, body, values, places)
    raise TypeError(f"no expression: {expr!r}")


def _sum(index: Index, body: Expr, values: Mapping[str, np.ndarray], places: Mapping[Index, Any]) -> Any:
    """A sum over an index: along a dimension before those of the other indices, or term by term where that is large."""
    shape = np.broadcast_shapes(*map(np.shape, places.values()))
    if index.size * math.prod(shape) > MOST_AT_ONCE:
        return sum(evaluate(body, values, {**places, index: k}) for k in range(index.size))
    along = np.arange(index.size).reshape(-1, *[1] * len(shape))
    return np.broadcast_to(evaluate(body, values, {**places, index: along}), (index.size, *shape)).sum(0)


def _place(place: Any, size: int, values: Mapping[str, np.ndarray], places: Mapping[Index, Any]) -> Any:
    """A place as whole numbers; conditions leave out those that are not within the dimension."""
    if isinstance(place, int):
        return place
    if isinstance(place, Index) and place.size <= size:
        return places[place]
    computed = places[place] if isinstance(place, Index) else evaluate(place, values, places)
    return np.clip(np.asarray(computed).astype(np.int64), 0, size - 1)


def float_of(ratio: Fraction) -> float:
    """The float nearest to a fraction; infinity where it is too large for one."""
    try:
        return float(ratio)
    except OverflowError:
        return math.inf if ratio > 0 else -math.inf


def _call(name: str, arguments: tuple[Expr, ...], values: Mapping[str, np.ndarray], places: Mapping[Index, Any]) -> Any:
    """The value of a function of the engine; plain numbers stay such where it takes options."""
    name = name.removeprefix("F.").removeprefix("torch.").replace(".", "_")
    if name in ("floordiv", "mod"):
        a, b = (evaluate(argument, values, places) for argument in arguments)
        return np.floor_divide(a, b) if name == "floordiv" else np.mod(a, b)
    function, plain = getattr(raw, name), name in WITH_OPTIONS
    computed: list[Any] = []
    for argument in arguments:
        if plain and isinstance(argument, Number):
            ratio = argument.value
            computed.append(int(ratio) if ratio.denominator == 1 else float_of(ratio))
        else:
            computed.append(np.asarray(evaluate(argument, values, places), np.float64))
    return function(*computed)


WITH_OPTIONS = frozenset({"leaky_relu", "elu", "celu", "softplus", "hardtanh", "threshold", "softshrink", "hardshrink",
                          "logit", "nan_to_num", "polygamma", "mvlgamma"})
"""Functions of elements whose further arguments are plain numbers."""


def _condition(name: str, arguments: list[Any]) -> Any:
    if name in COMPARE:
        return COMPARE[name](*arguments)
    if name == "not":
        return np.logical_not(arguments[0])
    result: Any = name == "and"
    for argument in arguments:
        result = np.logical_and(result, argument) if name == "and" else np.logical_or(result, argument)
    return result
