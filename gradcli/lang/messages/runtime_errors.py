"""Translate exceptions of a running program into faults with a place, a message and repairs."""

from __future__ import annotations

import dis
import re
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from gradcli.exposure import PROGRAM_MADE
from gradcli.faults.arguments import surplus
from gradcli.faults.mistakes import DepthLimit, SizeLimit, UnpackFault
from gradcli.faults.suggestions import nearest, nearest_word
from gradcli.faults.tree import (
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
from gradcli.lang.messages.first_line import headline_of
from gradcli.lang.messages.locate import is_lowered, location_of, source_of
from gradcli.lang.messages.python_errors import meaning
from gradcli.lang.messages.python_words import explanation_of, python_kind
from gradcli.lang.policy import Policy
from gradcli.lang.runtime.attributes import Attributes
from gradcli.lang.runtime.exceptions import args_of, name_of, name_of_name_error, object_of
from gradcli.lang.runtime.format import Formatter, has_readable_args


def translate(error: Exception, namespace: Mapping[str, Any], policy: Policy) -> Fault:
    """Return the fault for `error`, which running a program in `namespace` raised.

    A Fault is returned itself, with its place filled in if it had none.
    """
    raised = error
    if type(error) is TypeError and error.args and type(error.args[0]) is str:
        error.args = (surplus(error.args[0]), *error.args[1:])
    try:
        fault = error if isinstance(error, Fault) else _Translation(error, namespace, policy).fault()
    except LimitFault as limit:     # reached by the text of a value in the message
        fault, raised = limit, limit if location_of(limit) else error
    if fault is error:
        fault.headline = headline_of(fault)
    else:
        fault.exception = python_kind(error).__name__
    if fault.seek is not None:
        fault.hints += fault.seek()
        fault.seek = None
    if fault.span is None:
        location = location_of(raised)
        if location is not None:
            fault.name, fault.source, fault.span = location.name, location.text, location.span
            fault.trail, fault.words = location.trail, location.words
    return fault


class _Translation:
    """The translation of one exception."""

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
                    fault = make(self)
                    if isinstance(fault, AttributeFault):
                        fault.headline = headline_of(fault)
                    elif not isinstance(fault, LimitFault):
                        fault.headline = self.headline()
                    return fault
        if isinstance(error, AssertionError):
            words = re.sub(r"(?<!\s)\s*\n\s*", " ", self.text())
            fault = AssertionFault(words or "the assertion does not hold")
            fault.headline = "" if words else "AssertionError"
            return fault
        kind = next(cls for cls in type(error).__mro__ if cls.__module__ == "builtins" or PROGRAM_MADE in vars(cls))
        return PythonFault(f"{kind.__name__}: {self.text()}".removesuffix(": "))

    def headline(self) -> str:
        """Return CPython's words; those of a KeyError are the key alone, so the name of the class precedes them."""
        words = self.text()
        return f"KeyError: {words}" if isinstance(self.error, KeyError) else words

    def worded(self, make: Callable[..., Fault], explanation: str, *hints: tuple[str, str] | str,
               more: bool = False) -> Fault:
        """Make a fault whose explanation becomes a note if it says `more` than CPython's words, and else is dropped."""
        fault = make(explanation or self.text(), *hints)
        fault.needless = "" if more else fault.message
        return fault

    def text(self) -> str:
        """Return the message of the exception; `safe_text` guards against objects of the program in it."""
        error = self.error
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
            return self.worded(NameFault, f"{name} is used here before it has been given a value in its function",
                               *((f"global {name}",) if name in self.namespace else ()), more=True)
        own, words = self._local_names(), {"True", "False", "None", *self.namespace.get("__builtins__", ())}
        for key, value in self.namespace.items():
            (words if value is None or key in words else own).add(key)
        near = nearest(name, own) or nearest_word(name, words)
        return self.worded(NameFault, _ABSENT.get(name, f"the name {name} is not defined"),
                           *((n, "the nearest name") for n in near), more=name in _ABSENT)

    def _local_names(self) -> set[str]:
        step, names = self.error.__traceback__, set()
        while step is not None:
            if source_of(step.tb_frame.f_code) is not None:
                names = set(step.tb_frame.f_locals)
            step = step.tb_next
        return names

    def attribute(self) -> Fault:
        error = self.error
        assert isinstance(error, AttributeError)
        name = name_of(error)
        if type(name) is not str:
            return AttributeFault(self.text())
        fault = Attributes(self.policy, self.formatter).missing(object_of(error), name)
        fault.needless = fault.message
        fault.args = args_of(error) if not hasattr(type(object_of(error)), name) else (fault.message,)  # a slot
        return fault

    def key(self) -> Fault:
        args = args_of(self.error)
        key = args[0] if args else ""
        fault = self.worded(KeyFault, f"there is no entry under {self.formatter.safe_text(key, quoted=True)[:80]}")
        assert isinstance(fault, KeyFault)
        fault.key = key
        return fault

    def division(self) -> Fault:
        return self.worded(DivisionFault, "a number is divided by zero")

    def overflow(self) -> Fault:
        return self.worded(ValueFault, "the result is too large for a number of this kind", more=True)

    def argument(self) -> Fault:
        return self.read(PythonFault)

    def index(self) -> Fault:
        return self.read(IndexFault, IndexFault)

    def value(self) -> Fault:
        text = self.text()
        if text.endswith("is read-only"):
            raise self.error    # a writer of ours went past tensor/write_gate.py: no fault of the program
        if "integer string conversion" in text:
            return SizeLimit("a whole number of more than 4300 digits cannot become text or come from it")
        if any(phrase in text for phrase in TOO_LARGE):
            return _LIMITS[True]()
        return self.read(ValueFault, ValueFault, UnpackFault)

    def read(self, usual: type[Fault], *only: type[Fault]) -> Fault:
        """The fault that CPython's words mean: of the kinds in `only`, if there are any; else `usual`."""
        words, explanation = self.text(), explanation_of(self.error)
        reading = meaning(words)
        fault = self.worded(reading.make or usual, reading.explanation, *reading.hints, more=reading.more)
        if only and not isinstance(fault, only):
            fault = self.worded(usual, reading.explanation, *reading.hints, more=reading.more)
        if explanation:
            fault = self.worded(UnpackFault if type(fault) is UnpackFault else usual, explanation, more=True)
        fault.types = reading.types
        return fault


def _raised_by_program(trace: TracebackType | None) -> bool:
    """Whether the innermost step is a `raise` or `assert` that the program wrote."""
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    return is_lowered(code) and dis.opname[code.co_code[trace.tb_lasti]] in ("RAISE_VARARGS", "RERAISE")


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
    (ZeroDivisionError, _Translation.division),
    (KeyError, _Translation.key),
    (IndexError, _Translation.index),
    (TypeError, _Translation.argument),
    (OverflowError, _Translation.overflow),
    (ValueError, _Translation.value),
)

_ABSENT = {
    "open": "there is no open: programs read and write no files",
    "exec": "there is no exec: a program runs as it was written",
    "eval": "there is no eval: a program runs as it was written",
    "compile": "there is no compile: a program runs as it was written",
    "input": "there is no input: give values to a program with --var NAME=EXPR",
    "xrange": "xrange is Python 2's: write range",
    "raw_input": "there is no raw_input: give values to a program with --var NAME=EXPR",
    "unicode": "unicode is Python 2's: write str",
    "long": "long is Python 2's: write int",
}
