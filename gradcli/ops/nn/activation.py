"""Smooth functions of one number that networks are made of."""

import numpy as np

from gradcli.engine import large
from gradcli.engine.autograd.op import raw
from gradcli.engine.autograd.signature import Array, Dim, Number, Text
from gradcli.engine.autograd.type_promotion import checked_constant, constant
from gradcli.engine.kernels import HALF, LARGE, ONE, ZERO, Constant, choose
from gradcli.engine.large import SOME
from gradcli.engine.numerics import elementary
from gradcli.engine.numerics.fma import multiply_add
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, OF
from gradcli.engine.tensor.methods import axis
from gradcli.faults.arguments import RefusedAtRunTime
from gradcli.faults.tensors import UnimplementedType
from gradcli.faults.tree import ShapeFault, TypeFault
from gradcli.ops.arrays import laid_out_like, selected
from gradcli.ops.base import ComplexOp, Functional, Kernel, Unary

KERNELS = {"gelu": "GeluKernelImpl", "rrelu": "leaky_relu_cpu", "softshrink": "softshrink_check",
           "logsigmoid": "log_sigmoid_cpu", "selu": "elu_cpu", "celu": "elu_cpu", "mse_loss": "mse_cpu",
           "binary_cross_entropy": "binary_cross_entropy", "binary_cross_entropy_with_logits": "log_sigmoid_cpu"}
"""PyTorch's kernels whose name is not that of the operation and _cpu."""
APPROXIMATE = Text("none", "tanh", fault=RefusedAtRunTime, message="approximate argument must be either none or tanh.")
THNN = "torch.nn._functions.thnn.auto."
SIGNED = [-3.0, -0.4, 0.5, 2.0]
ROOT_HALF = 0.5**0.5
NORMAL_PEAK = 0.3989422804014327        # 1 / sqrt(2 pi)
MINUS_HALF, PEAK = Constant(-0.5), Constant(NORMAL_PEAK)
TANH_SCALE, TANH_CUBE = 0.7978845608028654, 0.044715
SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


class Activation(Unary, abstract=True):
    """A function that networks apply to each element of a floating tensor."""

    home = "nn.functional"
    type_promotion = ""
    inplace = False
    vanished = ""
    samples = [(SIGNED,)]
    errors = [("text",), (), (np.array([1, 2]),)]


def refuse_integers(name, *arrays):
    """Refuse whole numbers where a function has only floating values."""
    for array in arrays:
        if array is not None and array.dtype.kind not in FLOAT_KINDS:
            raise UnimplementedType(f"{name}() is not implemented for {OF[array.dtype].name} tensors",
                                    ("x.float()", "a floating copy")).saying(
                f'"{KERNELS.get(name, name + "_cpu")}" not implemented for \'{OF[array.dtype].era}\'')


class Gelu(Activation):
    """gelu(input, approximate): input times the normal distribution function of input, or its "tanh" approximation."""

    samples = [(SIGNED,), (SIGNED, "tanh")]

    def compose(F, input, *, approximate: APPROXIMATE = "none"):
        return F.gelu_tanh(input) if approximate == "tanh" else F.gelu_kernel(input)[0]


class GeluKernel(Kernel):
    """gelu_kernel(input): input times the normal distribution function of input; with the slope of that."""

    multi_output = True
    returns = ("output", "slope")
    unsaved_outputs = (0,)
    opmath, opmath_outputs = True, 1
    modern_names = "GeluBackward0"
    gradient_names = "GeluBackwardBackward0"
    samples = [(SIGNED,)]
    errors = [("text",), (np.array([1, 2]),)]

    def forward(input: Array):
        refuse_integers("gelu", input)
        if input.size >= SOME and input.dtype == np.float32:
            return large.elements.gelu(input)
        share = np.multiply(input, input.dtype.type(ROOT_HALF))
        share = np.array(raw.erf(share), input.dtype)       # of its own, for what follows
        np.add(share, ONE[share.dtype], share)
        np.multiply(share, HALF[share.dtype], share)
        return laid_out_like(input * share, input), input * raw.normal_density(input) + share

    def grad_input(F, g, input, out):
        by_output = None if g[0] is None else g[0] * out[1]
        if g[1] is None:
            return by_output
        by_slope = g[1] * (F.normal_density(input) * (2 - input * input))
        return by_slope if by_output is None else by_output + by_slope


class NormalDensity(Kernel):
    """normal_density(input): exp(-input^2 / 2) / sqrt(2 pi) of each element."""

    samples = [(SIGNED,)]

    def forward(input: Array):
        out = np.asarray(np.multiply(input, input))
        np.multiply(out, MINUS_HALF[out.dtype], out)
        out = elementary.exp(out, out)
        return np.multiply(out, PEAK[out.dtype], out)

    def grad_input(F, g, input, out):
        return -g * input * out


class GeluTanh(Kernel):
    """gelu_tanh(input): gelu with the distribution function approximated by a tanh (Hendrycks and Gimpel 2016)."""

    opmath = True
    modern_names = "GeluBackward0"
    gradient_names = "GeluBackwardBackward0"
    samples = [(SIGNED,)]
    errors = [("text",), (np.array([1, 2]),)]

    def forward(input: Array):
        refuse_integers("gelu", input)
        inner = TANH_SCALE * (input + TANH_CUBE * (input * input * input))
        return 0.5 * input * (1 + elementary.tanh(inner))

    def grad_input(F, g, input):
        square = input * input
        t = F.tanh(TANH_SCALE * input * (1 + TANH_CUBE * square))
        slope = TANH_SCALE * (1 + 3 * TANH_CUBE * square)
        return g * (0.5 * (1 + t) + 0.5 * input * (1 - t * t) * slope)


class Silu(Activation):
    """silu(input): input times sigmoid(input), also called swish."""

    complex = True
    fused_gradient = True
    vanished = "stay"
    inplace_option = True

    def forward(input: Array):
        if input.dtype.kind == "c":
            return input / (1 + elementary.exp(-input))
        refuse_integers("silu", input)
        share = np.asarray(np.negative(input))
        share = elementary.exp(share, share)
        return np.divide(input, np.add(share, ONE[share.dtype], share))

    def grad_input(F, g, input):
        s = F.sigmoid(input)
        if F is raw and input.dtype.kind == "f":
            one = ONE[input.dtype]
            return g * (s * multiply_add(input, one - s, one))
        return g * (s * (1 + input * (1 - s)))


class Mish(Activation):
    """mish(input): input times tanh(log(1 + exp(input)))."""

    vanished = "stay"
    inplace_option = True
    def forward(input: Array):
        refuse_integers("mish", input)
        return input * elementary.tanh(elementary.log1p(elementary.exp(input)))

    def grad_input(F, g, input):
        t, s = F.tanh(F.softplus(input)), F.sigmoid(input)
        return g * (t + input * s * (1 - t * t))


class Softplus(Activation):
    """softplus(input, beta, threshold): log(1 + exp(beta input)) / beta; input itself where beta input > threshold."""

    legacy_names = THNN + "Softplus"
    gradient_names = "SoftplusBackwardBackward0"
    samples = [(SIGNED,), (SIGNED, 2), (SIGNED, 1, 1.5), ([-90.0, 90.0],)]

    def forward(input: Array, beta: Number = 1, threshold: Number = 20):
        refuse_integers("softplus", input)
        if input.size >= SOME and input.dtype == np.float32 and beta == 1 and threshold >= 20:
            return large.elements.softplus(input)       # in double precision the threshold shows
        scaled = input if beta == 1 else np.multiply(input, checked_constant(beta, input.dtype))
        over = np.greater(scaled, checked_constant(threshold, input.dtype))
        out = np.asarray(elementary.exp(scaled))
        out = elementary.log1p(out, out)
        if beta != 1:
            np.divide(out, constant(beta, input.dtype), out)
        return selected(over, input, out) if np.count_nonzero(over) else out

    def grad_input(F, g, input, beta, threshold):
        if F is raw and input.size >= SOME and input.dtype == np.float32 and beta == 1 and threshold >= 20:
            return large.elements.softplus_slope(input, g)
        return g * F.softplus_steepness(input, beta, threshold)


class SoftplusSteepness(Kernel):
    """softplus_steepness(input, beta, threshold): the slope of softplus, sigmoid(beta input), or 1 beyond the
    threshold; its own slope is 0 from there on."""

    samples = [(SIGNED, 1.0, 20.0), (SIGNED, 2.0, 0.3)]
    errors = [("text", 1.0, 20.0)]

    def forward(input: Array, beta: Number, threshold: Number):
        scaled = input if beta == 1 else np.multiply(input, constant(beta, input.dtype))
        over = np.greater(scaled, constant(threshold, input.dtype))
        power = elementary.exp(np.minimum(scaled, constant(80, input.dtype)))
        share = power / (power + ONE[input.dtype])
        return np.where(over, ONE[input.dtype], share) if np.count_nonzero(over) else share

    def grad_input(F, g, input, beta, threshold, input_dtype):
        share = F.sigmoid(input * beta)
        return g * (share * (1 - share) * beta) * F.cast(input * beta < threshold, input_dtype)


class Logsigmoid(Activation):
    """logsigmoid(input): log(1 / (1 + exp(-input))), computed without overflow."""

    memory_order = "rows"
    legacy_names = THNN + "LogSigmoid"
    modern_names = "LogSigmoidBackward0"
    gradient_names = "LogSigmoidBackwardBackward0"

    def forward(input: Array):
        refuse_integers("logsigmoid", input)
        return np.minimum(input, ZERO[input.dtype]) - elementary.log1p(elementary.exp(-np.abs(input)))

    def grad_input(F, g, input):
        if F is not raw:
            return g * F.sigmoid(-input)
        power = elementary.exp(-np.abs(input))
        share = power / (power + ONE[input.dtype])
        return g * np.where(input < 0, ONE[input.dtype] - share, share)


class Elu(Activation):
    """elu(input, alpha): input where it is positive, alpha (exp(input) - 1) elsewhere."""

    inplace_option = inplace_saves_result = True
    legacy_names = THNN + "ELU"
    gradient_names = "EluBackwardBackward0"
    samples = [(SIGNED,), (SIGNED, 0.5)]

    def forward(input: Array, alpha: Number = 1.0):
        return elu_curve("elu", input, alpha)

    def grad_input(F, g, input, alpha):
        return elu_gradient(F, g, input, alpha)


class Selu(Activation):
    """selu(input): elu with the two constants that keep activations normalised, scale * elu(input, alpha)."""

    inplace_option = inplace_saves_result = True
    modern_names = "EluBackward0"
    legacy_names = THNN + "SELU"
    gradient_names = "EluBackwardBackward0"

    def forward(input: Array):
        return elu_curve("selu", input, SELU_ALPHA, SELU_SCALE)

    def grad_input(F, g, input):
        return elu_gradient(F, g, input, SELU_ALPHA, SELU_SCALE)


class Celu(Activation):
    """celu(input, alpha): input where it is positive, alpha (exp(input / alpha) - 1) elsewhere."""

    gradient_names = "EluBackwardBackward0"
    inplace_option = inplace_saves_result = True
    samples = [(SIGNED,), (SIGNED, 0.5)]

    def forward(input: Array, alpha: Number = 1.0):
        if not alpha:
            raise TypeFault("ZeroDivisionError: alpha cannot be 0 for CELU", "F.celu(x, 1.0)")
        return elu_curve("celu", input, alpha, 1, 1 / alpha)

    def grad_input(F, g, input, alpha):
        return elu_gradient(F, g, input, alpha, 1, 1 / alpha)


def elu_curve(name, input, alpha, scale=1, steepness=1):
    """scale times input where that is positive, scale alpha (exp(steepness input) - 1) elsewhere."""
    refuse_integers(name, input)
    if alpha != 1:
        checked_constant(alpha, input.dtype)
    if input.size >= SOME and scale == steepness == 1:
        return large.elements.elu(input, input.dtype.type(alpha))
    dtype = input.dtype
    positive = np.greater(input, ZERO[dtype])
    low = np.where(positive, ZERO[dtype], input)     # -0. stays
    if steepness != 1:
        np.multiply(low, constant(steepness, dtype), low)
    low = elementary.expm1(low, low)
    if alpha * scale != 1:
        np.multiply(low, constant(alpha * scale, dtype), low)
    high = input if scale == 1 else np.multiply(input, constant(scale, dtype))
    if input.size >= LARGE:
        return choose(positive, high, low)
    np.copyto(low, high, where=positive)
    return low


def elu_gradient(F, g, input, alpha, scale=1, steepness=1):
    """The gradient g times the slope of `elu_curve`; at 0 the slope of its lower half."""
    if F is raw and input.size >= SOME and scale == steepness == 1:
        return large.elements.elu_slope(input, g, input.dtype.type(alpha))
    return g * F.elu_slope(input, alpha * scale * steepness, scale, steepness)


class EluSlope(Kernel):
    """elu_slope(input, low, high, steepness): high where input is positive, low exp(steepness input) elsewhere."""

    samples = [(SIGNED, 0.5, 1.0, 2.0)]
    errors = [("text", 1.0, 1.0, 1.0)]

    def forward(input: Array, low: Number, high: Number, steepness: Number):
        dtype = input.dtype
        curve = np.asarray(np.minimum(input, ZERO[dtype]))
        if steepness != 1:
            np.multiply(curve, constant(steepness, dtype), curve)
        curve = elementary.exp(curve, curve)
        if low != 1:
            np.multiply(curve, constant(low, dtype), curve)
        if input.size >= LARGE or not input.ndim:
            return np.where(np.less_equal(input, ZERO[dtype]), curve, constant(high, dtype))
        np.copyto(curve, constant(high, dtype), where=np.logical_not(np.less_equal(input, ZERO[dtype])))
        return curve

    def grad_input(F, g, input, low, high, steepness, input_dtype):     # at 0 it is 0, as in PyTorch
        return g * F.elu_slope(input, low * steepness, 0.0, steepness) * F.cast(input < 0, input_dtype)


class Softsign(ComplexOp):
    """softsign(input): input / (1 + abs(input))."""

    home = "nn.functional"
    samples = [(SIGNED,)]

    def compose(F, input):
        return input / (F.abs(input) + 1)


class Tanhshrink(ComplexOp):
    """tanhshrink(input): input - tanh(input)."""

    home = "nn.functional"
    samples = [(SIGNED,)]

    def compose(F, input):
        return input - F.tanh(input)


class Glu(Functional):
    """glu(input, dim): the first half of input along `dim`, times the sigmoid of the second half."""

    gradient_names = "GluBackwardBackward0"
    fresh_result = True
    samples = [([SIGNED],), ([SIGNED, SIGNED], 0), ([SIGNED], -1)]
    errors = [([1.0, 2.0, 3.0],), ("text",)]

    def forward(input: Array, dim: Dim = -1):
        refuse_integers("glu", input)
        a, b = halves(input, dim)
        return a / (1 + elementary.exp(-b))

    def grad_input(F, g, input, dim):
        at = axis(dim, len(input.shape))
        half = input.shape[at] // 2
        a, b = F.narrow(input, at, 0, half), F.narrow(input, at, half, half)
        s = F.sigmoid(b)
        return F.cat((g * s, g * a * s * (1 - s)), at)


def halves(array, dim):
    """The two halves of an array along a dimension of even length."""
    if not array.ndim:
        raise ShapeFault("glu does not support 0-dimensional tensors")
    at = axis(dim, array.ndim)
    if array.shape[at] % 2:
        raise ShapeFault(f"Halving dimension must be even, but dimension {at} is size {array.shape[at]}")
    lead, half = (slice(None),) * at, array.shape[at] // 2
    return array[(*lead, slice(half))], array[(*lead, slice(half, None))]
