"""The text of modules, in the modern style and in that of 0.1.12, and of objects that have no text of their own."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from gradcli.engine.messages.arguments import type_name
from gradcli.engine.plain_numbers import BEFORE_04
from gradcli.engine.random.generators import OLDEST, Current
from gradcli.engine.tensor.tensor import Tensor
from gradcli.exposure import package_class
from gradcli.lang.runtime.types import TypeProxy, alias_of
from gradcli.nn.module.legacy_texts import BLOCK, extra_of_04, legacy_text


def class_path(kind: Any) -> str:
    """The full name of one of PyTorch's classes, or of a program's class derived from one."""
    base: Any = package_class(kind)
    return f"{base._module_path if base is kind else '__main__'}.{kind.__name__}"


def type_path(value: Any) -> str:
    """The result of torch.typename(value): the full name of its type, module class or tensor class."""
    if isinstance(value, Tensor):
        return f"torch.{value.dtype.era}Tensor"
    if isinstance(value, TypeProxy):
        return alias_of(value)
    kind: Any = value if isinstance(value, type) else type(value)
    return class_path(kind) if hasattr(kind, "_module_path") else type_name(value)


def object_text(value: Any, style: Any = None) -> str:
    """Python's own text of an object of such a class."""
    return f"<{class_path(type(value))} object{f' at {style.address(value)}' if style is not None else ''}>"


def module_repr(module: Any, style: Any) -> str:
    """The text of a module in `style`, or, for None, in the style that is in force.

    In the tutorial style it is the text of 0.1.12, or of the version that the program asks for.
    """
    return _text_of(module, package_class(type(module)), style)


def _text_of(module: Any, base: Any, style: Any) -> str:
    """`module_repr` of a module whose first class of the package is `base`."""
    legacy = (style.name == "tutorial") if style is not None else Current.legacy
    kind = type(module)
    own_text = legacy and kind.extra_repr is base.extra_repr      # which no extra_repr of the program replaces
    age = OLDEST if Current.age == "today" else Current.age
    text = legacy_text(module, base, age) if own_text and age in BEFORE_04 else None
    if text is not None and text != BLOCK:
        return kind.__name__ + text
    children = [(name, _child_repr(inner, style)) for name, inner in module._module_dict.items()]
    if text == BLOCK:
        lines = "".join(f"  ({name}): {_indented(text)}\n" for name, text in children)
        return f"{kind.__name__}{' ' * (age == OLDEST)}(\n{lines})"
    if base._collapses_repeats and not (own_text and age == "0.4"):
        children = [(_range(numbers), _times(text, len(numbers))) for numbers, text in _runs(children)]
    name, extra = module._get_name(), extra_of_04(module, base) if own_text and age == "0.4" else module.extra_repr()
    return _modern_repr(name if isinstance(name, str) else kind.__name__, extra if isinstance(extra, str) else "",
                        children)


def _child_repr(module: Any, style: Any) -> str:
    """The text of a child module: by `__repr__` if the program's class defines it."""
    base = None if module is None else package_class(type(module))
    if base is None or type(module).__repr__ is not base.__repr__:
        text = repr(module)
        return text if isinstance(text, str) else ""
    return _text_of(module, base, style)


def _modern_repr(name: str, extra: str, children: list[tuple[str, str]]) -> str:
    if not children and "\n" not in extra:
        return f"{name}({extra})"
    child_lines = [f"({key}): {_indented(text)}" for key, text in children]
    extra_lines = extra.split("\n") if extra else []
    return f"{name}(\n  " + "\n  ".join(extra_lines + child_lines) + "\n)"


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")


def _runs(children: list[tuple[str, str]]) -> list[tuple[list[str], str]]:
    """Names and text of each run of neighbours with equal texts."""
    return [([name for name, _ in pairs], text)
            for text, pairs in ((text, list(pairs)) for text, pairs in groupby(children, key=lambda pair: pair[1]))]


def _range(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]}-{names[-1]}"


def _times(text: str, count: int) -> str:
    return text if count == 1 else f"{count} x {text}"
