"""Values as short texts: how many digits, and which arrays are written out."""

from __future__ import annotations

from typing import Any

import numpy as np

MANY = 8    # the most elements that are written; of more, only the size


def short_text(value: Any, precision: int | None = None) -> str:
    """A short text: numbers with six digits, or with `precision` after the point; arrays over MANY by their shape."""
    if isinstance(value, np.ndarray | np.generic):
        if value.size > MANY:
            return f"<{'x'.join(map(str, value.shape))} values>"
        return _listed(value.tolist(), precision)
    if isinstance(value, float):
        return f"{value:.6g}" if precision is None else f"{value:.{precision}f}"
    if isinstance(value, np.dtype):
        return value.name
    return str(value)


def _listed(value: Any, precision: int | None) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_listed(item, precision) for item in value)}]"
    return short_text(value, precision)
