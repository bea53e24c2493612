"""numpy's words and exceptions for what operations on its arrays refuse in PyTorch's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np
from numpy._core._exceptions import UFuncTypeError

from gradcli.engine.plain_numbers import plain_arguments
from gradcli.engine.random.generators import Current
from gradcli.faults.mistakes import BroadcastShapes, SeveralElements
from gradcli.faults.tensors import IndexOutOfRange, PartShape, ViewSize
from gradcli.faults.tree import AmbiguousTruth, ArgumentFault, Fault, IndexFault, ShapeFault, TypeFault, ValueFault

NUMPYS = (np.exceptions.AxisError, np.linalg.LinAlgError, UFuncTypeError)
KINDS: dict[tuple[type[Fault], type[Fault]], type[Fault]] = {}      # classes of faults as other exceptions


class AxisFault(ValueFault, IndexFault):
    """An axis that an array does not have."""


class ArrayTruth(ValueFault, TypeFault):
    """The truth of an array with several elements was asked."""

    code = ValueFault.code


def with_numpy_faults(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, with what it or numpy refuses as a fault in numpy's words."""
    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        if Current.legacy:
            args = plain_arguments(args)
            if options:
                options = dict(zip(options, plain_arguments((*options.values(),)), strict=True))
        try:
            return function(*args, **options)
        except NUMPYS as error:
            kind = (AxisFault if isinstance(error, np.exceptions.AxisError) else
                    ValueFault if isinstance(error, np.linalg.LinAlgError) else ArgumentFault)
            raise kind(f"{function.__name__}(): {error}").saying(str(error)) from None
        except (ShapeFault, TypeFault, IndexOutOfRange) as fault:
            raise with_numpy_message(fault) from None

    return call


def with_numpy_message(fault: Fault) -> Fault:
    """`fault`, which an operation on arrays raised, as numpy raises it: a ValueError where PyTorch's is of run time."""
    if isinstance(fault, IndexOutOfRange):
        return fault.saying(f"index {fault.index} is out of bounds for axis {fault.dim} with size {fault.size}")
    if isinstance(fault, SeveralElements):
        return _as(ArgumentFault, fault).saying("only 0-dimensional arrays can be converted to Python scalars")
    if isinstance(fault, AmbiguousTruth):
        return _copied(ArrayTruth, fault).saying("The truth value of an array with more than one element is ambiguous. "
                                                 "Use a.any() or a.all()")
    if isinstance(fault, BroadcastShapes):
        shapes = " ".join(map(_text, fault.shapes))
        return _as(ValueFault, fault).saying(f"operands could not be broadcast together with shapes {shapes} ")
    if isinstance(fault, ViewSize):
        shape = _text(fault.shape).replace("-1", "newaxis")
        return _as(ValueFault, fault).saying(f"cannot reshape array of size {fault.size} into shape {shape}")
    if isinstance(fault, PartShape):
        return _as(ValueFault, fault).saying(f"could not broadcast input array from shape {_text(fault.shape)} into "
                                             f"shape {_text(fault.part)}")
    return _as(ValueFault, fault) if isinstance(fault, ShapeFault) else fault


def _as(exception: type[Fault], fault: Fault) -> Fault:
    """A copy of a fault that is caught as another exception; itself if it is already."""
    if isinstance(fault, exception):
        return fault
    kind = KINDS.get((exception, type(fault)))
    if kind is None:
        members = {"code": fault.code, "__doc__": type(fault).__doc__}
        kind = KINDS[exception, type(fault)] = type(type(fault).__name__, (exception, type(fault)), members)
    return _copied(kind, fault)


def _copied(kind: type[Fault], fault: Fault) -> Fault:
    """A fault of the class `kind` with all that another one says."""
    copy = kind.__new__(kind)
    copy.args = fault.args
    vars(copy).update(vars(fault), code=fault.code)
    return copy


def _text(shape: Sequence[int]) -> str:
    return f"({','.join(map(str, shape))}{',' * (len(shape) == 1)})"
