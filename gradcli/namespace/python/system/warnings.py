"""`warnings`: filters do nothing, and `warn` prints a remark."""

from __future__ import annotations

from typing import Any

from gradcli.engine.tensor.tensor import DisplayHooks


def filterwarnings(*args: Any, **options: Any) -> None:
    """Do nothing: there are no warnings to filter."""


simplefilter = filterwarnings


def warn(message: Any, *args: Any, **options: Any) -> None:
    """Print `message` once, as a remark on stderr."""
    text = DisplayHooks.text(message)[:200]
    DisplayHooks.note(f"warning: {text}", f"the program warns: {text}")
