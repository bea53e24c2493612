"""Surfaces of an expression over two names, and the path of a descent from a point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gradcli.analysis.curves import Curves
from gradcli.analysis.derivatives import default_dtype
from gradcli.analysis.detached import sweeping
from gradcli.display.charts.chart import Chart, Path
from gradcli.display.charts.surface import Surface

if TYPE_CHECKING:
    from gradcli.session.session import Session

FINE, COARSE = 81, 33       # nodes along each axis: where one run computes them all, and where each takes a run
SHORTEST_STEP = 1e-7        # of the size of the point: a step shorter than this ends a descent


class Descent(NamedTuple):
    """Gradient descent: the rate, the most steps, and where it starts."""

    rate: float
    steps: int
    start: tuple[float, ...]


class DescentSteps(NamedTuple):
    """The points of a descent, (n + 1,) for each name, the values there, and the derivatives by each name."""

    names: tuple[str, ...]
    points: list[np.ndarray]
    values: np.ndarray
    slopes: list[np.ndarray]
    rate: float
    text: str       # the expression

    @property
    def title(self) -> str:
        """What stands in the legend."""
        count = len(self.values) - 1
        return f"{count} step{'s' * (count != 1)} of descent, rate {self.rate:g}"


@sweeping
def surface(session: Session, text: str, names: tuple[str, str], ends: Sequence[tuple[float, float]], slope: bool,
            nodes: int | None = None) -> Surface:
    """The surface of an expression over two names, with `slope` and its gradient.

    nodes   along each axis; None for as many as the picture needs
    """
    curves = Curves(session, [text], names, slope)
    fine = nodes or FINE
    dtype = default_dtype(session)
    x, y = (np.linspace(*span, fine).astype(dtype) for span in ends)
    together = curves.try_at_once(*_grid(x, y))
    if not together and nodes is None:
        x, y = (np.linspace(*span, COARSE).astype(dtype) for span in ends)
    rows = [row.reshape(len(y), len(x)) for row in curves(*_grid(x, y))]
    return Surface(names, text, x, y, rows[0], (rows[1], rows[2]) if slope else None)


def _grid(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    across, up = np.meshgrid(x, y)
    return across.ravel(), up.ravel()


@sweeping
def descend(session: Session, text: str, names: tuple[str, ...], descent: Descent) -> DescentSteps:
    """Steps of x = x - rate * gradient, until one is hardly a step, or leads to no number."""
    curves = Curves(session, [text], names, True)
    dtype = default_dtype(session)
    points = [np.asarray(descent.start, dtype)]
    values = []
    slopes = []
    for n in range(descent.steps + 1):
        value, *grads = (row[0] for row in curves(*(coordinate.reshape(1) for coordinate in points[-1])))
        values.append(value)
        slopes.append(grads)
        with np.errstate(all="ignore"):
            step = np.asarray(descent.rate, dtype) * np.array(grads)
            following = points[-1] - step
        if n == descent.steps or not np.all(np.isfinite(following)):
            break
        if np.max(np.abs(step)) <= SHORTEST_STEP * max(1.0, float(np.max(np.abs(following)))):
            break
        points.append(following)
    return DescentSteps(names, list(np.array(points).T), np.array(values), list(np.array(slopes).T), descent.rate, text)


def with_path(picture: Chart | Surface, steps: DescentSteps) -> Chart | Surface:
    """A chart or surface with the steps of a descent on it."""
    up = steps.values if isinstance(picture, Chart) else steps.points[1]
    return picture._replace(path=Path(steps.title, steps.points[0], up))
