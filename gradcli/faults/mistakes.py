"""Faults that have an explanation of their own: the more special kinds of those in `tree.py`.

What is caught as a `RuntimeError`, and with which status a command ends, each takes from the kind
that it belongs to. `FAULTS` is complete once this file is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.faults.exit_codes import PROGRAM_ERROR
from gradcli.faults.tree import FAULTS as FAULTS
from gradcli.faults.tree import (
    AssertionFault,
    AttributeFault,
    Fault,
    GradFault,
    KeyFault,
    LimitFault,
    NoHistory,
    PolicyFault,
    PythonFault,
    ShapeFault,
    SyntaxFault,
    TypeFault,
    UsageFault,
    ValueFault,
)

Shapes = Sequence[tuple[int, ...]]


class ComplexDerivative(GradFault):
    """A gradient was asked for through a function of complex numbers that has none, such as torch.renorm(z, 2, 0, 1).

    Work with the real and the imaginary part as two real tensors, z.real and z.imag, or with z.detach().
    """

    code = "G0420"

    def __init__(self, name: str, *, traced: bool = False) -> None:
        super().__init__(f"formulas are of real numbers, and {name} is called with complex ones" if traced else
                         f"{name} does not support automatic differentiation for outputs with complex dtype",
                         ("z.detach()", "the value, without history"),
                         ("u * x - v * y", "the real part of (u + vi) * (x + yi): differentiate two real tensors"))


class IndentationFault(SyntaxFault):
    """A line is indented as no block asks for, or a block that must be indented is not.

    The lines of a block begin in one column, further right than the line with the colon, and
    with spaces alone or tabs alone.
    """

    code = "G0103"


class ForeignSpelling(SyntaxFault):
    """Something is spelled as in another language, or in Python 2.

    The repair gives the spelling of Python 3: and for &&, not for !, elif for else if, ** for a power.
    """

    code = "G0104"


class MissingColon(SyntaxFault):
    """The head of an if, for, while, def, class, with or try does not end with a colon."""

    code = "G0105"


class StrayCharacter(SyntaxFault):
    """A character begins no word: a typographic quote or minus sign from a PDF, a sign of mathematics, a stray mark.

    Put the plain character of the keyboard in its place, which the repair gives where there is one.
    """

    code = "G0106"


class ImportRefused(PolicyFault):
    """A module is imported that is not there.

    Programs have torch and its parts, math, random, and little else; nothing is installed for them.
    What numpy is used for, torch does as well.
    """

    code = "G0202"


class UnderscoreRefused(PolicyFault):
    """A name begins with two underscores, which here only a few methods may.

    Such names lead inside of Python, where no program goes. Give it another name.
    """

    code = "G0203"


class WordRefused(PolicyFault):
    """A construct of Python is used that is not part of the language: async, await, or the statement exec.

    A program runs one step after another: leave the word out, and call the function as any other.
    """

    code = "G0204"


class DtypeMix(TypeFault):
    """An operation was given tensors of different element types, and does not convert them.

    Convert one of them: x.float(), x.double(), x.long(), or x.to(y.dtype).
    """

    code = "G0309"

    def __init__(self, message: str, *hints: tuple[str, str], dtypes: tuple[str, str]) -> None:
        self.dtypes = dtypes
        super().__init__(message, *hints)


class ProductShapes(ShapeFault):
    """A matrix product was asked of shapes that do not meet: (n x m) times (m x p) is what fits.

    Print both shapes. Often one of them has to be transposed, with x.t(), or a layer has to be
    made for another number of features.
    """

    code = "G0310"

    def __init__(self, message: str, *hints: tuple[str, str], shapes: Shapes = ()) -> None:
        self.shapes = shapes
        super().__init__(message, *hints)


class BroadcastShapes(ShapeFault):
    """An operation element by element was given shapes that cannot be stretched to each other.

    Shapes are compared from the last dimension on: lengths must be equal, or one of them 1. Transpose,
    view, or insert a dimension with unsqueeze(dim).
    """

    code = "G0311"

    def __init__(self, message: str, note: str, shapes: Shapes) -> None:
        self.shapes = shapes
        super().__init__(message, notes=(note,))


class ElementCount(TypeFault):
    """A tensor of several elements was to become a single plain number.

    Reduce it first, with x.sum(), x.mean() or an index; x.tolist() gives all elements.
    """

    code = "G0312"


class SeveralElements(ValueFault, ElementCount):
    """A tensor of several elements, or of none, was to become a plain number by float() or int()."""


class GradientMissing(GradFault, AttributeFault):
    """A `.grad` was used that is None.

    It is filled by backward(), for leaves that require grad. Results keep none unless retain_grad() was
    called on them before backward(); `x = x - ...` makes a new result of what was a leaf.
    """

    code = "G0413"


class SecondOrder(NoHistory):
    """A gradient was differentiated that was computed without a graph of its own.

    Say create_graph=True in the call that computes the first gradient.
    """

    code = "G0414"


class CutHistory(NoHistory):
    """backward() was called on something whose history was cut on the way from the leaf.

    The note says where: .data, .detach(), no_grad, a volatile Variable, or an operation such as argmax whose
    result does not move smoothly. Take that out, or differentiate something else.
    Commands that differentiate an expression say it too where a gradient would be 0, or a part of it missing, because
    a tensor was made a plain number on the way: write sin(x) for math.sin(x), and x for float(x) or x.item().
    """

    code = "G0415"


class UnusedInput(GradFault):
    """A gradient was asked with respect to something that the result does not depend on, or that requires none.

    Compute the result from it, or say allow_unused=True to get None instead.
    """

    code = "G0416"


class NotDifferentiable(GradFault):
    """An operation has no derivative by one of its inputs, and that input requires grad.

    Give it a value without history, with x.detach(), or use another operation.
    """

    code = "G0417"


class UnimplementedDerivative(NotDifferentiable, NotImplementedError):
    """The derivative of an operation that has a history and none in PyTorch either."""


class ViewWrite(GradFault):
    """An operation in place would change a view whose changes are not followed: one of several, or made under no_grad.

    Use the form that returns a new tensor, or write to a slice.
    """

    code = "G0419"


class UnsavedTensors(GradFault):
    """A Function's backward asks for tensors that its forward has not saved.

    Say ctx.save_for_backward(x, y) in forward, with as many tensors as backward takes from ctx.saved_tensors.
    """

    code = "G0418"


class NoneFault(PythonFault):
    """None stands where a value is needed.

    A function without return gives None; so do methods that change something in place, such as list.sort().
    """

    code = "G0505"


class OperandFault(PythonFault):
    """An operator stands between values that do not go together, such as a number and a string.

    Convert one of them: int(text), float(text), str(number), torch.tensor(list).
    """

    code = "G0506"

    def __init__(self, message: str, *hints: tuple[str, str], sign: str) -> None:
        self.sign = sign
        super().__init__(message, *hints)


class CallFault(PythonFault):
    """Something was called that is no function: a number, a list, a property such as x.T or x.shape.

    Leave the brackets out, or look whether a name of a function was given another value.
    """

    code = "G0507"


class ItemFault(PythonFault):
    """Something was indexed, or gone through in a loop, that has no items.

    A loop over numbers takes range(n); methods are called with round brackets.
    """

    code = "G0508"

    def __init__(self, message: str, *hints: tuple[str, str], lacks: str) -> None:
        self.lacks = lacks      # "iteration", "items", "length" or "order"
        super().__init__(message, *hints)


class UnpackFault(PythonFault):
    """The names left of = are more, or fewer, than the values right of it."""

    code = "G0509"

    def __init__(self, message: str, *hints: tuple[str, str], expected: int | None = None) -> None:
        self.expected = expected        # how many names there are, if CPython says it
        super().__init__(message, *hints)


class TimeLimit(LimitFault):
    """The program ran for longer than it may. --time-limit sets another limit, in seconds."""

    code = "G0603"


class ProgramExit(LimitFault):
    """The program has ended itself with sys.exit(). No `except` of a program stops that."""

    status = PROGRAM_ERROR

    def __init__(self, message: str, succeeded: bool = False) -> None:
        self.succeeded = succeeded
        super().__init__(message)


class OutputLimit(LimitFault):
    """The program printed more than it may. --max-output sets another limit."""

    code = "G0604"


class DepthLimit(LimitFault):
    """Functions call each other, or values or expressions stand within each other, too deeply.

    A function that calls itself needs a case in which it does not. Give inner parts of an expression names.
    """

    code = "G0605"


class TurnLimit(LimitFault):
    """The loops of the program have turned more often than they may.

    Look for a condition that never becomes false; let one operation on a tensor do what the loop does.
    """

    code = "G0606"


class SizeLimit(LimitFault):
    """A list, string or whole number would become larger than any may be."""

    code = "G0607"


class WallMissing(UsageFault):
    """A program was to run within all walls of the system (--require-walls), and one of them is missing here.

    `gradcli limits` tells which: Landlock needs Linux 5.13 or newer, both need a container that allows them.
    """

    code = "G0802"


class UnfitValue(TypeFault, ValueFault):
    """An operation has no answer to these numbers, although their types and shapes fit.

    The message says which numbers it takes, or what is wrong with them.
    """

    code = "G0331"


class MappedResult(ValueFault, TypeFault):
    """A function under vmap returned something that is no tensor, a plain number for instance.

    Return the tensor itself, without .item(), float() or int(); say out_dims=None for what does not depend on the
    mapped inputs.
    """

    code = "G0330"


class FailedAssertion(AssertionFault, AssertionError):
    """Something does not hold that PyTorch asserts."""


class MissingKey(KeyFault, KeyError):
    """A container of ours has no entry under a key."""

    def __init__(self, key: str, message: str, *hints: tuple[str, str] | str) -> None:
        super().__init__(message, *hints)
        self.key, self.args = key, (key,)


class Unimplemented(Fault, NotImplementedError):
    """There is no such formula: of a distribution, a transform or a pair of distributions, as in PyTorch.

    An average over samples often serves in its place.
    """

    code = "G0332"


class SlopeMismatch(GradFault):
    """Gradients that are no slopes: what PyTorch calls torch.autograd.gradcheck.GradcheckError."""


class MatrixFault(UnfitValue):
    """A factorization or an inverse that a matrix does not have: what PyTorch calls torch.linalg.LinAlgError."""
