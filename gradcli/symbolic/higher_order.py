"""Derivatives of any order by several names, those by tensors element by element: as numbers, and traced."""

from __future__ import annotations

from itertools import combinations_with_replacement
from math import prod
from typing import Any, NamedTuple

import numpy as np

from gradcli.engine.autograd.op import traced
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.transforms import functional
from gradcli.faults.tree import UsageFault
from gradcli.symbolic.conditions import condition
from gradcli.symbolic.expression import ONE, ZERO, IndexValue
from gradcli.symbolic.fold import where
from gradcli.symbolic.tensor import Axes, SymbolicTensor, axes_of
from gradcli.symbolic.trace import Tracer

MOST_ELEMENTS = 400     # of a derivative that is derived again, each by a sweep of its own

Derivatives = dict[tuple[str, ...], Any]


class Elements(NamedTuple):
    """A derivative of one element of another, at the place that `axes` name: the sweep that begins there.

    shape   of the derivative that has an element at each of the places
    """

    swept: Tensor
    axes: Axes
    shape: tuple[int, ...]

    def formula(self, tracer: Tracer) -> SymbolicTensor:
        """The formula of all elements; raises Unknown where there is none."""
        formula = tracer.formula(self.swept)
        return SymbolicTensor((*self.shape, *formula.shape), (*self.axes, *formula.axes), formula.body).fresh()


def derivatives(value: Tensor, leaves: dict[str, Tensor], order: int, tracer: Tracer | None = None) -> Derivatives:
    """The value by (), and its derivatives by tuples of names, in the order of `leaves`; None where it is zero.

    A derivative by several tensors has the dimensions of all; one that is traced is of `Elements`.
    """
    results: Derivatives = {(): value}
    for count in range(1, order + 1):
        for names in combinations_with_replacement(leaves, count):
            inner, leaf = results[names[:-1]], leaves[names[-1]]
            swept = inner.swept if isinstance(inner, Elements) else inner
            if swept is None or not swept.requires_grad:
                results[names] = None
            elif count == 1 or not isinstance(inner, Elements) and inner.array.ndim == 0:
                results[names] = _swept(inner, leaf)
            else:
                results[names] = _rows(inner, leaf) if tracer is None else _traced(inner, leaf, tracer)
    return results


def _swept(inner: Tensor, leaf: Tensor, seed: Tensor | None = None) -> Tensor | None:
    """The gradient of a tensor, weighted by `seed`; None where it does not depend on the leaf."""
    [part] = functional.grad([inner], [leaf], grad_outputs=None if seed is None else [seed], create_graph=True,
                             allow_unused=True)
    return part


def _rows(inner: Tensor, leaf: Tensor) -> Tensor | None:
    """The derivative of each element: a tensor with the dimensions of both."""
    shape = inner.array.shape
    require_few(prod(shape))
    rows = []
    for at in range(prod(shape)):
        seed = np.zeros(shape, inner.array.dtype)
        seed.flat[at] = 1
        rows.append(_swept(inner, leaf, Tensor(seed)))
    nonzero = [row for row in rows if row is not None]
    return traced.view(traced.stack(tuple(nonzero)), (*shape, *leaf.array.shape)) if nonzero else None


def _traced(inner: Tensor | Elements, leaf: Tensor, tracer: Tracer) -> Elements | None:
    """The derivative of any one element, which the seed picks in formulas, and the first in numbers."""
    swept, axes, shape = inner if isinstance(inner, Elements) else (inner, (), ())
    mine = swept.array.shape
    require_few(prod(mine))
    seed = np.zeros(mine, swept.array.dtype)
    seed.flat[0] = 1
    places, picked = axes_of(mine), axes_of(mine)
    tests = [condition("eq", IndexValue(place), IndexValue(pick))
             for place, pick in zip(places, picked, strict=True) if place is not None and pick is not None]
    start = Tensor(seed)
    tracer.enter(seed, SymbolicTensor(mine, places, where(condition("and", *tests), ONE, ZERO) if tests else ONE))
    part = _swept(swept, leaf, start)
    return None if part is None else Elements(part, (*axes, *picked), (*shape, *mine))


def require_few(count: int) -> None:
    """Raise UsageFault for a derivative of more elements than are derived again."""
    if count > MOST_ELEMENTS:
        raise UsageFault(f"--order: each of the {count} elements of a derivative would be derived, and "
                         f"{MOST_ELEMENTS} are the most", ("--wrt NAME", "by a smaller tensor"))
