"""The special methods that programs' classes may define, and the check of the arguments they receive (rule R6).

C code calls them, also for this package or numpy, so that an operand, a key or an exception can be an object that no
program may hold. Their results need no check: Python checks the types.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

from gradcli.exposure import ATOMS, PROGRAM_MADE, admissible, admit, named_by_program
from gradcli.faults.tree import PolicyFault


def _names(text: str) -> frozenset[str]:
    return frozenset(f"__{word}__" for word in text.split())


OPERATORS = ("add sub mul truediv floordiv mod divmod pow matmul lshift rshift and or xor").split()
OPERAND = _names(" ".join(OPERATORS) + " lt le gt ge eq ne") | _names(" ".join(
    f"{letter}{name}" for name in OPERATORS for letter in "ri" if letter + name != "idivmod"))
"""Methods of operators: they receive the other operand, and may return NotImplemented."""

HANDED = OPERAND | _names("getitem setitem delitem contains format round")
"""Methods that receive values from C code."""

ALONE = _names("init call repr str len bool hash iter next reversed enter neg pos abs invert float int index trunc "
               "floor ceil post_init")
"""Methods that receive no values, or values from programs only."""

OF_PICKLE = _names("getstate setstate")
"""Methods that pickle and copy call in Python. Here nothing does: classes are built without them."""

METHODS = HANDED | ALONE | OF_PICKLE | {"__exit__"}
"""All that a class of a program may define."""

OF_OBJECTS = _names("setattr delattr getattribute getattr")
"""Methods to call on any object of a program: the functions setattr, delattr and getattr."""

OF_TUPLES = _names("repr str add radd sub rsub mul rmul truediv neg abs matmul bool call float")
"""Methods that a NamedTuple may define: none that read its items, which C code reads directly."""


def guarded_method(owner: str, name: str, value: Any, leave: Callable[[Any, Any], tuple[Any, ...]]) -> Any:
    """The special method `value`, wrapped in its check; `leave` computes the arguments of `__exit__`.

    PolicyFault if `value` is not a function.
    """
    if value is None:
        return None     # the class has no such method
    if type(value) is not FunctionType:
        raise PolicyFault(f"{name} of a class is a function", f"def {name}(self):")
    if name in ALONE:
        return value
    method = _exit_method(value, leave) if name == "__exit__" else (
        _operator_method(value) if name in OPERAND else _value_method(value))
    return named_by_program(method, name, f"{owner}.{name}")


def _operator_method(function: FunctionType) -> Any:
    def operate(self: Any, other: Any, *more: Any) -> Any:
        kind = type(other)
        if kind in ATOMS or PROGRAM_MADE in kind.__dict__ or admissible(other):
            return function(self, other, *more)
        return NotImplemented       # objects of the package equal nothing and are no operands

    return operate


def _value_method(function: FunctionType) -> Any:
    def hand(self: Any, *values: Any) -> Any:
        for value in values:
            if type(value) not in ATOMS:
                admit(value)
        return function(self, *values)

    return hand


def _exit_method(function: FunctionType, leave: Callable[[Any, Any], Any]) -> Any:
    """`__exit__`, called with a proxy of the exception's type and no traceback.

    It is not called for an exception that no program may catch; for GeneratorExit it is called with three None.
    """
    def exit(self: Any, kind: Any = None, error: Any = None, trace: Any = None, /) -> Any:
        if not isinstance(error, BaseException):
            return function(self, admit(kind) if type(kind) is not type else None, admit(error), None)
        exit_arguments = leave(error, sys._getframe(1))
        swallowed = bool(exit_arguments) and function(self, *exit_arguments)
        return swallowed and exit_arguments[0] is not None

    return exit
