"""Windows that taper off towards their ends, as signals are weighted with before a transform."""

import numpy as np

from gradcli.engine.autograd.signature import Flag, Int, Number, Type
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, Default
from gradcli.faults.tree import TypeFault, ValueFault
from gradcli.ops.base import define
from gradcli.ops.creation.create import Creation


class WindowFunction(Creation, abstract=True):
    """A window; `periodic` ones repeat without a doubled end, others are symmetric."""

    samples = [(5,), (6, False), (1,), (0,), (5, True, np.dtype(np.float64))]
    errors = [(-1,), (2.5,), (3, True, np.dtype(np.int64))]


def tapered(name, length, periodic, dtype, shape):
    """The window of a function of places and of the number of steps from the first to the last."""
    dtype = dtype or Default.floating
    if length < 0:
        raise ValueFault(f"{name} requires non-negative window_length, got window_length={length}")
    if dtype.kind not in FLOAT_KINDS:
        raise TypeFault(f"{name} expects floating point dtypes, got: {dtype.name}", f"torch.{name}({length})")
    if length < 2:
        return np.ones(length, dtype)
    return shape(np.arange(length, dtype=dtype), length if periodic else length - 1).astype(dtype)


def cosine(alpha, beta):
    """alpha less beta times one period of a cosine."""
    return lambda places, steps: np.cos(places * (2 * np.pi / steps)) * -beta + alpha


def triangle(places, steps):
    """From 0 to 1 and back."""
    rising = places * (2 / steps)
    return np.where(places <= steps / 2, rising, 2 - rising)


def blackman(places, steps):
    """Cosines of one and two periods, added up in PyTorch's order."""
    angle = places * (np.pi / steps)
    return np.cos(angle * 4) * 0.08 - np.cos(angle * 2) * 0.5 + 0.42


def kaiser(beta):
    """I0(beta sqrt(1 - x^2)) / I0(beta), where x goes from -1 to 1."""
    def shape(places, steps):
        x = 2 * places.astype(np.float64) / steps - 1
        return np.i0(beta * np.sqrt(np.maximum(1 - x**2, 0))) / np.i0(beta)

    return shape


def _windowed(name, shape):
    def forward(window_length: Int, periodic: Flag = True, *, dtype: Type = None):
        return tapered(name, window_length, periodic, dtype, shape)

    return forward


for _name, _text, _shape in (
        ("bartlett", "a triangle, from 0 to 1 and back", triangle),
        ("hann", "one period of a cosine, from 0 to 1 and back", cosine(0.5, 0.5)),
        ("blackman", "a sum of cosines of one and two periods, 0 to 1 and back", blackman)):
    define(WindowFunction, __name__, f"{_name}_window", f"{_name.title()}Window",
           f"(window_length, periodic, dtype): {_text}.", forward=_windowed(f"{_name}_window", _shape))


class HammingWindow(WindowFunction):
    """hamming_window(window_length, periodic, alpha, beta, dtype): alpha less beta times one period of a cosine."""

    samples = [(5,), (6, False), (5, True, 0.5), (5, True, 0.5, 0.4), (5, True, 0.5, 0.4, np.dtype(np.float64))]
    errors = [(-1,), (2.5,)]

    def forward(window_length: Int, periodic: Flag = True, alpha: Number = 0.54, beta: Number = 0.46, *,
                dtype: Type = None):
        return tapered("hamming_window", window_length, periodic, dtype, cosine(alpha, beta))


class KaiserWindow(WindowFunction):
    """kaiser_window(window_length, periodic, beta, dtype): I0(beta sqrt(1 - x^2)) / I0(beta), x from -1 to 1."""

    samples = [(5,), (6, False), (5, True, 3.0), (5, True, 3.0, np.dtype(np.float64))]
    errors = [(-1,), (2.5,)]

    def forward(window_length: Int, periodic: Flag = True, beta: Number = 12.0, *, dtype: Type = None):
        return tapered("kaiser_window", window_length, periodic, dtype, kaiser(beta))
