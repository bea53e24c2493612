"""A chart as SVG."""

from __future__ import annotations

from gradcli.display.charts.chart import Chart, Path, padded, segments
from gradcli.display.charts.svg_axes import COLOURS, DASH, INK, Axes, Entry, axes, path

FEWEST_DOTS = 60        # steps of a descent beyond which only the line between them is drawn


def chart_as_svg(chart: Chart) -> str:
    """The chart as one SVG document."""
    flat = chart.on_axes()
    frame = axes(flat.x_range, padded(flat.y_range), (chart.name, chart.title), legend(chart), chart.log)
    lines = []
    for curve in flat.curves:
        stretches = [path(frame.x, frame.y, *map(list, stretch))
                     for stretch in segments(flat.places, curve, flat.y_range)]
        dash = f' stroke-dasharray="{DASH}"' if curve.dashed else ""
        lines.append(f'<path d="{" ".join(stretches)}" fill="none" stroke="{colour(curve.colour)}" stroke-width="1.8" '
                     f'stroke-linejoin="round"{dash}/>')
    if flat.path is not None:
        lines += descent(frame, flat.path)
    return frame.document(lines)


def legend(chart: Chart) -> list[Entry]:
    """The entries of a chart's legend."""
    entries = [Entry(curve.title, colour(curve.colour), curve.dashed) for curve in chart.curves]
    return entries + ([Entry(chart.path.title, INK, dots=True)] if chart.path is not None else [])


def descent(frame: Axes, steps: Path) -> list[str]:
    """The steps of a descent: a line with a dot for each, and a ring around the last."""
    points = [(frame.x(x), frame.y(y)) for x, y in zip(steps.x.tolist(), steps.y.tolist(), strict=True)
              if abs(x) < float("inf") and abs(y) < float("inf")]
    if not points:
        return []
    points = [(x, min(max(y, -4000.0), 4400.0)) for x, y in points]
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    dots = points if len(points) <= FEWEST_DOTS else [points[0]]
    (x, y) = points[-1]
    return [f'<path d="{line}" fill="none" stroke="{INK}"/>',
            *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{INK}"/>' for x, y in dots),
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="none" stroke="{INK}" stroke-width="1.5"/>']


def colour(n: int) -> str:
    """The colour of the n-th curve."""
    return COLOURS[n % len(COLOURS)]
