"""`IPython.display`: display() prints; pictures are ignored."""

from __future__ import annotations

from typing import Any

from gradcli.exposure import exposed, renamed
from gradcli.faults.tree import PolicyFault


@exposed()
class Shape:
    """The result of HTML(), Image() and the like; nothing is drawn."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __display__(self, style: Any) -> str:
        return f"<IPython.core.display.{self._name} object>"


def clear_output(wait: bool = False) -> None:
    """Do nothing: printed text stays."""


def set_matplotlib_formats(*formats: Any, **options: Any) -> None:
    """Do nothing: nothing is drawn."""


def get_ipython() -> None:
    """None, as where Python runs a file."""


def embed(*args: Any, **options: Any) -> Any:
    """Refuse to open a prompt within a program."""
    raise PolicyFault("embed() opens a prompt within a program, which has none here",
                      ("gradcli repl", "runs a file and goes on at the prompt"))


def __getattr__(name: str) -> Any:
    def make(*args: Any, **options: Any) -> Shape:
        return Shape(name)

    return renamed(make, name)
