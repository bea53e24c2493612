"""CPython's words for an operator between a tensor and something that is none, as PyTorch lets CPython say them.

CPython is made to commit the mistake with a bare object whose class is called Tensor, and asked.
"""

from __future__ import annotations

import operator
from typing import Any

from gradcli.engine.messages.arguments import type_name
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import ArgumentFault

PLAIN = (int, float, bool, str, list, tuple, dict, set, type(None), range, slice)


def _no_index(self: Any) -> int:
    """Raise the TypeError of a tensor as the count by which a list or a string is repeated."""
    raise TypeError("only integer tensors of a single element can be converted to an index")


TENSOR = type("Tensor", (), {"__index__": _no_index})()


def with_operator_message(fault: ArgumentFault, special: str, left: Any, right: Any) -> ArgumentFault:
    """`fault`, with what CPython says at `left OP right`, for the operator that a special method stands for."""
    try:
        getattr(operator, special)(_stand_in(left), _stand_in(right))
    except TypeError as error:
        return fault.saying(str(error))
    return fault


def _stand_in(value: Any) -> Any:
    """A value that runs nothing of ours or of the program's, of a type of the same name."""
    if isinstance(value, Tensor):
        return TENSOR
    return value if type(value) in PLAIN else type(type_name(value), (), {})()
