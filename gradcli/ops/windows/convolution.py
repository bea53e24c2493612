"""Convolutions of any rank, as one product over strided windows.

With y = conv_output(x, w), the gradients by x and w are `conv_transposed` and `conv_weight_grad`; each
of the three is linear in both its inputs, and the other two are its derivatives.
"""

from gradcli.engine.autograd.signature import Array, ArrayOrNone, Int, Plain
from gradcli.ops.base import ComplexKernel
from gradcli.ops.windows.convolution_arrays import convolve, convolve_transposed, correlate

SIGNAL, FILTER = [[[1.0, -2.0, 3.0, 0.5, -1.0]]], [[[0.5, -1.0]], [[2.0, 0.3]]]
GRID = [[[[1.0, -2.0, 3.0], [0.5, 5.0, -6.0], [0.1, 2.0, -0.4]], [[3.0, 1.0, 0.0], [1.0, -1.0, 2.0], [2.0, 0.5, 1.5]]]]
KERNEL = [[[[1.0, 2.0], [0.5, -1.0]]], [[[0.3, 1.0], [-2.0, 1.5]]]]
UNIT = ((1,), (0,), (1,), 1)


class ConvolutionKernel(ComplexKernel, abstract=True):
    """One of the three bilinear maps."""

    type_promotion = "same"
    modern_names = "ConvolutionBackwardBackward0"


def crop_unreached(F, x, shape):
    """x without the places that a transposed convolution's output padding made room for and nothing came from."""
    for at in range(2, len(shape)):
        if x.shape[at] != shape[at]:
            x = F.narrow(x, at, 0, shape[at])
    return x


class ConvOutput(ConvolutionKernel):
    """conv_output(input, weight, bias, stride, padding, dilation, groups): the convolution of input with weight, plus
    a bias for each channel."""

    memory_order = "images"
    linked = ("bias",)
    legacy_names = "ConvNd"
    modern_names = "ConvolutionBackward0"
    samples = [(SIGNAL, FILTER, [0.5, 1.0], *UNIT), (SIGNAL, FILTER, None, (2,), (1,), (1,), 1),
               (GRID, KERNEL, [1.0, 2.0], (1, 1), (1, 0), (1, 2), 2)]
    errors = [(SIGNAL, [[1.0]], None, *UNIT)]

    def forward(input: Array, weight: Array, bias: ArrayOrNone, stride: Plain, padding: Plain, dilation: Plain,
                groups: Int):
        out = convolve(input, weight, stride, padding, dilation, groups)
        if bias is not None:
            out += bias.reshape((-1,) + (1,) * (out.ndim - 2))
        return out

    def grad_input(F, g, input, weight, stride, padding, dilation, groups, input_shape):
        return F.conv_transposed(g, weight, None, tuple(input_shape[2:]), stride, padding, dilation, groups)

    def grad_weight(F, g, input, weight, stride, padding, dilation, groups, weight_shape):
        return F.conv_weight_grad(input, g, tuple(weight_shape[2:]), stride, padding, dilation, groups)

    def grad_bias(F, g, input, weight):      # PyTorch keeps both
        return F.sum(g, (0, *range(2, len(g.shape))))


class ConvTransposed(ConvolutionKernel):
    """conv_transposed(input, weight, bias, lengths, stride, padding, dilation, groups): the transposed convolution of
    input with weight, onto dimensions of `lengths`: each number of input spreads the weights over its window."""

    memory_order = "images"
    linked = ("bias",)
    modern_names = "ConvolutionBackward0"
    legacy_names = "ConvNd"
    samples = [(SIGNAL, [[[0.5, -1.0], [2.0, 0.3]]], [0.5, 1.0], (6,), *UNIT),
               (SIGNAL, [[[0.5, -1.0]]], None, (9,), (2,), (1,), (2,), 1)]
    errors = [(SIGNAL, [[1.0]], None, (6,), *UNIT)]

    def forward(input: Array, weight: Array, bias: ArrayOrNone, lengths: Plain, stride: Plain, padding: Plain,
                dilation: Plain, groups: Int):
        out = convolve_transposed(input, weight, lengths, stride, padding, dilation, groups)
        if bias is not None:
            out += bias.reshape((-1,) + (1,) * (out.ndim - 2))
        return out

    def grad_input(F, g, input, weight, stride, padding, dilation, groups, input_shape):
        return crop_unreached(F, F.conv_output(g, weight, None, stride, padding, dilation, groups), input_shape)

    def grad_weight(F, g, input, weight, stride, padding, dilation, groups, weight_shape):
        return F.conv_weight_grad(g, input, tuple(weight_shape[2:]), stride, padding, dilation, groups)

    def grad_bias(F, g, input, weight):      # PyTorch keeps both
        return F.sum(g, (0, *range(2, len(g.shape))))


class ConvWeightGrad(ConvolutionKernel):
    """conv_weight_grad(input, g, kernel, stride, padding, dilation, groups): the weights, with windows of size
    `kernel`, by which each channel of input contributes to each channel of g."""

    samples = [(SIGNAL, [[[1.0, 2.0, 3.0, -1.0], [0.5, 0.1, 0.2, 1.0]]], (2,), *UNIT)]
    errors = [(SIGNAL, [[1.0]], (2,), *UNIT)]

    def forward(input: Array, g: Array, kernel: Plain, stride: Plain, padding: Plain, dilation: Plain,
                groups: Int):
        return correlate(input, g, kernel, stride, padding, dilation, groups)

    def grad_input(F, grad, g, stride, padding, dilation, groups, input_shape):
        return F.conv_transposed(g, grad, None, tuple(input_shape[2:]), stride, padding, dilation, groups)

    def grad_g(F, grad, input, stride, padding, dilation, groups, g_shape):
        return crop_unreached(F, F.conv_output(input, grad, None, stride, padding, dilation, groups), g_shape)


def transposed_lengths(lengths, kernel, stride, padding, output_padding, dilation):
    """The lengths of a transposed convolution's result."""
    return tuple((n - 1) * s - 2 * p + d * (k - 1) + o + 1 for n, k, s, p, o, d in zip(
        lengths, kernel, stride, padding, output_padding, dilation, strict=True))
