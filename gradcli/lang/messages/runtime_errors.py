"""From what Python raised in a running program to a fault with a place and words a person can use."""

from __future__ import annotations

import dis
import re
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from gradcli.exposure import PROGRAM_MADE
from gradcli.faults.mistakes import CallFault, DepthLimit, ItemFault, OperandFault, SizeLimit, UnpackFault
from gradcli.faults.suggestions import nearest, nearest_word
from gradcli.faults.tree import (
    ArgumentFault,
    AssertionFault,
    AttributeFault,
    DivisionFault,
    Fault,
    IndexFault,
    KeyFault,
    LimitFault,
    MemoryFault,
    NameFault,
    PythonFault,
    ValueFault,
)
from gradcli.lang.budget import Budget
from gradcli.lang.messages.hints import trimmed
from gradcli.lang.messages.locate import place, source_of
from gradcli.lang.messages.python_errors import plain_words
from gradcli.lang.messages.python_words import python_kind
from gradcli.lang.policy import Policy
from gradcli.lang.runtime.attributes import Attributes
from gradcli.lang.runtime.exceptions import args_of, name_of, name_of_name_error, object_of
from gradcli.lang.runtime.format import Formatter, has_readable_args


def translate(error: Exception, namespace: Mapping[str, Any], policy: Policy) -> Fault:
    """The fault that tells of `error`, which came out of running a program in `namespace`.

    A Fault is returned itself, with its place filled in if it had none.
    """
    raised = error
    try:
        fault = error if isinstance(error, Fault) else _Translation(error, namespace, policy).fault()
    except LimitFault as limit:     # reached by the text of a value in the message
        fault, raised = limit, limit if place(limit) else error
    if fault is not error:
        fault.exception = python_kind(error).__name__
    if fault.seek is not None:
        fault.hints += fault.seek()
        fault.seek = None
    if fault.span is None:
        found = place(raised)
        if found is not None:
            fault.name, fault.source, fault.span = found.name, found.text, found.span
            fault.trail, fault.words = found.trail, found.words
    fault.message = trimmed(fault.message)
    return fault


class _Translation:
    """One error being put into words."""

    def __init__(self, error: Exception, namespace: Mapping[str, Any], policy: Policy) -> None:
        self.error, self.namespace, self.policy = error, namespace, policy
        self.formatter = Formatter(policy, Budget())

    def fault(self) -> Fault:
        error = self.error
        if isinstance(error, (RecursionError, MemoryError)):
            return _LIMITS[isinstance(error, MemoryError)]()
        if not (_raised_by_program(error.__traceback__) or PROGRAM_MADE in vars(type(error))):
            for kind, make in _MAKERS:
                if isinstance(error, kind):
                    return make(self)
        if isinstance(error, AssertionError):
            return AssertionFault(re.sub(r"\s*\n\s*", " ", self.text()) or "the assertion does not hold")
        kind = next(each for each in type(error).__mro__ if each.__module__ == "builtins" or PROGRAM_MADE in vars(each))
        return PythonFault(f"{kind.__name__}: {self.text()}".removesuffix(": "))

    def text(self) -> str:
        """The message. What a program has put into it may fail to be shown, or take too long."""
        error = self.error
        if type(error).__module__ == "builtins" and "told" in vars(error):
            return str(vars(error)["told"])
        args = args_of(error)
        if len(args) == 1 and has_readable_args(error):
            return self.formatter.safe_text(args[0], quoted=isinstance(error, KeyError))
        return self.formatter.safe_text(error)

    def name(self) -> Fault:
        error = self.error
        assert isinstance(error, NameError)
        text = self.text()
        name = name_of_name_error(error) or (re.findall(r"'([^']*)'", text) or ["?"])[0]
        if isinstance(error, UnboundLocalError) or "free variable" in text:
            return NameFault(f"{name} is used here before it has been given a value in its function",
                             *((f"global {name}",) if name in self.namespace else ()))
        own, words = self._local_names(), set(self.namespace.get("__builtins__", ()))
        for each, value in self.namespace.items():
            (words if value is None or each in words else own).add(each)
        near = nearest(name, own) or nearest_word(name, words)
        return NameFault(_ABSENT.get(name, f"the name {name} is not defined"),
                         *((n, "the nearest name") for n in near))

    def _local_names(self) -> set[str]:
        step, found = self.error.__traceback__, set()
        while step is not None:
            if source_of(step.tb_frame.f_code) is not None:
                found = set(step.tb_frame.f_locals)
            step = step.tb_next
        return found

    def attribute(self) -> Fault:
        error = self.error
        assert isinstance(error, AttributeError)
        name = name_of(error)
        if type(name) is not str:
            return AttributeFault(self.text())
        return Attributes(self.policy, self.formatter).missing(object_of(error), name)

    def key(self) -> Fault:
        args = args_of(self.error)
        key = self.formatter.safe_text(args[0] if args else "", quoted=True)[:80]
        return KeyFault(f"there is no entry under {key}")

    def argument(self) -> Fault:
        text = plain_words(self.text())
        kind = next((kind for words, kind in _KINDS if words in text), PythonFault)
        return kind(text, *_REPAIRS.get(text[:24], ()))

    def index(self) -> Fault:
        return IndexFault(plain_words(self.text()).replace("assignment index", "index"))

    def value(self) -> Fault:
        text = self.text()
        if text.endswith("is read-only"):
            raise self.error    # a writer of ours that has not asked engine/writing.py: no fault of the program
        if "integer string conversion" in text:
            return SizeLimit("a whole number of more than 4300 digits cannot become text or come from it")
        if any(said in text for said in TOO_LARGE):
            return _LIMITS[True]()
        kind = UnpackFault if "values to unpack" in text else ValueFault
        return kind(plain_words(text))


def _raised_by_program(trace: TracebackType | None) -> bool:
    """Whether the innermost step is a `raise` or `assert` that the program wrote."""
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    return source_of(code) is not None and dis.opname[code.co_code[trace.tb_lasti]] in ("RAISE_VARARGS", "RERAISE")


TOO_LARGE = ("array is too big", "Maximum allowed dimension exceeded", "Maximum allowed size exceeded")
"""What numpy says of arrays beyond any memory."""

_LIMITS: dict[bool, Callable[[], Fault]] = {
    False: lambda: DepthLimit("functions call each other too deeply",
                              notes=("a function that calls itself needs a case in which it does not",)),
    True: lambda: MemoryFault("there is not enough memory for this", "--memory-limit 64G"),
}

_MAKERS: tuple[tuple[type[Exception], Callable[[_Translation], Fault]], ...] = (
    (NameError, _Translation.name),
    (AttributeError, _Translation.attribute),
    (ZeroDivisionError, lambda t: DivisionFault("a number is divided by zero")),
    (KeyError, _Translation.key),
    (IndexError, _Translation.index),
    (TypeError, _Translation.argument),
    (OverflowError, lambda t: ValueFault("the result is too large for a number of this kind")),
    (ValueError, _Translation.value),
)

_ABSENT = {
    "open": "there is no open: programs read and write no files",
    "exec": "there is no exec: a program runs as it was written",
    "eval": "there is no eval: a program runs as it was written",
    "compile": "there is no compile: a program runs as it was written",
    "input": "there is no input: give values to a program with --var NAME=EXPR",
    "os": "there is no os: programs reach nothing outside themselves",
    "sys": "there is no sys: programs reach nothing outside themselves",
    "xrange": "xrange is Python 2's: write range",
    "raw_input": "there is no raw_input: give values to a program with --var NAME=EXPR",
    "unicode": "unicode is Python 2's: write str",
    "long": "long is Python 2's: write int",
}

_KINDS: tuple[tuple[str, type[Fault]], ...] = (
    ("() is missing ", ArgumentFault), ("() has no option ", ArgumentFault), ("() was given ", ArgumentFault),
    ("() makes a ", ArgumentFault),
    ("argument", ArgumentFault), ("cannot be called", CallFault), ("cannot unpack", UnpackFault),
    ("cannot be combined", OperandFault), ("cannot be compared", OperandFault), ("only concatenate", OperandFault),
    ("only an int can repeat", OperandFault), ("has no items to take", ItemFault), ("has no length", ItemFault),
    ("cannot be gone through", ItemFault), ("cannot go through", ItemFault), ("cannot have its items", ItemFault),
)
"""Which fault it is, by words of the message."""

_REPAIRS = {
    "can only concatenate str": (("str(value)", "makes text of what is to be appended"),),
    "an int and a string cann": (("int(text)", "makes a number of text"), ("str(number)", "makes text of a number")),
    "a float and a string can": (("float(text)", "makes a number of text"), ("str(number)", "makes text of a number")),
    "an int has no items to t": (("x[0]", "belongs after a list, a tuple, a string, a dict or a tensor"),),
}
"""What to do about the commonest of them, by how the message begins."""
