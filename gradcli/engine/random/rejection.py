"""Gamma and binomial numbers by rejection, from uniform and normal numbers that are handed in one by one.

Where torch computes in the type of the parameters, so does this: the numbers are torch's to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Draw = Callable[[], float]

THIRD = float(np.float32(1) / np.float32(3))        # torch writes these two as numbers of 32 bits
SQUEEZE = float(np.float32(0.0331))
TAILS = (0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
         0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287)


def gamma(alpha: Any, uniform: Draw, normal: Draw) -> float:
    """A gamma number of rate 1; `alpha` is a numpy scalar, float32 or float64.

    G. Marsaglia and W. Tsang, A simple method for generating gamma variables, 2000; below 1 by way of alpha + 1.
    """
    kind = type(alpha)
    scale = 1.0
    if alpha < 1:
        if alpha == 0:
            return 0.0
        scale = (1 - uniform()) ** float(kind(1) / alpha)
        alpha = alpha + kind(1)
    d = float(alpha - kind(THIRD))
    c = 1 / math.sqrt(9 * d)
    while True:
        x = normal()
        y = 1 + c * x
        while y <= 0:
            x = normal()
            y = 1 + c * x
        v = y * y * y
        u = 1 - uniform()
        square = x * x
        if u < 1 - SQUEEZE * square * square or math.log(u) < 0.5 * square + d * (1 - v + math.log(v)):
            return scale * d * v


def binomial(count: Any, prob: Any, uniform: Draw) -> float:
    """A binomial number: the successes among `count` trials; both arguments are numpy scalars of one floating type."""
    if count <= 0 or prob <= 0:
        return 0.0
    if prob >= 1:
        return float(count)
    if prob != prob:
        return math.nan
    kind = type(prob)
    rare = prob if prob <= 0.5 else kind(1 - float(prob))
    successes = (_by_squeeze if count * rare >= 10 else _by_waiting)(count, rare, uniform)
    return successes if prob <= 0.5 else float(count) - successes


def _by_waiting(count: Any, prob: Any, uniform: Draw) -> float:
    """For few successes: geometric waiting times until the trials are used up."""
    rate = float(np.log1p(-prob))
    trials, successes = 0.0, 0
    while True:
        u = uniform()
        trials += math.ceil(math.log(u) / rate) if u else math.inf
        if trials > count:
            return float(successes)
        successes += 1


def _by_squeeze(count: Any, prob: Any, uniform: Draw) -> float:
    """Transformed rejection (W. Hoermann, The generation of binomial random variates, 1993)."""
    deviation = float(np.sqrt(count * prob * (1 - prob)))
    n, p, centre = float(count), float(prob), float(count * prob) + 0.5
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * p
    box = 0.92 - 4.2 / b
    ratio = float(prob / (1 - prob))
    alpha = (2.83 + 5.1 / b) * deviation
    mode = math.floor(float((count + 1) * prob))
    while True:
        u, v = uniform() - 0.5, uniform()
        edge = 0.5 - abs(u)
        k = math.floor((2 * a / edge + b) * u + centre) if edge else -1
        if k < 0 or k > n:
            continue
        if edge >= 0.07 and v <= box:
            return float(k)
        v = math.log(v * alpha / (a / (edge * edge) + b)) if v else -math.inf
        bound = ((mode + 0.5) * math.log((mode + 1) / (ratio * (n - mode + 1)))
                 + (n + 1) * math.log((n - mode + 1) / (n - k + 1))
                 + (k + 0.5) * math.log(ratio * (n - k + 1) / (k + 1))
                 + _tail(mode) + _tail(n - mode) - _tail(k) - _tail(n - k))
        if v <= bound:
            return float(k)


def _tail(k: float) -> float:
    """The error of Stirling's formula for log k!."""
    if k < len(TAILS):
        return TAILS[int(k)]
    square = (k + 1) * (k + 1)
    return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)
