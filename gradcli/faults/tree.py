"""Every way a user's program or command can be wrong.

    Fault                       anything that is the user's to mend
     |- SyntaxFault    G01xx    the text is not in the language
     |- PolicyFault    G02xx    the text says what no program here may say
     |- NameFault      G0301    a name that is not there             (NameError)
     |- AttributeFault G0302    an attribute that is not there       (AttributeError)
     |- ArgumentFault  G0303    a call that does not fit             (TypeError)
     |- ValueFault     G0304    a value that does not fit            (ValueError)
     |- IndexFault     G0305    an index out of range                (IndexError)
     |- TypeFault      G0306    operands or types that do not mix    (RuntimeError)
     |- ShapeFault     G0307    shapes that do not fit               (RuntimeError)
     |- GradFault      G04xx    what differentiation cannot do       (RuntimeError)
     |- PythonFault    G05xx    what Python's own numbers and containers raised
     |- LimitFault     G06xx    a budget used up
     |- FileFault      G07xx    a file that cannot be read or written
     `- UsageFault     G08xx    a command line that cannot be understood

Each class has a stable code, an exit status, and a docstring whose first line is the cause and whose rest is the
repair: `gradcli explain CODE` prints it. Faults of the run time are Python exceptions of the kind torch raises too, so
that a program's `except RuntimeError` catches them. A subclass with a code of its own is one specific mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any, Self

from gradcli.exposure import exposed
from gradcli.faults import exit_codes
from gradcli.faults.source import Span, caret_lines, in_diagnosis, shortened, terminal_safe, visible, without_addresses

LONGEST = 400       # of a repair, which may quote the program

FAULTS: dict[str, type[Fault]] = {}


@exposed()
class Fault(Exception):
    """Something in the program is wrong.

    `str(fault)` is the whole diagnosis, as the command line writes it, without colours. Its parts:

    code       such as "G0402"; `gradcli explain G0402` says more
    status     the exit status that the command line leaves with
    message    what is wrong, one line
    span       the place: a Span of line, column, end_line and end_column (the one after the last), from 1; or None
    source     the whole text that the span counts in; `name` is what that text is called
    hints      repairs, as pairs of what to write and why; `notes` are explanations
    trail      the calls of the program that led there, outermost first: function, name of the text, Span
    exception  the name of the Python exception that it comes from, or ""; `args` is what the program's `except` sees
    """

    code = "G0000"
    status = exit_codes.PROGRAM_ERROR

    def __init__(self, message: str, *hints: tuple[str, str] | str, span: Span | None = None,
                 notes: Sequence[str] = (), places: Sequence[tuple[str, Any]] = (), as_python: bool = False) -> None:
        """Make a fault; its place and the program's calls are filled in where the program runs.

        hints   repairs that can be pasted, each alone or as a pair with what it does. A reason that begins with
                "in line 3" or "before line 3" says where the repair belongs; else it replaces what the carets mark
        notes   explanations, one line each
        places  other instructions of the program that matter, each with what happened there
        as_python   the message says what CPython's does, in other words

        Classes derived from this one have fields of their own for what their repairs are made from.
        """
        message = without_addresses(message)
        super().__init__(message)
        self.message = message
        self.hints: list[tuple[str, str]] = [(h[:LONGEST], "") if isinstance(h, str) else (h[0][:LONGEST], h[1])
                                             for h in hints]
        self.notes: list[str] = list(notes)
        self.places = list(places)
        self.as_python = as_python
        self.types: tuple[str | None, ...] = ()     # names of the types of the values that CPython's message is about
        self.span = span
        self.source = ""        # the whole text the span counts in
        self.name: Any = "<input>"   # what that text is called
        self.seek: Callable[[], Iterable[tuple[str, str]]] | None = None     # finds hints, once they are wanted
        self.trail: list[tuple[str, str, Span]] = []    # the user's calls, outermost first: function, text, place
        self.words: list[str] = []      # the line of each of these calls
        self.exception = ""     # the name of the exception it was translated from
        self.headline = ""      # CPython's or PyTorch's words for it, which become the first line
        self.needless = ""      # an explanation that says no more than the headline does

    def saying(self, message: str) -> Self:
        """This fault, with PyTorch's own `message` for programs that catch it."""
        self.args = (message,)
        return self

    def __copy__(self) -> Self:
        """A fault of the same class with the same fields; classes differ in what they are made from."""
        fault = type(self).__new__(type(self))
        fault.args = self.args
        vars(fault).update(vars(self))
        return fault

    def __init_subclass__(cls) -> None:
        """A class without a code of its own has that of its last base; those before it say what catches it."""
        if "code" not in vars(cls):
            if (code := [base for base in cls.__bases__ if issubclass(base, Fault)][-1].code) != cls.code:
                cls.code = code
        elif all(cls.code != getattr(base, "code", "") for base in cls.__bases__):
            assert cls.code not in FAULTS, f"{cls.code} is the code of two faults"
            FAULTS[cls.code] = cls

    def __str__(self) -> str:
        """What the command line says, without its colours. Programs see the message alone, in `args`."""
        return render(self)


class SyntaxFault(Fault):
    """The text is not in the language: the carets show the first place that cannot be read."""

    code = "G0101"
    status = exit_codes.REFUSED


class Unfinished(SyntaxFault):
    """The text ends in the middle of something that more text could finish.

    Close the bracket or the string that the carets show, or write the block that is missing.
    """

    code = "G0102"


class PolicyFault(Fault):
    """The program uses a construct or a name that no program here may use."""

    code = "G0201"
    status = exit_codes.REFUSED


class NameFault(Fault, NameError):
    """A name is used that has not been assigned and is not built in."""

    code = "G0301"


class AttributeFault(Fault, AttributeError):
    """A value has no attribute of that name."""

    code = "G0302"


class ArgumentFault(Fault, TypeError):
    """A call's arguments do not fit the signature."""

    code = "G0303"


class ValueFault(Fault, ValueError):
    """An argument has the right type and an impossible value."""

    code = "G0304"


class IndexFault(Fault, IndexError):
    """An index or dimension is outside the tensor."""

    code = "G0305"


class TypeFault(Fault, RuntimeError):
    """Tensor types that cannot be used together here."""

    code = "G0306"


class ShapeFault(Fault, RuntimeError):
    """The shapes of the operands do not fit each other."""

    code = "G0307"


class GradFault(Fault, RuntimeError):
    """Differentiation cannot do what is asked."""

    code = "G0401"


class NonScalarBackward(GradFault):
    """backward() without an argument was called on something with more than one element.

    The gradient of a vector-valued result needs weights. Sum the result first, or pass a
    gradient of its shape.
    """

    code = "G0402"


class SecondBackward(GradFault):
    """backward() ran twice through one graph, whose kept values the first run let go.

    Say retain_graph=True in the first call, or compute the result again before the second.
    """

    code = "G0403"
    computed: Any = None        # code and instruction that computed the node whose values are gone


class LeafWrite(GradFault):
    """An operation in place would change a leaf that requires grad.

    Write to its .data, do it inside `with torch.no_grad():`, or use the form that returns a
    new tensor.
    """

    code = "G0404"


class StaleValue(GradFault):
    """A value that an operation kept for backward was changed in place afterwards.

    Use the form that is not in place, or clone before writing.
    """

    code = "G0405"


class NoHistory(GradFault):
    """backward() was called on something that does not depend on any leaf that requires grad.

    Create the leaf with requires_grad=True, and keep .data, .detach() and no_grad out of the
    way between it and the result.
    """

    code = "G0406"


class GradientShape(GradFault):
    """A gradient was given whose shape is not that of the value it belongs to."""

    code = "G0407"


class PythonFault(Fault):
    """An error that the program raised itself, or that Python's own values raised, was not caught.

    The message begins with the exception's name. `try: ... except NAME as e: ...` handles it.
    """

    code = "G0501"


class DivisionFault(PythonFault):
    """A plain number was divided by zero.

    Tensors divide by zero and give inf or nan; plain numbers cannot. Test the divisor first.
    """

    code = "G0502"


class KeyFault(PythonFault):
    """A dict has no entry under that key.

    `d.get(key)` gives None instead; `key in d` tells beforehand.
    """

    code = "G0503"
    key: Any = ""


class AssertionFault(PythonFault):
    """An assert statement, of the program or of PyTorch, found its condition false."""

    code = "G0504"


class IntegerLeaf(GradFault):
    """A tensor of whole numbers or truth values was asked to require gradients.

    Slopes need numbers that can move a little: make it floating first, with x.float() or
    a literal like 1.0.
    """

    code = "G0408"


class FunctionGradients(GradFault):
    """A Function's backward returned gradients that do not fit the arguments of its forward.

    Return as many values as forward takes besides the context, in their order: for each tensor a
    gradient of its shape, and None for everything else. jvp returns a tangent for each result.
    """

    code = "G0411"


class FunctionStyle(GradFault):
    """A Function is written in one style and used in the other.

    With `@staticmethod` above forward(ctx, x) and backward(ctx, g) it is used as MyReLU.apply(x);
    with forward(self, x) and backward(self, g) as MyReLU()(x).
    """

    code = "G0412"


class AmbiguousTruth(TypeFault, ValueFault):
    """The truth of a tensor with several elements was asked, in an if, while, and, or, not.

    Say which is meant: (x > 0).all() or (x > 0).any().
    """

    code = "G0308"


class NumpyOfHistory(GradFault):
    """numpy() was called on something that requires gradients, whose history an array cannot carry.

    Say y.detach().numpy(), or y.data.numpy().
    """

    code = "G0410"


class AnomalousGradient(GradFault):
    """With anomaly detection on, an operation passed back a gradient that is nan or infinite.

    The note says where the operation was computed. Usual causes are the logarithm or the
    square root of 0, a division by 0, and exp of something large.
    """

    code = "G0409"


class LimitFault(Fault):
    """A limit on time, memory, output or depth was reached."""

    code = "G0601"
    status = exit_codes.LIMIT_REACHED


class MemoryFault(LimitFault):
    """A tensor would need more memory than there is, or than --memory-limit allows.

    Work on smaller pieces, or raise the limit.
    """

    code = "G0602"


class FileFault(Fault):
    """A file could not be read or written."""

    code = "G0701"
    status = exit_codes.FILE_ERROR

    def __init__(self, message: str, *hints: tuple[str, str] | str, **options: Any) -> None:
        """A fault without those repairs that nobody could paste: names of files, and in them, may hold line ends."""
        pasted = [hint for hint in hints if (hint if isinstance(hint, str) else hint[0]).isprintable()]
        super().__init__(message, *pasted, **options)


class UsageFault(Fault):
    """The command line cannot be understood."""

    code = "G0801"
    status = exit_codes.USAGE_ERROR


def calls(fault: Fault) -> list[str]:
    """The user's calls that led to the place of a fault, outermost first; what repeats stands there once."""
    lines: list[str] = []
    for (function, name, span), text in zip(fault.trail, fault.words, strict=True):
        where = f"line {span.line}" if name == fault.name else f"{name}:{span.line}"
        lines.append(f"{function} was called in {where}" + (f": {visible(text[:80])}" if text else ""))
    return [f"{call}   (again and again)" if len([*same]) > 1 else call for call, same in groupby(lines)]


def advice(fault: Fault) -> tuple[list[str], list[tuple[str, str]]]:
    """The notes and the repairs of a fault, which may quote values of the program, without true addresses."""
    return [in_diagnosis(note) for note in fault.notes], [
        (in_diagnosis(repair if fault.source else repair.replace("{y}", "y")), in_diagnosis(why))
        for repair, why in fault.hints]


def render(fault: Fault) -> str:
    """The diagnostic a person reads: message, place, source line, carets, repairs."""
    lines = [f"error[{fault.code}]: {visible(shortened(fault.message))}"]
    margin = ""
    if fault.span:
        margin = " " * len(str(fault.span.line))
        source_line, carets = caret_lines(fault.source, fault.span)
        lines += [f"{margin}--> {fault.name}:{fault.span.line}:{fault.span.column}", f"{margin} |",
                  f"{fault.span.line} | {source_line}", f"{margin} | {carets}"]
    lines += [f"{margin} = note: {call}" for call in calls(fault)]
    notes, hints = advice(fault)
    lines += [f"{margin} = note: {note}" for note in notes]
    width = max((len(repair) for repair, _ in hints), default=0)
    lines += [f"{margin} = help: {repair:<{width}}     {why}".rstrip() if why else f"{margin} = help: {repair}"
              for repair, why in hints]
    return terminal_safe("\n".join(lines))
