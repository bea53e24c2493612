"""A picture of a graph as SVG, drawn in layers: each call above all its inputs.

The layers follow Sugiyama, Tagawa and Toda (1981): every node goes as high as its users allow, edges across
several layers get a bend in each, and in each layer nodes are sorted by the mean place of their neighbours.
"""

from __future__ import annotations

from gradcli.display.graphs.graph import Node, Picture
from gradcli.faults.source import cells

CHARACTER, MARGIN = 7.3, 14.0                   # pixels: of a monospace character of size 12, and around a text
HEIGHT, LAYER, GAP, BEND = 40.0, 84.0, 18.0, 10.0
SWEEPS = 6


def graph_as_svg(picture: Picture) -> str:
    """The picture as one SVG document."""
    rows, chains = _layers(picture)
    for sweep in range(SWEEPS):
        _sort(rows, chains, down=sweep % 2 == 0)
    widths = [_width(node) for node in picture.nodes]
    middles = _across(rows, widths)
    total = max(sum(_room(member, widths) for member in row) for row in rows) + GAP
    tall = len(rows) * LAYER - (LAYER - HEIGHT) + 2 * GAP
    levels = {member: GAP + row * LAYER + HEIGHT / 2 for row, members in enumerate(rows) for member in members}
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{total:.0f}" height="{tall:.0f}" '
             f'viewBox="0 0 {total:.0f} {tall:.0f}" font-family="monospace" font-size="12">',
             f'<rect width="{total:.0f}" height="{tall:.0f}" fill="#ffffff"/>']
    lines += [_edge([(middles[member], levels[member]) for member in chain]) for chain in chains]
    lines += [_box(node, widths[n], middles[n], levels[n]) for n, node in enumerate(picture.nodes)]
    return "\n".join([*lines, "</svg>", ""])


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


def _across(rows: list[list[int]], widths: list[float]) -> dict[int, float]:
    """The x coordinate of the middle of each member, in pixels: layers are centred on the widest."""
    lengths = [sum(_room(member, widths) for member in row) for row in rows]
    middles = {}
    for row, length in zip(rows, lengths, strict=True):
        left = (max(lengths) - length) / 2 + GAP / 2
        for member in row:
            room = _room(member, widths)
            middles[member] = left + room / 2
            left += room
    return middles


def _room(member: int, widths: list[float]) -> float:
    return (widths[member] if member < len(widths) else BEND) + GAP


def _width(node: Node) -> float:
    return max(cells(node.title), cells(node.size)) * CHARACTER + MARGIN


def _edge(points: list[tuple[float, float]]) -> str:
    """A curve from below the first point to above the last."""
    (x, y), half = points[0], HEIGHT / 2
    path = [f"M{x:.1f} {y + half:.1f}"]
    last_x, last_y = x, y + half
    for n, (x, y) in enumerate(points[1:], 2):
        y -= half if n == len(points) else 0
        middle = (last_y + y) / 2
        path.append(f"C{last_x:.1f} {middle:.1f} {x:.1f} {middle:.1f} {x:.1f} {y:.1f}")
        last_x, last_y = x, y
    return f'<path d="{" ".join(path)}" fill="none" stroke="#8a8f98"/>'


def _box(node: Node, width: float, middle: float, level: float) -> str:
    fill, bow = ("#e8f3e8", 12) if node.leaf else ("#eef2fb", 3)
    return (f'<rect x="{middle - width / 2:.1f}" y="{level - HEIGHT / 2:.1f}" width="{width:.1f}" '
            f'height="{HEIGHT:.0f}" rx="{bow}" fill="{fill}" stroke="#5b6470"/>'
            + _text(node.title, middle, level - 3, "#1d2430") + _text(node.size, middle, level + 13, "#5b6470"))


def _text(text: str, x: float, y: float, fill: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" fill="{fill}">{escaped}</text>'
