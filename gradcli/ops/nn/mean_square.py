"""Numbers divided by the root mean square of those around them."""

import math

import numpy as np

from gradcli.engine.autograd.op import rename_node
from gradcli.engine.autograd.signature import Array, Int, Number, Plain
from gradcli.engine.tensor.dtypes import HALVES, INEXACT, float32, float_limits
from gradcli.faults.tree import ValueFault
from gradcli.ops.base import ComplexOp, Functional
from gradcli.ops.dtype_checks import numpy_dtype, require_floating
from gradcli.ops.nn.normalization import GRID, MAPS, W2, W3
from gradcli.ops.nn.normalized_shape import last_shape


class RmsNorm(ComplexOp):
    """rms_norm(input, normalized_shape, weight, eps): input divided by the root of the mean of its squares over its
    last dimensions, which are of normalized_shape, times weight."""

    names = ("rms_norm", "nn.functional.rms_norm")
    method = False
    samples = [(GRID, (3,)), (GRID, (2, 3)), (GRID, (3,), W3), (GRID, (3,), None, 0.5)]
    errors = [(GRID, (2,)), (GRID, (3,), W2)]

    def compose(F, input, normalized_shape: Plain, weight: Array = None, eps: Number = None):
        if numpy_dtype(input).kind not in INEXACT:
            require_floating("rms_norm", np.empty(0, numpy_dtype(input)))
        inner = last_shape("rms_norm", tuple(input.shape), normalized_shape, weight)
        axes = tuple(range(len(input.shape) - len(inner), len(input.shape)))
        dtype = numpy_dtype(input)
        wide = F.cast(input, float32) if dtype in HALVES else input
        if eps is None:
            eps = float(float_limits(numpy_dtype(wide)).eps)
        scaled = rename_node(wide / F.sqrt(F.mean(wide * wide, axes, True) + eps), "MulBackward0")
        if weight is not None:
            scaled = scaled * weight
        return scaled if numpy_dtype(scaled) == dtype else F.cast(scaled, dtype)


class LocalResponseNorm(Functional):
    """local_response_norm(input, size, alpha, beta, k): input divided by (k + alpha times the mean square of the `size`
    channels around) to the power beta."""

    samples = [(MAPS, 2), (MAPS, 2, 0.5), (MAPS, 2, 0.5, 2.0), (MAPS, 2, 0.5, 0.75, 0.3)]
    errors = [([[1.0]], 2), ("text", 2)]

    def compose(F, input, size: Int, alpha: Number = 1e-4, beta: Number = 0.75, k: Number = 1.0):
        if len(input.shape) < 3:
            raise ValueFault(f"Expected 3D or higher dimensionality input (got {len(input.shape)} dimensions)").saying(
                f"Expected 3D or higher dimensionality {' ' * 25}input (got {len(input.shape)} dimensions)")
        if 0 in input.shape:
            return input
        n, c = input.shape[:2]
        squares = F.reshape(input * input, (n, 1, c, math.prod(input.shape[2:])))
        padded = F.constant_pad_nd(squares, (size // 2, 0), ((size - 1) // 2, 0), 0)
        around = F.avg_pool(padded, (size, 1), (1, 1), (0, 0), False, True, None)
        return input / (F.reshape(around, tuple(input.shape)) * alpha + k) ** beta
