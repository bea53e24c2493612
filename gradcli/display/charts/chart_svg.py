"""A chart as SVG."""

from __future__ import annotations

from gradcli.display.charts.chart import Chart, label, segments, ticks

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 400, 64, 16, 30, 36
COLOURS = ("#2457b3", "#c4570c", "#3a7d34", "#7a3fa0")


def chart_as_svg(chart: Chart) -> str:
    """The chart as one SVG document."""
    low, high = chart.y_range
    left, right = chart.x_range

    def x(value: float) -> float:
        return LEFT + (value - left) / (right - left) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM)

    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
             f'viewBox="0 0 {WIDTH} {HEIGHT}" '
             'font-family="monospace" font-size="12" fill="#1d2430">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
             f'<clipPath id="inside"><rect x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" '
             f'height="{HEIGHT - TOP - BOTTOM}"/></clipPath>']
    for mark in ticks(left, right, 8):
        lines += [_line(x(mark), TOP, x(mark), HEIGHT - BOTTOM, mark == 0),
                  _text(label(mark), x(mark), HEIGHT - BOTTOM + 16, "middle")]
    for mark in ticks(low, high, 6):
        lines += [_line(LEFT, y(mark), WIDTH - RIGHT, y(mark), mark == 0),
                  _text(label(mark), LEFT - 6, y(mark) + 4, "end")]
    for n, curve in enumerate(chart.curves):
        colour = COLOURS[n % len(COLOURS)]
        path = " ".join(_path([(x(place), y(value)) for place, value in zip(*map(list, stretch), strict=True)])
                        for stretch in segments(chart.places, curve.values, (low, high)))
        lines.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.8" clip-path="url(#inside)"/>')
        at = LEFT + n * (WIDTH - LEFT - RIGHT) / len(chart.curves)
        lines.append(f'<text x="{at:.1f}" y="{TOP - 12}" fill="{colour}">{_escaped(curve.title)}</text>')
    lines.append(_text(chart.name, WIDTH - RIGHT, HEIGHT - 4, "end"))
    return "\n".join([*lines, "</svg>", ""])


def _path(points: list[tuple[float, float]]) -> str:
    """A stretch of a curve as straight lines."""
    return "M" + " L".join(f"{x:.2f} {min(max(y, -10.0 * HEIGHT), 11.0 * HEIGHT):.2f}" for x, y in points)


def _line(x1: float, y1: float, x2: float, y2: float, axis: bool) -> str:
    colour = "#9aa2ad" if axis else "#e4e7eb"
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def _text(text: str, x: float, y: float, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{_escaped(text)}</text>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
