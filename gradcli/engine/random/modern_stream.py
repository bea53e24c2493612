"""The stream of torch 2.13 on a CPU, bit for bit, wherever torch runs its AVX2 or AVX-512 code."""

from __future__ import annotations

import math
from functools import lru_cache, partial
from math import cos, log1p, sin, sqrt
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gradcli.engine.numerics.fma import fma32, fma64
from gradcli.engine.random.box_muller import PAIRS, Workspace, map_elements, normals32, normals64, windows32
from gradcli.engine.random.categorical import cumulative, pick
from gradcli.engine.random.lookahead import Lookahead
from gradcli.engine.random.mersenne_twister import BLOCK as CACHED
from gradcli.engine.random.mersenne_twister import FEW, FEW_INTEGERS, MASK53, NO_SPARE, UNIT53, SpareNormal, doubles_of
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
    in_memory_order,
    interleaved,
    ordered_bounds,
    weight_rows,
)
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, HALVES, float_limits, integer_limits
from gradcli.faults.tree import ValueFault

SINGLE, DOUBLE, LONG = np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.int64)
ONE_WORD = 1 << 28          # ranges below this are drawn from one word, the others from two
NO_MEAN = {np.dtype(kind): np.zeros((), kind) for kind in (np.float32, np.float64)}
FULL_TURN = 2.0 * math.pi
BLOCK = 16                  # normals are made in blocks of this many
FEW_BLOCKS = 4096           # as many normals are few
DIGITS = {"bfloat16": 8, "float16": 11, "float32": 24, "float64": 53}      # the integers up to 2**digits are all exact


class ModernGenerator(RandomStream):
    """torch 2.13."""

    stream = "modern"
    state_size = 5056
    _work: Workspace | None = None      # kept between large draws: fresh memory costs more than the arithmetic

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._blocks_ahead, self._pairs_ahead = Lookahead(_blocks_of, BLOCK), Lookahead(_pairs_of, 4)
        self._windows_ahead = Lookahead(_windows_of, 1)

    def uniform(self, shape: Shape, dtype: DTypeLike, low: float = 0.0, high: float = 1.0) -> Array:
        """low + u (high - low), rounded once; u has 24 bits in float32 and half, 53 in float64."""
        ordered_bounds("uniform", low, high, strict=False)
        kind, count = np.dtype(dtype), elements(shape)
        if kind is SINGLE and count and (exact := _exact_stretch(low, high)):
            if count > FEW:
                return self._stretched_blocks(count, exact, low, high).reshape(shape)
            width, start, safe = exact
            few = [u * width + start for u in self.twister.few_u24(count)]
            if max(few) < safe:
                return np.array(few, SINGLE).reshape(shape)
            return _below(np.array(few, SINGLE), low, high).reshape(shape)
        u = self.twister.u53(count) if kind == np.float64 else self.twister.u24(count)
        if kind in HALVES or (low, high) != (0, 1):
            u = _stretched(u, kind, low, high)
        return u.astype(kind, copy=False).reshape(shape)

    def _stretched_blocks(self, count: int, exact: tuple[float, float, float], low: float, high: float) -> Array:
        """Uniform float32 numbers on [low, high), by blocks that stay in the cache."""
        width, start, safe = exact
        out = np.empty(count, SINGLE)
        bits, wide = np.empty(min(count, CACHED), np.int32), np.empty(min(count, CACHED), np.float64)
        for begin in range(0, count, CACHED):
            part = out[begin:begin + CACHED]
            values = wide[:part.size]
            self.twister.bits24(bits[:part.size])
            np.multiply(bits[:part.size], width * 2.0**-24, values)
            np.add(values, start, values)
            part[...] = values
            if not part.max() < safe:
                _below(part, low, high)
        return out

    def rand(self, shape: Shape, dtype: DTypeLike = np.float32) -> Array:
        """uniform(shape, dtype), by a short way for few numbers."""
        if dtype is SINGLE:
            few = self.twister.u24(elements(shape))
            return few if len(shape) == 1 else few.reshape(shape)
        return self.uniform(shape, dtype)

    def randn(self, shape: Shape, dtype: DTypeLike = np.float32) -> Array:
        """normal(shape, dtype), by a short way for few numbers."""
        if (dtype is SINGLE or dtype is DOUBLE) and (count := elements(shape)) < BLOCK:
            few = np.array([x + 0.0 for x in self._few(count)], dtype)      # no zero has a sign
            return few if len(shape) == 1 else few.reshape(shape)
        if dtype is SINGLE and count <= FEW_BLOCKS and not count % BLOCK:
            return self._few_blocks(count).reshape(shape)
        return self.normal(shape, dtype)

    def normal(self, shape: Shape, dtype: DTypeLike, mean: float = 0.0, std: float = 1.0) -> Array:
        """One after another below 16 elements, by blocks of 16 from there on."""
        check_std(std)
        count = elements(shape)
        if dtype is SINGLE and std == 1 and mean == 0 and (count < BLOCK or count <= FEW_BLOCKS and not count % BLOCK):
            return self.randn(shape, dtype)
        if count < BLOCK:
            kind, few = np.dtype(dtype), self._few(count)
            if std == 1 and mean == 0 and kind in NO_MEAN:
                return (np.array(few, kind) + NO_MEAN[kind]).reshape(shape)
            return cast_as_c(fma64(np.array(few, np.float64), std, mean), kind).reshape(shape)
        return self._block_normal(count, np.dtype(dtype), mean, std).reshape(shape)

    def normal_into(self, target: Array, mean: float = 0.0, std: float = 1.0) -> None:
        """A target that is not contiguous never gets blocks, however large it is."""
        check_std(std)
        if target.flags.c_contiguous:
            target[...] = self.normal(target.shape, target.dtype, mean, std)
        else:
            ordered = in_memory_order(target)
            ordered[...] = cast_as_c(fma64(self._gauss(target.size), std, mean), target.dtype).reshape(ordered.shape)

    def _few(self, count: int) -> list[float]:
        """The result of `_gauss` for a few numbers, in plain Python, which is faster there than arrays."""
        normals = [self.spare.y] if self.spare.valid and count else []
        pairs = (count - len(normals) + 1) // 2
        if pairs or normals:
            self.spare = NO_SPARE
        at = self._pairs_ahead.take(self.twister, 4 * pairs)
        if at >= 0:
            normals += self._pairs_ahead.values[at // 2:at // 2 + 2 * pairs]
        else:
            words = iter(self.twister.few(4 * pairs))
            for high, low, above, below in zip(words, words, words, words, strict=True):
                angle = FULL_TURN * (((high << 32 | low) & MASK53) * UNIT53)
                radius = sqrt(-2.0 * log1p(-(((above << 32 | below) & MASK53) * UNIT53)))
                normals += radius * cos(angle), radius * sin(angle)
        if len(normals) > count:
            self.spare = SpareNormal(True, 0.0, normals.pop())
        return normals

    def _gauss(self, count: int) -> Doubles:
        """Standard normals one after another, two from four words; an odd one out is kept for the next call."""
        if count < BLOCK:
            return np.array(self._few(count), np.float64)
        spare = [self.spare.y] if self.spare.valid and count else []
        pairs = (count - len(spare) + 1) // 2
        if pairs or spare:
            self.spare = NO_SPARE
        normals = np.concatenate([spare, _pairs(self.twister.u53(2 * pairs))])
        if normals.size > count:
            self.spare = SpareNormal(True, y=float(normals[-1]))
        return normals[:count]

    def _block_normal(self, count: int, kind: np.dtype[Any], mean: float, std: float) -> Array:
        """Blocks from the start; if they do not come out even, one more block over the last 16 elements."""
        in_blocks, rest = count - count % BLOCK, count % BLOCK
        out = np.empty(count, kind)
        if rest and kind == SINGLE and count <= FEW_BLOCKS:
            values = self._uneven_blocks(in_blocks, count)
            values = values if (mean, std) == (0, 1) else fma32(values, std, mean)
            out[:in_blocks], out[-BLOCK:] = values[:in_blocks], values[in_blocks:]
            return out
        out[:in_blocks] = self._blocks(in_blocks, kind, mean, std)
        if rest:
            if kind not in HALVES:      # the uniforms of the incomplete block were drawn, then drawn again
                self.twister.words(2 * rest if kind == np.float64 else rest)
            out[-BLOCK:] = self._blocks(BLOCK, kind, mean, std)
        return out

    def _blocks(self, count: int, kind: np.dtype[Any], mean: float, std: float) -> Array:
        if kind == np.float64:
            return fma64(normals64(self.twister.u53(count)), std, mean)
        if count >= 2 * PAIRS and self._work is None:
            self._work = Workspace(PAIRS)
        values = self._few_blocks(count) if count <= FEW_BLOCKS else normals32(
            self.twister.bits24, count, self._work if count >= 2 * PAIRS else None)
        return values if (mean, std) == (0, 1) else fma32(values, std, mean)

    def _few_blocks(self, count: int) -> Array:
        """float32 blocks, worked out ahead for who draws few right after others."""
        at = self._blocks_ahead.take(self.twister, count)
        if at < 0:
            return normals32(self.twister.bits24, count)
        values: Array = self._blocks_ahead.values[at:at + count]
        return values.copy()

    def _uneven_blocks(self, in_blocks: int, last: int) -> Array:
        """float32 blocks over so many words, and one more of those that come after `last` of them."""
        at = self._windows_ahead.take(self.twister, last + BLOCK)
        if at < 0:
            words = self.twister.words(last + BLOCK)
            return _blocks_of(np.concatenate([words[:in_blocks], words[last:]]))
        ahead, out = self._windows_ahead.values, np.empty(in_blocks + BLOCK, SINGLE)
        halves = out.reshape(-1, 2, BLOCK // 2).transpose(1, 0, 2)
        halves[:, :-1] = ahead[:, at:at + in_blocks].reshape(2, -1, 2, BLOCK // 2)[:, :, 0]
        halves[:, -1] = ahead[:, at + last:at + last + BLOCK // 2]
        return out

    def randint(self, low: int, high: int, shape: Shape, dtype: DTypeLike = np.int64) -> Array:
        """Integers from low to high - 1; also random_(low, high) and, with low 0, random_(high)."""
        if dtype is LONG and -ONE_WORD < low < high < ONE_WORD:
            return self._integers(low, high - low, shape, LONG)
        ordered_bounds("randint", low, high, strict=True)
        kind = np.dtype(dtype)
        if kind.kind in FLOAT_KINDS:
            low, high = _representable(low, high, kind)
        elif not (least(kind) <= low and high - 1 <= greatest(kind)):
            raise ValueFault(f"the integers from {low} to {high - 1} do not fit {kind}")
        return self._integers(low, high - low, shape, kind)

    def random_from(self, low: int, shape: Shape, dtype: DTypeLike) -> Array:
        """Integers from low to the largest of the type: random_(low, None)."""
        kind = np.dtype(dtype)
        if not least(kind) <= low <= greatest(kind):
            raise ValueFault(f"{low} does not fit {kind}")
        return self._integers(low, greatest(kind) - low + 1, shape, kind)

    def random(self, shape: Shape, dtype: DTypeLike) -> Array:
        """Integers from 0 to the largest of the type: random_()."""
        kind, count = np.dtype(dtype), elements(shape)
        wide = kind in (np.dtype(np.int64), np.dtype(np.float64))
        integers = self.twister.doubles(count) if wide else self.twister.words(count)
        return cast_as_c(integers % np.uint64(greatest(kind) + 1), kind).reshape(shape)

    def _integers(self, low: int, size: int, shape: Shape, kind: np.dtype[Any]) -> Array:
        count = elements(shape)
        if count <= FEW_INTEGERS and size < ONE_WORD and kind.kind == "i":
            few = np.array([word % size + low for word in self.twister.few(count)], kind)
            return few if len(shape) == 1 else few.reshape(shape)
        integers = (self.twister.words if size < ONE_WORD else self.twister.doubles)(count)
        if size < 1 << 64:      # otherwise every pattern of 64 bits is an answer already
            integers = integers % np.uint64(size) + np.uint64(low % (1 << 64))
        return cast_as_c(integers.view(np.int64), kind).reshape(shape)

    def bernoulli_tensor(self, p: Array, dtype: DTypeLike | None = None) -> Array:
        check_probability(p)
        u = self.twister.u53(p.size) if p.dtype == np.float64 else self.twister.u24(p.size)
        return (u.reshape(p.shape) < p).astype(dtype or p.dtype)

    def bernoulli_number(self, p: float, shape: Shape, dtype: DTypeLike) -> Array:
        check_probability(p)
        return (self.twister.u53(elements(shape)) < p).astype(dtype).reshape(shape)

    def exponential(self, shape: Shape, dtype: DTypeLike, rate: float = 1.0) -> Array:
        check_positive("exponential", "rate", rate)
        count, scale = elements(shape), -1.0 / rate
        if count <= FEW:
            values = np.array([scale * log1p(-u) for u in self.twister.few_u53(count)], np.float64)
        else:
            values = scale * map_elements(log1p, -self.twister.u53(count))
        return cast_as_c(values, dtype).reshape(shape)

    def cauchy(self, shape: Shape, dtype: DTypeLike, median: float = 0.0, sigma: float = 1.0) -> Array:
        check_positive("cauchy", "sigma", sigma)
        angle = math.pi * (self.twister.u53(elements(shape)) - 0.5)
        return cast_as_c(median + sigma * map_elements(math.tan, angle), dtype).reshape(shape)

    def geometric(self, shape: Shape, dtype: DTypeLike, p: float) -> Array:
        """The numbers of trials up to the first success of probability p."""
        check_geometric_p(p)
        trials = np.ceil(map_elements(_log, self.twister.u53(elements(shape))) / math.log1p(-p))
        return cast_as_c(trials, dtype).reshape(shape)

    def log_normal(self, shape: Shape, dtype: DTypeLike, mean: float = 1.0, std: float = 2.0) -> Array:
        """exp of a normal number, never by blocks."""
        check_positive("log_normal", "standard deviation", std)
        return cast_as_c(map_elements(exp_or_inf, fma64(self._gauss(elements(shape)), std, mean)), dtype).reshape(shape)

    def multinomial(self, weights: Array, count: int, replacement: bool = False) -> NDArray[np.int64]:
        """Without replacement, or for one draw, the largest weights once each is divided by an exponential number.

        With replacement, uniforms looked up in the cumulative sums.
        """
        rows = weight_rows(weights, count, replacement)
        if replacement and count > 1:
            wide = np.float64 if rows.dtype == np.float64 else np.float32
            sums = cumulative(rows, wide)
            categories = pick(sums, self.twister.u53(count * len(rows)).reshape(len(rows), count))
        else:
            race = np.empty_like(rows)
            ordered = in_memory_order(race)
            ordered[...] = self.exponential(ordered.shape, rows.dtype)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                categories = np.argsort(-(rows / race), axis=1, kind="stable")[:, :count].astype(np.int64)
        return categories.reshape((*weights.shape[:-1], count))


@lru_cache(32)
def greatest(kind: np.dtype[Any]) -> int:
    """The largest integer that random_ gives for a type."""
    if kind == np.bool_:
        return 1
    return 1 << DIGITS[kind.name] if kind.kind in FLOAT_KINDS else integer_limits(kind)[1]


@lru_cache(32)
def least(kind: np.dtype[Any]) -> int:
    if kind.kind in FLOAT_KINDS:
        return -greatest(kind)
    return 0 if kind == np.bool_ else integer_limits(kind)[0]


def _representable(low: int, high: int, kind: np.dtype[Any]) -> tuple[int, int]:
    """Bounds such that rounding to a floating type does not lead out of them."""
    digits, limit = DIGITS[kind.name], float(float_limits(kind).max)
    if not (-limit <= low and high - 1 <= limit):
        raise ValueFault(f"the integers from {low} to {high - 1} do not fit {kind}")
    top = int(kind.type(high - 1))
    if top >= high:
        high = top - (1 << (abs(high - 1).bit_length() - digits))
    bottom = int(kind.type(low + 1))
    if bottom < low:
        low = bottom + (1 << (abs(low + 1).bit_length() - digits))
    return low, high


def _stretched(u: Array, kind: np.dtype[Any], low: float, high: float) -> Array:
    """u moved from [0, 1) to [low, high); a value that rounding took to `high` becomes `low`."""
    if kind == np.float64:
        return _below(fma64(u, high - low, low), low, high)
    first = np.float32(low)
    return _below(cast_as_c(fma32(u, float(np.float32(high) - first), float(first)), kind), low, high)


@lru_cache(32)
def _exact_stretch(low: float, high: float) -> tuple[float, float, float] | None:
    """Width and start of [low, high) where u of 24 bits times width plus start is exact in double, else None.

    Values below the third number stay below `high` when they are rounded to float32.
    """
    first = np.float32(low)
    width, start = float(np.float32(high) - first), float(first)
    if not (width > 0 and 2.0**-24 * width <= abs(start) <= 16 * width):
        return None
    return width, start, float(np.float32(high)) - width * 2.0**-18


def _below(moved: Array, low: float, high: float) -> Array:
    """`moved`, where what is `high` becomes `low`."""
    moved[moved == moved.dtype.type(high)] = low
    return moved


def _low_bits(words: NDArray[np.uint64], out: NDArray[np.int32]) -> None:
    """Fill `out` with the low 24 bits of `words`."""
    out[...] = words & np.uint64(0xFFFFFF)


def _blocks_of(words: NDArray[np.uint64]) -> Array:
    """The float32 normals that are made in blocks of these words."""
    return normals32(partial(_low_bits, words), words.size)


def _windows_of(words: NDArray[np.uint64]) -> Array:
    """Both halves of the float32 normals of the block that begins at each of these words."""
    return windows32((words & np.uint64(0xFFFFFF)).astype(np.int32))


def _pairs(u: Doubles) -> Doubles:
    """The normals of uniforms, two of two."""
    radius = np.sqrt(-2.0 * map_elements(math.log1p, -u[1::2]))
    angle = FULL_TURN * u[0::2]
    return interleaved(radius * map_elements(cos, angle), radius * map_elements(sin, angle))


def _pairs_of(words: NDArray[np.uint64]) -> list[float]:
    """The normals that are made one after another of these words, two of four."""
    normals: list[float] = _pairs(doubles_of(words)).tolist()
    return normals


def _log(x: float) -> float:
    return math.log(x) if x else -math.inf
