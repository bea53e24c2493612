"""The stream of PyTorch 0.1.12: the same words as the modern one, made into different numbers.

Everything is computed in double, one element at a time, and rounded to the tensor's type at the end.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gradcli.engine.random.box_muller import map_elements
from gradcli.engine.random.categorical import cumulative, pick, remove_category
from gradcli.engine.random.mersenne_twister import FEW, SpareNormal
from gradcli.engine.random.stream import (
    Array,
    Doubles,
    RandomStream,
    Shape,
    cast_as_c,
    check_geometric_p,
    check_positive,
    check_probability,
    check_std,
    elements,
    exp_or_inf,
    interleaved,
    ordered_bounds,
    weight_rows,
    write,
)

# random_() is a word modulo this.
RANGES = {"uint8": 1 << 8, "int8": 1 << 7, "int16": 1 << 15, "int32": 1 << 31, "int64": 1 << 63,
          "float32": (1 << 24) + 1, "float64": (1 << 53) + 1}

# numpy's own logarithm, sine and cosine err by a few units in the last place, so a value is well within
# this share of its radius of the exact recipe's.
DOUBT = 2.0**-48


class LegacyGenerator(RandomStream):
    """PyTorch 0.1.12."""

    stream = "legacy"
    state_size = 5048

    def uniform(self, shape: Shape, dtype: DTypeLike, low: float = 0.0, high: float = 1.0) -> Array:
        """One word each, for float64 too. In float32 the upper bound itself can come out, by rounding."""
        ordered_bounds("uniform", low, high, strict=False)
        return cast_as_c(self.twister.u32(elements(shape)) * (high - low) + low, dtype).reshape(shape)

    def normal(self, shape: Shape, dtype: DTypeLike, mean: float = 0.0, std: float = 1.0) -> Array:
        check_std(std)
        return cast_as_c(self._gauss(elements(shape), mean, std, np.dtype(dtype)), dtype).reshape(shape)

    def normal_into(self, target: Array, mean: float = 0.0, std: float = 1.0) -> None:
        write(target, lambda shape: self.normal(shape, target.dtype, mean, std))

    def _gauss(self, count: int, mean: float, std: float, kind: np.dtype[Any]) -> Doubles:
        """Normal numbers in double, from which the type's own follow exactly. Two words make two of them.

        What is kept of an odd one is its uniforms and its radius, so the next call's mean and std apply to it.
        """
        spare = int(self.spare.valid and count > 0)
        pairs = (count - spare + 1) // 2
        x, y = self.twister.u32(2 * pairs).reshape(pairs, 2).T
        if pairs <= FEW:
            numbers = _few_pairs(x.tolist(), y.tolist(), mean, std)
        elif kind == np.float32:
            numbers, doubtful = _shortcut(x, y, mean, std)
            numbers[doubtful] = _pairs(x[doubtful], y[doubtful], mean, std)
        else:
            numbers = _pairs(x, y, mean, std)
        normals = numbers.reshape(-1)[:count - spare]
        if spare:
            old = self.spare
            normals = np.concatenate([[old.rho * math.sin(2.0 * math.pi * old.x) * std + mean], normals])
        if pairs:
            self.spare = SpareNormal((count - spare) % 2 == 1, float(x[-1]), float(y[-1]),
                                     math.sqrt(-2.0 * math.log(1.0 - float(y[-1]))))
        elif spare:
            self.spare = SpareNormal(False, self.spare.x, self.spare.y, self.spare.rho)
        return normals

    def randint(self, low: int, high: int, shape: Shape, dtype: DTypeLike = np.int64) -> Array:
        """Integers from low to high - 1: random_(low, high) and, with low 0, random_(high)."""
        ordered_bounds("random_", low, high, strict=True)
        integers = self.twister.words(elements(shape)) % np.uint64(high - low)
        return cast_as_c(integers.view(np.int64) + low, dtype).reshape(shape)

    def random(self, shape: Shape, dtype: DTypeLike) -> Array:
        """Integers from 0 to the largest of the type, as far as 32 bits reach: random_()."""
        integers = self.twister.words(elements(shape)) % np.uint64(RANGES[np.dtype(dtype).name])
        return cast_as_c(integers, dtype).reshape(shape)

    def bernoulli_tensor(self, p: Array, dtype: DTypeLike | None = None) -> Array:
        check_probability(p)
        return (self.twister.u32(p.size).reshape(p.shape) <= p.astype(np.float64)).astype(dtype or p.dtype)

    def bernoulli_number(self, p: float, shape: Shape, dtype: DTypeLike) -> Array:
        check_probability(p)
        return (self.twister.u32(elements(shape)) <= p).astype(dtype).reshape(shape)

    def exponential(self, shape: Shape, dtype: DTypeLike, rate: float = 1.0) -> Array:
        check_positive("exponential", "rate", rate)
        return self._map_uniforms(lambda u: -1.0 / rate * math.log(1.0 - u), shape, dtype)

    def cauchy(self, shape: Shape, dtype: DTypeLike, median: float = 0.0, sigma: float = 1.0) -> Array:
        check_positive("cauchy", "sigma", sigma)
        return self._map_uniforms(lambda u: median + sigma * math.tan(math.pi * (u - 0.5)), shape, dtype)

    def geometric(self, shape: Shape, dtype: DTypeLike, p: float) -> Array:
        check_geometric_p(p)
        return self._map_uniforms(lambda u: int(math.log(1.0 - u) / math.log(p)) + 1, shape, dtype)

    def log_normal(self, shape: Shape, dtype: DTypeLike, mean: float = 1.0, std: float = 2.0) -> Array:
        check_positive("log_normal", "standard deviation", std)
        normals = self._gauss(elements(shape), mean, std, np.dtype(np.float64))
        return cast_as_c(map_elements(exp_or_inf, normals), dtype).reshape(shape)

    def multinomial(self, weights: Array, count: int, replacement: bool = False) -> NDArray[np.int64]:
        """Uniforms looked up in the cumulative sums, from which a drawn category is taken out if it may not return."""
        rows = weight_rows(weights, count, replacement)
        categories = np.empty((rows.shape[0], count), np.int64)
        for row, out in zip(rows, categories, strict=True):
            sums = cumulative(row, np.float64)
            if replacement:
                out[:] = pick(sums, self.twister.u32(count))
                continue
            for i in range(count):
                sums[-1] = 1
                out[i] = pick(sums, self.twister.u32(1))[0]
                sums = remove_category(sums, int(out[i]))
        return categories.reshape((*weights.shape[:-1], count))

    def _map_uniforms(self, number: Callable[[float], float], shape: Shape, dtype: DTypeLike) -> Array:
        return cast_as_c(map_elements(number, self.twister.u32(elements(shape))), dtype).reshape(shape)


def _pairs(x: Doubles, y: Doubles, mean: float, std: float) -> Doubles:
    """For each x and y a pair of normal numbers, by the C library's functions."""
    rho = np.sqrt(-2.0 * map_elements(math.log, 1.0 - y))
    angle = 2.0 * math.pi * x
    values = interleaved(rho * map_elements(math.cos, angle), rho * map_elements(math.sin, angle)) * std + mean
    return values.reshape(-1, 2)


def _few_pairs(x: list[float], y: list[float], mean: float, std: float) -> Doubles:
    """The result of `_pairs` for a few pairs, in plain Python, which is faster there than arrays."""
    values: list[float] = []
    for turns, share in zip(x, y, strict=True):
        rho, angle = math.sqrt(-2.0 * math.log(1.0 - share)), 2.0 * math.pi * turns
        values += rho * math.cos(angle) * std + mean, rho * math.sin(angle) * std + mean
    return np.array(values, np.float64)


def _shortcut(x: Doubles, y: Doubles, mean: float, std: float) -> tuple[Doubles, NDArray[np.bool_]]:
    """The pairs by numpy's faster functions, and which of them might round to another float32 than the exact ones."""
    rho = np.sqrt(-2.0 * np.log(1.0 - y))
    angle = 2.0 * math.pi * x
    values = interleaved(rho * np.cos(angle), rho * np.sin(angle)) * std + mean
    doubt = (interleaved(rho, rho) * std + np.abs(values)) * DOUBT
    certain = cast_as_c(values - doubt, np.float32) == cast_as_c(values + doubt, np.float32)
    return values.reshape(-1, 2), ~certain.reshape(-1, 2).all(axis=1)
