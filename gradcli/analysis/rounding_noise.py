"""The rounding error of a function's values, where larger numbers cancel within it or are rounded coarsely.

Fourth differences of a smooth function shrink with the fourth power of the spacing, those of rounding stay as they
are (Hamming; Moré and Wild, SIAM Journal on Scientific Computing 33, 2011).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

POINTS = 7                  # in a row
ORDER = 4                   # of the differences
RATIO = 7.3                 # between spacings: multiples of none fall on one grid
STAYS = 0.4                 # what differences that are rounding keep at the next spacing, at least
GROWS = 25                  # how many times as large they may be there, as rounding happens to fall
SAME = 0.04                 # part of such a difference that values at neighbouring numbers differ by, at least
WIDEST, FINEST = 0.73e-2, 1e-14    # spacings: relative to the number or to 1, whichever is larger, and to the number
SMALLEST = 1e-18            # the number itself is taken to be no smaller
WEIGHT = 1 / math.sqrt(math.comb(2 * ORDER, ORDER))     # of a difference whose values are off by 1 each
SPARE = 4                   # how many of what is estimated an error may be
COARSEST, LARGEST = 1e-6, 0.1   # differences, and part of the values, up to which they may be rounding, not jumps
ORDINARY = 1e-14            # differences relative to the value up to which they are rounding of the value alone


def noise(values: Callable[[float], Any], at: float, outputs: Iterable[int]) -> Any:
    """The rounding error of some outputs near a number: that of the better side, as the other may have a kink."""
    sides = [_side(values, at, sign, outputs) for sign in (1, -1)]
    return SPARE * np.nan_to_num(np.fmin(*sides))


def _side(values: Callable[[float], Any], at: float, sign: int, outputs: Iterable[int]) -> Any:
    spacing, last = WIDEST * max(1.0, abs(at)), FINEST * max(abs(at), SMALLEST)
    steps: list[float] = []
    sizes: list[Any] = []
    largest: Any = 0.0
    while spacing > last:
        steps.append(sign * _representable(spacing, at))
        row = np.array([values(at + k * steps[-1]) for k in range(1, POINTS + 1)])
        with np.errstate(all="ignore"):
            sizes.append(WEIGHT * np.abs(np.diff(row, ORDER, axis=0)).max(0))
        largest = np.fmax(largest, np.abs(row).max(0))
        spacing /= RATIO
    wide, fine = np.array(sizes[:-1]), np.array(sizes[1:])
    stays = np.where((fine >= STAYS * wide) & (fine <= GROWS * wide) & (fine > 0), np.maximum(wide, fine), 0)
    estimate = stays.max(0)
    for n in outputs:
        if estimate[n] > ORDINARY * largest[n]:
            estimate[n] = _confirmed(partial(_output_at, values, n), at, steps[int(stays[:, n].argmax())], estimate[n])
        if estimate[n] > max(COARSEST, LARGEST * largest[n]):
            estimate[n] = 0.0
    return estimate


def _output_at(values: Callable[[float], Any], n: int, number: float) -> float:
    return float(values(number)[n])


def _confirmed(value: Callable[[float], float], at: float, step: float, estimate: float) -> float:
    """An estimate, unless values at neighbouring numbers are much closer: then the function only moves fast."""
    jump = 0.0
    for k in range(1, POINTS):
        jump = max(jump, _jump(value, at + k * step, at + (k + 1) * step))
        if jump >= SAME * estimate:
            return estimate
    return jump


def _jump(value: Callable[[float], float], low: float, high: float) -> float:
    """By how much values jump at neighbouring numbers between two; next to nothing where the function is smooth.

    Halves are followed in which second differences are larger: no slope takes part in them.
    """
    ends, middle = [value(low), value(high)], value((low + high) / 2)
    jump = 0.0
    while (centre := (low + high) / 2) not in (low, high):
        left, right = value((low + centre) / 2), value((centre + high) / 2)
        bends = [abs(ends[0] - 2 * left + middle), abs(middle - 2 * right + ends[1])]
        jump = max(bends)
        if bends[0] >= bends[1]:
            high, ends, middle = centre, [ends[0], middle], left
        else:
            low, ends, middle = centre, [middle, ends[1]], right
    return jump


def _representable(spacing: float, at: float) -> float:
    """A spacing near another whose multiples can be added to a number without rounding; no power of two."""
    unit = math.ulp(max(abs(at), 8 * spacing)) * 8
    return max(1, round(spacing / unit)) * unit
