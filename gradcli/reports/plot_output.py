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
    from gradcli.display.charts.chart import Chart

ROWS = 22       # of a chart in the terminal, unless that is lower


def write_plot(chart: Chart, form: str, output: Output, settings: Settings) -> int:
    """Write a chart in a form, a suffix of SUFFIXES or "plain", and return the status."""
    if form in ("png", "pdf"):
        from gradcli.display.charts.chart_matplotlib import drawing

        with walled(settings):
            output.finish(drawing(chart, form))
        return 0
    if form in ("npy", "npz"):
        with walled(settings):
            output.finish(_numbers(chart, form))
        return 0
    return write_result(output, settings, lambda: _render(chart, form))


def table(chart: Chart) -> dict[str, Any]:
    """The columns of a chart by their titles."""
    return {chart.name: chart.places, **{curve.title: curve.values for curve in chart.curves}}


def _numbers(chart: Chart, form: str) -> bytes:
    """The places and the curves: as columns of one array, or each under its title."""
    from gradcli.data.array_files import to_npy, to_npz
    from gradcli.engine.kernels import columns

    if form == "npy":
        return to_npy(columns(list(table(chart).values())))
    return to_npz({title: columns([values])[:, 0] for title, values in table(chart).items()})


def _render(chart: Chart, form: str) -> str:
    if form == "svg":
        from gradcli.display.charts.chart_svg import chart_as_svg

        return chart_as_svg(chart)
    if form == "txt":
        from gradcli.display.charts.chart_text import text

        columns, lines = shutil.get_terminal_size()
        return text(chart, min(columns, 100), min(lines - 2, ROWS))
    if form == "json":
        return dump_json({title: list(map(json_number, values)) for title, values in table(chart).items()}) + "\n"
    return _columns(table(chart), "," if form == "csv" else "\t")


def _columns(columns: dict[str, Any], between: str) -> str:
    """A line of headings, then one for each place; shortest numbers that read back the same."""
    def cell(value: Any) -> str:
        return str(json_number(value))

    heading = [f'"{title}"' if between in title or '"' in title else title for title in columns]
    rows = zip(*columns.values(), strict=True)
    return "".join(between.join(row) + "\n" for row in [heading, *([cell(value) for value in row] for row in rows)])
