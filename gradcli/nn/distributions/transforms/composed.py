"""Composite transforms: compose, independent, cat, stack; ReshapeTransform and the cdf transform."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Iterable
from typing import Any

from gradcli.engine.autograd.op import traced as F
from gradcli.engine.autograd.signature import described
from gradcli.engine.tensor.tensor import Size
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.nn.distributions import constraints
from gradcli.nn.distributions.base import Distribution, shape_tuple, sum_rightmost
from gradcli.nn.distributions.transforms.elementwise import Transform, transform_of


def transform_list(parts: Any, cache_size: int) -> list[Transform]:
    """A list of transforms with this cache size. ArgumentFault for other values."""
    if not isinstance(parts, Iterable):
        raise ArgumentFault(f"a list of transforms is needed, not {described(parts)}", "[ExpTransform()]")
    transforms = [transform_of(part) for part in parts]
    return [part.with_cache(cache_size) for part in transforms] if cache_size else transforms


class ComposeTransform(Transform):
    """The composition of transforms, applied in order."""

    def __init__(self, parts: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self._parts = transform_list(parts, cache_size)

    parts = property(lambda self: list(self._parts))
    bijective = property(lambda self: all(part.bijective for part in self._parts))

    @property
    def sign(self) -> Any:
        return functools.reduce(operator.mul, (part.sign for part in self._parts), 1)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ComposeTransform) and self._parts == other._parts

    __hash__ = Transform.__hash__

    @property
    def domain(self) -> Any:
        if not self._parts:
            return constraints.real
        dims = self._parts[-1].codomain.event_dim
        for part in reversed(self._parts):
            dims = max(dims + part.domain.event_dim - part.codomain.event_dim, part.domain.event_dim)
        return _of_events(self._parts[0].domain, dims)

    @property
    def codomain(self) -> Any:
        if not self._parts:
            return constraints.real
        dims = self._parts[0].domain.event_dim
        for part in self._parts:
            dims = max(dims + part.codomain.event_dim - part.domain.event_dim, part.codomain.event_dim)
        return _of_events(self._parts[-1].codomain, dims)

    @property
    def inv(self) -> Any:
        if self._inv is None:
            self._inv = ComposeTransform([part.inv for part in reversed(self._parts)])
            self._inv._inv = self
        return self._inv

    def with_cache(self, cache_size: int = 1) -> Any:
        return self if self._cache_size == cache_size else ComposeTransform(self._parts, cache_size)

    def __call__(self, x: Any) -> Any:
        for part in self._parts:
            x = part(x)
        return x

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        if not self._parts:
            return F.zeros_like(x)
        values = [x]
        for part in self._parts[:-1]:
            values.append(part(values[-1]))
        values.append(y)
        terms, dims = [], self.domain.event_dim
        for part, before, after in zip(self._parts, values[:-1], values[1:], strict=True):
            terms.append(sum_rightmost(part.log_abs_det_jacobian(before, after), dims - part.domain.event_dim))
            dims += part.codomain.event_dim - part.domain.event_dim
        return functools.reduce(operator.add, terms)

    def forward_shape(self, shape: Any) -> Any:
        for part in self._parts:
            shape = part.forward_shape(shape)
        return shape

    def inverse_shape(self, shape: Any) -> Any:
        for part in reversed(self._parts):
            shape = part.inverse_shape(shape)
        return shape

    def _text(self, style: Any) -> str:
        return f"{type(self).__name__}(\n    " + ",\n    ".join(repr(part) for part in self._parts) + "\n)"


def _of_events(constraint: Any, dims: int) -> Any:
    """`constraint`, reinterpreted so that its events have `dims` dimensions."""
    more = dims - constraint.event_dim
    return constraints.IndependentConstraint(constraint, more) if more > 0 else constraint


identity_transform = ComposeTransform([])


class IndependentTransform(Transform):
    """A transform that reinterprets the last batch dimensions as event dimensions."""

    reinterpreted_batch_ndims: int

    def __init__(self, base_transform: Any, reinterpreted_batch_ndims: int, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self._base = transform_of(base_transform).with_cache(cache_size)
        self.reinterpreted_batch_ndims = self._dims = reinterpreted_batch_ndims

    base_transform = property(lambda self: self._base)
    domain = property(lambda self: constraints.IndependentConstraint(self._base.domain, self._dims))
    codomain = property(lambda self: constraints.IndependentConstraint(self._base.codomain, self._dims))
    bijective = property(lambda self: self._base.bijective)
    sign = property(lambda self: self._base.sign)

    def _call(self, x: Any) -> Any:
        if x.ndim < self.domain.event_dim:
            raise ValueFault("Too few dimensions on input")
        return self._base(x)

    def _inverse(self, y: Any) -> Any:
        if y.ndim < self.codomain.event_dim:
            raise ValueFault("Too few dimensions on input")
        return self._base.inv(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return sum_rightmost(self._base.log_abs_det_jacobian(x, y), self._dims)

    def forward_shape(self, shape: Any) -> Any:
        return self._base.forward_shape(shape)

    def inverse_shape(self, shape: Any) -> Any:
        return self._base.inverse_shape(shape)

    def _text(self, style: Any) -> str:
        return f"{type(self).__name__}({self._base!r}, {self._dims})"


class _Several(Transform):
    """Transforms of consecutive slices along one dimension."""

    dim: int

    transforms = property(lambda self: list(self._transforms))
    bijective = property(lambda self: all(part.bijective for part in self._transforms))

    def _split(self, value: Any, name: str) -> list[Any]:
        """The slices of a tensor, one for each transform. AssertionError if the sizes do not fit."""
        if not -value.ndim <= self._dim < value.ndim:
            raise AssertionError(f"dim {self._dim} out of range for {name} with {value.ndim} dimensions")
        size, length = value.shape[self._dim], sum(self._lengths)
        if size != length:
            raise AssertionError(f"{name}.size({self._dim}) = {size} must equal length {length}")
        starts = [sum(self._lengths[:i]) for i in range(len(self._lengths))]
        return [value.narrow(self._dim, start, n) for start, n in zip(starts, self._lengths, strict=True)]

    _dim: int
    _lengths: list[int]
    _transforms: list[Transform]


class CatTransform(_Several):
    """Transforms of slices of `lengths` along a dimension."""

    sign = Transform.sign

    def __init__(self, tseq: Any, dim: int = 0, lengths: Any = None, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self._transforms = transform_list(tseq, cache_size)
        self._lengths = [1] * len(self._transforms) if lengths is None else list(lengths)
        if len(self._lengths) != len(self._transforms) or not all(type(n) is int for n in self._lengths):
            raise AssertionError(f"lengths ({len(self._lengths)}) must match transforms ({len(self._transforms)})")
        self.dim = self._dim = dim

    lengths = property(lambda self: list(self._lengths))
    length = property(lambda self: sum(self._lengths))
    event_dim = property(lambda self: max(part.event_dim for part in self._transforms))
    domain = property(lambda self: constraints.Cat([t.domain for t in self._transforms], self._dim, self._lengths))
    codomain = property(lambda self: constraints.Cat([t.codomain for t in self._transforms], self._dim, self._lengths))

    def _call(self, x: Any) -> Any:
        parts = zip(self._transforms, self._split(x, "x"), strict=True)
        return F.cat([transform(part) for transform, part in parts], self._dim)

    def _inverse(self, y: Any) -> Any:
        parts = zip(self._transforms, self._split(y, "y"), strict=True)
        return F.cat([transform.inv(part) for transform, part in parts], self._dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        terms, dims = [], self.event_dim
        for part, before, after in zip(self._transforms, self._split(x, "x"), self._split(y, "y"), strict=True):
            term = part.log_abs_det_jacobian(before, after)
            terms.append(sum_rightmost(term, max(dims - part.event_dim, 0)))
        at = (self._dim - x.ndim if self._dim >= 0 else self._dim) + dims
        return F.cat(terms, at) if at < 0 else functools.reduce(operator.add, terms)


class StackTransform(_Several):
    """A transform for each position along a dimension."""

    sign = Transform.sign

    def __init__(self, tseq: Any, dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self._transforms = transform_list(tseq, cache_size)
        self._lengths = [1] * len(self._transforms)
        self.dim = self._dim = dim

    domain = property(lambda self: constraints.Stack([t.domain for t in self._transforms], self._dim))
    codomain = property(lambda self: constraints.Stack([t.codomain for t in self._transforms], self._dim))

    def _pieces(self, value: Any, name: str) -> list[Any]:
        return [part.squeeze(self._dim) for part in self._split(value, name)]

    def _call(self, x: Any) -> Any:
        parts = zip(self._transforms, self._pieces(x, "x"), strict=True)
        return F.stack([transform(part) for transform, part in parts], self._dim)

    def _inverse(self, y: Any) -> Any:
        parts = zip(self._transforms, self._pieces(y, "y"), strict=True)
        return F.stack([transform.inv(part) for transform, part in parts], self._dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        parts = zip(self._transforms, self._pieces(x, "x"), self._pieces(y, "y"), strict=True)
        return F.stack([part.log_abs_det_jacobian(before, after) for part, before, after in parts], self._dim)


class ReshapeTransform(Transform):
    """Reshapes the last dimensions from in_shape to out_shape."""

    bijective = True
    sign = Transform.sign

    def __init__(self, in_shape: Any, out_shape: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.in_shape, self.out_shape = Size(shape_tuple(in_shape)), Size(shape_tuple(out_shape))
        if math.prod(self.in_shape) != math.prod(self.out_shape):
            raise ValueFault("in_shape, out_shape have different numbers of elements")

    domain = property(lambda self: constraints.IndependentConstraint(constraints.real, len(self.in_shape)))
    codomain = property(lambda self: constraints.IndependentConstraint(constraints.real, len(self.out_shape)))

    def _call(self, x: Any) -> Any:
        return x.reshape((*x.shape[:x.ndim - len(self.in_shape)], *self.out_shape))

    def _inverse(self, y: Any) -> Any:
        return y.reshape((*y.shape[:y.ndim - len(self.out_shape)], *self.in_shape))

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return F.zeros(tuple(x.shape[:x.ndim - len(self.in_shape)]), dtype=x.dtype)

    def forward_shape(self, shape: Any) -> Any:
        return _replaced(shape, self.in_shape, self.out_shape)

    def inverse_shape(self, shape: Any) -> Any:
        return _replaced(shape, self.out_shape, self.in_shape)


def _replaced(shape: Any, old: Size, new: Size) -> Any:
    """`shape` with `new` in place of `old` at its end. ValueFault if it does not end with `old`."""
    if len(shape) < len(old):
        raise ValueFault("Too few dimensions on input")
    cut = len(shape) - len(old)
    if tuple(shape[cut:]) != tuple(old):
        raise ValueFault(f"Shape mismatch: expected {Size(shape[cut:])} but got {old}")
    return Size((*shape[:cut], *new))


class CumulativeDistributionTransform(Transform):
    """The cdf of a distribution."""

    bijective = True
    codomain = constraints.unit_interval
    sign: Any = 1

    def __init__(self, distribution: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        if not isinstance(distribution, Distribution):
            raise ArgumentFault(f"a distribution is needed, not {described(distribution)}", "Normal(0.0, 1.0)")
        self._distribution = distribution

    distribution = property(lambda self: self._distribution)
    domain = property(lambda self: self._distribution.support)

    def _call(self, x: Any) -> Any:
        return self._distribution.cdf(x)

    def _inverse(self, y: Any) -> Any:
        return self._distribution.icdf(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return self._distribution.log_prob(x)
