"""How variables vary together: covariance and correlation of observations."""

import numpy as np

from gradcli.engine.autograd.signature import Array, Int
from gradcli.engine.messages.warnings import warn
from gradcli.engine.tensor.tensor import Tensor
from gradcli.faults.tree import ShapeFault, TypeFault
from gradcli.ops.base import ComplexOp
from gradcli.ops.complex_numbers import conjugated
from gradcli.ops.dtype_checks import numpy_dtype

ROWS = [[1.0, -2.0, 3.0, 0.5], [0.5, 5.0, -6.0, 2.0]]
OFTEN = np.array([1, 2, 1, 3])
HEAVY = np.array([0.5, 1.0, 2.0, 1.5])


def checked_weights(F, weights, count, name):
    """Weights of observations, one for each."""
    if len(weights.shape) > 1 or (weights.shape[0] if len(weights.shape) else 1) != count:
        raise ShapeFault(f"cov(): expected {name} to have the same numel as there are observations in the input, but "
                         f"got {list(weights.shape)} for {count} observations")
    integers = "int" in str(weights.dtype)
    if integers != (name == "fweights"):
        raise TypeFault(f"cov(): expected {name} to have {'floating point' if integers else 'integral'} dtype but got "
                        f"{name} with {weights.dtype} dtype")
    if F.any(weights < 0):
        raise ShapeFault(f"cov(): {name} cannot be negative")
    return weights


class Cov(ComplexOp):
    """cov(input, correction, fweights, aweights): the covariances of variables, a row each; fweights say how often an
    observation was made, aweights how much it counts."""

    samples = [(ROWS,), (ROWS, 0), (ROWS, 1, OFTEN), (ROWS, 1, None, HEAVY), (ROWS, 1, OFTEN, HEAVY),
               ([1.0, 2.0, 4.0],)]
    errors = [([ROWS],), (ROWS, 1, np.array([1, 2])), (ROWS, 1, np.array([1, 2, 3, -1]))]

    def compose(F, input, *, correction: Int = 1, fweights: Array = None, aweights: Array = None):
        if len(input.shape) > 2:
            raise ShapeFault(f"cov(): expected input to have two or fewer dimensions but got an input with "
                             f"{len(input.shape)} dimensions")
        if numpy_dtype(input).kind == "b":
            raise TypeFault("cov(): bool dtype is not supported for input", ("x.float()", "of ones and zeros"))
        if not any(kind in str(input.dtype) for kind in ("float", "complex")):
            input = F.cast(input, np.dtype(np.float32))
        x = input if len(input.shape) == 2 else F.reshape(input, (1, -1))
        w, total = None, x.shape[1]
        if fweights is not None:
            w = checked_weights(F, fweights, total, "fweights")
        if aweights is not None:
            heavy = checked_weights(F, aweights, total, "aweights")
            w = heavy if w is None else w * heavy
        if total <= correction and w is None:
            warn("cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of "
                 "observations.")
        off, norm = x - F.mean(x, 1, True), max(total - correction, 0)
        if w is not None:
            mass = F.sum(w)
            off = x - F.sum(x * w, 1, True) / mass
            degrees = correction if aweights is None else correction * F.sum(w * heavy) / mass
            norm = F.clamp(mass - degrees, 0)
        c = F.mm(off if w is None else F.cast(off * w, off.dtype), conjugated(F, F.t(off))) / norm
        return F.squeeze(c)


class Corrcoef(ComplexOp):
    """corrcoef(input): the correlations of variables, a row each."""

    samples = [(ROWS,), (np.array([1.0, 2.0, 4.0]),)]
    errors = [([ROWS],), ("text",)]

    def compose(F, input):
        if len(input.shape) > 2:
            raise ShapeFault(f"corrcoef(): expected input to have two or fewer dimensions but got an input with "
                             f"{len(input.shape)} dimensions")
        c = F.cov(input)
        if not len(c.shape):
            return c / c
        spread = F.sqrt(F.diag(c))
        share = c / F.unsqueeze(spread, 1) / F.unsqueeze(spread, 0)
        if (share.array if isinstance(share, Tensor) else share).dtype.kind == "c":
            return F.complex(F.clamp(F.real(share), -1, 1), F.clamp(F.imag(share), -1, 1))
        return F.clamp(share, -1, 1)
