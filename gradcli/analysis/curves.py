"""Curves of expressions over values of a name: the expressions run at one value at a time, or at all at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcli.analysis.derivatives import default_dtype, number_of, statement_nodes, value_of
from gradcli.analysis.detached import complete, sweeping
from gradcli.analysis.free_names import WORD
from gradcli.analysis.sampling import sample
from gradcli.display.charts.chart import Chart, Curve, Scale
from gradcli.engine.autograd.op import traced
from gradcli.engine.tensor.dtypes import float_limits
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.transforms import functional
from gradcli.faults.tree import Fault, LimitFault

if TYPE_CHECKING:
    from gradcli.session.session import Session

MOST_SINGLE, MOST_AT_ONCE = 1_200, 8_000     # places of a curve that is sampled adaptively
CHECKED = 6                 # places at which values computed at once are compared with those computed one by one
TOLERANCE = 64              # rounding errors of the largest value by which they may differ
CHANGES = re.compile(r"\w_\(|:=|\bprint\b|\.append\(|\.pop\(|\brand|\byield\b|\blambda\b")


class Curves:
    """Expressions as functions of names of a session, and with `slope` their derivatives by each of the names.

    A call with arrays of places, one for each name, all (n,), returns (n,) arrays: for each expression its values
    and, with `slope`, its derivatives.
    """

    def __init__(self, session: Session, texts: Sequence[str], names: Sequence[str], slope: bool) -> None:
        self.session, self.texts, self.names, self.slope = session, texts, names, slope
        self.width = 1 + len(names) * slope
        self.at_once: list[bool] = [False] * len(texts)

    def __call__(self, *places: np.ndarray) -> list[np.ndarray]:
        rows: list[np.ndarray] = []
        for text, at_once in zip(self.texts, self.at_once, strict=True):
            at_all = self._together(text, places) if at_once else None
            rows += self._singly(text, places) if at_all is None else at_all
        return rows

    def within_domain(self, places: np.ndarray) -> list[np.ndarray]:
        """The values, and the derivatives where the function has a value: 1/x is drawn under log(x) for x > 0 alone."""
        rows = self(places)
        for at in range(0, len(rows), self.width):
            for slope in rows[at + 1:at + self.width]:
                slope[np.isnan(rows[at])] = np.nan
        return rows

    def try_at_once(self, *places: np.ndarray) -> bool:
        """Find out which expressions can be computed at all places at once, by comparison; whether all can."""
        self.at_once = [self._agrees(text, places) for text in self.texts]
        return all(self.at_once)

    def _agrees(self, text: str, places: Sequence[np.ndarray]) -> bool:
        """Whether one run with all places gives what runs with one place give, at a few of the places."""
        if CHANGES.search(text) or not _is_one_expression(text):
            return False
        some = np.unique(np.linspace(0, len(places[0]) - 1, CHECKED).astype(int))
        singly = self._singly(text, [array[some] for array in places])
        together = self._together(text, places)
        return together is not None and all(
            _close(row[some], other) for row, other in zip(together, singly, strict=True))

    def _singly(self, text: str, places: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The values at one place after the other, (n,) each; nan stays where nothing has been computed."""
        rows = np.full((self.width, len(places[0])), np.nan)
        watched = list(self.names) if self.slope else []
        for n, point in enumerate(zip(*places, strict=True)):
            leaves = self._set(point)
            value = complete(self.session, watched, lambda: number_of(self.session, text), text)
            rows[0, n] = value.array.item()
            if self.slope:
                rows[1:, n] = [0.0 if grad is None else grad.array.item() for grad in _slopes(value, leaves)]
        dtype = default_dtype(self.session)
        return [row.astype(dtype) for row in rows]

    def _together(self, text: str, places: Sequence[np.ndarray]) -> list[np.ndarray] | None:
        """The values at all places by one run; None if it fails or gives a value of another shape."""
        leaves = self._set(places)
        try:
            with self.session.silenced():
                value = value_of(self.session, text)
                if value.array.shape != places[0].shape:
                    return None
                grads = _slopes(value, leaves) if self.slope else []
        except LimitFault:
            raise
        except Fault:
            return None
        empty = np.zeros(places[0].shape)
        dtype = default_dtype(self.session)
        return [array.astype(dtype) for array in
                (value.array, *(empty if grad is None else grad.array for grad in grads))]

    def _set(self, values: Sequence[Any]) -> list[Variable]:
        dtype = default_dtype(self.session)
        leaves = [Variable(np.asarray(value, dtype), True) for value in values]
        for name, leaf in zip(self.names, leaves, strict=True):
            self.session[name] = leaf
        return leaves


def _slopes(value: Any, leaves: Sequence[Variable]) -> Sequence[Any]:
    """The gradients of the sum of a value by leaves; None for those that it does not depend on."""
    if not value.requires_grad:
        return [None] * len(leaves)
    return functional.grad(traced.sum(value), list(leaves), allow_unused=True)


def _close(one: np.ndarray, other: np.ndarray) -> bool:
    finite = np.isfinite(one) & np.isfinite(other)
    if not np.array_equal(one[~finite], other[~finite], equal_nan=True):
        return False
    size = float(np.max(np.abs(other[finite]), initial=0.0))
    return bool(np.all(np.abs(one[finite] - other[finite]) <= TOLERANCE * float(float_limits(other.dtype).eps) * size))


def _is_one_expression(text: str) -> bool:
    statements = statement_nodes(text)
    return len(statements) == 1 and statements[0][0] == "expression"


def expressions_of(text: str, names: Sequence[str]) -> list[str]:
    """The expressions of a text that has nothing else, all of them with one of `names`; else the text itself."""
    statements = statement_nodes(text)
    parts = [text[statement[1]:statement[2]].strip().rstrip(";").strip() for statement in statements]
    if len(parts) > 1 and all(statement[0] == "expression" and set(names).intersection(WORD.findall(part))
                              for statement, part in zip(statements, parts, strict=True)):
        return parts
    return [text]


@sweeping
def curve_chart(session: Session, texts: Sequence[str], name: str, ends: tuple[float, float], points: int, slope: bool,
                log: str = "", adaptive: bool = False) -> Chart:
    """The chart of expressions, and with `slope` of their derivatives, over values of a name.

    adaptive    whether places are added to `points` evenly spaced ones where a curve needs them
    """
    curves, scale = Curves(session, texts, [name], slope), Scale(log)
    even = spaced(scale, ends, points)
    places, titles = even.astype(default_dtype(session)), _titles(texts, name, slope)
    if not adaptive:
        rows = curves(even)
        return Chart(name, places, [_curve(title, row, n, curves)
                                    for n, (title, row) in enumerate(zip(titles, rows, strict=True))], log)
    places = np.unique(places)
    together = curves.try_at_once(places)
    sampled = sample(curves.within_domain, places, max(points, MOST_AT_ONCE if together else MOST_SINGLE), scale)
    return Chart(name, sampled.places, [
        _curve(title, row, n, curves, breaks) for n, (title, row, breaks) in
        enumerate(zip(titles, sampled.values, sampled.breaks, strict=True))], log)


def spaced(scale: Scale, ends: tuple[float, float], points: int) -> np.ndarray:
    """Evenly spaced places on the x axis."""
    low, high = scale.across(np.array(ends)).tolist()
    return scale.back(np.linspace(low, high, points))


def _curve(title: str, row: np.ndarray, n: int, curves: Curves, breaks: np.ndarray | None = None) -> Curve:
    """The n-th curve. Derivatives are dashed; they have the colour of their function where there are several."""
    return Curve(title, row, n % curves.width > 0, n // curves.width if len(curves.texts) > 1 else n, breaks)


def _titles(texts: Sequence[str], name: str, slope: bool) -> list[str]:
    if not slope:
        return list(texts)
    if len(texts) == 1:
        return [texts[0], f"{name}.grad"]
    return [title for text in texts for title in (text, f"d({text})/d{name}")]
