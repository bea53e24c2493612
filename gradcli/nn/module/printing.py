"""How modules print: today's way, and 0.1.12's."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from gradcli.engine.random.generators import Current
from gradcli.exposure import package_class

BLOCK = "block"     # how 0.1.12 printed modules that had no text of their own: what is inside, line by line


def looks(module: Any, style: Any) -> str:
    """The text of a module in a style; without one, in that of the program that is running."""
    era = (style.name == "tutorial") if style is not None else Current.legacy
    kind = type(module)
    ours: Any = package_class(kind)
    then = ours._era if era and not ours._new and kind.extra_repr is ours.extra_repr else None
    if then is not None and then != BLOCK:
        return kind.__name__ + str(module._era())
    inside = [(name, _text(inner, style)) for name, inner in module._module_dict.items()]
    if then == BLOCK:
        return kind.__name__ + " (\n" + "".join(f"  ({name}): {_indented(text)}\n" for name, text in inside) + ")"
    if ours._grouped:
        inside = [(_range(numbers), _times(text, len(numbers))) for numbers, text in _runs(inside)]
    said = module.extra_repr()
    return _modern(kind.__name__, said if isinstance(said, str) else "", inside)


def _text(module: Any, style: Any) -> str:
    """The text of a module within another: its own word, if the program's class has one."""
    if module is None or type(module).__repr__ is not package_class(type(module)).__repr__:
        said = repr(module)
        return said if isinstance(said, str) else ""
    return looks(module, style)


def _modern(name: str, extra: str, inside: list[tuple[str, str]]) -> str:
    lines = [f"({key}): {_indented(text)}" for key, text in inside]
    said = extra.split("\n") if extra else []
    if not lines and len(said) <= 1:
        return f"{name}({extra})"
    return f"{name}(\n  " + "\n  ".join(said + lines) + "\n)"


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")


def _runs(inside: list[tuple[str, str]]) -> list[tuple[list[str], str]]:
    """Neighbours with the same text, taken together."""
    return [([name for name, _ in pairs], text)
            for text, pairs in ((text, list(pairs)) for text, pairs in groupby(inside, key=lambda pair: pair[1]))]


def _range(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]}-{names[-1]}"


def _times(text: str, count: int) -> str:
    return text if count == 1 else f"{count} x {text}"
