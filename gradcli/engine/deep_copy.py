"""Where modules find the `copy.deepcopy` of programs, which stands on a higher floor: who assembles `torch` sets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Copies:
    """How to copy what a program can hold, with all that it contains."""

    deep: Callable[[Any], Any]
