"""What rounding within a function does to its values and gradients, by evaluating it with inexact operations.

Every result of an operation is changed by a random part of the last digit, or of a few of the last. How far the
outputs then differ is their rounding error. It grows with that of the operations; where it does not, they are
saturated: periods, steps or jumps lie closer together than the rounded numbers, and neither values nor gradients
tell anything (Vignes, Mathematics and Computers in Simulation 35, 1993; Parker, UCLA CSD-970002, 1997).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np

from gradcli.engine.autograd.dispatch import dispatch
from gradcli.engine.autograd.op import Op
from gradcli.engine.complex_gate import COMPLEX
from gradcli.engine.random.uniform_stream import UniformStream
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Dual, grad_mode
from gradcli.engine.transforms.forward_ad import tangents_ignored
from gradcli.ops.math.modulo import Fmod, Remainder
from gradcli.ops.math.rounding import Frac, Rounding

EPSILON = 2.0**-52      # by what part the results of operations are off
COARSER = 256           # how many times as much they are the second time
FOLLOWS = 8             # how many times as much outputs are off then, at least, unless they are saturated
RUNS = 16               # evaluations of each size: where a last digit changes few results differ, or none
SAFETY = 2               # how many times the largest of them rounding errors may be
LARGEST_EXACT = 2.0**51         # numbers beyond which steps of 1 do not show
Modes = Callable[[], AbstractContextManager[None]]


def rounding_of(evaluate: Callable[[float, UniformStream], Any], exact: Any, modes: Modes) -> Any:
    """The rounding errors of what `evaluate` returns for a relative error of operations and a source of random numbers:
    infinite where they are saturated.

    exact   what it is without such errors
    modes   a context in which the modes of the session are in force whose operations are to be inexact
    """
    off = []
    for size in (EPSILON, EPSILON * COARSER):
        runs = []
        for seed in range(RUNS):
            random = UniformStream(seed)
            with entered(InexactLevel(size, random), modes):
                runs.append(np.abs(evaluate(size, random) - exact))
        off.append(np.nan_to_num(np.max(runs, axis=0), nan=np.inf))
    fine, coarse = off
    saturated = (fine > 0) & (coarse < FOLLOWS * fine)
    return np.where(saturated, np.inf, SAFETY * fine)


def inexact(array: Any, size: float, random: UniformStream) -> Any:
    """Numbers changed by a random part of `size`, except whole ones that are small enough to be exact."""
    exact = (array == np.rint(array)) & (np.abs(array) < LARGEST_EXACT)
    return np.where(exact, array, array * (1 + size * random.uniform(-1, 1, array.shape)))


@contextmanager
def entered(level: InexactLevel, modes: Modes) -> Iterator[None]:
    """Within, operations are those of the level."""
    grad_mode.general = True
    with modes():
        before, Dual.level, Dual.watched = (Dual.level, Dual.watched), level, True
        grad_mode.set_enabled(grad_mode.enabled)
    try:
        yield
    finally:
        grad_mode.general = False
        with modes():
            Dual.level, Dual.watched = before
            grad_mode.set_enabled(grad_mode.enabled)


class InexactLevel:
    """A level in place of one of forward-mode differentiation, which makes the results of operations inexact.

    Results that an operation only picks from its inputs stay as they are. Steps and periods that lie closer together
    than the numbers they are taken of leave nothing of a result, whatever the size.
    """

    def __init__(self, size: float, random: UniformStream) -> None:
        self.size, self.random = size, random

    def takes(self, values: Sequence[Any]) -> bool:
        """Whether a call with these values comes to `push`: all but those with complex numbers."""
        return not any(type(x) in COMPLEX for v in values for x in (v if type(v) is tuple else (v,)))

    def push(self, cls: type[Op], values: Sequence[Any]) -> Any:
        """The inexact result of an operation."""
        with tangents_ignored():
            result = dispatch(cls, values)
        inputs = [x.array for v in values for x in (v if type(v) is tuple else (v,)) if isinstance(x, Tensor)]
        if not cls.creates:
            for x in result if type(result) is tuple else (result,):
                if isinstance(x, Tensor) and x.array.dtype.kind in FLOAT_KINDS:
                    self._change(cls, x.array, values, inputs)
        return result

    def _change(self, cls: type[Op], array: Any, values: Sequence[Any], inputs: list[Any]) -> None:
        if not array.flags.writeable or any(np.may_share_memory(array, x) for x in inputs):
            return
        numbers = [np.abs(x).reshape(-1) for x in inputs if x.dtype.kind in FLOAT_KINDS]
        part = self.random.uniform(-1, 1, array.shape)
        with np.errstate(all="ignore"):
            if issubclass(cls, Fmod | Remainder | Frac):
                magnitude, period = (np.abs(v.array if isinstance(v, Tensor) else v) for v in (*values, 1)[:2])
                array[...] = np.where(magnitude > LARGEST_EXACT * period, period * part, array * (1 + self.size * part))
                return
            off: Any = self.size
            if issubclass(cls, Rounding):
                off = np.where(np.abs(inputs[0]) > LARGEST_EXACT, EPSILON * COARSER, 0)
            elif numbers:
                off = np.where(np.isin(np.abs(array), np.concatenate(numbers)), 0, self.size)
            array *= 1 + off * part

    def tangent(self, tensor: Tensor) -> None:
        """None: no tensor has a tangent."""

    def truth(self, tensor: Tensor) -> bool:
        """The truth of a tensor of one element, which a program asks for."""
        return bool(tensor.array)

    def record_write(self, target: Tensor, source: Any, put: Any = None) -> None:
        """Do nothing: no tensor has a tangent."""
