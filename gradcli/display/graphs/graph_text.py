"""The autograd graph of a value as a tree of text: each call above its inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gradcli.engine.autograd.op import NodeOutput, Op
from gradcli.engine.tensor.tensor import Tensor

LONGEST = 200       # lines


def tree(value: Tensor, names: Mapping[int, str], label: Callable[[Any], str]) -> Iterator[str]:
    """Yield the lines of the tree.

    names   the variables of the program, by the id of a leaf or node
    label   the function that names a node

    A node with several users is drawn once, and referred to by its number afterwards.
    """
    numbers: dict[int, int] = {}
    shared = _shared(value.node)
    pending: list[tuple[Any, str, str]] = [(value.node or value, "", "")]
    count = 0
    while pending:
        node, before, below = pending.pop()
        count += 1
        if count > LONGEST:
            yield f"... and more than {LONGEST} lines of calls before these"
            return
        name = names.get(id(node), "")
        if isinstance(node, NodeOutput):
            node = node.node
        if not isinstance(node, Op):
            yield f"{before}{name or 'a leaf'}  {size_words(node.array.shape)}"
            continue
        line = "  ".join(part for part in (name and f"{name} =", label(node), size_words(node.shape)) if part)
        if id(node) in numbers:
            yield f"{before}{name or label(node)}  #{numbers[id(node)]} again"
            continue
        if id(node) in shared:
            numbers[id(node)] = len(numbers) + 1
            line += f"  #{numbers[id(node)]}"
        yield before + line
        parents = [parent for parent, _, _ in node.edges]
        for at in range(len(parents) - 1, -1, -1):
            last = at == len(parents) - 1
            pending.append((parents[at], below + ("└─ " if last else "├─ "), below + ("   " if last else "│  ")))


def _shared(node: Any) -> set[int]:
    """The ids of the nodes with more than one user."""
    shared: set[int] = set()
    visited: set[int] = set()
    pending = [node] if node is not None else []
    while pending:
        node = pending.pop()
        if isinstance(node, NodeOutput):
            node = node.node
        if not isinstance(node, Op):
            continue
        if id(node) in visited:
            shared.add(id(node))
            continue
        visited.add(id(node))
        pending += [parent for parent, _, _ in node.edges]
    return shared


def size_words(shape: Any) -> str:
    """A shape as text: 2x3, or "a number" for a 0-d tensor; for several results, all shapes."""
    if shape and isinstance(shape[0], tuple):
        return ", ".join(map(size_words, shape))
    return "x".join(map(str, shape)) or "a number"
