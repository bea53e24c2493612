"""What `torch.autograd.functional` takes and returns: its checks, in PyTorch's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcli.engine.autograd.backward import newest_first, nodes_leading_to
from gradcli.engine.autograd.detached import FUNCTIONAL, report_detached
from gradcli.engine.autograd.dispatch import parent
from gradcli.engine.autograd.op import traced
from gradcli.engine.autograd.signature import described
from gradcli.engine.messages.arguments import type_text
from gradcli.engine.tensor.dtypes import INEXACT
from gradcli.engine.tensor.methods import REQUESTED
from gradcli.engine.tensor.tensor import ComplexTensor, Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.transforms.levels import Level
from gradcli.faults.mistakes import FailedAssertion, UnimplementedDerivative, UnusedInput
from gradcli.faults.tree import ArgumentFault, GradFault, IntegerLeaf

RETURNED = "outputs of the user-provided function"
INPUT = "the input to the user-provided function is"


def checked_tensors(values: Any, subject: str, name: str) -> list[Tensor]:
    """One tensor, or a tuple of them, that a function of `torch.autograd.functional` was given, as a list."""
    start = f"The {subject} given to {name} must be either a Tensor or a tuple of Tensors but the "
    if not isinstance(values, Tensor | tuple):
        raise ArgumentFault(f"{start}given {subject} has type {type_text(values)}.")
    tensors = list(values) if isinstance(values, tuple) else [values]
    for i, value in enumerate(tensors):
        if not isinstance(value, Tensor):
            raise ArgumentFault(f"{start}value at index {i} has type {type_text(value)}.")
    return tensors


def refuse_complex(output: Tensor) -> None:
    """Raise GradFault for complex results where one weight of 1 would have to stand for both of their parts."""
    if isinstance(output, ComplexTensor):
        raise GradFault(f"grad can be implicitly created only for real scalar outputs but got {output.dtype!r}",
                        ("torch.view_as_real(z)", "both parts as real results"), ("z.abs()", "the magnitudes"))


def leaves_of(inputs: Any, connect: bool, name: str) -> tuple[tuple[Tensor, ...], bool]:
    """Fresh leaves with the values of the inputs, or connected stand-ins; and whether there were several."""
    several = isinstance(inputs, tuple)
    tensors = checked_tensors(inputs, "inputs", name)
    for x in tensors:
        if x.array.dtype.kind not in INEXACT:
            raise IntegerLeaf(f"only floating tensors can require gradients, not {x.dtype.name}",
                              ("x.float()", "a floating copy, which can")).saying(f"{REQUESTED} can require gradients")
    return tuple(traced.alias(x) if connect and x.requires_grad else
                 Variable(report_detached(x, FUNCTIONAL, x.array), True) for x in tensors), several


def checked_outputs(result: Any, leaves: Sequence[Tensor], strict: bool, name: str, *,
                    on_each: bool = False) -> list[Tensor]:
    """The tensors that a function returned; if `strict`, each must depend on some input, or with `on_each` on all."""
    outputs = checked_tensors(result, RETURNED, name)
    for i, output in enumerate(outputs if strict else ()):
        if not output.requires_grad:
            raise UnusedInput(f"Output {i} of the user-provided function does not require gradients. The outputs must "
                              "be computed in a differentiable manner from the input when running in strict mode.")
        if on_each:
            check_dependence([output], leaves, f"Output {i}")
    return outputs


def check_blocks(outputs: Sequence[Tensor], blocks: Sequence[Sequence[Any]], leaves: Sequence[Tensor]) -> None:
    """Refuse an output that does not depend on an input, and a derivative that depends on none; in this order."""
    for i, (output, row) in enumerate(zip(outputs, blocks, strict=True)):
        for j in range(len(leaves)):
            check_dependence([output], leaves[:j + 1], f"Output {i}")
            check_slopes(row[:j + 1], "jacobian", True)


def check_dependence(outputs: Sequence[Tensor], leaves: Sequence[Tensor], subject: str = "The output") -> None:
    """Refuse inputs that none of the outputs depends on."""
    ends = {parent(output) for output in outputs if output.requires_grad}
    calls = newest_first(ends)
    for j, x in enumerate(leaves):
        if parent(x) not in ends and not nodes_leading_to(calls, {parent(x)}):
            raise UnusedInput(f"{subject} of the user-provided function is independent of input {j}. This is not "
                              "allowed in strict mode.")


def stand_ins(level: Level, inputs: Any) -> tuple[tuple[Tensor, ...], bool]:
    """Stand-ins for the inputs, whose history PyTorch keeps where it differentiates forwards; and whether several."""
    several = isinstance(inputs, tuple)
    return tuple(level.differentiable(x) for x in checked_tensors(inputs, "inputs", "jacobian")), several


def check_slopes(slopes: Sequence[Any], subject: str, strict: bool) -> None:
    """Refuse, if `strict`, derivatives that do not depend on the inputs themselves."""
    for i, slope in enumerate(slopes if strict else ()):
        if not slope.requires_grad:
            raise UnusedInput(f"The {subject} of the user-provided function is independent of input {i}. This is not "
                              "allowed in strict mode when create_graph=True.")


def is_forward(strategy: Any, vectorize: bool, create_graph: bool) -> bool:
    """Whether `strategy` is to go column by column; a fault where that cannot be."""
    if strategy not in ("forward-mode", "reverse-mode"):
        raise FailedAssertion('Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function '
                              'has more outputs than inputs, "forward-mode" tends to be more performant. Otherwise, '
                              'prefer to use "reverse-mode".')
    if strategy == "reverse-mode":
        return False
    if create_graph:
        raise UnimplementedDerivative(
            'torch.autograd.functional.jacobian: `create_graph=True` and `strategy="forward-mode"` are not supported '
            'together (yet). Please either set `create_graph=False` or `strategy="reverse-mode"`.')
    if not vectorize:
        raise UnimplementedDerivative("Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly "
                                      "implemented for `vectorize=True`.")
    return True


def scalar_output(out: Any, name: str) -> Tensor:
    if not isinstance(out, Tensor) or out.array.size != 1:
        message = (f"The Tensor returned by the function given to {name} should contain a single element"
                   if isinstance(out, Tensor) else f"The function given to {name} should return a single Tensor")
        raise GradFault(f"{name}: the function must return a single number, not {described(out)}",
                        ("lambda x: f(x).sum()", "the sum of its elements")).saying(message)
    return out


def check_second_order(slopes: Sequence[Any], strict: bool) -> None:
    """Refuse, if `strict`, slopes that do not depend on the inputs."""
    for i, slope in enumerate(slopes if strict else ()):
        if slope is None:
            raise UnusedInput("The output of the user-provided function is independent of input "
                              f"{i}. This is not allowed in strict mode.")
        if not slope.requires_grad:
            raise UnusedInput(
                "While computing the hessian, found that the jacobian of the user-provided function with respect to "
                f"input {i} is independent of the input. This is not allowed in strict mode. You should ensure that "
                "your function is twice differentiable and that the jacobian depends on the inputs (this would be "
                "violated by a linear function for example).")


def directions_of(v: Any, tensors: Sequence[Tensor], several: bool, source: str, name: str) -> tuple[Any, ...]:
    """The vectors that a product is taken with, of the shapes of `tensors`, which `source` gave; ones for a number."""
    if v is None:
        if len(tensors) != 1 or tensors[0].array.size != 1:
            raise GradFault(f"The vector v can only be None if {source} a single Tensor with a single element.",
                            ("v=torch.ones(3)", "a vector of the shape"))
        return (Variable(np.ones_like(tensors[0].array)),)
    vectors = tuple(checked_tensors(v, "v", name))
    if len(vectors) != len(tensors):
        raise GradFault(f"v is a tuple of invalid length: should be {len(tensors)} but got {len(vectors)}." if several
                        else "The given v should contain a single Tensor.")
    for i, (vector, x) in enumerate(zip(vectors, tensors, strict=True)):
        if vector.array.shape != x.array.shape:
            entry = f"Entry {i} in " if several else ""
            raise GradFault(f"{entry}v has invalid size: should be {x.shape} but got {vector.shape}.")
    return vectors
