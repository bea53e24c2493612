"""Values nested in lists, tuples, named tuples and dicts: flattened to their leaves, and built again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from gradcli.exposure import PROGRAM_MADE


class TreeSpec(NamedTuple):
    """The structure of a nested value without its leaves; a leaf has no `kind`."""

    kind: type | None
    keys: tuple[Any, ...]
    children: tuple[TreeSpec, ...]

    def __str__(self) -> str:
        if self.kind is None:
            return "*"
        if self.kind is dict:
            pairs = ", ".join(f"{k!r}: {c}" for k, c in zip(self.keys, self.children, strict=True))
            return f"{{{pairs}}}"
        inner = ", ".join(map(str, self.children))
        return f"[{inner}]" if self.kind is list else f"({inner}{',' * (len(self.children) == 1)})"


LEAF = TreeSpec(None, (), ())


def _is_named(kind: type) -> bool:
    return issubclass(kind, tuple) and PROGRAM_MADE not in vars(kind) and isinstance(vars(kind).get("_fields"), tuple)


def tree_flatten(value: Any) -> tuple[list[Any], TreeSpec]:
    """The leaves of a nested value in order, and its structure."""
    leaves: list[Any] = []
    return leaves, _flatten(value, leaves)


def _flatten(value: Any, leaves: list[Any]) -> TreeSpec:
    kind = type(value)
    if kind is dict:
        return TreeSpec(kind, tuple(value), tuple([_flatten(v, leaves) for v in value.values()]))
    if kind is list or kind is tuple or _is_named(kind):
        return TreeSpec(kind, (), tuple([_flatten(v, leaves) for v in value]))
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
    return children if spec.kind is list else tuple(children) if spec.kind is tuple else spec.kind(*children)


def tree_map(function: Callable[[Any], Any], value: Any) -> Any:
    """A nested value with `function` of each leaf in place of the leaf."""
    leaves, spec = tree_flatten(value)
    return tree_unflatten([function(leaf) for leaf in leaves], spec)


def broadcast_leaves(value: Any, spec: TreeSpec) -> list[Any] | None:
    """For each leaf of a structure the leaf of `value` that stands for it or for all around it; None if none fits."""
    kind: Any = type(value)
    if kind not in (dict, list, tuple) and not _is_named(kind):
        return [value] * _count(spec)
    if kind is not spec.kind or len(value) != len(spec.children) or (list(value) if kind is dict else []) != list(
            spec.keys):
        return None
    leaves: list[Any] = []
    for part, child in zip(tree_children(value), spec.children, strict=True):
        inner = broadcast_leaves(part, child)
        if inner is None:
            return None
        leaves += inner
    return leaves


def tree_children(value: Any) -> list[Any]:
    """The values directly inside a container."""
    return list(value.values()) if type(value) is dict else list(value)


def _count(spec: TreeSpec) -> int:
    return 1 if spec.kind is None else sum(_count(child) for child in spec.children)
