"""What the two streams of random numbers have in common: the twister, the saved state, and the checks.

Methods take a shape and a numpy dtype and return a new array. A target that is not contiguous is filled
by `write`, in the order of its memory, as torch does.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gradcli.engine.random import rejection
from gradcli.engine.random.box_muller import map_elements
from gradcli.engine.random.categorical import poisson
from gradcli.engine.random.mersenne_twister import FEW, FEW_INTEGERS, SpareNormal, Twister, TwisterState
from gradcli.engine.tensor.dtypes import FLOAT_KINDS, HALVES, OF, float_limits
from gradcli.faults.mistakes import UnfitValue
from gradcli.faults.tree import ValueFault

Array = NDArray[Any]
Doubles = NDArray[np.float64]
Shape = tuple[int, ...]
FEW_WEIGHTS = 256       # weights of multinomial that are looked at faster in plain Python
FEW_EXCHANGES = 400     # those that are made faster one by one than all at once


class RandomStream(ABC):
    """A seeded stream of random numbers. `spare` is what is left of the last pair of normals."""

    stream: str
    state_size: int         # of get_rng_state(), in bytes

    def __init__(self, seed: int) -> None:
        self.twister = Twister(seed)
        self.seed(seed)

    def seed(self, seed: int) -> None:
        """Start again from `seed`, of which 64 bits are remembered and the low 32 count."""
        if not -(1 << 63) <= seed < 1 << 64:
            raise ValueFault(f"a seed is an integer of 64 bits, got {seed}")
        self._seed = seed % (1 << 64)
        self.twister.seed(self._seed)
        self.spare = SpareNormal()

    def initial_seed(self) -> int:
        return self._seed

    def state(self) -> TwisterState:
        """This moment, to come back to with `set_state`."""
        return TwisterState(self._seed, *self.twister.saved(), self.spare)

    def set_state(self, state: TwisterState) -> None:
        self._seed, self.spare = state.seed, state.cached
        self.twister.restore(state.words, state.position)

    def state_bytes(self) -> NDArray[np.uint8]:
        """The state laid out as get_rng_state() shows it."""
        return self.state().as_bytes(self.state_size)

    def set_state_bytes(self, data: NDArray[np.uint8]) -> None:
        self.set_state(TwisterState.from_bytes(data, self.state_size))

    @abstractmethod
    def uniform(self, shape: Shape, dtype: DTypeLike, low: float = 0.0, high: float = 1.0) -> Array:
        """Uniform numbers between low and high."""

    @abstractmethod
    def normal(self, shape: Shape, dtype: DTypeLike, mean: float = 0.0, std: float = 1.0) -> Array:
        """Normal numbers."""

    @abstractmethod
    def normal_into(self, target: Array, mean: float = 0.0, std: float = 1.0) -> None:
        """Fill `target`, whatever its layout, with normal numbers."""

    @abstractmethod
    def bernoulli_tensor(self, p: Array, dtype: DTypeLike | None = None) -> Array:
        """1 with the probability given for each element, else 0; of p's type unless said otherwise."""

    @abstractmethod
    def bernoulli_number(self, p: float, shape: Shape, dtype: DTypeLike) -> Array:
        """1 with probability p, else 0."""

    @abstractmethod
    def multinomial(self, weights: Array, count: int, replacement: bool = False) -> NDArray[np.int64]:
        """`count` positions from each row of `weights`, chosen in proportion to them."""

    def rand(self, shape: Shape, dtype: DTypeLike = np.float32) -> Array:
        """Uniform numbers from 0 to 1."""
        return self.uniform(shape, dtype)

    def randn(self, shape: Shape, dtype: DTypeLike = np.float32) -> Array:
        """Normal numbers with mean 0 and standard deviation 1."""
        return self.normal(shape, dtype)

    def normal_around(self, mean: Array | float, std: Array | float, dtype: DTypeLike = np.float32) -> Array:
        """A normal number for each mean and standard deviation: drawn, multiplied and added one after another."""
        below = np.asarray(std) < 0
        if below.any() if below.ndim else below:
            raise UnfitValue("normal needs standard deviations of at least 0").saying(
                "normal expects all elements of std >= 0.0")
        shape, other = np.shape(mean), np.shape(std)
        normals = self.normal(shape if shape == other else np.broadcast_shapes(shape, other), dtype)
        around: Array = normals * np.asarray(std, dtype) + np.asarray(mean, dtype)
        return around

    def dropout_mask(self, shape: Shape, p: float) -> NDArray[np.bool_]:
        """Which elements dropout with probability p keeps; it multiplies those by 1 / (1 - p)."""
        if not 0 <= p <= 1:
            raise ValueFault(f"dropout needs a probability from 0 to 1, got {p}")
        return self.bernoulli_number(1 - p, shape, np.bool_)

    def randperm(self, count: int, dtype: DTypeLike = np.int64) -> Array:
        """The numbers 0 to count - 1 in random order."""
        if count < 0:
            raise ValueFault(f"randperm needs a number of at least 0, got {count}")
        if 0 < count <= FEW_INTEGERS:
            exchanges = [word % (count - i) + i for i, word in enumerate(self.twister.few(count - 1))]
        else:
            places = np.arange(max(count - 1, 0), dtype=np.uint64)
            targets = self.twister.words(places.size) % (np.uint64(count) - places) + places
            if count > FEW_EXCHANGES:
                return apply_exchanges(np.append(targets.astype(np.int64), count - 1)).astype(dtype, copy=False)
            exchanges = targets.tolist()
        order = list(range(count))
        for i, at in enumerate(exchanges):
            order[i], order[at] = order[at], order[i]
        return np.array(order, dtype)

    def poisson(self, rates: Array) -> Array:
        """A Poisson number for each rate."""
        if rates.size and not rates.min() >= 0:
            raise UnfitValue("poisson needs rates of at least 0").saying(
                "invalid Poisson rate, expected rate to be non-negative")
        draw = self._one_uniform
        return cast_as_c(map_elements(lambda rate: float(poisson(rate, draw)), rates.astype(np.float64)), rates.dtype)

    def standard_gamma(self, alpha: Array) -> Array:
        """A gamma number of rate 1 for each element, never less than the smallest normal number of its type."""
        samples = [rejection.gamma(a, self._one_uniform, self._one_normal) for a in alpha.reshape(-1)]
        numbers = cast_as_c(np.array(samples, np.float64), alpha.dtype).reshape(alpha.shape)
        numbers[numbers < float_limits(alpha.dtype).tiny] = float_limits(alpha.dtype).tiny
        return numbers

    def dirichlet(self, alpha: Array) -> Array:
        """Shares that sum to 1, for each row of concentrations."""
        gammas = self.standard_gamma(alpha.astype(np.float64))
        shares = cast_as_c(gammas / gammas.sum(-1, keepdims=True), alpha.dtype)
        one = alpha.dtype.type(1)
        return np.clip(shares, float_limits(alpha.dtype).tiny, np.nextafter(one, one - one))

    def binomial(self, count: Array, prob: Array) -> Array:
        """A binomial number for each pair of a count and a probability."""
        pairs = zip(count.reshape(-1), prob.reshape(-1), strict=True)
        return cast_as_c(np.array([rejection.binomial(n, p, self._one_uniform) for n, p in pairs], np.float64),
                    prob.dtype).reshape(prob.shape)

    def _one_uniform(self) -> float:
        return float(self.twister.u53(1)[0])

    def _one_normal(self) -> float:
        return float(self.normal((1,), np.float64)[0])


def write(target: Array, draw: Callable[[Shape], Array]) -> None:
    """Fill `target` from draw(shape), taking its elements in the order of its memory."""
    ordered = in_memory_order(target)
    ordered[...] = draw(ordered.shape)


def in_memory_order(target: Array) -> Array:
    """The same elements with the axes arranged from the longest stride to the shortest."""
    if target.flags.c_contiguous:
        return target
    axes = sorted(range(target.ndim), key=lambda axis: -abs(target.strides[axis]))
    return target.transpose(axes)


def apply_exchanges(at: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers from 0 on once each place i has changed with the place at[i], one after the other; at[i] >= i.

    Place i ends with what place at[i] holds by then: its own number, or that which the last exchange with it left
    there, of step k. That is what place k held before, which is found in the same way.
    """
    count = len(at)
    steps = np.arange(count)
    order = at.astype(np.uint16 if count <= 1 << 16 else np.int64).argsort(kind="stable")
    sorted_places = at[order]
    same = sorted_places[1:] == sorted_places[:-1]
    before = np.full(count, -1)         # for each step, the last one before it with the same place
    before[order[1:][same]] = order[:-1][same]
    ends = order[np.append(~same, True)]
    last = np.full(count, -1)           # for each place, the last step that changed with it
    last[at[ends]] = ends
    source = np.where(last == steps, before, last)
    source = np.where(source < 0, steps, source)
    while not np.array_equal(further := source[source], source):
        source = further
    return np.where(before < 0, at, source[before])


def cast_as_c(values: Array, dtype: DTypeLike) -> Array:
    """`values` in the type, as C converts them: numbers of 16 bits go by way of float32, overflow is infinite."""
    kind = np.dtype(dtype)
    if kind is values.dtype:
        return values
    with np.errstate(over="ignore", invalid="ignore"):
        if kind in HALVES:
            values = values.astype(np.float32)
        return values.astype(dtype, copy=False)


def interleaved(first: Doubles, second: Doubles) -> Doubles:
    """first[0], second[0], first[1], ..."""
    return np.stack([first, second], axis=1).reshape(-1)


def exp_or_inf(x: float) -> float:
    """exp(x); infinite where that is beyond double precision."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def check_positive(name: str, parameter: str, value: float) -> None:
    if not value > 0:
        symbol = {"exponential": "lambda", "cauchy": "sigma", "log_normal": "std"}[name]
        raise UnfitValue(f"{name} needs a {parameter} above 0, got {value:g}").saying(
            f"{name}_ expects {symbol} > 0.0, but found {symbol}={value:g}")


def check_probability(p: Array | float) -> None:
    if type(p) is float and 0 <= p <= 1:
        return
    values = np.asarray(p)
    if 0 < values.size <= FEW and values.dtype.kind in "fiub":
        few = values.ravel().tolist()
        if isfinite(sum(few)) and 0 <= min(few) and max(few) <= 1:
            return
    if not ((values >= 0) & (values <= 1)).all():
        raise UnfitValue("bernoulli needs probabilities from 0 to 1" + (f", got {values:g}" if values.ndim == 0 else "")
                         ).saying("bernoulli_ expects p to be in [0, 1], but got "
                                  f"p={values:g}" if not isinstance(p, np.ndarray) else
                                  "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error "
                                  "message be improved?  If so, please report an enhancement request to PyTorch.)")


def check_geometric_p(p: float) -> None:
    if not 0 < p < 1:
        raise UnfitValue(f"geometric needs a probability above 0 and below 1, got {p:g}").saying(
            f"geometric_ expects p to be in (0, 1), but got p={p:g}")


def check_std(std: float) -> None:
    if not std >= 0:
        raise UnfitValue(f"normal needs a standard deviation of at least 0, got {std:g}").saying(
            f"normal expects std >= 0.0, but found std {std:g}")


def ordered_bounds(name: str, low: float, high: float, strict: bool) -> None:
    if not (low < high if strict else low <= high):
        raise UnfitValue(f"{name} needs a lower bound {'below' if strict else 'not above'} the upper one, "
                         f"got {low} and {high}").saying(
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}" if strict else
            f"{name}_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")


def weight_rows(weights: Array, count: int, replacement: bool) -> Array:
    """The rows of weights for multinomial, once they are found fit to draw from."""
    if weights.dtype.kind not in FLOAT_KINDS:
        raise UnfitValue("multinomial needs weights of a floating type").saying(
            f"multinomial only supports floating-point dtypes for input, got: {OF[weights.dtype].era}")
    if weights.ndim not in (1, 2):
        raise UnfitValue(f"multinomial needs weights of one or two dimensions, got {weights.ndim}").saying(
            "prob_dist must be 1 or 2 dim")
    rows = weights.reshape(1, -1) if weights.ndim == 1 else weights
    if count <= 0:
        raise UnfitValue(f"multinomial needs to draw at least 1, got {count}").saying(
            "cannot sample n_sample <= 0 samples")
    if not replacement and count > rows.shape[1]:
        raise UnfitValue("cannot sample n_sample > prob_dist.size(-1) samples without replacement: multinomial "
                         f"cannot draw {count} of {rows.shape[1]}").saying(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    few = rows.tolist() if 0 < rows.size <= FEW_WEIGHTS else ()
    if few and False not in [min(row) >= 0 and max(row) > 0 and isfinite(sum(row)) for row in few]:
        return rows
    if not (np.isfinite(rows) & (rows >= 0)).all():
        raise UnfitValue("multinomial needs weights that are finite and not negative").saying(
            "probability tensor contains either `inf`, `nan` or element < 0")
    if not (rows.sum(axis=1, dtype=np.float64) > 0).all():
        raise UnfitValue("multinomial needs a weight above 0 in every row").saying(
            "invalid multinomial distribution (sum of probabilities <= 0)")
    return rows


def elements(shape: Shape) -> int:
    return math.prod(shape)
