"""How large the results of numpy's functions are, asked before they are made."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradcli.engine.autograd.signature import described
from gradcli.engine.random.generators import Current
from gradcli.engine.tensor.conversion import DEEPEST
from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Array
from gradcli.faults.tree import ArgumentFault, ValueFault


def taken_size(array: Any, places: Any, axis: Any) -> int:
    """The number of elements of `np.take(array, places, axis)`; that of `places` where numpy refuses the axis."""
    shape = np.shape(array)
    row = [*shape[:axis], *shape[axis:][1:]] if type(axis) is int and -len(shape) <= axis < len(shape) else []
    return int(np.size(places)) * math.prod(row)


def product(a: Any, b: Any) -> Any:
    """`np.dot(a, b)`, whose size is checked first."""
    if type(a) is type(b) is np.ndarray and a.ndim == b.ndim == 2:
        MemoryLimit.check("dot", 8 * a.shape[0] * b.shape[1])
        return np.dot(a, b)
    shapes = np.shape(a), np.shape(b)
    if all(shapes):
        MemoryLimit.check("dot", 8 * math.prod(shapes[0][:-1]) * math.prod([*shapes[1][:-2], *shapes[1][1:][-1:]]))
    else:
        check_broadcast("dot", a, b)
    return np.dot(a, b)


def check_core_dimensions(a: Any, b: Any) -> None:
    """ValueFault, in the words of `np.matmul`, for numbers, and for matrices and vectors that do not fit."""
    signature = "gufunc core with signature (n?,k),(k,m?)->(n?,m?)"
    if not (a.ndim and b.ndim):
        raise ValueFault(f"matmul: Input operand {int(a.ndim > 0)} does not have enough dimensions (has 0, {signature} "
                         "requires 1)")
    if a.ndim < 3 and b.ndim < 3 and a.shape[-1] != b.shape[0]:
        raise ValueFault("matmul: Input operand 1 has a mismatch in its core dimension 0, with "
                         f"{signature.replace('core with ', '')} (size {b.shape[0]} is different from {a.shape[-1]})")


def place_in(array: Any, at: Any) -> Any:
    """`at`; in the style of 0.1.12 a first element of no dimensions is the number: `loss.data.numpy()[0]`."""
    return () if Current.legacy and not array.ndim and type(at) is int and not at else at


def of_one_type(left: Any, right: Tensor) -> tuple[Tensor, Tensor] | None:
    """A tensor and an array of another type, both in the larger: numpy multiplies them, and torch does not.

    None for other operands.
    """
    if not isinstance(left, Tensor) or isinstance(left, Array) or left.requires_grad or (
            left.array.dtype is right.array.dtype):
        return None
    MemoryLimit.check("matmul", 8 * (left.array.size + right.array.size))
    common = np.result_type(left.array, right.array)
    return Tensor(left.array.astype(common)), Tensor(right.array.astype(common))


def axes(axis: Any) -> Any:
    """An axis, a tuple of them, or None, as numpy takes them."""
    if axis is None or type(axis) is int or (type(axis) is tuple and all(type(member) is int for member in axis)):
        return axis
    raise ArgumentFault(f"an axis is a whole number, not {described(axis)}", "a.sum(axis=0)")


def integer_tuple(value: Any, name: str, repair: str) -> tuple[int, ...]:
    """A tuple or list of whole numbers, or one alone, as a tuple: lengths or steps of an array's dimensions.

    ArgumentFault, which says that `name` is such, for other values and for more dimensions than an array can have.
    """
    numbers = tuple(value) if type(value) in (tuple, list) else (value,)
    if len(numbers) > DEEPEST or not all(type(item) is int and abs(item) < 2**62 for item in numbers):
        raise ArgumentFault(f"{name} is a tuple of whole numbers, not {described(value)}", repair)
    return numbers


def element_count(sizes: Any) -> int:
    """The number of elements of an array of these sizes. ValueError for more dimensions than an array can have."""
    if len(sizes) > DEEPEST:
        raise ValueError(f"maximum supported dimension for an ndarray is currently {DEEPEST}, found {len(sizes)}")
    return math.prod(sizes)


def check_broadcast(name: str, *arrays: Any) -> None:
    """Refuse the operation `name` if arrays of these shapes together make more than the memory allows."""
    shapes = {shape for array in arrays if (shape := np.shape(array))}
    if len(shapes) < 2:
        return
    try:
        MemoryLimit.check(name, 8 * math.prod(np.broadcast_shapes(*shapes)))
    except ValueError:
        pass        # they do not fit, which numpy says
