"""`torch.distributions.transforms`: `Transform`, and the elementwise transforms.

A transform states `_call`, `_inverse` and `log_abs_det_jacobian`; so do those that programs define.
"""

from __future__ import annotations

import math
from typing import Any

from gradcli.engine.autograd.op import traced as F
from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.tensor.dtype_info import broadcast_shapes, finfo
from gradcli.engine.tensor.tensor import Size, Tensor
from gradcli.exposure import exposed
from gradcli.faults.mistakes import Unimplemented
from gradcli.faults.tree import ArgumentFault, ValueFault
from gradcli.nn.distributions import constraints
from gradcli.nn.distributions.base import broadcast_all, shape_tuple, sum_rightmost
from gradcli.nn.distributions.constraint import SealedValue


@exposed(*"inv sign bijective domain codomain event_dim with_cache log_abs_det_jacobian forward_shape inverse_shape "
         "parts loc scale exponent base_transform reinterpreted_batch_ndims in_shape out_shape transforms dim lengths "
         "length distribution _call _inverse _inv_call _cache_size".split(), open_attributes=True, base=True,
         copied=True)
class Transform(SealedValue):
    """The base of all transforms, and of those that programs define."""

    __slots__ = ("__dict__", "__weakref__", "_cache_size", "_cached", "_inv")

    _module_path = "torch.distributions.transforms"

    bijective: Any = False
    domain: Any
    codomain: Any
    _cache_size: int
    _cached: tuple[Any, Any]
    _inv: Any

    def __init__(self, cache_size: int = 0) -> None:
        if cache_size not in (0, 1):
            raise ValueFault("cache_size must be 0 or 1")
        self._cache_size, self._cached, self._inv = cache_size, (None, None), None

    def _ready(self) -> None:
        try:
            _ = self._cache_size
        except AttributeError:
            raise ArgumentFault(f"a {type(self).__name__} was used before Transform.__init__() was called", (
                "super().__init__()", "first in the __init__ of the class")) from None

    @property
    def event_dim(self) -> Any:
        """The number of event dimensions. ValueFault if domain and codomain differ in it."""
        if self.domain.event_dim == self.codomain.event_dim:
            return self.domain.event_dim
        raise ValueFault("Please use either .domain.event_dim or .codomain.event_dim")

    @property
    def inv(self) -> Any:
        """The inverse transform."""
        self._ready()
        if self._inv is None:
            self._inv = _InverseTransform(self)
        return self._inv

    @property
    def sign(self) -> Any:
        """1 if the transform increases, -1 if it decreases."""
        raise Unimplemented(f"{type(self).__name__} does not implement sign")

    def with_cache(self, cache_size: int = 1) -> Any:
        """The same transform, remembering its last value if `cache_size` is 1."""
        self._ready()
        if self._cache_size == cache_size:
            return self
        copy = object.__new__(type(self))
        vars(copy).update(vars(self))
        Transform.__init__(copy, cache_size)
        return copy

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __call__(self, x: Any) -> Any:
        self._ready()
        if not self._cache_size:
            return self._call(x)
        if x is self._cached[0]:
            return self._cached[1]
        y = self._call(x)
        self._cached = (x, y)
        return y

    def _inv_call(self, y: Any) -> Any:
        if not self._cache_size:
            return self._inverse(y)
        if y is self._cached[1]:
            return self._cached[0]
        x = self._inverse(y)
        self._cached = (x, y)
        return x

    def _call(self, x: Any) -> Any:
        raise Unimplemented(f"{type(self).__name__} does not implement _call(x)")

    def _inverse(self, y: Any) -> Any:
        raise Unimplemented(f"{type(self).__name__} does not implement _inverse(y)")

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """log |dy / dx| at x, with y the value there."""
        raise Unimplemented(f"{type(self).__name__} does not implement log_abs_det_jacobian(x, y)")

    def forward_shape(self, shape: Any) -> Any:
        """The shape of the output for an input of this shape."""
        return shape

    def inverse_shape(self, shape: Any) -> Any:
        """The shape of the input for an output of this shape."""
        return shape

    def _text(self, style: Any) -> str:
        """Its name."""
        return f"{type(self).__name__}()"


def transform_of(value: Any) -> Transform:
    """`value`; ArgumentFault unless it is an initialised Transform."""
    if not isinstance(value, Transform):
        raise ArgumentFault(f"a transform is needed, not {described(value)}", "ExpTransform()")
    value._ready()
    return value


class _InverseTransform(Transform):
    """The inverse of a transform."""

    def __init__(self, transform: Transform) -> None:
        super().__init__(transform._cache_size)
        self._inv = transform

    domain = property(lambda self: self._inv.codomain)
    codomain = property(lambda self: self._inv.domain)
    bijective = property(lambda self: self._inv.bijective)
    sign = property(lambda self: self._inv.sign)
    inv = property(lambda self: self._inv)

    def with_cache(self, cache_size: int = 1) -> Any:
        return self._inv.with_cache(cache_size).inv

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _InverseTransform) and self._inv == other._inv

    __hash__ = Transform.__hash__

    def _text(self, style: Any) -> str:
        return f"{type(self).__name__}({self._inv!r})"

    def __call__(self, x: Any) -> Any:
        return self._inv._inv_call(x)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -self._inv.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape: Any) -> Any:
        return self._inv.inverse_shape(shape)

    def inverse_shape(self, shape: Any) -> Any:
        return self._inv.forward_shape(shape)


class ParameterFree(Transform):
    """A transform without parameters: all of one class are equal."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self))

    __hash__ = Transform.__hash__


class _Increasing(ParameterFree):
    """An increasing bijection from the real numbers."""

    bijective = True
    sign: Any = 1
    domain = constraints.real


class ExpTransform(_Increasing):
    """y = exp(x)."""

    codomain = constraints.positive

    def _call(self, x: Any) -> Any:
        return x.exp()

    def _inverse(self, y: Any) -> Any:
        return y.log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return x


def clipped_sigmoid(x: Any) -> Any:
    """The sigmoid, clamped to tiny .. 1 - eps of its dtype."""
    limits = finfo(x.dtype)
    return F.clamp(F.sigmoid(x), min=limits.tiny, max=1.0 - limits.eps)


class SigmoidTransform(_Increasing):
    """y = 1 / (1 + exp(-x))."""

    codomain = constraints.unit_interval

    def _call(self, x: Any) -> Any:
        return clipped_sigmoid(x)

    def _inverse(self, y: Any) -> Any:
        limits = finfo(y.dtype)
        y = y.clamp(min=limits.tiny, max=1.0 - limits.eps)
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -F.softplus(-x) - F.softplus(x)


class SoftplusTransform(_Increasing):
    """y = log(1 + exp(x))."""

    codomain = constraints.positive

    def _call(self, x: Any) -> Any:
        return F.softplus(x)

    def _inverse(self, y: Any) -> Any:
        return (-y).expm1().neg().log() + y

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -F.softplus(-x)


class TanhTransform(_Increasing):
    """y = tanh(x)."""

    codomain = constraints.Interval(-1.0, 1.0)

    def _call(self, x: Any) -> Any:
        return x.tanh()

    def _inverse(self, y: Any) -> Any:
        return F.atanh(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return 2.0 * (math.log(2.0) - x - F.softplus(-2.0 * x))


class AbsTransform(ParameterFree):
    """y = |x|."""

    domain = constraints.real
    codomain = constraints.positive

    def _call(self, x: Any) -> Any:
        return x.abs()

    def _inverse(self, y: Any) -> Any:
        return y


class PowerTransform(Transform):
    """y = x to the power of exponent."""

    domain = codomain = constraints.positive
    bijective = True

    def __init__(self, exponent: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.exponent, = broadcast_all(exponent)

    sign = property(lambda self: self.exponent.sign())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PowerTransform) and _is_same(self.exponent, other.exponent)

    __hash__ = Transform.__hash__

    def _call(self, x: Any) -> Any:
        return x.pow(self.exponent)

    def _inverse(self, y: Any) -> Any:
        return y.pow(1 / self.exponent)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return (self.exponent * y / x).abs().log()

    def forward_shape(self, shape: Any) -> Any:
        return _with_shapes(shape, self.exponent)

    inverse_shape = forward_shape


def _with_shapes(shape: Any, *operands: Any) -> Any:
    """A shape broadcast with those of the operands that are tensors."""
    return Size(broadcast_shapes(shape_tuple(shape), *(tuple(o.shape) for o in operands if isinstance(o, Tensor))))


def _is_same(first: Any, second: Any) -> bool:
    same = first == second
    return bool(same.array.all()) if isinstance(same, Tensor) else bool(same)


class AffineTransform(Transform):
    """y = loc + scale * x."""

    bijective = True

    def __init__(self, loc: Any, scale: Any, event_dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        broadcast_all(loc, scale)       # numbers and tensors alone
        self.loc, self.scale, self._dims = loc, scale, event_dim

    event_dim = property(lambda self: self._dims)
    domain = codomain = property(lambda self: constraints.IndependentConstraint(constraints.real, self._dims)
                                 if self._dims else constraints.real)

    def __eq__(self, other: object) -> bool:
        return (isinstance(other, AffineTransform) and _is_same(self.loc, other.loc)
                and _is_same(self.scale, other.scale))

    __hash__ = Transform.__hash__

    @property
    def sign(self) -> Any:
        if type(self.scale) in NUMBERS:
            return (self.scale > 0) - (self.scale < 0)
        return self.scale.sign()

    def _call(self, x: Any) -> Any:
        return self.loc + self.scale * x

    def _inverse(self, y: Any) -> Any:
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        shape, scale = tuple(x.shape), self.scale
        result = F.full_like(x, math.log(abs(scale))) if type(scale) in NUMBERS else F.abs(scale).log()
        if self._dims:
            result = sum_rightmost(result, self._dims)
            shape = shape[:-self._dims]
        return result.expand(shape)

    def forward_shape(self, shape: Any) -> Any:
        return _with_shapes(shape, self.loc, self.scale)

    inverse_shape = forward_shape
