"""The domain of an elementwise operation, its jumps, its kinks and its poles, found by sampling.

The operation is computed at points between -20 and 20. Where two neighbours differ in kind, or by more than a smooth
function can, bisection locates the place. So the description is true of the code that runs, and a new operation has
one at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcli.engine.autograd.op import Op, traced
from gradcli.engine.tensor.variable import Variable

REACH, STEP, ASKEW = 20.0, 0.125, 0.0123    # points are off the round numbers, where special things happen
CLOSER, SHARP = 44, 1e-3                    # bisections of a step; the relative change that counts as a jump
HUGE, BESIDE = 1e9, 1e-13
MOST_PLACES = 3                                   # the most places that are listed
PARTNERS = (2.5, 0.75, -1.5)                # the values of the other operands meanwhile
Curve = Callable[[Any], tuple[Any, Any]]    # from points to values and slopes


def domain(op: type[Op]) -> list[str]:
    """A line for each input: where the operation is defined, jumps, and has a kink or an infinite slope.

    An empty list for an operation that is not elementwise.
    """
    signature = op.signature
    inputs = signature.names[: signature.required]
    if op.random or op.creates or op.returns or not inputs or not all(
            kind.operand for kind in signature.kinds[: signature.required]):
        return []
    lines = []
    for at, name in enumerate(inputs):
        partners = PARTNERS if inputs[1:] else PARTNERS[:1]
        descriptions = {_describe(_curve(op, inputs, at, partner)) for partner in partners}
        if None in descriptions:
            return []
        lines.append(f"{name}: {descriptions.pop() if len(descriptions) == 1 else 'depends on the other operand'}")
    return lines


def _curve(op: type[Op], inputs: tuple[str, ...], at: int, partner: float) -> Curve:
    """The operation as a function of one of its inputs, the others constant."""
    def curve(points: Any) -> tuple[Any, Any]:
        operands = [Variable(np.full_like(points, partner)) for _ in inputs]
        leaf: Any = Variable(points.copy(), True)
        operands[at] = leaf
        result = getattr(traced, op.names[0].rpartition(".")[2])(*operands)
        if result.requires_grad:
            traced.sum(result).backward()
        slopes = np.zeros_like(points) if leaf.grad is None else leaf.grad.array
        return result.array, slopes

    return curve


def _describe(curve: Curve) -> str | None:
    """The description of a function; None if it is not elementwise, or not of floats."""
    points = np.arange(-REACH, REACH, STEP) + ASKEW
    try:
        values, slopes = curve(points)
        if values.shape != points.shape or values.dtype != np.float64:
            return None
        alone = curve(points[5:6])[0], curve(points[::-1][:7])[0]
    except Exception:       # it does not take such operands
        return None
    if not np.array_equal(alone[0], values[5:6], True) or not np.array_equal(alone[1], values[::-1][:7], True):
        return None
    inside = ~np.isnan(values)
    if not inside.any():
        return None
    edges = list(_closed_in(curve, points, lambda value, slope: np.isnan(value) * 1.0))
    jumps = _closed_in(curve, points, lambda value, slope: value)
    bends = _closed_in(curve, points, lambda value, slope: slope)
    poles = [place for place, infinite in {**bends, **jumps}.items() if infinite]
    steps = [place for place in jumps if place not in poles and place not in edges]
    kinks = [place for place in bends if place not in jumps and place not in edges and place not in poles]
    kinks = [place for place in kinks if not np.isnan(curve(np.array([place]))[0][0])]
    steep = [place for place in dict.fromkeys([*edges, *kinks]) if _steep(curve, place)]
    kinks = [place for place in kinks if place not in steep]
    flat = not slopes[inside].any()
    parts = [_extent(curve, points, inside, edges)]
    for word, places in (("infinite at", poles), ("jumps at", steps), ("a kink at", kinks),
                         ("the slope is infinite at", steep)):
        if places:
            parts.append(f"{word} {_listed(places)}")
    if flat and np.ptp(values[inside]) > 0:
        parts.append("the slope is 0 wherever there is one")
    return "; ".join(parts)


def _closed_in(curve: Curve, points: Any, measure: Callable[[Any, Any], Any]) -> dict[float, bool]:
    """The places at which a measure of the function jumps, each with whether the function is unbounded there."""
    def measured(at: Any) -> Any:
        return measure(*curve(at))

    low, high = points[:-1].copy(), points[1:].copy()
    below, above = measured(low), measured(high)
    for _ in range(CLOSER):
        middle = (low + high) / 2
        between = measured(middle)
        lower_side = _apart(below, between) >= _apart(between, above)
        high, above = np.where(lower_side, middle, high), np.where(lower_side, between, above)
        low, below = np.where(lower_side, low, middle), np.where(lower_side, below, between)
    size = np.maximum(1, np.nan_to_num(np.minimum(np.abs(below), np.abs(above))))
    sharp = _apart(below, above) > SHARP * size
    return {_round(place): _infinite(curve, place) for place in ((low + high) / 2)[sharp].tolist()}


def _apart(a: Any, b: Any) -> Any:
    """The distance of two measures; infinite between nan and a number."""
    apart = np.abs(a - b)
    return np.where(np.isnan(a) & np.isnan(b) | (a == b), 0, np.where(np.isnan(apart), np.inf, apart))


def _round(place: float) -> float:
    eighth = round(place * 8) / 8
    return eighth + 0.0 if abs(place - eighth) < 1e-7 else float(f"{place:.6g}")


def _extent(curve: Curve, points: Any, inside: Any, edges: list[float]) -> str:
    """The domain in words."""
    if inside.all():
        return "all numbers"
    if len(edges) > 2:
        return f"not all numbers: {np.count_nonzero(inside) * 100 // inside.size} of 100 between -20 and 20"
    shut = [not np.isnan(curve(np.array([edge]))[0][0]) and not _infinite(curve, edge) for edge in edges]
    if len(edges) == 2 and not inside[0]:
        ends = {(True, True): "both included", (False, False): "both excluded",
                (True, False): f"{edges[1]:g} excluded", (False, True): f"{edges[0]:g} excluded"}
        return f"from {edges[0]:g} to {edges[1]:g}, {ends[shut[0], shut[1]]}"
    sides = [("at most {:g}" if closed else "less than {:g}") if inside[points < edge][-1:].any() else
             ("at least {:g}" if closed else "greater than {:g}") for edge, closed in zip(edges, shut, strict=True)]
    return " or ".join(side.format(edge) for side, edge in zip(sides, edges, strict=True))


def _infinite(curve: Curve, place: float) -> bool:
    """Whether the function is unbounded at a place or beside it."""
    values = curve(np.array([_round(place), place - BESIDE, place + BESIDE]))[0]
    return bool((np.abs(values) > HUGE).any())


def _steep(curve: Curve, place: float) -> bool:
    value, slope = curve(np.array([place]))
    return bool(np.isfinite(value[0]) and np.isinf(slope[0]))


def _listed(places: list[float]) -> str:
    """Places in words: a few one by one, many as a kind, such as every whole number."""
    places = sorted(places)
    for word, part in (("every whole number", 0.0), ("every whole number and a half", 0.5)):
        if len(places) >= 2 * REACH - 2 and all(place % 1 == part for place in places):
            return word
    if len(places) > MOST_PLACES:
        nearest = sorted(sorted(places, key=abs)[:MOST_PLACES])
        return "many places, such as " + ", ".join(f"{place:g}" for place in nearest)
    return " and ".join(f"{place:g}" for place in places)
