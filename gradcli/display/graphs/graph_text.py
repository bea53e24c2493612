"""The graph behind a value as a tree of text: each call above the calls and leaves that it used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gradcli.engine.autograd.op import NodeOutput, Op
from gradcli.engine.tensor.tensor import Tensor

LONGEST = 200       # lines


def tree(value: Tensor, names: Mapping[int, str], label: Callable[[Any], str]) -> Iterator[str]:
    """The lines. `names` are what the program calls leaves and calls, by their identity; `label` names a call.

    A call that several others use is drawn once, and referred to by its number afterwards.
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
        called = names.get(id(node), "")
        if isinstance(node, NodeOutput):
            node = node.node
        if not isinstance(node, Op):
            yield f"{before}{called or 'a leaf'}  {size(node.array.shape)}"
            continue
        told = "  ".join(part for part in (called and f"{called} =", label(node), size(node.shape)) if part)
        if id(node) in numbers:
            yield f"{before}{called or label(node)}  #{numbers[id(node)]} again"
            continue
        if id(node) in shared:
            numbers[id(node)] = len(numbers) + 1
            told += f"  #{numbers[id(node)]}"
        yield before + told
        parents = [parent for parent, _, _ in node.edges]
        for at in range(len(parents) - 1, -1, -1):
            last = at == len(parents) - 1
            pending.append((parents[at], below + ("└─ " if last else "├─ "), below + ("   " if last else "│  ")))


def _shared(node: Any) -> set[int]:
    """The calls that are used more than once."""
    found: set[int] = set()
    seen: set[int] = set()
    pending = [node] if node is not None else []
    while pending:
        node = pending.pop()
        if isinstance(node, NodeOutput):
            node = node.node
        if not isinstance(node, Op):
            continue
        if id(node) in seen:
            found.add(id(node))
            continue
        seen.add(id(node))
        pending += [parent for parent, _, _ in node.edges]
    return found


def size(shape: Any) -> str:
    """A shape as pictures say it."""
    if shape and isinstance(shape[0], tuple):
        return ", ".join(map(size, shape))
    return "x".join(map(str, shape)) or "a number"
