"""What Python says of a mistake that ends a program, in words for people who have not met Python's inside.

What a program catches and prints keeps Python's words; only what nobody catches comes here.
"""

from __future__ import annotations

import re

from gradcli.lang.messages.value_names import PLAIN

_OPERANDS = re.compile(r"unsupported operand type\(s\) for (.+?): '([^']+)' and '([^']+)'")
_COMPARED = re.compile(r"'([^']+)' not supported between instances of '([^']+)' and '([^']+)'")
_OBJECT = re.compile(r"'([^']+)' object")
_LENGTH = re.compile(r"object of type '([^']+)' has no len\(\)")
_JOINED = re.compile(r'can only concatenate (\w+) \(not "([^"]+)"\) to')
_REPEATED = re.compile(r"can't multiply sequence by non-int of type '([^']+)'")
_MISSING = re.compile(r"([\w.<>]+)\(\) missing \d+ required (?:positional|keyword-only) arguments?: (.*)", re.DOTALL)
_MANY = re.compile(r"([\w.<>]+)\(\) takes (?:from (\d+) to )?(\d+) positional arguments? but (\d+)\b")
_UNKNOWN = re.compile(r"([\w.<>]+)\(\) got an unexpected keyword argument '(\w+)'")
_TWICE = re.compile(r"([\w.<>]+)\(\) got multiple values for (?:keyword )?argument '(\w+)'")
_EXACTLY = re.compile(r"([\w.]+?)(?:\(\))? (?:takes|expected) (exactly|at most|at least|no)? ?(one|\d+)? ?"
                      r"(?:keyword )?arguments?(?:, got | \()(\d+)(?: given\))?")
_SAYINGS = (
    ("is not subscriptable", "has no items to take with [...]"),
    ("does not support item assignment", "cannot have its items changed"),
    ("does not support item deletion", "cannot have its items deleted"),
    ("is not callable", "cannot be called"),
    ("is not iterable", "cannot be gone through in a loop"),
    ("unhashable type: ", "cannot be a key of a dict or a member of a set: "),
)

_WORDS: tuple[tuple[str, str], ...] = (
    (r"(list|tuple|range) indices must be integers or slices, not (\w+)",
     "{0} is indexed by whole numbers or slices, not by {1}"),
    (r"string indices must be integers, not '(\w+)'", "a string is indexed by whole numbers or slices, not by {0}"),
    (r"slice indices must be integers or None or have an __index__ method", "the bounds of a slice are whole numbers"),
    (r"math domain error|expected a (?:positive|nonnegative) input.*", "the function has no value at this number"),
    (r"math range error", "the result is too large for a float"),
    (r"could not convert string to float: (.*)", "the string {q0} is not written as a number"),
    (r"invalid literal for int\(\) with base 10: (.*)", "the string {q0} is not written as a whole number"),
    (r"invalid literal for int\(\) with base (\d+): (.*)", "the string {q1} is not a whole number in base {q0}"),
    (r"int\(\) argument must be a string, a bytes-like object or a real number, not '(\w+)'",
     "int() makes a whole number of a number or a string, not of {0}"),
    (r"float\(\) argument must be a string or a real number, not '(\w+)'",
     "float() makes a float of a number or a string, not of {0}"),
    (r"cannot convert float NaN to integer", "nan has no whole number"),
    (r"cannot convert float infinity to integer", "inf has no whole number"),
    (r"(min|max)\(\) (?:arg|iterable argument) is (?:an )?empty(?: sequence)?",
     "{q0}() of nothing: there are no values to compare"),
    (r"list\.remove\(x\): x not in list", "the value to be removed is not in the list"),
    (r"(.+) is not in (list|tuple)", "{q0} is not in the {q1}"),
    (r"tuple\.index\(x\): x not in tuple", "the value is not in the tuple"),
    (r"pop from (?:an )?empty (list|set)", "pop() takes from {0}, and this one is empty"),
    (r"pop index out of range", "pop() was given an index that the list does not have"),
    (r"(list|tuple|string|range|range object)(?: assignment)? index out of range", "{0} has no item at this index"),
    (r"bad operand type for (?:unary )?(\S+?)(?:\(\))?: '(\w+)'", "{q0} works on numbers and tensors, not on {1}"),
    (r"type (\w+) doesn't define __round__ method", "round works on numbers and tensors, not on {0}"),
    (r"must be real number, not (\w+)", "a number is needed here, not {0}"),
    (r"'(\w+)' object cannot be interpreted as an integer", "a whole number is needed here, not {0}"),
    (r"Unknown format code '(.+)' for object of type '(\w+)'", "{1} cannot be written in the format {q0}"),
    (r"sequence item (\d+): expected str instance, (\w+) found", "join() puts strings together, and item {q0} is {1}"),
    (r"'(\w+)' is an invalid keyword argument for (\w+)\(\)", "{q1}() has no option {q0}"),
    (r"(\w+)\(\) got an unexpected keyword argument '(\w+)'", "{q0}() has no option {q1}"),
    (r"(\w+)\(\) missing required argument '(\w+)'.*", "{q0}() is missing {q1}"),
    (r"ord\(\) expected a character, but string of length (\d+) found",
     "ord() takes a string of one character, not of {q0}"),
    (r"chr\(\) arg not in range\(0x110000\)", "there is no character of this number"),
    (r"cannot convert dictionary update sequence element #(\d+) to a sequence",
     "a dict is made of pairs of key and value, and item {q0} is none"),
    (r"dictionary update sequence element #(\d+) has length (\d+); 2 is required",
     "a dict is made of pairs of key and value, and item {q0} has length {q1}"),
    (r"dictionary changed size during iteration", "the dict was changed while a loop went through it"),
    (r"range\(\) arg 3 must not be zero", "the step of a range cannot be 0"),
    (r"slice step cannot be zero", "the step of a slice cannot be 0"),
    (r"negative shift count", "a number cannot be shifted by fewer than 0 places"),
    (r"substring not found", "the text searched for is not there"),
    (r"empty separator", "the text to split at is empty"),
    (r"unhashable type: '(\w+)'", "{0} cannot be a key of a dict or a member of a set"),
    (r"cannot use '(\w+)' as a (?:dict key|set element).*", "{0} cannot be a key of a dict or a member of a set"),
    (r"'(\w+)' object is not reversible", "{0} cannot be gone through from its end"),
)
"""What Python says, and what is said here; {0} is the first quoted type in words, {q0} the first quoted text itself."""


def _worded(text: str) -> str | None:
    for pattern, told in _WORDS:
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found:
            kinds = [_kind("str" if each == "string" else each or "") for each in found.groups()]
            return told.format(*kinds, **{f"q{i}": each for i, each in enumerate(found.groups())})
    return None


def _call_words(text: str) -> str | None:
    """What Python says of arguments that a function does not take; its own object is not counted."""
    text = re.sub(r"[\w.]*<locals>\.", "", text).replace("<lambda>", "lambda")
    if found := _MISSING.match(text):
        names = found[2].replace("'", "").replace(", and ", " and ")
        return f"{_called(found[1])}() is missing {names}"
    if found := _MANY.match(text):
        own = "." in found[1]
        least, most, given = (int(each or -1) - own for each in found.groups()[1:])
        if most < 0:
            return f"{_called(found[1])}() takes no arguments, and was given its object: self stands first"
        return f"{_called(found[1])}() takes {counted(least if found[2] else most, most)}, and was given {given}"
    if found := _UNKNOWN.match(text):
        return f"{_called(found[1])}() has no option {found[2]}"
    if found := _TWICE.match(text):
        return f"{_called(found[1])}() was given {found[2]} twice: in its place and by name"
    if found := _EXACTLY.match(text):
        number = {"one": "1", None: ""}.get(found[3], found[3])
        takes = f"{found[2] or ''} {number}".replace("exactly ", "").strip()
        return f"{found[1]}() takes {takes} argument{'s' * (number != '1')}, and was given {found[4]}"
    return None


def _called(name: str) -> str:
    """A function as a program calls it, without the methods that Python calls itself."""
    return re.sub(r"\.__(?:init|call|new)__$", "", name)


def counted(least: int, most: int) -> str:
    """How many arguments a function takes, in words."""
    if most == 0:
        return "no arguments"
    if least == most:
        return f"{most} argument{'s' * (most > 1)}"
    return f"{least} {'or' if most - least == 1 else 'to'} {most} arguments"


def _kind(name: str) -> str:
    return PLAIN.get(name, f"a {name}")


def plain_words(text: str) -> str:
    """What Python says, without the words of its inside."""
    if told := _call_words(text) or _worded(text):
        return told
    if found := _OPERANDS.search(text):
        sign, left, right = found.groups()
        return f"{_kind(left)} and {_kind(right)} cannot be combined with {sign.split(' or ')[0]}"
    if found := _COMPARED.search(text):
        sign, left, right = found.groups()
        return f"{_kind(left)} and {_kind(right)} cannot be compared with {sign}"
    if found := _JOINED.search(text):
        return f"{_kind(found[1])} and {_kind(found[2])} cannot be combined with +"
    if found := _REPEATED.search(text):
        return f"only an int can repeat a list, tuple or string, not {_kind(found[1])}"
    if "argument #1 must support iteration" in text:
        return "a loop cannot go through this value"
    text = re.sub(r"non-iterable ([\w.]+) object", lambda m: _kind(m[1]), text)
    text = _LENGTH.sub(lambda m: f"{_kind(m[1])} has no length", text)
    text = _OBJECT.sub(lambda m: _kind(m[1]), re.sub(r"[\w.]*<locals>\.", "", text))
    for said, plain in _SAYINGS:
        text = text.replace(said, plain)
    return re.sub(r"\b(\w+\.)*(__init__|__call__)\(\)", lambda m: (m[1] or "")[:-1] + "()", text)
