"""`Constraint`, and the constraints of numbers and vectors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.tensor.tensor import DisplayHooks, Tensor
from gradcli.exposure import exposed, seal
from gradcli.faults.mistakes import Unimplemented
from gradcli.faults.tree import ArgumentFault, ValueFault


def check_bound(value: Any) -> Any:
    """`value`; ArgumentFault unless it is a number or a tensor."""
    if type(value) not in NUMBERS and not isinstance(value, Tensor):
        raise ArgumentFault(f"a bound is a number or a tensor, not {described(value)}",
                            "constraints.interval(0.0, 1.0)")
    return value


class SealedValue:
    """The base of constraints, distributions and transforms: values that programs meet without naming their classes."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Programs meet the package's own kinds as values, whether they name them or not."""
        if cls.__module__.startswith("gradcli."):
            seal(cls)

    def __repr__(self) -> str:
        return self._text(None)

    def __display__(self, style: Any) -> str:
        return self._text(style)

    def _text(self, style: Any) -> str:
        """The text in a style, or, for None, that of `repr`."""
        raise NotImplementedError


@exposed(*"check is_discrete event_dim lower_bound upper_bound base_constraint reinterpreted_batch_ndims cseq dim "
         "lengths".split(), base=True, copied=True)
class Constraint(SealedValue):
    """The base of all constraints; `check` returns for each event whether it satisfies the constraint."""

    __slots__ = ("__dict__", "__weakref__")

    _module_path = "torch.distributions.constraints"
    _bounds: ClassVar[tuple[str, ...]] = ()

    is_discrete: Any = False
    event_dim: Any = 0

    def check(self, value: Any) -> Any:
        """Whether each event satisfies the constraint: a bool tensor."""
        raise Unimplemented(f"{type(self).__name__} defines no check(value)")

    def _text(self, style: Any) -> str:
        """Its name, with its bounds."""
        name = type(self).__name__
        bounds = (f"{bound}={DisplayHooks.format(vars(self)[bound], '')}" for bound in self._bounds)
        return f"{name}({', '.join(bounds)})"


def check_constraint(constraint: Constraint, value: Any) -> Any:
    """`constraint.check(value)`; ArgumentFault unless `value` is a tensor."""
    if not isinstance(value, Tensor):
        raise ArgumentFault(f"a constraint is checked of a tensor, not {described(value)}",
                            "constraints.positive.check(torch.ones(2))")
    return constraint.check(value)


class Dependent(Constraint):
    """A constraint that depends on other values, and cannot be checked."""

    def check(self, x: Any) -> Any:
        raise ValueFault("Cannot determine validity of dependent constraint")


def is_dependent(constraint: Any) -> bool:
    """Whether a constraint depends on other values."""
    return isinstance(constraint, Dependent)


def constraint_of(value: Any) -> Constraint:
    """`value`; ArgumentFault unless it is a Constraint."""
    if not isinstance(value, Constraint):
        raise ArgumentFault(f"a constraint is needed, not {described(value)}", "constraints.positive")
    return value


def constraint_list(values: Any) -> list[Constraint]:
    """A list of constraints. ArgumentFault for other values."""
    if not isinstance(values, Iterable):
        raise ArgumentFault(f"a list of constraints is needed, not {described(values)}", "[constraints.positive]")
    return [constraint_of(value) for value in values]


class _Wrapping(Constraint):
    """A constraint around another one."""

    base_constraint: Any
    is_discrete = property(lambda self: self.base_constraint.is_discrete)


class IndependentConstraint(_Wrapping):
    """A constraint that reinterprets the last batch dimensions as event dimensions."""

    reinterpreted_batch_ndims: int

    def __init__(self, base_constraint: Any, reinterpreted_batch_ndims: int) -> None:
        self.base_constraint = constraint_of(base_constraint)
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims

    event_dim = property(lambda self: self.base_constraint.event_dim + self.reinterpreted_batch_ndims)

    def check(self, value: Any) -> Any:
        result, last = check_constraint(self.base_constraint, value), self.reinterpreted_batch_ndims
        if result.ndim < last:
            raise ValueFault(f"Expected value.dim() >= {self.event_dim} but got {value.ndim}")
        return result.reshape((*result.shape[:result.ndim - last], -1)).all(-1)

    def _text(self, style: Any) -> str:
        return f"{type(self).__name__}({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class MixtureSameFamilyConstraint(_Wrapping):
    """The support of a mixture: the value satisfies the constraint of every component."""

    def __init__(self, base_constraint: Any) -> None:
        self.base_constraint = constraint_of(base_constraint)

    event_dim = property(lambda self: self.base_constraint.event_dim)

    def check(self, value: Any) -> Any:
        last = self.event_dim
        result = check_constraint(self.base_constraint, value.unsqueeze(-1 - last))
        if value.ndim < last:
            raise ValueFault(f"Expected value.dim() >= {last} but got {value.ndim}")
        return result.reshape((*result.shape[:value.ndim - last], -1)).all(-1)

    def _text(self, style: Any) -> str:
        return f"{type(self).__name__}({self.base_constraint!r})"


class Boolean(Constraint):
    """0 or 1."""

    is_discrete = True

    def check(self, value: Any) -> Any:
        return (value == 0) | (value == 1)


class OneHot(Constraint):
    """A vector of zeros with a single one."""

    is_discrete, event_dim = True, 1

    def check(self, value: Any) -> Any:
        return ((value == 0) | (value == 1)).all(-1) & value.sum(-1).eq(1)


class Real(Constraint):
    """Any number but nan."""

    def check(self, value: Any) -> Any:
        return value == value       # false of nan alone


class _Above(Constraint):
    _bounds: ClassVar[tuple[str, ...]] = ("lower_bound",)

    lower_bound: Any

    def __init__(self, lower_bound: Any) -> None:
        self.lower_bound = check_bound(lower_bound)


class GreaterThan(_Above):
    """x > lower_bound."""

    def check(self, value: Any) -> Any:
        return value > self.lower_bound


class GreaterThanEq(_Above):
    """x >= lower_bound."""

    def check(self, value: Any) -> Any:
        return value >= self.lower_bound


class IntegerGreaterThan(_Above):
    """An integer x >= lower_bound."""

    is_discrete = True

    def check(self, value: Any) -> Any:
        return (value % 1 == 0) & (value >= self.lower_bound)


class LessThan(Constraint):
    """x < upper_bound."""

    _bounds: ClassVar[tuple[str, ...]] = ("upper_bound",)

    upper_bound: Any

    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = check_bound(upper_bound)

    def check(self, value: Any) -> Any:
        return value < self.upper_bound


class Multinomial(LessThan):
    """Counts whose sum is at most upper_bound."""

    _bounds: ClassVar[tuple[str, ...]] = ()
    is_discrete, event_dim = True, 1

    def check(self, value: Any) -> Any:
        return (value >= 0).all(-1) & (value.sum(-1) <= self.upper_bound)


class _Between(Constraint):
    _bounds: ClassVar[tuple[str, ...]] = ("lower_bound", "upper_bound")

    lower_bound: Any
    upper_bound: Any

    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        self.lower_bound, self.upper_bound = check_bound(lower_bound), check_bound(upper_bound)


class Interval(_Between):
    """lower_bound <= x <= upper_bound."""

    def check(self, value: Any) -> Any:
        return (value >= self.lower_bound) & (value <= self.upper_bound)


class IntegerInterval(_Between):
    """An integer, lower_bound <= x <= upper_bound."""

    is_discrete = True

    def check(self, value: Any) -> Any:
        return (value % 1 == 0) & (value >= self.lower_bound) & (value <= self.upper_bound)


class HalfOpenInterval(_Between):
    """lower_bound <= x < upper_bound."""

    def check(self, value: Any) -> Any:
        return (value >= self.lower_bound) & (value < self.upper_bound)


class Simplex(Constraint):
    """Nonnegative numbers that sum to 1."""

    event_dim = 1

    def check(self, value: Any) -> Any:
        return (value >= 0).all(-1) & ((value.sum(-1) - 1).abs() < 1e-6)
