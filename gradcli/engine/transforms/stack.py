"""The transforms that a call lies within."""

from __future__ import annotations

from typing import Any


class Transforms:
    """`stack`: levels of differentiation, and slices of `vmap`, the innermost last."""

    stack: list[Any] = []
