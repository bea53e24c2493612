"""`warnings`: there are none to filter; what a program warns of is told as a note."""

from __future__ import annotations

from typing import Any

from gradcli.engine.tensor.tensor import DisplayHooks


def filterwarnings(*args: Any, **options: Any) -> None:
    """Nothing."""


simplefilter = filterwarnings


def warn(message: Any, *args: Any, **options: Any) -> None:
    """Tell `message` once, beside what the program prints."""
    text = DisplayHooks.text(message)[:200]
    DisplayHooks.note(f"warning: {text}", f"the program warns: {text}")
