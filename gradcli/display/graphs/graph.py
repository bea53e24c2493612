"""The graph behind a value as nodes and edges, and written for programs that draw: DOT, Mermaid, JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gradcli.display.graphs.graph_text import size
from gradcli.engine.autograd.op import NodeOutput, Op
from gradcli.engine.tensor.tensor import Tensor

MOST = 5000     # nodes that a picture can hold


class Node(NamedTuple):
    """A call, or a leaf; `name` is what the program calls its value, if it has a name for it."""

    label: str
    name: str
    shape: tuple[Any, ...]      # of several results, the shape of each
    leaf: bool

    @property
    def title(self) -> str:
        """Its first line: what it is, and its name."""
        return f"{self.name} = {self.label}" if self.name and not self.leaf else self.name or self.label

    @property
    def size(self) -> str:
        """Its second line."""
        return size(self.shape)


class Picture(NamedTuple):
    """Nodes, the value's own first, and edges as pairs of positions: from a call to what it used."""

    nodes: list[Node]
    edges: list[tuple[int, int]]
    whole: bool     # whether there were no more nodes than a picture can hold


def picture(value: Tensor, names: Mapping[int, str], label: Callable[[Any], str]) -> Picture:
    """The graph that led to a value. `names` and `label` are as for a tree."""
    places: dict[int, int] = {}
    found: list[Any] = []
    called: list[list[str]] = []        # a call with several results has the names of all of them
    edges: list[tuple[int, int]] = []
    pending: list[tuple[Any, int | None]] = [(value.node or value, None)]
    while pending:
        each, user = pending.pop()
        call = each.node if isinstance(each, NodeOutput) else each
        known = id(call) in places
        if not known:
            if len(found) == MOST:
                continue
            places[id(call)] = len(found)
            found.append(call)
            called.append([])
        place = places[id(call)]
        if (name := names.get(id(each))) and name not in called[place]:
            called[place].append(name)
        if user is not None:
            edges.append((user, place))
        if not known and isinstance(call, Op):
            pending += [(parent, place) for parent, _, _ in reversed(call.edges)]
    nodes = [Node(label(each) if isinstance(each, Op) else "leaf", ", ".join(named), _shape(each),
                  not isinstance(each, Op)) for each, named in zip(found, called, strict=True)]
    return Picture(nodes, edges, len(found) < MOST)


def _shape(each: Any) -> tuple[Any, ...]:
    return tuple(each.shape if isinstance(each, Op) else each.array.shape)


def dot(drawn: Picture) -> str:
    """For Graphviz."""
    lines = ["digraph {", "  node [fontname=monospace]"]
    for n, node in enumerate(drawn.nodes):
        shape = "box, style=rounded" if node.leaf else "box"
        title = node.title.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'  n{n} [label="{title}\\n{node.size}", shape={shape}]')
    return "\n".join([*lines, *(f"  n{a} -> n{b}" for a, b in drawn.edges), "}", ""])


def mermaid(drawn: Picture) -> str:
    """For Mermaid."""
    lines = ["graph TD"]
    for n, node in enumerate(drawn.nodes):
        opening, closing = ("([", "])") if node.leaf else ("[", "]")
        lines.append(f'  n{n}{opening}"{node.title.replace(chr(34), "#quot;")}<br/>{node.size}"{closing}')
    return "\n".join([*lines, *(f"  n{a} --> n{b}" for a, b in drawn.edges), ""])


def as_json(drawn: Picture) -> str:
    """One object: nodes by position, edges from a call to what it used."""
    nodes = [{"label": node.label, "name": node.name or None, "shape": node.shape, "leaf": node.leaf}
             for node in drawn.nodes]
    return json.dumps({"nodes": nodes, "edges": drawn.edges}, ensure_ascii=False) + "\n"
