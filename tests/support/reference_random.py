"""The recipes once more, one element at a time and independent of the package: what its arrays are judged by.

    PYTHONPATH=.:tests python -m engine.random_by_the_book

compares the float32 kernels with true fused multiply-adds on all 2**24 uniforms; it takes some ten seconds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

f32 = np.float32


def twister(seed: int) -> Iterator[int]:
    """MT19937 (Matsumoto and Nishimura, 1998), seeded by its authors' integer rule."""
    state = [seed & 0xFFFFFFFF]
    for i in range(1, 624):
        state.append((1812433253 * (state[-1] ^ state[-1] >> 30) + i) & 0xFFFFFFFF)
    while True:
        for i in range(624):
            joined = state[i] & 0x80000000 | state[(i + 1) % 624] & 0x7FFFFFFF
            state[i] = state[(i + 397) % 624] ^ joined >> 1 ^ (0x9908B0DF if joined & 1 else 0)
        for word in state:
            word ^= word >> 11
            word ^= word << 7 & 0x9D2C5680
            word ^= word << 15 & 0xEFC60000
            yield word ^ word >> 18


class OldReference:
    """PyTorch 0.1.12, call by call."""

    def __init__(self, seed: int) -> None:
        self.words = twister(seed)
        self.pair: tuple[float, float] | None = None

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        return next(self.words) / 2**32 * (high - low) + low

    def normal(self, mean: float = 0.0, std: float = 1.0) -> float:
        if self.pair:
            (x, rho), self.pair = self.pair, None
            return rho * math.sin(2 * math.pi * x) * std + mean
        x, y = self.uniform(), self.uniform()
        self.pair = x, math.sqrt(-2 * math.log(1 - y))
        return self.pair[1] * math.cos(2 * math.pi * x) * std + mean


class NewReference:
    """torch 2.13, call by call; float64 normals below 16 elements."""

    def __init__(self, seed: int) -> None:
        self.words = twister(seed)
        self.kept: float | None = None

    def u24(self) -> float:
        return next(self.words) % 2**24 / 2**24

    def u53(self) -> float:
        high = next(self.words)
        return ((high << 32 | next(self.words)) % 2**53) / 2**53

    def normal(self) -> float:
        if self.kept is not None:
            value, self.kept = self.kept, None
            return value
        u1 = self.u53()
        radius = math.sqrt(-2 * math.log1p(-self.u53()))
        self.kept = radius * math.sin(2 * math.pi * u1)
        return radius * math.cos(2 * math.pi * u1)


def fma(a: Any, b: Any, c: Any) -> Any:
    """a * b + c with one rounding to float32: the sum rounded to odd in double, so that rounding again is harmless."""
    product = np.asarray(a, np.float64) * np.asarray(b, np.float64)
    c = np.broadcast_to(np.asarray(c, np.float64), product.shape)
    total = product + c
    part = total - product
    lost = (product - (total - part)) + (c - part)
    toward = np.where(lost > 0, np.inf, -np.inf)
    even = total.view(np.int64) & 1 == 0
    return np.where((lost != 0) & even, np.nextafter(total, toward), total).astype(f32)


def radius(k: Any) -> Any:
    """sqrt(-2 log(1 - k / 2**24)), by the Cephes polynomial as the specification states it."""
    mantissa, exponent = np.frexp((f32(1) - k.astype(f32) / f32(2**24)).astype(f32))
    small = mantissa < f32(0.70710678)
    e = (exponent - small).astype(f32)
    x = np.where(small, f32(2) * mantissa - f32(1), mantissa - f32(1))
    z = x * x
    y = np.full_like(x, 7.0376836292e-2)
    for coefficient in (-1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
                        2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1):
        y = fma(y, x, f32(coefficient))
    y = fma(y * x, z, e * f32(-2.12194440e-4))
    y = fma(-z, 0.5, y)
    return np.sqrt(f32(-2) * fma(e, f32(0.693359375), x + y))


def cosine_and_sine(k: Any) -> tuple[Any, Any]:
    t = f32(2 * math.pi) * (k.astype(f32) / f32(2**24))
    j = (t * f32(1.27323954473516)).astype(np.int32)
    j = (j + 1) & ~1
    for part in (-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8):
        t = fma(j, f32(part), t)
    z = t * t
    c = fma(f32(2.443315711809948e-5), z, f32(-1.388731625493765e-3))
    c = fma(c, z, f32(4.166664568298827e-2)) * z
    c = fma(c, z, -(z * f32(0.5))) + f32(1)
    s = fma(f32(-1.9515295891e-4), z, f32(8.3321608736e-3))
    s = fma(s, z, f32(-1.6666654611e-1)) * z
    s = fma(s, t, t)
    c, s = np.where(j & 2, s, c), np.where(j & 2, c, s)
    return np.where((j - 2) & 4, c, -c), np.where(j & 4, -s, s)


def block(u: Any) -> Any:
    """Sixteen float32 uniforms as bits, made normal."""
    (c, s), r = cosine_and_sine(u[8:]), radius(u[:8])
    return np.concatenate([r * c, r * s]) + f32(0)


def differences(start: int, step: int, count: int) -> int:
    """How many of radius, cosine and sine differ from the package's, on every `step`-th of 2**24 uniforms."""
    from gradcli.engine.random import box_muller

    k = np.arange(start, start + step * count, step, dtype=np.int32)
    work = box_muller.Workspace(count)
    wrong = int((box_muller._radius(k.copy(), work) != radius(k)).sum())
    here = box_muller._cosine_and_sine(k.copy(), work)
    return wrong + sum(int((a != b).sum()) for a, b in zip(here, cosine_and_sine(k), strict=True))


if __name__ == "__main__":
    print(sum(differences(start, 1, 1 << 16) for start in range(0, 1 << 24, 1 << 16)), "differences")
