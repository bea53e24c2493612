"""The number format of a tensor: one %-placeholder for all elements, chosen by their magnitudes.

Joined and repeated placeholders make the template of the whole text, which one % operation fills.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import floor, inf, isfinite, log10
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from gradcli.display.print_options import PrintOptions
from gradcli.engine.tensor.dtypes import FLOAT_KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[Any]"

BLOCK = 1 << 16     # elements scanned at a time: a block and its temporaries stay in the cache
FEW = 256           # elements up to which a list of Python's is read faster than an array


class Format(NamedTuple):
    """The number format of one tensor in the tutorial style."""

    spec: str               # the placeholder of one element
    width: int              # the characters reserved for it; some elements take more
    scale: float = 1.0      # the common factor, by which every element is divided first

    @property
    def scale_line(self) -> str:
        return "" if self.scale == 1 else f"{self.scale:.5e} *\n"

    def values(self, array: Array) -> tuple[Any, ...]:
        """The elements, divided by the scale, as a flat tuple of Python numbers."""
        if self.scale != 1:
            array = array.astype(np.float64) / self.scale
        return tuple(array.ravel().tolist())


class Magnitudes(NamedTuple):
    """The magnitudes of the finite elements of a tensor, from which its format is chosen."""

    least: float
    greatest: float
    integral: bool     # no element has a fraction
    finite: bool    # there was no nan and no infinity


def tutorial_format(array: Array, options: PrintOptions, least_width: int) -> Format:
    """The 0.1.12 format of `array`, hidden elements included."""
    sizes, p = magnitudes_of(array), options.precision
    m = max(least_width, 2 if sizes.finite else 3)
    low, high = digits(sizes.least), digits(sizes.greatest)
    if sizes.integral:
        if high <= p + 1:
            width = max(m, high + 1)
            return Format(f"%{width}.0f", width)
        return Format(f"%11.{p}e", max(m, p + 7))       # the field is 11 whatever the precision
    far = high > p + 1 or high < 0
    scale = 10.0 ** (high - 1) if far else 1.0
    if high - low > p or scale == 0:    # a scale that underflows cannot divide: exponents say it too
        width = max(m, p + (8 if max(abs(high), abs(low)) > 99 else 7))
        return Format(f"%{width}.{p}e", width)
    width = max(m, 7) if far or high == 0 else max(m, high + 6)
    return Format(f"%{width}.{p}f", width, scale)


def digits(value: float) -> int:
    """The number of digits before the point: -1 for 0.05, 0 for 0.5, 1 for 5; and 1 for 0."""
    return floor(log10(value)) + 1 if value else 1


def magnitudes_of(array: Array) -> Magnitudes:
    """The Magnitudes of an array, read block by block."""
    if 0 < array.size <= FEW and array.dtype.kind != "c":
        values = array.ravel().tolist()
        finite = isfinite(sum(values))      # False for a sum that overflows too: then each is looked at
        few = list(map(float, map(abs, values if finite else filter(isfinite, values))))
        return Magnitudes(min(few), max(few), all(map(float.is_integer, few)), finite or len(few) == len(values)) if (
            few) else Magnitudes(0.0, 0.0, True, False)
    least, greatest, integral, finite = inf, -inf, True, True
    for block in _blocks(array):
        sizes = np.abs(block.astype(np.result_type(block, np.float32), copy=False))
        if not np.isfinite(sizes.max()):
            finite = False
            sizes = sizes[np.isfinite(sizes)]
            if not sizes.size:
                continue
        least, greatest = min(least, float(sizes.min())), max(greatest, float(sizes.max()))
        integral = integral and (block.dtype.kind not in FLOAT_KINDS or bool((sizes == np.ceil(sizes)).all()))
    return Magnitudes(least, greatest, integral, finite) if greatest >= 0 else Magnitudes(0.0, 0.0, True, finite)


def _blocks(array: Array) -> Iterator[Array]:
    """Flat blocks of all elements, in any order; elements that an expanded dimension repeats occur once."""
    array = array[tuple(slice(None) if stride else slice(1) for stride in array.strides)]
    flat = array.ravel(order="K")
    return (flat[at : at + BLOCK] for at in range(0, flat.size, BLOCK))


Column: TypeAlias = tuple[str, int, tuple[Any, ...]]
"""The number format of a tensor in the modern style: placeholder, width, and the values for the placeholders."""


def modern_column(elements: Array, options: PrintOptions) -> Column:
    """The torch 2.13 format of the elements that are printed."""
    kind = elements.dtype.kind
    if kind == "c":
        return _modern_complexes(elements, options)
    values = tuple(elements.ravel().tolist())
    if kind in FLOAT_KINDS:
        return _modern_floats(values, options)
    if kind == "b":
        width = 4 if all(values) else 5
        return f"%{width}s", width, values
    width = max(len(str(min(values))), len(str(max(values))))
    return f"%{width}d", width, values


def _modern_complexes(elements: Array, options: PrintOptions) -> Column:
    """Real and imaginary parts have a format each; the text of an imaginary part stands close to the real one's."""
    real, real_width, reals = modern_column(elements.real, options)
    imag, imag_width, imags = modern_column(elements.imag, options)
    texts = []
    for a, b in zip(reals, imags, strict=True):
        text = (imag % b).lstrip()
        texts.append(f"{real % a}{'' if text[0] == '-' else '+'}{text}j")
    return "%s", real_width + imag_width + 1, tuple(texts)


def _modern_floats(values: tuple[float, ...], options: PrintOptions) -> Column:
    finite: Sequence[float] = values
    if not isfinite(sum(values)):       # one pass of C code tells for most tensors that all numbers are finite
        finite = [v for v in values if isfinite(v)] or (0.0,)
    low, high = min(finite), max(finite)
    greatest = max(high, -low)
    if not greatest:
        return _integral(values, 1)
    least = low if low > 0 else -high if high < 0 else min(map(abs, filter(None, finite)))
    if _needs_exponents(least, greatest, options.sci_mode):
        spec = f"%.{options.precision}e"
        width = max([len(spec % extreme) for extreme in _extremes(finite)])
    elif all(map(float.is_integer, finite)):
        return _integral(values, _longer("%.0f.", low, high))
    else:
        spec = f"%.{options.precision}f"
        width = _longer(spec, low, high)
    return f"%{width}{spec[1:]}", width, values


def _needs_exponents(least: float, greatest: float, chosen: bool | None) -> bool:
    return chosen if chosen is not None else greatest / least > 1000 or greatest > 1e8 or least < 1e-4


def _longer(spec: str, low: float, high: float) -> int:
    """The length of the longest text from `low` to `high` without exponents; a zero has none that is longer."""
    if low >= 0:
        return len(spec % high)
    return max(len(spec % low), len(spec % high)) if high > 0 else len(spec % low)


def _extremes(numbers: Sequence[float]) -> Iterator[float]:
    """The numbers next to zero and farthest from it on each side: one of them has the longest text with exponents."""
    for side in ([v for v in numbers if v > 0], [v for v in numbers if v < 0]):
        if side:
            yield from (min(side), max(side))


def _integral(values: tuple[float, ...], width: int) -> Column:
    """Numbers without a fraction end in a dot; nan and inf, where there are any, do not."""
    if all(map(isfinite, values)):
        return f"%{width - 1}.0f.", width, values
    texts = ("%.0f. " * len(values) % values).replace("nan.", "nan").replace("inf.", "inf").split()
    return f"%{width}s", width, tuple(texts)


def edge_indices(size: int, n: int) -> list[int]:
    """The indices of a dimension that are printed where it is shortened: `n` at each end, all if there are few."""
    return list(range(size)) if size <= 2 * n else [*range(n), *range(size - n, size)]
