"""`gradcheck` and `gradgradcheck`: whether gradients agree with slopes measured by central differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import raw, traced
from gradcli.engine.autograd.signature import NUMBERS, described, sized
from gradcli.engine.random.generators import draw
from gradcli.engine.tensor.dtypes import INEXACT
from gradcli.engine.tensor.tensor import ComplexTensor, DisplayHooks, Tensor
from gradcli.engine.tensor.variable import Variable, recording
from gradcli.engine.tensor.write_gate import writing
from gradcli.engine.transforms import functional
from gradcli.engine.transforms.jacobian_blocks import rows
from gradcli.faults.mistakes import SlopeMismatch
from gradcli.faults.tree import ArgumentFault, AttributeFault, GradFault, ValueFault

NONE_REQUIRED = ("gradcheck expects at least one input tensor to require gradient, but none of them have "
                 "requires_grad=True.")
STRIDED = ("The {}th input has a dimension with stride 0. gradcheck only supports inputs that are non-overlapping "
           "to be able to compute the numerical gradients correctly. You should call .contiguous on the input before "
           "passing it to gradcheck.")
DRIFTING = ("Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives "
            "different values, although analytical gradient matches numerical gradient."
            "The tolerance for nondeterminism was {}.")


def gradcheck(func: Callable[..., Any], inputs: Any, *, eps: float = 1e-6, atol: float = 1e-5, rtol: float = 1e-3,
              raise_exception: bool = True, nondet_tol: float = 0.0, check_undefined_grad: bool = True,
              check_grad_dtypes: bool = False, check_batched_grad: bool = False,
              check_batched_forward_grad: bool = False, check_forward_ad: bool = False,
              check_backward_ad: bool = True, fast_mode: bool = False, masked: Any = None) -> bool:
    """Whether the gradients of `func` agree with slopes measured by central differences, at double precision."""
    if not check_forward_ad and not check_backward_ad:
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    func, inputs = _in_real_parts(func, list(inputs) if isinstance(inputs, list | tuple) else [inputs])
    check = _Check(func, inputs, eps, atol, rtol, nondet_tol)
    if not raise_exception:
        try:
            check.run()
        except SlopeMismatch:
            return False
        return True
    check.run()
    return True


def _in_real_parts(func: Callable[..., Any], inputs: list[Any]) -> tuple[Callable[..., Any], list[Any]]:
    """A function of the real and imaginary parts of complex leaves, in place of one of the leaves, and these parts."""
    parted = {i for i, x in enumerate(inputs) if isinstance(x, ComplexTensor) and x.requires_grad}
    if not parted:
        return func, inputs

    def of_parts(*values: Any) -> Any:
        return func(*[traced.view_as_complex(x) if i in parted else x for i, x in enumerate(values)])

    return of_parts, [Variable(raw.pairs(x.array), True) if i in parted else x for i, x in enumerate(inputs)]


class _Check:
    """One check of a function at a point."""

    def __init__(self, func: Callable[..., Any], inputs: Any, eps: float, atol: float, rtol: float, drift: float
                 ) -> None:
        self.func, self.inputs = func, list(inputs) if isinstance(inputs, list | tuple) else [inputs]
        self.eps, self.atol, self.rtol, self.drift = eps, atol, rtol, drift
        for name, number in (("eps", eps), ("atol", atol), ("rtol", rtol), ("nondet_tol", drift)):
            if type(number) not in NUMBERS:
                raise ArgumentFault(f"gradcheck: {name} is a number, not {described(number)}")
        self.at = [i for i, x in enumerate(self.inputs) if isinstance(x, Tensor) and x.requires_grad]
        self.leaves: list[Tensor] = [self.inputs[i] for i in self.at]
        if not self.leaves:
            raise ValueFault(NONE_REQUIRED, ("x = torch.ones(2, dtype=torch.float64, requires_grad=True)",
                                             "one that does"))
        for i, x in zip(self.at, self.leaves, strict=True):
            steps = zip(x.array.strides, x.array.shape, strict=True)
            if x.array.size and any(step == 0 and size > 1 for step, size in steps):
                raise GradFault(STRIDED.format(i))

    def run(self) -> None:
        """Raise what is wrong with the gradients of the first output that has some that are."""
        outputs = _tensors(self.func(*self.inputs))
        chosen = [k for k, o in enumerate(outputs) if o.requires_grad]
        measured = [self._slopes(x, outputs) for x in self.leaves]
        if not chosen:
            if any(np.any(block != 0) for blocks in measured for block in blocks):
                raise SlopeMismatch("Numerical gradient for function expected to be zero", notes=(
                    "no result requires gradients, and they change with the inputs: detach(), .data, item() or numpy() "
                    "cut what they were computed from",))
            return
        for place, k in enumerate(chosen):
            claimed = self._claimed(outputs[k])
            for n in range(len(self.leaves)):
                self._compare(place, n, outputs[k], claimed[n], measured[n][k])
            again = self._claimed(outputs[k])
            if any(not np.all(np.abs(a - b) <= self.drift) for a, b in zip(claimed, again, strict=True)
                   if np.isfinite(a).all()):
                raise SlopeMismatch(DRIFTING.format(float(self.drift)))
        self._weighed([outputs[k] for k in chosen])

    def _claimed(self, output: Tensor) -> list[Any]:
        """The Jacobian by each input that gradients give."""
        return [block.array.astype(np.float64).reshape(output.array.size, x.array.size)
                for block, x in zip(rows(output, self.leaves, False), self.leaves, strict=True)]

    def _slopes(self, x: Tensor, outputs: Sequence[Tensor]) -> list[Any]:
        """The Jacobian of each output by one input, by differences."""
        blocks = [np.zeros((o.array.size, x.array.size)) for o in outputs]
        home = x.array.copy()
        try:
            for j in range(home.size):
                at, ends = np.unravel_index(j, home.shape), []
                for side in (self.eps, -self.eps):
                    moving = writing(x.array)       # in its own memory, whose layout the function may look at
                    moving[...] = home
                    moving[at] += side
                    with recording(True):       # the function may ask for gradients or hooks itself
                        moved = _tensors(self.func(*self.inputs))
                    ends.append([o.array.astype(np.float64).reshape(-1) for o in moved])
                for block, up, down in zip(blocks, *ends, strict=True):
                    block[:, j] = (up - down) / (2 * self.eps)
        finally:
            writing(x.array)[...] = home
        return blocks

    def _compare(self, place: int, n: int, output: Tensor, claimed: Any, measured: Any) -> None:
        x = self.leaves[n]
        close = np.isclose(claimed, measured, self.rtol, self.atol)
        if close.all():
            return
        gap = np.where(close, -1, np.abs(claimed - measured))
        i, j = divmod(int(np.argmax(np.where(np.isnan(gap), np.inf, gap))), gap.shape[1])
        count = "" if self.at[n] == n else f"argument {self.at[n]} of the function, "
        mismatch = f"Jacobian mismatch for output {place} with respect to input {n},"
        fault = SlopeMismatch(
            f"{mismatch} {count}element {i} of the {sized(output.array.shape)} result by element {j} of the "
            f"{sized(x.array.shape)} input: the gradient says {claimed[i, j]:.6g}, the slope is {measured[i, j]:.6g}",
            notes=("single precision is too coarse for eps=1e-6: use dtype=torch.float64",)
            if x.array.dtype != np.float64 else ())
        tables = [DisplayHooks.text(Tensor(np.ascontiguousarray(table.T, dtype=x.array.dtype)))
                  for table in (measured, claimed)]
        raise fault.saying(f"{mismatch}\nnumerical:{tables[0]}\nanalytical:{tables[1]}\n")

    def _weighed(self, outputs: list[Tensor]) -> None:
        """Gradients of 0 must come back as 0."""
        zeros: list[Any] = [Tensor(np.zeros_like(o.array)) for o in outputs]
        for g in functional.grad(outputs, self.leaves, zeros, True, allow_unused=True):
            if g is not None and np.any(g.array != 0) and not np.isnan(g.array).any():
                raise SlopeMismatch("backward not multiplied by grad_output", notes=(
                    "backward is given the gradient of its result, and multiplies it with its slope",))


def _tensors(result: Any) -> list[Tensor]:
    """The floating results of a function."""
    results = list(result) if isinstance(result, tuple | list) else [result]
    for value in results:
        if not isinstance(value, Tensor):
            raise AttributeFault(f"gradcheck needs a function that returns tensors, and it returned {described(value)}"
                                 ).saying(f"'{type(value).__name__}' object has no attribute 'requires_grad'")
    return [traced.pairs(o) if isinstance(o, ComplexTensor) else o for o in results if o.array.dtype.kind in INEXACT]


def gradgradcheck(func: Callable[..., Any], inputs: Any, grad_outputs: Any = None, *, eps: float = 1e-6,
                  atol: float = 1e-5, rtol: float = 1e-3, gen_non_contig_grad_outputs: bool = False,
                  raise_exception: bool = True, nondet_tol: float = 0.0, check_undefined_grad: bool = True,
                  check_grad_dtypes: bool = False, check_batched_grad: bool = False, check_fwd_over_rev: bool = False,
                  check_rev_over_rev: bool = True, fast_mode: bool = False, masked: bool = False) -> bool:
    """Whether the second derivatives of `func` are those that differences of its gradients give."""
    if not check_fwd_over_rev and not check_rev_over_rev:
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    func, arguments = _in_real_parts(func, list(inputs) if isinstance(inputs, list | tuple) else [inputs])
    if not any(isinstance(x, Tensor) and x.requires_grad for x in arguments):
        raise ValueFault(NONE_REQUIRED)
    with recording(True):
        weights = _weights(_differentiable(func(*arguments)), grad_outputs)

    def slopes(*xs: Any) -> Any:
        points, weights = xs[:len(arguments)], list(xs[len(arguments):])
        with recording(True):
            outputs = _differentiable(func(*points))
            differentiable = [x for x in points if isinstance(x, Tensor) and x.requires_grad]
            grads = functional.grad(outputs, differentiable, weights, create_graph=True, allow_unused=True)
            return tuple(g for g in grads if g is not None)

    return gradcheck(slopes, [*arguments, *weights], eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception,
                     nondet_tol=nondet_tol)


def _differentiable(result: Any) -> list[Tensor]:
    return [o for o in _tensors(result) if o.requires_grad]


def _weights(outputs: list[Tensor], grad_outputs: Any) -> list[Tensor]:
    """Weights of the outputs: those asked for, or drawn evenly from -1 to 1."""
    if grad_outputs is not None:
        return list(grad_outputs) if isinstance(grad_outputs, list | tuple) else [grad_outputs]
    return [Variable(draw().uniform(o.array.shape, o.array.dtype, -1, 1), True) for o in outputs]
