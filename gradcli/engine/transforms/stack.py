"""The transforms that a call lies within."""

from __future__ import annotations

from typing import Any


class Transforms:
    """`stack`: levels of differentiation, and slices of `vmap`, the innermost last; `functions`: how many functions run
    under transforms of torch.func."""

    stack: list[Any] = []
    functions = 0
