"""Values nested in lists, tuples, named tuples and dicts: flattened to their leaves, and built again.

A further container is a class of ours with `__flatten__`, which gives its keys, its values and what else it is made of,
and `__unflatten__`, which makes one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from gradcli.exposure import PROGRAM_MADE


class TreeSpec(NamedTuple):
    """The structure of a nested value without its leaves; a leaf has no `kind`."""

    kind: type | None
    keys: tuple[Any, ...]
    children: tuple[TreeSpec, ...]
    context: Any = None     # what a further container is made of besides

    def __str__(self) -> str:
        return self.text(0)

    def brief(self) -> str:
        """The structure as containers of stars."""
        if self.kind is None:
            return "*"
        inner = [child.brief() for child in self.children]
        if self.keys:
            return f"{{{', '.join([f'{key!r}: {text}' for key, text in zip(self.keys, inner, strict=True)])}}}"
        return f"[{', '.join(inner)}]" if self.kind is list else f"({', '.join(inner)}{',' * (len(inner) == 1)})"

    def text(self, indent: int) -> str:
        """The structure with its types, the children after the first on lines of their own."""
        if self.kind is None:
            return "*"
        children = f",\n{' ' * (indent + 2)}".join([child.text(indent + 2) for child in self.children])
        keys = list(self.keys) if self.keys else self.context
        return f"TreeSpec({self.kind.__name__.rpartition('.')[2]}, {keys}, [{children}])"


LEAF = TreeSpec(None, (), ())


def _is_named(kind: type) -> bool:
    """Whether it is a named tuple: of `namedtuple`, or the class of a program that is derived from `NamedTuple`."""
    base_class = next(base for base in kind.__mro__ if PROGRAM_MADE not in vars(base))
    return base_class.__base__ is tuple and type(vars(base_class).get("_fields")) is tuple


def _is_container(kind: type) -> bool:
    return "__flatten__" in vars(kind) and PROGRAM_MADE not in vars(kind)


def tree_flatten(value: Any) -> tuple[list[Any], TreeSpec]:
    """The leaves of a nested value in order, and its structure."""
    leaves: list[Any] = []
    return leaves, _flatten(value, leaves)


def _flatten(value: Any, leaves: list[Any]) -> TreeSpec:
    kind = type(value)
    if kind is dict:
        return TreeSpec(kind, tuple(value), tuple([_flatten(v, leaves) for v in value.values()]))
    if kind is list or kind is tuple:
        return TreeSpec(kind, (), tuple([_flatten(v, leaves) for v in value]))
    if _is_named(kind):
        return TreeSpec(kind, (), tuple([_flatten(v, leaves) for v in tuple.__iter__(value)]))
    if _is_container(kind):
        keys, values, context = value.__flatten__()
        return TreeSpec(kind, keys, tuple([_flatten(v, leaves) for v in values]), context)
    leaves.append(value)
    return LEAF


def tree_unflatten(leaves: Any, spec: TreeSpec) -> Any:
    """The nested value of a structure with these leaves."""
    return _build(iter(leaves), spec)


def _build(leaves: Iterator[Any], spec: TreeSpec) -> Any:
    if spec.kind is None:
        return next(leaves)
    children = [_build(leaves, child) for child in spec.children]
    if spec.kind is dict:
        return dict(zip(spec.keys, children, strict=True))
    if spec.kind is list or spec.kind is tuple:
        return spec.kind(children)
    container: Any = spec.kind
    return container.__unflatten__(spec.keys, children, spec.context) if _is_container(spec.kind) else tuple.__new__(
        container, children)


def tree_map(function: Callable[[Any], Any], value: Any) -> Any:
    """A nested value with `function` of each leaf in place of the leaf."""
    leaves, spec = tree_flatten(value)
    return tree_unflatten([function(leaf) for leaf in leaves], spec)


def broadcast_leaves(value: Any, spec: TreeSpec) -> list[Any] | None:
    """For each leaf of a structure the leaf of `value` that stands for it or for all around it; None if none fits."""
    kind: Any = type(value)
    if kind not in (dict, list, tuple) and not _is_named(kind) and not _is_container(kind):
        return [value] * _count(spec)
    keys, parts = _parts(value)
    if kind is not spec.kind or keys != spec.keys or len(parts) != len(spec.children):
        return None
    leaves: list[Any] = []
    for part, child in zip(parts, spec.children, strict=True):
        inner = broadcast_leaves(part, child)
        if inner is None:
            return None
        leaves += inner
    return leaves


def _parts(value: Any) -> tuple[tuple[Any, ...], list[Any]]:
    """The keys of a container, if it has some, and the values directly inside."""
    if type(value) is dict:
        return tuple(value), list(value.values())
    if _is_container(type(value)):
        keys, values, _ = value.__flatten__()
        return keys, list(values)
    return (), list(tuple.__iter__(value) if isinstance(value, tuple) else value)


def _count(spec: TreeSpec) -> int:
    return 1 if spec.kind is None else sum(_count(child) for child in spec.children)
