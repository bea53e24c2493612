"""`biject_to` and `transform_to`: transforms from real vectors to the set of a constraint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.engine.autograd.signature import NUMBERS, described
from gradcli.engine.settings import SwitchedSettings
from gradcli.exposure import PROGRAM_MADE, exposed
from gradcli.faults.mistakes import Unimplemented
from gradcli.faults.tree import ArgumentFault
from gradcli.lang.runtime.types import types_of
from gradcli.nn.distributions import constraints as c
from gradcli.nn.distributions.transforms.composed import (
    CatTransform,
    ComposeTransform,
    IndependentTransform,
    StackTransform,
    identity_transform,
)
from gradcli.nn.distributions.transforms.elementwise import AffineTransform, ExpTransform, SigmoidTransform, Transform
from gradcli.nn.distributions.transforms.simplex import (
    CorrCholeskyTransform,
    LowerCholeskyTransform,
    PositiveDefiniteTransform,
    SoftmaxTransform,
    StickBreakingTransform,
)

Factory = Callable[[Any], Any]


@exposed("register")
class ConstraintRegistry:
    """A registry from classes of constraints to factories of transforms onto their sets."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._factories: dict[type, Factory] = {}

    def register(self, constraint: Any, factory: Any = None) -> Any:
        """Register `factory` for a class of constraints; without a factory, return a decorator."""
        kind = type(constraint) if isinstance(constraint, c.Constraint) else _class_of(constraint)
        if kind is None:
            raise ArgumentFault("Expected constraint to be either a Constraint subclass or instance, but got "
                                f"{described(constraint)}")
        if PROGRAM_MADE not in vars(kind):
            raise ArgumentFault(f"{kind.__name__} has its transform; a class of the program can be given one",
                                ("class Even(constraints.Constraint):", "a constraint of the program's own"))
        if factory is None:
            return lambda function: self.register(constraint, function)
        SwitchedSettings.transforms = SwitchedSettings.transforms | {(self._name, kind): factory}
        return factory

    def __call__(self, constraint: Any) -> Any:
        kind = type(c.constraint_of(constraint))
        factory = self._factories.get(kind) or SwitchedSettings.transforms.get((self._name, kind))
        if factory is None:
            raise Unimplemented(f"Cannot transform {type(constraint).__name__} constraints")
        return factory(constraint)

    def __repr__(self) -> str:
        return f"<{self._name}>"

    def __display__(self, style: Any) -> str:
        return (f"<torch.distributions.constraint_registry.ConstraintRegistry object at {style.address(self)}>")


def _class_of(value: Any) -> type | None:
    try:
        kinds = types_of(value)
    except TypeError:
        return None
    return kinds[0] if len(kinds) == 1 and issubclass(kinds[0], c.Constraint) else None


biject_to, transform_to = ConstraintRegistry("biject_to"), ConstraintRegistry("transform_to")


def _both(*kinds: type) -> Callable[[Factory], Factory]:
    def register(factory: Factory) -> Factory:
        for kind in kinds:
            biject_to._factories[kind] = transform_to._factories[kind] = factory
        return factory

    return register


def _register_by_parts(registry: ConstraintRegistry) -> None:
    """Register composite constraints: their transforms are composed of those of their parts."""
    registry._factories |= {
        c.IndependentConstraint: lambda k: IndependentTransform(
            registry(k.base_constraint), k.reinterpreted_batch_ndims),
        c.Cat: lambda k: CatTransform([registry(constraint) for constraint in k.cseq], k.dim, k.lengths),
        c.Stack: lambda k: StackTransform([registry(constraint) for constraint in k.cseq], k.dim)}


_both(c.Real)(lambda constraint: identity_transform)


@_both(c.GreaterThan, c.GreaterThanEq)
def _above(constraint: Any) -> Transform:
    return ComposeTransform([ExpTransform(), AffineTransform(constraint.lower_bound, 1)])


@_both(c.LessThan)
def _below(constraint: Any) -> Transform:
    return ComposeTransform([ExpTransform(), AffineTransform(constraint.upper_bound, -1)])


@_both(c.Interval, c.HalfOpenInterval)
def _between(constraint: Any) -> Transform:
    low, high = constraint.lower_bound, constraint.upper_bound
    if type(low) in NUMBERS and type(high) in NUMBERS and (low, high) == (0, 1):
        return SigmoidTransform()
    return ComposeTransform([SigmoidTransform(), AffineTransform(low, high - low)])


_both(c.CorrCholesky)(lambda constraint: CorrCholeskyTransform())
_register_by_parts(biject_to)
_register_by_parts(transform_to)
biject_to._factories[c.Simplex] = lambda constraint: StickBreakingTransform()
transform_to._factories |= {
    c.Simplex: lambda constraint: SoftmaxTransform(),
    c.LowerCholesky: lambda constraint: LowerCholeskyTransform(),
    c.PositiveDefinite: lambda constraint: PositiveDefiniteTransform(),
    c.PositiveSemidefinite: lambda constraint: PositiveDefiniteTransform()}
