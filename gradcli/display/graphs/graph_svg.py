"""A picture of a graph as SVG."""

from __future__ import annotations

from gradcli.display.charts.svg_axes import escaped
from gradcli.display.graphs.graph import Picture
from gradcli.display.graphs.graph_layout import LIGHT, Box, Words, curves, layout

DARK = {"ground": "#14181f", "call": "#232c3d", "leaf": "#1f3325", "ink": "#e6e9ef", "faint": "#a2abb8",
        "edge": "#7c8593", "grad": "#f0a060"}


def graph_as_svg(picture: Picture, dark: bool = False) -> str:
    """The picture as one SVG document: dark if `dark`, else light or dark as the reader prefers."""
    drawn = layout(picture)
    size = f'width="{drawn.width:.0f}" height="{drawn.height:.0f}"'
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {drawn.width:.0f} {drawn.height:.0f}" '
             'font-family="monospace" font-size="12">', _style(dark),
             '<marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
             '<polygon class="head" points="0,0.5 8,4 0,7.5"/></marker>',
             f'<rect class="ground" {size}/>']
    lines += [*map(_edge, drawn.edges), *map(_box, drawn.boxes)]
    for note in drawn.notes:        # above a line of the ground's colour, so that the edge does not cross it
        lines += [_text(note._replace(colour="halo")), _text(note)]
    return "\n".join([*lines, "</svg>", ""])


def _style(dark: bool) -> str:
    """The colours, as a style sheet that follows the reader's preference unless the picture is to be dark."""
    if dark:
        return f"<style>{_rules(DARK)}</style>"
    return f"<style>{_rules(LIGHT)} @media (prefers-color-scheme: dark) {{{_rules(DARK)}}}</style>"


def _rules(colours: dict[str, str]) -> str:
    return " ".join([
        f".ground{{fill:{colours['ground']}}}", f".head{{fill:{colours['edge']}}}",
        f".edge{{fill:none;stroke:{colours['edge']}}}", f".call{{fill:{colours['call']};stroke:{colours['faint']}}}",
        f".leaf{{fill:{colours['leaf']};stroke:{colours['faint']}}}", f".ink{{fill:{colours['ink']}}}",
        f".faint{{fill:{colours['faint']}}}", f".grad{{fill:{colours['grad']}}}",
        f".halo{{fill:none;stroke:{colours['ground']};stroke-width:5;stroke-linejoin:round}}"])


def _edge(points: list[tuple[float, float]]) -> str:
    """A curve through all points, with an arrow at the last."""
    (x, y), *rest = curves(points)
    path = [f"M{x:.1f} {y:.1f}", *("C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in rest[at:at + 3])
                                   for at in range(0, len(rest), 3))]
    return f'<path class="edge" d="{" ".join(path)}" marker-end="url(#head)"/>'


def _box(box: Box) -> str:
    return (f'<rect class="{box.kind}" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
            f'height="{box.height:.0f}" rx="{box.bow}"/>' + "".join(map(_text, box.lines)))


def _text(words: Words) -> str:
    hidden = ' aria-hidden="true"' if words.colour == "halo" else ""
    place = f'x="{words.x:.1f}" y="{words.y:.1f}"'
    return f'<text class="{words.colour}" {place} text-anchor="middle"{hidden}>{escaped(words.text)}</text>'
