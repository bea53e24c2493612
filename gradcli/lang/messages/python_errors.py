"""What CPython's messages mean: which fault each is, with its fields, and what else can be said of it.

CPython raises its errors without fields, so its words are read here, and nowhere else. They stay the first line of the
diagnostic; an explanation follows where it says more than they do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from gradcli.faults.arguments import (
    MissingArgument,
    NoReceiverParameter,
    RepeatedArgument,
    SignatureMismatch,
    TooManyArguments,
    UnknownOption,
)
from gradcli.faults.mistakes import CallFault, ItemFault, OperandFault, UnpackFault
from gradcli.faults.source import without_addresses
from gradcli.faults.tree import ArgumentFault, Fault
from gradcli.lang.messages.value_names import PLAIN

Hints = tuple[tuple[str, str], ...]


class Meaning(NamedTuple):
    """What one message means.

    make    makes the fault of a message and hints; None where the class of the exception tells
    more    whether the explanation is worth a note after CPython's words
    types   the names of the types of the values that the message is about
    """

    explanation: str
    make: Callable[..., Fault] | None = None
    more: bool = False
    types: tuple[str | None, ...] = ()
    hints: Hints = ()


TEXT_TO_NUMBER = {"int": ("int(text)", "makes a number of text"), "float": ("float(text)", "makes a number of text")}
NUMBER_TO_TEXT = ("str(number)", "makes text of a number")
ITEMS_OF = ("x[0]", "belongs after a list, a tuple, a string, a dict or a tensor")


def _kind(name: str) -> str:
    return PLAIN.get(name, f"a {name}")


def _operands(sign: str, left: str, right: str) -> Meaning:
    sign = sign.split(" or ")[0]
    hints = (TEXT_TO_NUMBER[left], NUMBER_TO_TEXT) if right == "str" and left in TEXT_TO_NUMBER else ()
    return Meaning(f"{_kind(left)} and {_kind(right)} cannot be combined with {sign}",
                   partial(OperandFault, sign=sign), types=(left, right), hints=hints)


def _joined(left: str, right: str) -> Meaning:
    return Meaning(f"{_kind(left)} and {_kind(right)} cannot be combined with +",
                   partial(OperandFault, sign="+"), types=(left, right))


def _compared(sign: str, left: str, right: str) -> Meaning:
    return Meaning(f"{_kind(left)} and {_kind(right)} cannot be compared with {sign}",
                   partial(OperandFault, sign=sign), types=(left, right))


def _repeated(kind: str) -> Meaning:
    return Meaning(f"only an int can repeat a list, tuple or string, not {_kind(kind)}",
                   partial(OperandFault, sign="*"), types=(kind,))


def _lacking(explanation: str, lacks: str) -> Callable[[str], Meaning]:
    """Return a reading of messages about a type without "iteration", "items", "length" or "order" (`lacks`)."""
    def meaning(kind: str) -> Meaning:
        hints = (ITEMS_OF,) if (kind, lacks) == ("int", "items") else ()
        return Meaning(explanation.format(_kind(kind)), partial(ItemFault, lacks=lacks), types=(kind,), hints=hints)
    return meaning


def _uncallable(kind: str) -> Meaning:
    return Meaning(f"{_kind(kind)} cannot be called", CallFault, types=(kind,))


def _unpacked(kind: str) -> Meaning:
    return Meaning(f"cannot unpack {_kind(kind)}", UnpackFault, types=(kind,))


def _typed(kind: str) -> Meaning:
    """Record the type that the message names; its words need no explanation."""
    return Meaning("", types=(kind,))


def _values(expected: str) -> Meaning:
    return Meaning("", partial(UnpackFault, expected=int(expected)) if expected else UnpackFault)


def _missing(name: str, names: str) -> Meaning:
    names = names.replace("'", "").replace(", and ", " and ")
    return _mismatch(MissingArgument(callee_name(name), f"is missing {names}"))


def _too_many(name: str, least: str | None, most: str, count: str) -> Meaning:
    own = "." in name
    least_count, most_count, arguments = (int(number or -1) - own for number in (least, most, count))
    if most_count < 0:
        return _mismatch(NoReceiverParameter(callee_name(name), "takes no arguments, and was given its object: "
                                             "self stands first"), more=True)
    takes = counted(least_count if least else most_count, most_count)
    return _mismatch(TooManyArguments(callee_name(name), f"takes {takes}, and was given {arguments}",
                                      count=arguments), own)


def _unknown(name: str, option: str) -> Meaning:
    return _mismatch(UnknownOption(callee_name(name), f"has no option {option}", option=option))


def _unknown_first(option: str, name: str) -> Meaning:
    return _unknown(name, option)


def _twice(name: str, option: str) -> Meaning:
    return _mismatch(RepeatedArgument(callee_name(name), f"was given {option} twice: in its place and by name"),
                     more=True)


def _exactly(name: str, qualifier: str | None, number: str | None, count: str) -> Meaning:
    number = {"one": "1", None: ""}.get(number, number)
    takes = f"{qualifier or ''} {number}".replace("exactly ", "").strip()
    return _mismatch(TooManyArguments(name, f"takes {takes} argument{'s' * (number != '1')}, and was given {count}",
                                      count=int(count)))


def _mismatch(fault: SignatureMismatch, more: bool = False) -> Meaning:
    """Arguments that a function does not take: the explanation is the fault's own message."""
    return Meaning(fault.message, lambda message: fault, more)


def _in_words(explanation: str, more: bool = False, kind: type[Fault] | None = None) -> Callable[..., Meaning]:
    """Return a reading with a fixed explanation: {0} is the first group as a type in words, {q0} the group itself."""
    places = [int(place) for place in re.findall(r"\{(\d)\}", explanation)]

    def meaning(*groups: str | None) -> Meaning:
        kinds = [_kind("str" if group == "string" else group or "") for group in groups]
        return Meaning(explanation.format(*kinds, **{f"q{i}": group for i, group in enumerate(groups)}), kind, more,
                       tuple(groups[place] for place in places))
    return meaning


_READINGS: tuple[tuple[str, Callable[..., Meaning]], ...] = (
    (r"([\w.<>]+)\(\) missing \d+ required (?:positional|keyword-only) arguments?: (.*)", _missing),
    (r"([\w.<>]+)\(\) takes (?:from (\d+) to )?(\d+) positional arguments? but (\d+)\b.*", _too_many),
    (r"([\w.<>]+)\(\) got an unexpected keyword argument '(\w+)'.*", _unknown),
    (r"([\w.<>]+)\(\) got multiple values for (?:keyword )?argument '(\w+)'.*", _twice),
    (r"([\w.]+?)(?:\(\))? (?:takes|expected) (exactly|at most|at least|no)? ?(one|\d+)? ?"
     r"(?:keyword )?arguments?(?:, got | \()(\d+)(?: given\))?.*", _exactly),
    (r".*unsupported operand type\(s\) for (.+?): '([^']+)' and '([^']+)'.*", _operands),
    (r".*'([^']+)' not supported between instances of '([^']+)' and '([^']+)'.*", _compared),
    (r'.*can only concatenate (\w+) \(not "([^"]+)"\) to.*', _joined),
    (r".*can't multiply sequence by non-int of type '([^']+)'.*", _repeated),
    (r"'([^']+)' object is not subscriptable", _lacking("{0} has no items to take with [...]", "items")),
    (r"'([^']+)' object does not support item assignment", _lacking("{0} cannot have its items changed", "items")),
    (r"'([^']+)' object does(?:n't| not) support item deletion",
     _lacking("{0} cannot have its items deleted", "items")),
    (r"'([^']+)' object is not iterable", _lacking("{0} cannot be gone through in a loop", "iteration")),
    (r"'([^']+)' object is not reversible", _lacking("{0} cannot be gone through from its end", "order")),
    (r"object of type '([^']+)' has no len\(\)", _lacking("{0} has no length", "length")),
    (r".*argument #1 must support iteration", lambda: Meaning("a loop cannot go through this value", ItemFault)),
    (r"'([^']+)' object is not callable", _uncallable),
    (r"cannot create '([^']+)' instances", _uncallable),
    (r"cannot unpack non-iterable ([\w.]+) object", _unpacked),
    (r"(?:too many|not enough) values to unpack \(expected (?:at least )?(\d*).*", _values),
    (r"(list|tuple|range) indices must be integers or slices, not (\w+)",
     _in_words("{0} is indexed by whole numbers or slices, not by {1}")),
    (r"string indices must be integers, not '(\w+)'",
     _in_words("a string is indexed by whole numbers or slices, not by {0}")),
    (r"slice indices must be integers or None or have an __index__ method",
     _in_words("the bounds of a slice are whole numbers")),
    (r"math domain error|expected a (?:positive|nonnegative) input.*",
     _in_words("the function has no value at this number", True)),
    (r"math range error", _in_words("the result is too large for a float", True)),
    (r"could not convert string to float: (.*)", _in_words("the string {q0} is not written as a number")),
    (r"invalid literal for int\(\) with base 10: (.*)",
     _in_words("the string {q0} is not written as a whole number", True)),
    (r"invalid literal for int\(\) with base (\d+): (.*)",
     _in_words("the string {q1} is not a whole number in base {q0}")),
    (r"int\(\) argument must be a string, a bytes-like object or a real number, not '(\w+)'",
     _in_words("int() makes a whole number of a number or a string, not of {0}", kind=ArgumentFault)),
    (r"float\(\) argument must be a string or a real number, not '(\w+)'",
     _in_words("float() makes a float of a number or a string, not of {0}", kind=ArgumentFault)),
    (r"cannot convert float NaN to integer", _in_words("nan has no whole number")),
    (r"cannot convert float infinity to integer", _in_words("inf has no whole number")),
    (r"(min|max)\(\) (?:arg|iterable argument) is (?:an )?empty(?: sequence)?",
     _in_words("{q0}() of nothing: there are no values to compare")),
    (r"list\.remove\(x\): x not in list", _in_words("the value to be removed is not in the list")),
    (r"(.+) is not in (list|tuple)", _in_words("{q0} is not in the {q1}")),
    (r"tuple\.index\(x\): x not in tuple", _in_words("the value is not in the tuple")),
    (r"pop from (?:an )?empty (list|set)", _in_words("pop() takes from {0}, and this one is empty")),
    (r"pop index out of range", _in_words("pop() was given an index that the list does not have")),
    (r"(list|tuple|string|range|range object)(?: assignment)? index out of range",
     _in_words("{0} has no item at this index")),
    (r"bad operand type for (?:unary )?(\S+?)(?:\(\))?: '(\w+)'",
     _in_words("{q0} works on numbers and tensors, not on {1}")),
    (r"type (\w+) doesn't define __round__ method", _in_words("round works on numbers and tensors, not on {0}", True)),
    (r"must be real number, not (\w+)", _in_words("a number is needed here, not {0}")),
    (r"'(\w+)' object cannot be interpreted as an integer", _in_words("a whole number is needed here, not {0}")),
    (r"Unknown format code '(.+)' for object of type '(\w+)'", _in_words("{1} cannot be written in the format {q0}")),
    (r"unsupported format string passed to (\w+)\.__format__", _typed),
    (r"%\w format: a real number is required, not (\w+)", _typed),
    (r"Value after \* must be an iterable, not (\w+)", _typed),
    (r"'(\w+)' object is not an iterator", _typed),
    (r".+ argument after \*\*? must be (?:an iterable|a mapping), not (\w+)",
     lambda kind: Meaning("", ArgumentFault, types=(kind,))),
    (r"ord\(\) expected string of length 1, but (\w+) found", _typed),
    (r"sequence item (\d+): expected str instance, (\w+) found",
     _in_words("join() puts strings together, and item {q0} is {1}", True)),
    (r"'(\w+)' is an invalid keyword argument for (\w+)\(\)", _unknown_first),
    (r"(\w+)\(\) missing required argument '(\w+)'.*", _missing),
    (r"ord\(\) expected a character, but string of length (\d+) found",
     _in_words("ord() takes a string of one character, not of {q0}")),
    (r"chr\(\) arg not in range\(0x110000\)", _in_words("there is no character of this number")),
    (r"cannot convert dictionary update sequence element #(\d+) to a sequence",
     _in_words("a dict is made of pairs of key and value, and item {q0} is none", True)),
    (r"dictionary update sequence element #(\d+) has length (\d+); 2 is required",
     _in_words("a dict is made of pairs of key and value, and item {q0} has length {q1}", True)),
    (r"dictionary changed size during iteration", _in_words("the dict was changed while a loop went through it")),
    (r"range\(\) arg 3 must not be zero", _in_words("the step of a range cannot be 0")),
    (r"slice step cannot be zero", _in_words("the step of a slice cannot be 0")),
    (r"negative shift count", _in_words("a number cannot be shifted by fewer than 0 places")),
    (r"substring not found", _in_words("the text searched for is not there")),
    (r"empty separator", _in_words("the text to split at is empty")),
    (r"unhashable type: '(\w+)'", _in_words("{0} cannot be a key of a dict or a member of a set", True)),
    (r"cannot use '(\w+)' as a (?:dict key|set element).*",
     _in_words("{0} cannot be a key of a dict or a member of a set")),
)


def callee_name(name: str) -> str:
    """The name that a program calls a function by: of a class, without __init__, __call__ or __new__."""
    return re.sub(r"\.__(?:init|call|new)__$", "", name.replace("<lambda>", "lambda"))


def counted(least: int, most: int) -> str:
    """How many arguments a function takes, in words."""
    if most == 0:
        return "no arguments"
    if least == most:
        return f"{most} argument{'s' * (most > 1)}"
    return f"{least} {'or' if most - least == 1 else 'to'} {most} arguments"


def meaning(message: str) -> Meaning:
    """Return the meaning of a message of CPython's."""
    message = without_addresses(message).replace("__main__.", "")
    for pattern, read in _READINGS:
        match = re.fullmatch(pattern, message, re.DOTALL)
        if match:
            return read(*match.groups())
    return Meaning("", ArgumentFault if "argument" in message else None)
