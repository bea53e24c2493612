"""The autograd graph of a value as nodes and edges, and its text for Graphviz, for Mermaid and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gradcli.display.graphs.graph_text import size_words
from gradcli.engine.autograd.op import NodeOutput, Op
from gradcli.engine.tensor.dtypes import FLOAT_KINDS
from gradcli.engine.tensor.tensor import Tensor

MOST = 5000     # nodes that a picture can hold
FEW = 4         # numbers of an array that are written out


class Node(NamedTuple):
    """A recorded call or a leaf; `name` is the variable of the program that holds its value, or ""."""

    label: str
    name: str
    shape: tuple[Any, ...]      # of several results, the shape of each
    leaf: bool
    value: str = ""             # as text, if it is to be in the picture

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
    complete: bool     # False if the graph has more than MOST nodes and was cut
    grads: list[str] | None = None      # for each edge, the gradient that goes along it, as text


def picture(value: Tensor, names: Mapping[int, str], label: Callable[[Any], str],
            values: Mapping[int, Any] | None = None, grads: Mapping[tuple[int, int], Any] | None = None) -> Picture:
    """The graph of a value.

    names   the variables of the program, by the id of a leaf or node
    label   the function that names a node
    values  arrays, by the id of a leaf or node, that are to be in the picture
    grads   arrays, by the id of a node and the index of an edge of it: the gradients along the edges
    """
    indices: dict[int, int] = {}
    members: list[Any] = []
    node_names: list[list[str]] = []    # a call with several results has the names of all of them
    edges: list[tuple[int, int]] = []
    notes: list[str] = []
    contents: dict[int, str] = {}
    pending: list[tuple[Any, int | None, Any]] = [(value.node or value, None, None)]
    while pending:
        node, user, gradient = pending.pop()
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
        if values and id(node) in values:
            contents[index] = summary(values[id(node)])
        if user is not None:
            edges.append((user, index))
            notes.append("" if gradient is None else summary(gradient))
        if not is_known and isinstance(call, Op):
            pending += [(parent, index, grads and grads.get((id(call), at)))
                        for at, (parent, _, _) in reversed(list(enumerate(call.edges)))]
    nodes = [Node(label(member) if isinstance(member, Op) else "leaf", ", ".join(names_of), _shape(member),
                  not isinstance(member, Op), contents.get(n, ""))
             for n, (member, names_of) in enumerate(zip(members, node_names, strict=True))]
    return Picture(nodes, edges, len(nodes) < MOST, None if grads is None else notes)


def summary(array: Any) -> str:
    """An array in a few words: its numbers if they are few, one number if they are all the same, else their range."""
    flat = array.ravel()
    if not flat.size:
        return "no numbers"
    if flat.size == 1:
        return _number(flat[0])
    if (flat == flat[0]).all():
        return f"all {_number(flat[0])}"
    if flat.size <= FEW:
        rows = array.reshape(-1, array.shape[-1])
        return "; ".join(" ".join(map(_number, row)) for row in rows)
    return f"{_number(flat.min())} to {_number(flat.max())}"


def _number(number: Any) -> str:
    return f"{number:.4g}" if number.dtype.kind in FLOAT_KINDS else str(number)


def _shape(node: Any) -> tuple[Any, ...]:
    return tuple(node.shape if isinstance(node, Op) else node.array.shape)


def dot(picture: Picture) -> str:
    """The picture in the DOT language of Graphviz."""
    lines = ["digraph {", "  node [fontname=monospace]"]
    for n, node in enumerate(picture.nodes):
        shape = "box, style=rounded" if node.leaf else "box"
        title = node.title.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'  n{n} [label="{title}\\n{node.size}{_after(chr(92) + "n", node.value)}", shape={shape}]')
    for (a, b), grad in zip(picture.edges, _grads(picture), strict=True):
        lines.append(f"  n{a} -> n{b}" + (f' [label="{grad}"]' if grad else ""))
    return "\n".join([*lines, "}", ""])


def _grads(picture: Picture) -> list[str]:
    """The gradient along each edge as text, "" where it is not to be in the picture."""
    return picture.grads or [""] * len(picture.edges)


def _after(between: str, value: str) -> str:
    return between + value if value else ""


def mermaid(picture: Picture) -> str:
    """The picture as a Mermaid flowchart."""
    lines = ["graph TD"]
    for n, node in enumerate(picture.nodes):
        opening, closing = ("([", "])") if node.leaf else ("[", "]")
        lines.append(f'  n{n}{opening}"{_in_mermaid(node.title)}<br/>{node.size}'
                     f'{_after("<br/>", node.value)}"{closing}')
    for (a, b), grad in zip(picture.edges, _grads(picture), strict=True):
        lines.append(f'  n{a} -->|"{grad}"| n{b}' if grad else f"  n{a} --> n{b}")
    return "\n".join([*lines, ""])


def _in_mermaid(label: str) -> str:
    for character, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        label = label.replace(character, entity)
    return label


def graph_as_json(picture: Picture) -> str:
    """The picture as a JSON object: `nodes`, and `edges` as pairs of indices into them.

    Where they are to be in the picture, nodes have a `value`, and `grads` has the gradient along each edge, as text.
    """
    nodes = [{"label": node.label, "name": node.name or None, "shape": node.shape, "leaf": node.leaf}
             | ({"value": node.value} if node.value else {}) for node in picture.nodes]
    grads = {} if picture.grads is None else {"grads": picture.grads}
    return json.dumps({"nodes": nodes, "edges": picture.edges, **grads}, ensure_ascii=False) + "\n"
