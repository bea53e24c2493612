"""How the charts of `gradcli plot` are written: pictures, charts of characters, columns, arrays."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from gradcli.console.output import Output
from gradcli.console.settings import Settings
from gradcli.data.data_format import dump_json, json_number
from gradcli.process.limits import walled
from gradcli.reports.open_session import write_result

if TYPE_CHECKING:
    from gradcli.analysis.surfaces import DescentSteps
    from gradcli.display.charts.chart import Chart
    from gradcli.display.charts.surface import Surface

    Plot = Chart | Surface | DescentSteps

ROWS = 22       # of a chart in the terminal, unless that is lower


def write_plot(plot: Plot, form: str, output: Output, settings: Settings) -> int:
    """Write a plot in a form, a suffix of SUFFIXES or "plain", and return the status."""
    if form in ("png", "pdf", "npy", "npz"):
        with walled(settings):
            output.finish(_numbers(plot, form) if form in ("npy", "npz") else _drawing(plot, form))
        return 0
    return write_result(output, settings, lambda: _render(plot, form))


def table(plot: Plot) -> list[tuple[str, Any]]:
    """The columns of a plot with their titles, of which two may be the same."""
    from gradcli.display.charts.chart import Chart

    if isinstance(plot, Chart):
        return [(plot.name, plot.places), *((curve.title, curve.values) for curve in plot.curves)]
    from gradcli.display.charts.surface import Surface

    if isinstance(plot, Surface):
        return plot.columns()
    slopes = zip([f"{name}.grad" for name in plot.names], plot.slopes, strict=False)
    return [*zip(plot.names, plot.points, strict=True), (plot.text, plot.values), *slopes]


def _numbers(plot: Plot, form: str) -> bytes:
    """The places and the curves: as columns of one array, or each under its title."""
    from gradcli.data.array_files import to_npy, to_npz
    from gradcli.engine.kernels import columns

    if form == "npy":
        return to_npy(columns([values for _, values in table(plot)]))
    return to_npz({title: columns([values])[:, 0] for title, values in table(plot)})


def _drawing(plot: Any, form: str) -> bytes:
    from gradcli.display.charts.chart import Chart

    if isinstance(plot, Chart):
        from gradcli.display.charts.chart_matplotlib import drawing

        return drawing(plot, form)
    from gradcli.display.charts.surface_matplotlib import surface_drawing

    return surface_drawing(plot, form)


def _render(plot: Any, form: str) -> str:
    if form == "svg":
        return _svg(plot)
    if form == "txt":
        return _characters(plot)
    if form == "json":
        return dump_json({title: list(map(json_number, values)) for title, values in table(plot)}) + "\n"
    return _columns(table(plot), "," if form == "csv" else "\t")


def _svg(plot: Any) -> str:
    from gradcli.display.charts.chart import Chart

    if isinstance(plot, Chart):
        from gradcli.display.charts.chart_svg import chart_as_svg

        return chart_as_svg(plot)
    from gradcli.display.charts.surface_svg import surface_as_svg

    return surface_as_svg(plot)


def _characters(plot: Any) -> str:
    from gradcli.display.charts.chart import Chart

    columns, lines = shutil.get_terminal_size()
    size = min(columns, 100), min(lines - 2, ROWS)
    if isinstance(plot, Chart):
        from gradcli.display.charts.chart_text import text

        return text(plot, *size)
    from gradcli.display.charts.surface_text import surface_text

    return surface_text(plot, *size)


def _quoted(title: str, between: str) -> str:
    """A title as a cell, in quotes where it needs them (RFC 4180)."""
    return '"' + title.replace('"', '""') + '"' if between in title or '"' in title else title


def _columns(columns: list[tuple[str, Any]], between: str) -> str:
    """A line of headings, then one for each place; shortest numbers that read back the same."""
    def cell(value: Any) -> str:
        return str(json_number(value))

    heading = [_quoted(" ".join(title.split()), between) for title, _ in columns]
    rows = zip(*(values for _, values in columns), strict=True)
    return "".join(between.join(row) + "\n" for row in [heading, *([cell(value) for value in row] for row in rows)])
