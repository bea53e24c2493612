"""`gradcheck` and `gradgradcheck`: whether gradients agree with slopes measured by central differences."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from gradcli.engine import functional
from gradcli.engine.current import draw
from gradcli.engine.jacobian_blocks import rows
from gradcli.engine.signature import NUMBERS, described, sized
from gradcli.engine.tensor import Tensor
from gradcli.engine.variable import Variable, recording
from gradcli.errors import ArgumentFault, GradFault


def gradcheck(func: Callable[..., Any], inputs: Any, eps: float = 1e-6, atol: float = 1e-5, rtol: float = 1e-3,
              raise_exception: bool = True, **options: Any) -> bool:
    """Whether the gradients of `func` agree with slopes measured by central differences, at double precision."""
    given = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    for name, number in (("eps", eps), ("atol", atol), ("rtol", rtol)):
        if type(number) not in NUMBERS:
            raise ArgumentFault(f"gradcheck: {name} is a number, not {described(number)}")
    leaves = [x for x in given if isinstance(x, Tensor) and x.requires_grad]
    if not leaves:
        raise GradFault("gradcheck expects at least one input tensor to require gradient",
                        ("x = torch.ones(2, dtype=torch.float64, requires_grad=True)", "one that does"))
    for k, output in enumerate(_outputs(func(*given))):
        for at, x in [(i, x) for i, x in enumerate(given) if any(x is leaf for leaf in leaves)]:
            worst = _worst(partial(_output, func, given, k), output, x, eps, atol, rtol)
            if worst and raise_exception:
                raise GradFault(
                    f"Jacobian mismatch for output {k} with respect to input {at}: "
                    f"{worst}", notes=("single precision is too coarse for eps=1e-6: use dtype=torch.float64",)
                    if x.array.dtype != np.float64 else ())
            if worst:
                return False
    return True


def _outputs(result: Any) -> list[Any]:
    found = list(result) if isinstance(result, tuple) else [result]
    return [o for o in found if isinstance(o, Tensor) and o.array.dtype.kind == "f"]


def _output(func: Callable[..., Any], given: list[Any], k: int) -> Tensor:
    """Result `k` of a function, computed again."""
    result: Tensor = _outputs(func(*given))[k]
    return result


def _worst(again: Callable[[], Tensor], output: Tensor, x: Tensor, eps: float, atol: float, rtol: float) -> str:
    """What is wrong with the worst element of the Jacobian of an output; empty if none is."""
    [block] = rows(output, [x], False)
    claimed = block.array.astype(np.float64).reshape(output.array.size, x.array.size)
    measured = np.zeros_like(claimed)
    home = x.array
    try:
        for j in range(home.size):
            ends = []
            for side in (eps, -eps):
                x.array = home.copy()
                x.array.reshape(-1)[j] += side
                with recording(True):       # the function may ask for gradients or hooks itself
                    ends.append(again().array.astype(np.float64).reshape(-1))
            measured[:, j] = (ends[0] - ends[1]) / (2 * eps)
    finally:
        x.array = home
    gap = np.abs(claimed - measured) - (atol + rtol * np.abs(measured))
    if not gap.size or gap.max() <= 0:
        return ""
    i, j = divmod(int(gap.argmax()), gap.shape[1])
    return (f"element {i} of the {sized(output.array.shape)} result by element {j} of the "
            f"{sized(home.shape)} input: the gradient says {claimed[i, j]:.6g}, the slope is {measured[i, j]:.6g}")


def gradgradcheck(func: Callable[..., Any], inputs: Any, grad_outputs: Any = None, eps: float = 1e-6,
                  atol: float = 1e-5, rtol: float = 1e-3, raise_exception: bool = True, **options: Any) -> bool:
    """The same for the gradients of the gradients of `func`."""
    given = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    with recording(True):
        weights = _weights(_outputs(func(*given)), grad_outputs)

    def slopes(*xs: Any) -> Any:
        points, weights = xs[:len(given)], list(xs[len(given):])
        with recording(True):
            outputs = _outputs(func(*points))
            wanted = [x for x in points if isinstance(x, Tensor) and x.requires_grad]
            return tuple(g for g in functional.grad(outputs, wanted, weights, create_graph=True, allow_unused=True)
                         if g is not None)

    return gradcheck(slopes, [*given, *weights], eps, atol, rtol, raise_exception)


def _weights(outputs: list[Tensor], grad_outputs: Any) -> list[Tensor]:
    """Weights of the outputs: those asked for, or drawn evenly from -1 to 1."""
    if grad_outputs is not None:
        return list(grad_outputs) if isinstance(grad_outputs, list | tuple) else [grad_outputs]
    return [Variable(draw().uniform(o.array.shape, o.array.dtype, -1, 1), True) for o in outputs]
