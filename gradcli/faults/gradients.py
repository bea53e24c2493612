"""Faults of differentiation with the facts that their repairs are made from. Each has the code of its base class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradcli.faults.mistakes import CutHistory, UnusedInput
from gradcli.faults.tree import ArgumentFault, FunctionGradients, FunctionStyle, GradFault, NoHistory

Places = Sequence[tuple[str, Any]]


class NothingRequiresGrad(NoHistory):
    """Nothing that a result was computed from requires grad."""


class Detached(CutHistory):
    """History was left behind by `cause`; by the result of `operation`, which has no gradient, if it was one."""

    def __init__(self, message: str, cause: str, operation: str, *hints: tuple[str, str], places: Places) -> None:
        self.cause, self.operation = cause, operation
        super().__init__(message, *hints, places=places)


class LostByConversion(CutHistory):
    """A command would give a wrong gradient, as `cause` made plain numbers of `tensor` at an instruction `at`.

    `missing` says what of the gradient is not there.
    """

    def __init__(self, missing: str, tensor: str, cause: str, at: Any) -> None:
        self.missing, self.tensor, self.cause, self.at = missing, tensor, cause, at
        super().__init__(self.with_cause(cause))

    def with_cause(self, cause: str) -> str:
        """The message with these words for the cause."""
        return f"{self.missing}, because {cause} leaves the history of {self.tensor} behind"


class NotInGraph(UnusedInput):
    """A gradient was asked by a tensor that requires grad and that the result was not computed from."""

    def __init__(self, index: int) -> None:
        super().__init__("one of the differentiated tensors appears to not have been used in the graph",
                         ("torch.autograd.grad(y, [x], allow_unused=True)", "gives None for it"))
        self.saying(f"The differentiated Tensor at index {index} appears to not have been used in the graph. Set "
                    "allow_unused=True if this is the desired behavior.")


class RequiresGradOfResult(GradFault):
    """A result, which has a history, was told whether to require gradients."""

    def __init__(self, value: bool) -> None:
        super().__init__("you can only change requires_grad flags of leaf variables",
                         ("y = y.detach()", "the same value without history"))
        advice = "" if value else (" If you want to use a computed variable in a subgraph that doesn't require "
                                   "differentiation use var_no_grad = var.detach().")
        self.saying(f"you can only change requires_grad flags of leaf variables.{advice}")


class GradientCount(FunctionGradients):
    """The backward of a Function returned `count` gradients, and its forward takes `arguments` arguments."""

    def __init__(self, function: str, count: int, arguments: int, places: Places) -> None:
        self.function, self.arguments = function, arguments
        values = ", ".join(["g"] + ["None"] * (arguments - 1))
        super().__init__(f"{function}.backward returned {count} gradient{'s' * (count != 1)} for the {arguments} "
                         f"argument{'s' * (arguments != 1)} of forward",
                         (f"return {values}", "one for each, None where none is needed"), places=places)
        self.saying(f"function {function}Backward returned an incorrect number of gradients (expected {arguments}, "
                    f"got {count})")


class GradientType(FunctionGradients):
    """The backward of a Function returned something that is neither a tensor nor None."""

    def __init__(self, function: str, value: str, value_type: type, position: int, places: Places) -> None:
        self.function = function
        super().__init__(f"{function}.backward must return tensors or None, and returned {value} at position "
                         f"{position}", places=places)
        self.saying(f"expected Variable or None (got {value_type.__name__})")


class StaticForward(FunctionStyle):
    """A Function with a static forward was made and called."""

    def __init__(self, function: str) -> None:
        super().__init__(f"{function} has a static forward, so it is applied, not made and called",
                         f"{function}.apply(x)")


class HookResult(ArgumentFault, GradFault):
    """A hook returned something that is no gradient, which PyTorch calls a wrong type."""


class FunctionIncomplete(FunctionStyle, NotImplementedError):
    """A Function has no forward or no backward."""


class ForwardNotStatic(FunctionStyle):
    """A Function was applied whose forward is not static."""

    def __init__(self, function: str) -> None:
        super().__init__(f"the forward of {function} is not static",
                         ("@staticmethod", "above forward(ctx, x) and backward(ctx, g), for apply"),
                         (f"{function}()(x)", "the style of 0.1.12, for forward(self, x)"))
