"""The autograd graph of a value as nodes and edges, and its text for Graphviz, for Mermaid and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gradcli.display.graphs.graph_text import size_words
from gradcli.engine.autograd.op import NodeOutput, Op
from gradcli.engine.tensor.tensor import Tensor

MOST = 5000     # nodes that a picture can hold


class Node(NamedTuple):
    """A recorded call or a leaf; `name` is the variable of the program that holds its value, or ""."""

    label: str
    name: str
    shape: tuple[Any, ...]      # of several results, the shape of each
    leaf: bool

    @property
    def title(self) -> str:
        """The first line of its box: the name and the label."""
        return f"{self.name} = {self.label}" if self.name and not self.leaf else self.name or self.label

    @property
    def size(self) -> str:
        """The second line of its box: the shape, as in 2x3."""
        return size_words(self.shape)


class Picture(NamedTuple):
    """The nodes of a graph, the root first, and its edges as pairs of indices: from a call to one of its inputs."""

    nodes: list[Node]
    edges: list[tuple[int, int]]
    whole: bool     # False if the graph has more than MOST nodes and was cut


def picture(value: Tensor, names: Mapping[int, str], label: Callable[[Any], str]) -> Picture:
    """The graph of a value.

    names   the variables of the program, by the id of a leaf or node
    label   the function that names a node
    """
    indices: dict[int, int] = {}
    members: list[Any] = []
    node_names: list[list[str]] = []    # a call with several results has the names of all of them
    edges: list[tuple[int, int]] = []
    pending: list[tuple[Any, int | None]] = [(value.node or value, None)]
    while pending:
        node, user = pending.pop()
        call = node.node if isinstance(node, NodeOutput) else node
        is_known = id(call) in indices
        if not is_known:
            if len(members) == MOST:
                continue
            indices[id(call)] = len(members)
            members.append(call)
            node_names.append([])
        index = indices[id(call)]
        if (name := names.get(id(node))) and name not in node_names[index]:
            node_names[index].append(name)
        if user is not None:
            edges.append((user, index))
        if not is_known and isinstance(call, Op):
            pending += [(parent, index) for parent, _, _ in reversed(call.edges)]
    nodes = [Node(label(member) if isinstance(member, Op) else "leaf", ", ".join(names_of), _shape(member),
                  not isinstance(member, Op)) for member, names_of in zip(members, node_names, strict=True)]
    return Picture(nodes, edges, len(nodes) < MOST)


def _shape(node: Any) -> tuple[Any, ...]:
    return tuple(node.shape if isinstance(node, Op) else node.array.shape)


def dot(picture: Picture) -> str:
    """The picture in the DOT language of Graphviz."""
    lines = ["digraph {", "  node [fontname=monospace]"]
    for n, node in enumerate(picture.nodes):
        shape = "box, style=rounded" if node.leaf else "box"
        title = node.title.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'  n{n} [label="{title}\\n{node.size}", shape={shape}]')
    return "\n".join([*lines, *(f"  n{a} -> n{b}" for a, b in picture.edges), "}", ""])


def mermaid(picture: Picture) -> str:
    """The picture as a Mermaid flowchart."""
    lines = ["graph TD"]
    for n, node in enumerate(picture.nodes):
        opening, closing = ("([", "])") if node.leaf else ("[", "]")
        lines.append(f'  n{n}{opening}"{node.title.replace(chr(34), "#quot;")}<br/>{node.size}"{closing}')
    return "\n".join([*lines, *(f"  n{a} --> n{b}" for a, b in picture.edges), ""])


def graph_as_json(picture: Picture) -> str:
    """The picture as a JSON object: `nodes`, and `edges` as pairs of indices into them."""
    nodes = [{"label": node.label, "name": node.name or None, "shape": node.shape, "leaf": node.leaf}
             for node in picture.nodes]
    return json.dumps({"nodes": nodes, "edges": picture.edges}, ensure_ascii=False) + "\n"
