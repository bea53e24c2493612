"""Gradients of complex numbers, judged by measured slopes along the real and the imaginary axis."""

import numpy as np
import pytest

from gradcli.engine.autograd.op import flat_name, traced
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.transforms.functional import grad
from gradcli.faults.mistakes import ComplexDerivative
from gradcli.faults.tree import Fault
from gradcli.ops import TABLE

STEP, BOUND = 1e-6, 2e-6
OPERATIONS = sorted({op.names[0] for op in TABLE.values() if (op.complex or op.complex_results) and op.rules})
# Decompositions, which are functions only up to phases and an order, or read one triangle; torch's samples judge them.
CHOSEN_FREELY = {"linalg.qr", "linalg.svd", "linalg.eig", "linalg.eigh", "linalg.eigvals", "cholesky",
                 "linalg.cholesky", "linalg.cholesky_ex", "cholesky_inverse", "cholesky_solve",
                 "linalg.solve_triangular"}
REFUSED = {"renorm", "nan_to_num"}


def complexed(value, real):
    """A sample's value as a leaf of complex numbers, or of real ones, of double precision where it has slopes."""
    if isinstance(value, list):
        array = np.array(value, np.float64)
        return Variable(array if real else array + 1j * np.cos(3 * array), True)
    if isinstance(value, np.ndarray):
        return Variable(value.astype(np.complex128), True) if value.dtype.kind == "c" else Tensor(value.copy())
    lists = type(value) is tuple and value and isinstance(value[0], list)
    return tuple(complexed(v, real) for v in value) if lists else value


def leaves_in(values):
    return [v for value in values for v in (value if type(value) is tuple else (value,))
            if isinstance(v, Tensor) and v.requires_grad]


def loss_of(function, values):
    """The real part of the results weighed by fixed numbers, and the results."""
    out = function(*values)
    outs = [o for o in (out if isinstance(out, tuple) else (out,)) if isinstance(o, Tensor) and o.requires_grad]
    total = 0.0
    for o in outs:
        weights = np.conj(weights_of(o))
        total += float(np.sum(weights * o.array).real)
    return total, outs


def weights_of(out):
    weights = np.linspace(1.0, 2.0, out.array.size).reshape(out.array.shape)
    return (weights * (1 - 0.5j)).astype(out.array.dtype) if out.array.dtype.kind == "c" else weights


def measured(function, values, leaf):
    """The slope of the loss along each axis of each element of a leaf."""
    slopes = np.zeros(leaf.array.shape, leaf.array.dtype)
    for at in np.ndindex(leaf.array.shape):
        for axis in (1, 1j) if leaf.array.dtype.kind == "c" else (1,):
            before = leaf.array[at]
            ends = []
            for side in (1, -1):
                leaf.array[at] = before + side * STEP * axis
                ends.append(loss_of(function, values)[0])
            leaf.array[at] = before
            slopes[at] += (ends[0] - ends[1]) / (2 * STEP) * axis
    return slopes


def judged(function, sample, real):
    """How many leaves of a sample have slopes, which its gradients are; 0 for one that has no complex numbers."""
    values = [complexed(v, real) for v in sample]
    leaves = leaves_in(values)
    try:
        outs = loss_of(function, values)[1] if leaves else []
    except Fault:
        return 0        # numbers that this operation does not take
    if not outs or not any(o.array.dtype.kind == "c" for o in (*outs, *leaves)):
        return 0
    gradients = grad(outs, leaves, [Tensor(np.asarray(weights_of(o))) for o in outs], allow_unused=True)
    for leaf, g in zip(leaves, gradients, strict=True):
        slopes = measured(function, values, leaf)
        gradient = np.zeros_like(slopes) if g is None else g.array
        assert np.allclose(gradient, slopes, BOUND, BOUND * max(1, np.abs(slopes).max(initial=0))), sample
    return len(leaves)


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name not in CHOSEN_FREELY | REFUSED])
def test_gradients_are_measured_slopes(name):
    function = getattr(traced, flat_name(name))
    assert sum(judged(function, sample, real) for sample in TABLE[name].samples for real in (False, True))


def test_operations_without_complex_slopes_refuse():
    for name in REFUSED:
        values = [complexed(v, False) for v in TABLE[name].samples[0]]
        with pytest.raises(ComplexDerivative):
            getattr(traced, flat_name(name))(*values)
