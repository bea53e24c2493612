"""Faults of calls with the facts that their repairs are made from. Each has the code of its base class.

`callee` is the name of the function as its definition has it, `phrase` what follows that name in the message.
"""

from __future__ import annotations

import re
from typing import Any

from gradcli.faults.exit_codes import PROGRAM_ERROR
from gradcli.faults.tensors import UnimplementedType
from gradcli.faults.tree import ArgumentFault, AttributeFault, FileFault, TypeFault, ValueFault

IN_C = "TensorBase"     # the class whose methods without arguments PyTorch has in C
WITHOUT_ARGUMENTS = re.compile(rf"({IN_C}\.\w+\(\)) (?:takes 1 positional argument but (\d+) were given|"
                               r"got an unexpected keyword argument .*)")


def surplus(message: str) -> str:
    """CPython's words about the call of such a method with arguments in those of C; any other words as they are."""
    match = WITHOUT_ARGUMENTS.fullmatch(message)
    if match is None:
        return message
    method, count = match.groups()
    return f"{method} takes no arguments ({int(count) - 1} given)" if count else f"{method} takes no keyword arguments"


class ArgumentMismatch(ArgumentFault):
    """The function `callee` does not take these arguments; `usage` says how it is called."""

    def __init__(self, callee: str, phrase: str, usage: str = "") -> None:
        self.callee, self.phrase, self.usage = callee, phrase, usage
        super().__init__(f"{callee}() {phrase}", notes=(usage,) if usage else ())


class RefusedArgument(ArgumentMismatch):
    """The value of the parameter at position `at` is of a type that it does not take; `several`: tensors are due."""

    def __init__(self, callee: str, phrase: str, usage: str, *, at: int, parameter: str, value: Any,
                 several: bool) -> None:
        self.at, self.parameter, self.value, self.several = at, parameter, value, several
        super().__init__(callee, phrase, usage)


class RefusedValue(ValueFault, RefusedArgument):
    """A RefusedArgument for which PyTorch raises a ValueError."""


class RefusedTypeName(RefusedValue):
    """A RefusedValue that is not the name of an element type."""


class RefusedReceiver(AttributeFault, RefusedArgument):
    """A RefusedArgument for which PyTorch raises an AttributeError."""


class RefusedAtRunTime(TypeFault, RefusedArgument):
    """A RefusedArgument for which PyTorch raises a RuntimeError."""


class RefusedMode(UnimplementedType, RefusedArgument):
    """A RefusedArgument for which PyTorch raises a NotImplementedError."""


class SignatureMismatch(ArgumentMismatch):
    """The number or the names of the arguments are not those of the function."""


class TooManyArguments(SignatureMismatch):
    """There are more arguments by position, namely `count`, than parameters."""

    def __init__(self, callee: str, phrase: str, usage: str = "", *, count: int) -> None:
        self.count = count
        super().__init__(callee, phrase, usage)


class MissingArgument(SignatureMismatch):
    """A parameter without a default has no argument."""


class RepeatedArgument(SignatureMismatch):
    """A parameter has two arguments, one by position and one by name."""


class NoReceiverParameter(SignatureMismatch):
    """A method has no parameter for the object that it is called on."""


class UnknownOption(SignatureMismatch):
    """`option` is no parameter of the function; `suggestion` is the parameter most likely meant, or empty."""

    def __init__(self, callee: str, phrase: str, usage: str = "", *, option: str, suggestion: str = "") -> None:
        self.option, self.suggestion = option, suggestion
        super().__init__(callee, phrase, usage)


class SuperMisuse(ArgumentFault):
    """super() is called outside of a method, or with a class and an object that do not belong together."""

    def __init__(self) -> None:
        super().__init__("super() belongs in a method of a class, with that class and self")


class NotRegistrable(ArgumentFault):
    """A value of a wrong type was to become a parameter, a buffer or a child module."""


class NothingSaved(FileFault, FileNotFoundError):
    """A file is to be read that no torch.save of this run has made."""

    status = PROGRAM_ERROR
