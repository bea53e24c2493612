"""Windows that taper off towards their ends, as signals are weighted with before a transform."""

import numpy as np

from gradcli.engine.dtypes import Default
from gradcli.engine.signature import Flag, Int, Number, Type
from gradcli.errors import TypeFault, ValueFault
from gradcli.ops.create import Creation


class Taper(Creation, abstract=True):
    """A window; `periodic` ones repeat without a doubled end, others are symmetric."""

    samples = [(5,), (6, False), (1,), (0,), (5, True, np.dtype(np.float64))]
    errors = [(-1,), (2.5,), (3, True, np.dtype(np.int64))]


def tapered(name, length, periodic, dtype, shape):
    """The window of a function of 0 to 1, from its first to its last element."""
    dtype = dtype or Default.floating
    if length < 0:
        raise ValueFault(f"{name} requires non-negative window_length, got window_length={length}")
    if dtype.kind != "f":
        raise TypeFault(f"{name} expects floating point dtypes, got: {dtype.name}", f"torch.{name}({length})")
    if length < 2:
        return np.ones(length, dtype)
    places = np.arange(length) / (length if periodic else length - 1)
    return shape(places).astype(dtype)


def cosines(*factors):
    """Alternating sums of cosines: a - b cos(2 pi x) + c cos(4 pi x)."""
    return lambda places: sum((-1) ** k * a * np.cos(2 * np.pi * k * places) for k, a in enumerate(factors))


class BartlettWindow(Taper):
    """bartlett_window(window_length, periodic, dtype): a triangle, from 0 to 1 and back."""

    names = ("bartlett_window",)

    def forward(window_length: Int, periodic: Flag = True, *, dtype: Type = None):
        return tapered("bartlett_window", window_length, periodic, dtype, lambda x: 1 - np.abs(2 * x - 1))


class HannWindow(Taper):
    """hann_window(window_length, periodic, dtype): one period of a cosine, from 0 to 1 and back."""

    names = ("hann_window",)

    def forward(window_length: Int, periodic: Flag = True, *, dtype: Type = None):
        return tapered("hann_window", window_length, periodic, dtype, cosines(0.5, 0.5))


class HammingWindow(Taper):
    """hamming_window(window_length, periodic, alpha, beta, dtype): alpha less beta times one period of a cosine."""

    names = ("hamming_window",)
    samples = [(5,), (6, False), (5, True, 0.5), (5, True, 0.5, 0.4), (5, True, 0.5, 0.4, np.dtype(np.float64))]
    errors = [(-1,), (2.5,)]

    def forward(window_length: Int, periodic: Flag = True, alpha: Number = 0.54, beta: Number = 0.46, *,
                dtype: Type = None):
        return tapered("hamming_window", window_length, periodic, dtype, cosines(alpha, beta))


class BlackmanWindow(Taper):
    """blackman_window(window_length, periodic, dtype): a sum of cosines of one and two periods, 0 to 1 and back."""

    names = ("blackman_window",)

    def forward(window_length: Int, periodic: Flag = True, *, dtype: Type = None):
        return tapered("blackman_window", window_length, periodic, dtype, cosines(0.42, 0.5, 0.08))


class KaiserWindow(Taper):
    """kaiser_window(window_length, periodic, beta, dtype): I0(beta sqrt(1 - x^2)) / I0(beta), x from -1 to 1."""

    names = ("kaiser_window",)
    samples = [(5,), (6, False), (5, True, 3.0), (5, True, 3.0, np.dtype(np.float64))]
    errors = [(-1,), (2.5,)]

    def forward(window_length: Int, periodic: Flag = True, beta: Number = 12.0, *, dtype: Type = None):
        return tapered("kaiser_window", window_length, periodic, dtype, lambda x: np.i0(
            beta * np.sqrt(np.maximum(1 - (2 * x - 1) ** 2, 0))) / np.i0(beta))
