"""Discrete Fourier transforms, by numpy's, and their adjoints, which are transforms too."""

import math

import numpy as np

from gradcli.engine.autograd.signature import Array, Dim, Dims, Int, Ints, Number, Plain, Text, Type
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, HALVES, OF, Default, complex_type_of, real_type_of
from gradcli.engine.tensor.memory import MemoryLimit
from gradcli.engine.tensor.methods import axis
from gradcli.faults.arguments import RefusedAtRunTime
from gradcli.faults.tree import ArgumentFault, IndexFault, ShapeFault, TypeFault
from gradcli.ops.base import ComplexKernel, ComplexOp, define
from gradcli.ops.complex_numbers import is_complex
from gradcli.ops.creation.create import Creation

SAMPLES = [([1.0, -2.0, 3.0, 0.5],), ([1.0, -2.0, 3.0], 5), ([[1.0, -2.0], [3.0, 0.5]], None, 0, "ortho")]
PLANES = [([[1.0, -2.0], [3.0, 0.5]],), ([[1.0, -2.0, 4.0], [3.0, 0.5, 1.0]], (2, 2), (0, 1), "forward"),
          ([[1.0, -2.0, 4.0], [3.0, 0.5, 1.0]], None, (1, 0))]
WHOLE = ("FftC2CBackward0", "FftR2CBackward0")
OPPOSITE = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}
NORM = Text("forward", "backward", "ortho", fault=RefusedAtRunTime, message='Invalid normalization mode: "{}"')


def transform_operand(name, x, real=False):
    """`x` as floating or complex numbers, as a transform takes them; `real`: it takes no complex ones."""
    if x.dtype.kind == "c":
        if real:
            raise TypeFault(f"{name.removesuffix('n')} expects a real input tensor, but got {OF[x.dtype].era}",
                            ("z.real", "the real part"))
        return x
    if x.dtype in HALVES:
        raise TypeFault(f"Unsupported dtype {OF[x.dtype].era}", ("x.float()", "as 32-bit numbers"))
    return x if x.dtype.kind in FLOAT_KINDS else x.astype(Default.floating)


def lengths(x, s, dim):
    """The lengths to transform and their axes: for `s` and `dim` as programs give them, None for all or the last."""
    s = (s,) if type(s) is int else s
    dims = (dim,) if type(dim) is int else dim
    if s is not None and dims is not None and len(s) != len(dims):
        raise ShapeFault("When given, dim and shape arguments must have the same length")
    if dims is None:
        if s is not None and len(s) > x.ndim:
            raise ShapeFault(f"Got shape with {len(s)} values but input tensor only has {x.ndim} dimensions.")
        dims = tuple(range(x.ndim - (x.ndim if s is None else len(s)), x.ndim))
    if dims and not x.ndim:
        raise IndexFault(f"Dimension specified as {dims[0]} but tensor has no dimensions",
                         ("x.reshape(1)", "a vector of one element"))
    axes = tuple([axis(d, x.ndim) for d in dims])
    if len(set(axes)) != len(axes):
        raise ShapeFault("FFT dims must be unique")
    sizes = [x.shape[at] if s is None or s[i] == -1 else s[i] for i, at in enumerate(axes)]
    return sizes, axes


def check_lengths(name, x, sizes, axes):
    """Refuse lengths below one, and results that memory has no room for."""
    low = next((n for n in sizes if n < 1), None)
    if low is not None:
        raise ShapeFault(f"Invalid number of data points ({low}) specified", f"torch.fft.{name}(x)")
    elements = x.size // max(1, math.prod([x.shape[at] for at in axes])) * math.prod(sizes)
    MemoryLimit.check(name, elements * 2 * real_type_of(x.dtype).itemsize)


def transformed(name, x, s, dim, norm, real=False, back=False):
    """The transform `name` of numpy along some axes; `back`: to real numbers, whose last length `s` counts."""
    x = transform_operand(name, x, real)
    sizes, axes = lengths(x, s, dim)
    if not axes and (real or back):
        raise ShapeFault(f"{name} must transform at least one axis", f"torch.fft.{name}(x, dim=(0,))")
    if back:
        sizes = full_sizes(sizes, s)
    check_lengths(name, x, sizes, axes)
    kind = real_type_of(x.dtype) if back else x.dtype if x.dtype.kind == "c" else complex_type_of(x.dtype)
    if not axes:
        return x.astype(kind)
    if name in ("fftn", "ifftn") and x.dtype.kind in FLOAT_KINDS:
        return mirrored(name, x, sizes, axes, norm or "backward").astype(kind, copy=False)
    return getattr(np.fft, name)(x, sizes, axes, norm or "backward").astype(kind, copy=False)


def full_sizes(sizes, s):
    """The lengths of the real numbers whose frequencies have these `sizes`, unless `s` says their last."""
    return [*sizes[:-1], 2 * (sizes[-1] - 1)] if s is None or s[-1] == -1 else sizes


def mirrored(name, x, sizes, axes, norm):
    """fftn or ifftn of real numbers: half of the last dimension is computed, the rest are its conjugates, as exact."""
    n, at = sizes[-1], axes[-1]
    last = at == x.ndim - 1
    half = np.fft.rfft(x, n, at, norm) if name == "fftn" else np.fft.ihfft(x, n, at, norm)
    half = half if last else np.moveaxis(half, at, -1)
    full = np.concatenate([half, half[..., 1 : (n + 1) // 2][..., ::-1].conj()], -1)
    full = full if last else np.moveaxis(full, -1, at)
    return getattr(np.fft, name)(full, sizes[:-1], axes[:-1], norm) if len(axes) > 1 else full


class Doubled(ComplexKernel):
    """doubled(input, dim, stop): twice the elements from the second up to place `stop` along `dim`."""

    samples = [([1.0, -2.0, 3.0, 0.5], 0, 3), ([[1.0, -2.0], [0.5, 3.0]], 1, 2)]
    errors = [("text", 0, 1)]

    def forward(input: Array, dim: Plain, stop: Plain):
        out = input.copy()
        out[(slice(None),) * dim + (slice(1, stop),)] *= 2
        return out

    def grad_input(F, g, dim, stop):
        return F.doubled(g, dim, stop)


class Fourier(ComplexOp, abstract=True):
    """A transform between numbers and their frequencies."""

    complex_results = True
    complex_rules = "own"
    method = False
    home = "fft"
    errors = [("text",), ([1.0], 0), ([1.0], None, 3)]


def along_one_dimension(name, real=False, back=False):
    """The forward of a transform along one dimension, by numpy's transform of that name along several."""
    def forward(input: Array, n: Int = None, dim: Dim = -1, norm: NORM = None):
        return transformed(name, input, None if n is None else (n,), dim, norm, real, back)

    return forward


def planar(name, real=False, back=False):
    """The forward of a transform along two dimensions."""
    def forward(input: Array, s: Ints = None, dim: Dims = (-2, -1), norm: NORM = None):
        return transformed(name, input, s, dim, norm, real, back)

    return forward


def multidimensional(name, real=False, back=False):
    """The forward of a transform along several dimensions, or all."""
    def forward(input: Array, s: Ints = None, dim: Dims = None, norm: NORM = None):
        return transformed(name, input, s, dim, norm, real, back)

    return forward


def fitted(F, x, shape):
    """`x` grown by zeros, or cut, at the end of each dimension, to `shape`."""
    missing = tuple([n - m for n, m in zip(shape, x.shape, strict=True)])
    return F.constant_pad_nd(x, (0,) * len(shape), missing, 0) if any(missing) else x


def shape_only(shape):
    """An array of that shape that takes no memory."""
    return np.broadcast_to(np.False_, tuple(shape))


def whole_rule(back):
    """The rule of fftn, or of ifftn: its adjoint, the transform `back` of the gradient by the opposite scale."""
    def grad_input(F, g, s, dim, norm, input_shape):
        axes = tuple(lengths(shape_only(input_shape), s, dim)[1])
        return fitted(F, getattr(F, back)(g, None, axes, OPPOSITE[norm]), input_shape) if axes else g

    return grad_input


def half_rule(F, g, s, dim, norm, input_shape):
    """The gradient of rfftn, as if all frequencies were there and those left out had none."""
    sizes, axes = lengths(shape_only(input_shape), s, dim)
    shape = list(g.shape)
    shape[axes[-1]] = sizes[-1]
    return fitted(F, F.fft_ifftn(fitted(F, g, shape), None, tuple(axes), OPPOSITE[norm]), input_shape)


def real_rule(F, g, s, dim, norm, input_shape, input_dtype):
    """The gradient of irfftn: the frequencies of g, twice where a conjugate was left out; their real parts for real
    frequencies."""
    sizes, axes = lengths(shape_only(input_shape), s, dim)
    half = F.fft_rfftn(g, None, tuple(axes), OPPOSITE[norm])
    half = half if input_dtype.kind == "c" else F.real(half)
    return fitted(F, F.doubled(half, axes[-1], (full_sizes(sizes, s)[-1] + 1) // 2), input_shape)


def of_real(input, *options):
    """The index of a transform's node: 1 for one of real numbers."""
    return int(not is_complex(input))


def of_one_dimension(rule):
    """The rule of a transform along one dimension, by that along several."""
    def grad_input(F, g, n, dim, norm, input_shape):
        return rule(F, g, None if n is None else (n,), (dim,), norm, input_shape)

    def grad_frequencies(F, g, n, dim, norm, input_shape, input_dtype):
        return rule(F, g, None if n is None else (n,), (dim,), norm, input_shape, input_dtype)

    return grad_frequencies if rule is real_rule else grad_input


for _name, _text, _kind, _options, _rule, _node in (
        ("fft", "the frequencies of numbers", "fftn", {}, whole_rule("fft_ifftn"), WHOLE),
        ("ifft", "the numbers of frequencies", "ifftn", {}, whole_rule("fft_fftn"), WHOLE),
        ("rfft", "the frequencies of real numbers, half of them, as the others are their conjugates", "rfftn",
         {"real": True}, half_rule, "FftR2CBackward0"),
        ("irfft", "the real numbers of half of their frequencies", "irfftn", {"back": True}, real_rule,
         "FftC2RBackward0")):
    for _ending, _make, _call, _samples in (
            ("", along_one_dimension, "input, n, dim, norm", SAMPLES), ("2", planar, "input, s, dim, norm", PLANES),
            ("n", multidimensional, "input, s, dim, norm", PLANES)):
        define(Fourier, __name__, f"fft.{_name}{_ending}", f"{_name.title()}{_ending}", f"({_call}): {_text}.",
               forward=_make(_kind, **_options), samples=_samples,
               errors=Fourier.errors if not _ending else [("text",), ([1.0, 2.0], (2, 2, 2))],
               grad_input=_rule if _ending else of_one_dimension(_rule), modern_names=_node,
               variant=of_real if _name == "fft" and not _ending else None,
               gradient_names="SelectBackward0" if "back" in _options else "")


class Hfft(Fourier):
    """fft.hfft(input, n, dim, norm): the real frequencies of numbers that are their own conjugates in reverse."""

    samples = SAMPLES

    def compose(F, input, n: Int = None, dim: Dim = -1, norm: NORM = None):
        return F.fft_irfft(F.conj(input), n, dim, OPPOSITE[norm])


class Ihfft(Fourier):
    """fft.ihfft(input, n, dim, norm): half of the numbers whose frequencies are real."""

    samples = SAMPLES

    def compose(F, input, n: Int = None, dim: Dim = -1, norm: NORM = None):
        return F.conj_physical(F.fft_rfft(input, n, dim, OPPOSITE[norm]))


class Fftfreq(Creation):
    """fft.fftfreq(n, d, dtype): the frequencies that fft gives for n numbers, d apart."""

    home = "fft"
    samples = [(4,), (5, 0.1)]
    errors = [(-1,), ("text",)]

    def forward(n: Int, d: Number = 1.0, *, dtype: Type = None):
        half = (n + 1) // 2
        return frequencies(n, d, lambda: np.concatenate([np.arange(half), np.arange(half - n, 0)]), dtype)


class Rfftfreq(Creation):
    """fft.rfftfreq(n, d, dtype): the frequencies that rfft gives for n numbers, d apart."""

    home = "fft"
    samples = [(4,), (5, 0.1)]
    errors = [(-1,), ("text",)]

    def forward(n: Int, d: Number = 1.0, *, dtype: Type = None):
        return frequencies(n, d, lambda: np.arange(n // 2 + 1), dtype)


def frequencies(n, d, order, dtype):
    """Multiples of the lowest frequency of n numbers, d apart."""
    if n < 1 or not d:
        raise ArgumentFault("frequencies are of one number at least, and of a distance that is not 0",
                            "torch.fft.fftfreq(8)")
    MemoryLimit.check("fftfreq", n * 16)
    kind = dtype or Default.floating
    return (order().astype(kind) * kind.type(1.0 / (n * d))).astype(kind)


class Shift(ComplexOp, abstract=True):
    """Frequencies in another order."""

    method = False
    home = "fft"
    samples = [([1.0, -2.0, 3.0, 0.5, 4.0],), ([[1.0, -2.0, 4.0], [3.0, 0.5, 1.0]], 1)]
    errors = [("text",), ([1.0], 3)]


def rolled(F, x, dim, by):
    """`x` rolled along dimensions, all for None, by the number of places that `by` gives for a length."""
    dims = range(len(x.shape)) if dim is None else (dim,) if type(dim) is int else dim
    axes = [axis(d, len(x.shape)) for d in dims]
    return F.roll(x, tuple([by(x.shape[at]) for at in axes]), tuple(axes)) if axes else F.clone(x)


class Fftshift(Shift):
    """fft.fftshift(input, dim): the frequencies that fft gives with 0 in the middle."""

    def compose(F, input, dim: Dims = None):
        return rolled(F, input, dim, lambda n: n // 2)


class Ifftshift(Shift):
    """fft.ifftshift(input, dim): the order of fftshift undone."""

    def compose(F, input, dim: Dims = None):
        return rolled(F, input, dim, lambda n: (n + 1) // 2)
