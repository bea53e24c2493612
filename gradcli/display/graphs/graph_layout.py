"""Where the boxes, the edges and the notes of a graph stand in its picture, in layers: each call above all its inputs.

The layers follow Sugiyama, Tagawa and Toda (1981): every node goes as high as its users allow, edges across
several layers get a bend in each, and in each layer nodes are sorted by the mean place of their neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gradcli.display.graphs.graph import Node, Picture
from gradcli.faults.source import cells

CHARACTER, MARGIN = 7.3, 14.0                   # pixels: of a monospace character of size 12, and around a text
LINE, LAYER, GAP, BEND = 16.0, 44.0, 18.0, 10.0         # of a line of text, between layers and boxes, of a bend
NOTED = 72.0            # between layers whose edges have gradients
PORTS = 0.6             # of the width of a box, along which its edges are spread
SWEEPS = 6
BESIDE = (0.5, 0.65, 0.8)       # parts of the way to the next layer at which notes may stand side by side
LIGHT = {"ground": "#ffffff", "call": "#eef2fb", "leaf": "#e8f3e8", "ink": "#1d2430", "faint": "#5b6470",
         "edge": "#8a8f98", "grad": "#a3470b"}


class Words(NamedTuple):
    """A line of text, the place of the middle of its foot, in pixels, and its colour by name."""

    text: str
    x: float
    y: float
    colour: str


class Box(NamedTuple):
    """The box of a node: its upper left corner, its size and the radius of its corners in pixels, and its lines."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    bow: int
    lines: list[Words]


class Layout(NamedTuple):
    """A picture of a graph: its size in pixels, the points that each edge goes through, the boxes, and the notes."""

    width: float
    height: float
    edges: list[list[tuple[float, float]]]
    boxes: list[Box]
    notes: list[Words]


def layout(picture: Picture) -> Layout:
    """Where all parts of a picture stand."""
    high = (3 if any(node.value for node in picture.nodes) else 2) * LINE + 8
    step = high + (NOTED if picture.grads else LAYER)
    rows, chains = _layers(picture)
    for sweep in range(SWEEPS):
        _sort(rows, chains, down=sweep % 2 == 0)
    widths = [_width(node) for node in picture.nodes]
    total = max(*(sum(_room(member, widths) for member in row) for row in rows),
                *((cells(words) + 1) * CHARACTER for words in picture.grads or [""])) + GAP
    middles = _across(rows, widths, total)
    levels = {member: GAP + row * step + high / 2 for row, members in enumerate(rows) for member in members}
    starts, ends = _ports(chains, middles, widths)
    edges, notes = [], []
    nexts = [ends[n] if len(chain) == 2 else middles[chain[1]] for n, chain in enumerate(chains)]
    parts = _note_positions(chains, starts, nexts, picture.grads) if picture.grads else []
    for n, chain in enumerate(chains):
        inner = [(middles[member], levels[member]) for member in chain[1:-1]]
        first = starts[n], levels[chain[0]] + high / 2
        last = ends[n], levels[chain[-1]] - high / 2
        edges.append([first, *inner, last])
        if picture.grads and picture.grads[n]:
            notes.append(_note(picture.grads[n], first, (inner or [last])[0], parts[n], total))
    boxes = [_box(node, widths[n], high, middles[n], levels[n]) for n, node in enumerate(picture.nodes)]
    return Layout(total, (len(rows) - 1) * step + high + 2 * GAP, edges, boxes, notes)


def curves(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """An edge through points as Bezier curves: the first point, then three for each curve."""
    path = points[:1]
    for (x, y), (next_x, next_y) in zip(points, points[1:], strict=False):
        middle = (y + next_y) / 2
        path += [(x, middle), (next_x, middle), (next_x, next_y)]
    return path


def _ports(chains: list[list[int]], middles: dict[int, float], widths: list[float]
           ) -> tuple[list[float], list[float]]:
    """Where each edge leaves its call and reaches its input, in pixels: side by side, so that all can be seen."""
    places: list[list[float]] = []
    for end, beside in ((0, 1), (-1, -2)):
        at = [0.0] * len(chains)
        groups: dict[int, list[int]] = {}
        for n, chain in enumerate(chains):
            groups.setdefault(chain[end], []).append(n)
        for member, group in groups.items():
            group.sort(key=lambda n: middles[chains[n][beside]])
            room = min(widths[member] * PORTS, 40.0 * (len(group) - 1))
            for place, n in enumerate(group):
                at[n] = middles[member] + room * (place / max(1, len(group) - 1) - 0.5) * (len(group) > 1)
        places.append(at)
    return places[0], places[1]


def _layers(picture: Picture) -> tuple[list[list[int]], list[list[int]]]:
    """The members of each layer, and for each edge the chain of members it passes; bends are numbered after nodes."""
    users: list[list[int]] = [[] for _ in picture.nodes]
    waiting = [0] * len(picture.nodes)
    used: list[list[int]] = [[] for _ in picture.nodes]
    for a, b in picture.edges:
        users[b].append(a)
        used[a].append(b)
        waiting[b] += 1
    level = [0] * len(picture.nodes)
    ready = [0]
    while ready:
        node = ready.pop()
        level[node] = max((level[user] + 1 for user in users[node]), default=0)
        for parent in used[node]:
            waiting[parent] -= 1
            if not waiting[parent]:
                ready.append(parent)
    rows: list[list[int]] = [[] for _ in range(max(level) + 1)]
    for node, at in enumerate(level):
        rows[at].append(node)
    chains, bends = [], len(picture.nodes)
    for a, b in picture.edges:
        between = list(range(bends, bends + level[b] - level[a] - 1))
        bends += len(between)
        for at, bend in enumerate(between, level[a] + 1):
            rows[at].append(bend)
        chains.append([a, *between, b])
    return rows, chains


def _sort(rows: list[list[int]], chains: list[list[int]], down: bool) -> None:
    """Sort each layer by the mean position of the neighbours in the layer before it (the barycentre heuristic)."""
    tied: dict[int, list[int]] = {}
    for chain in chains:
        for above, below in zip(chain, chain[1:], strict=False):
            tied.setdefault(below if down else above, []).append(above if down else below)
    order = rows if down else rows[::-1]
    for before, row in zip(order, order[1:], strict=False):
        places = {member: n / max(1, len(before) - 1) for n, member in enumerate(before)}
        means = {}
        for n, member in enumerate(row):
            neighbours = [places[other] for other in tied.get(member, ()) if other in places]
            means[member] = sum(neighbours) / len(neighbours) if neighbours else n / max(1, len(row) - 1)
        row.sort(key=means.__getitem__)


def _across(rows: list[list[int]], widths: list[float], total: float) -> dict[int, float]:
    """The x coordinate of the middle of each member, in pixels: layers are centred in a picture `total` wide."""
    lengths = [sum(_room(member, widths) for member in row) for row in rows]
    middles = {}
    for row, length in zip(rows, lengths, strict=True):
        left = (total - length) / 2
        for member in row:
            room = _room(member, widths)
            middles[member] = left + room / 2
            left += room
    return middles


def _room(member: int, widths: list[float]) -> float:
    return (widths[member] if member < len(widths) else BEND) + GAP


def _width(node: Node) -> float:
    return max(map(cells, (node.title, node.size, node.value))) * CHARACTER + MARGIN


def _note_positions(chains: list[list[int]], starts: list[float], nexts: list[float],
                    notes: Sequence[str]) -> list[float]:
    """The part of the way to the next layer at which each edge has its note.

    The notes of one call stand side by side where they have room; else each is lower than the one before.
    """
    groups: dict[int, list[int]] = {}
    for n, chain in enumerate(chains):
        groups.setdefault(chain[0], []).append(n)
    parts = [0.0] * len(chains)
    for group in groups.values():
        group.sort(key=starts.__getitem__)
        beside = next((part for part in BESIDE if _have_room([
            (_x_on_edge(starts[n], nexts[n], part), _half(notes[n])) for n in group])), None)
        for place, n in enumerate(group, 1):
            parts[n] = place / (len(group) + 1) if beside is None else beside
    return parts


def _have_room(spans: list[tuple[float, float]]) -> bool:
    """Whether texts, each with its middle and half its width, stand side by side without touching."""
    spans = sorted(spans)
    return all(a + half + other <= b for (a, half), (b, other) in zip(spans, spans[1:], strict=False))


def _x_on_edge(first: float, last: float, part: float) -> float:
    """The x coordinate of an edge after a part of its way to the next layer."""
    return first + (last - first) * (3 * part ** 2 - 2 * part ** 3)


def _half(words: str) -> float:
    """Half the room that a note takes across."""
    return cells(words) * CHARACTER / 2 + 2


def _note(words: str, first: tuple[float, float], last: tuple[float, float], part: float, total: float) -> Words:
    """The gradient along an edge, on its way from the call to the next layer."""
    half = _half(words)
    return Words(words, max(half, min(total - half, _x_on_edge(first[0], last[0], part))),
                 first[1] + (last[1] - first[1]) * part + 4, "grad")


def _box(node: Node, width: float, high: float, middle: float, level: float) -> Box:
    kind, bow = ("leaf", 12) if node.leaf else ("call", 3)
    lines = [(node.title, "ink"), (node.size, "faint"), *([(node.value, "ink")] if node.value else [])]
    top = level - LINE * len(lines) / 2 + 12
    return Box(kind, middle - width / 2, level - high / 2, width, high, bow,
               [Words(words, middle, top + LINE * n, colour) for n, (words, colour) in enumerate(lines)])
