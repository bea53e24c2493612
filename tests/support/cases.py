"""The table, turned into cases: every operation with every one of its samples.

In a sample a list of floats is a leaf, a tuple of such lists a tuple of leaves, a numpy
array a constant tensor; everything else stands as written. Values are in the order of
the operation's parameters.
"""

import numpy as np
import pytest

from gradcli.engine.autograd.op import Op, flat_name, traced
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.ops import TABLE

OPS = sorted(set(TABLE.values()), key=lambda op: op.names)


def operations(only=lambda op: True):
    """A pytest parameter for every operation that `only` admits."""
    return [pytest.param(op, id=op.names[0]) for op in OPS if only(op)]


def samples_of(op, **others):
    """The samples of an operation, for a test `in_turn`."""
    return op.samples


def arguments(sample, dtype=np.float64):
    """Fresh arguments: leaves and constants made, everything else as written."""
    return [_argument(a, dtype) for a in sample]


def _argument(a, dtype):
    if isinstance(a, list):
        return Variable(np.array(a, dtype), True)
    if isinstance(a, tuple) and a and all(isinstance(x, list) for x in a):
        return tuple(Variable(np.array(x, dtype), True) for x in a)
    if isinstance(a, np.ndarray):
        return Tensor(a.astype(dtype) if a.dtype.kind == "f" else a)
    return a


def call(op, args):
    """The recorded call of `op` on values in the order of its parameters."""
    first = op.signature.positional
    return getattr(traced, flat_name(op.names[0]))(
        *args[:first], **dict(zip(op.params[first:], args[first:], strict=False)))


def smooth(op, args):
    """The call as slopes are measured: where inputs count as symmetric, both triangles move together."""
    if not op.symmetric:
        return call(op, args)
    return call(op, [(a + a.transpose(-1, -2)) / 2 if isinstance(a, Variable) else a for a in args])


def results(out):
    """The floating results of a call, as a list."""
    outs = out if isinstance(out, tuple) else (out,)
    return [o for o in outs if isinstance(o, Tensor) and o.array.dtype.kind in "fc"]


def leaves(args):
    """The leaves among arguments, tuples opened."""
    for a in args:
        yield from (x for x in (a if isinstance(a, tuple) else (a,)) if isinstance(x, Variable) and x.requires_grad)


def differentiable(op: type[Op]) -> bool:
    """Whether gradients can flow through the operation."""
    return bool(op.rules) or "compose" in vars(op)


def random_free(op):
    """Whether the operation gives the same result every time."""
    return not getattr(op, "random", False)
