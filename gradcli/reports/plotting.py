"""The work of `gradcli plot`."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

from gradcli.console.output import Output
from gradcli.console.settings import Settings
from gradcli.console.source import Source
from gradcli.data.bindings import with_files
from gradcli.data.data_format import dump_json, json_number
from gradcli.data.point import at_point, expression, offering, refuse_twice, set_names, used
from gradcli.faults.tree import Fault, UsageFault
from gradcli.process.limits import walled
from gradcli.reports.open_session import open_session, timed, write_result

if TYPE_CHECKING:
    from gradcli.display.charts.chart import Chart
    from gradcli.session.session import Session

SUFFIXES = (".svg", ".png", ".txt", ".csv", ".json", ".npy", ".npz")
ROWS = 22       # of a chart in the terminal, unless that is lower


def report_plot(expr: str, over: str, at: list[str], slope: bool, points: int, settings: Settings) -> int:
    """Compute the curves, and draw or print them."""
    from gradcli.analysis.derivatives import curve_chart

    form = _form(settings)
    if form == "png":
        from gradcli.display.charts.chart_png import require_matplotlib

        require_matplotlib()
    output = Output(settings.output, settings)
    source = expression(expr, settings, "plot", [over, *at])
    if not over:
        raise UsageFault("plot needs the name that varies, and where", "--over x=-3:3")
    texts = with_files(at, settings)
    session = open_session(settings, lambda text: None)
    with walled(settings):
        refuse_twice(session, texts)
        variables = session.names()
        name, ends = interval(session, over)
        if name in variables:
            raise UsageFault(f"--over and --var both give {name} a value", ("--over", "is where it varies"))
        if name in set_names(session, texts, settings):
            raise UsageFault(f"--over and --at both give {name} a value", ("--over", "is where it varies"))
    with offering(session, source, lambda lacking: _point_of(source, over, at, lacking)):
        chart = timed(settings, "plot", lambda: curve_chart(session, source.text.strip(), name, ends, points, slope))
    if form == "png":
        from gradcli.display.charts.chart_png import png

        with walled(settings):
            output.finish(png(chart))
        return 0
    if form in ("npy", "npz"):
        with walled(settings):
            output.finish(_numbers(chart, form))
        return 0
    return write_result(output, settings, lambda: _render(chart, form))


def _point_of(source: Source, over: str, at: list[str], lacking: list[str]) -> str:
    """The options of a plot whose expression lacks names: its own --over where that is of none of its names."""
    if used(source, [over]):
        return at_point(lacking, used(source, at))
    _, equals, ends = over.partition("=")
    return f"--over '{lacking[0]}{equals}{ends}'" + (f" {at_point(lacking[1:], [])}" if lacking[1:] else "")


def _numbers(chart: Chart, form: str) -> bytes:
    """The places and the curves: as columns of one array, or each under its title."""
    from gradcli.data.array_files import to_npy, to_npz
    from gradcli.engine.kernels import columns

    if form == "npy":
        return to_npy(columns([chart.places, *(curve.values for curve in chart.curves)]))
    return to_npz({chart.name: columns([chart.places])[:, 0],
                   **{curve.title: columns([curve.values])[:, 0] for curve in chart.curves}})


def _form(settings: Settings) -> str:
    """How the curves are to be shown: as a suffix tells, as a format tells, or as standard output can."""
    if settings.output:
        suffix = os.path.splitext(settings.output)[1]
        if suffix not in SUFFIXES:
            raise UsageFault(f"-o {settings.output}: a plot is written as {', '.join(SUFFIXES)}", "-o plot.svg")
        return suffix[1:]
    if settings.format in ("json", "csv"):
        return settings.format
    if settings.format not in ("text", "plain"):
        raise UsageFault(f"plot has no --format {settings.format}", "--format csv", "-o plot.svg")
    return "txt" if settings.format == "text" and sys.stdout is not None and sys.stdout.isatty() else "plain"


def interval(session: Session, over: str, word: str = "--over",
             example: str = "--over x=-3:3") -> tuple[str, tuple[float, float]]:
    """The name and the ends in NAME=FROM:TO, which stands behind `word`."""
    name, _, span = over.partition("=")
    name, parts = name.strip(), span.split(":")
    if not name.isidentifier() or len(parts) != 2:
        raise UsageFault(f"{word} takes NAME=FROM:TO, not {over!r}", example)
    ends = []
    for part in parts:
        try:
            ends.append(float(session.eval(part)))
        except (TypeError, ValueError):
            raise UsageFault(f"{word} {over}: {part!r} is no number", example) from None
        except Fault as fault:
            fault.name = word
            raise
    low, high = ends
    if not -1e300 < low < high < 1e300:
        raise UsageFault(f"{word} {over}: the interval must go up, from one number to a larger one", example)
    return name, (low, high)


def _render(chart: Chart, form: str) -> str:
    if form == "svg":
        from gradcli.display.charts.chart_svg import chart_as_svg

        return chart_as_svg(chart)
    if form == "txt":
        from gradcli.display.charts.chart_text import text

        columns, lines = shutil.get_terminal_size()
        return text(chart, min(columns, 100), min(lines - 2, ROWS))
    if form == "json":
        columns_of = {chart.name: chart.places, **{curve.title: curve.values for curve in chart.curves}}
        return dump_json({title: list(map(json_number, values)) for title, values in columns_of.items()}) + "\n"
    return _columns(chart, "," if form == "csv" else "\t")


def _columns(chart: Chart, between: str) -> str:
    """A line of headings, then one for each place; shortest numbers that read back the same."""
    def cell(value: Any) -> str:
        return str(json_number(value))

    titles = [chart.name, *(curve.title for curve in chart.curves)]
    heading = [f'"{title}"' if between in title or '"' in title else title for title in titles]
    rows = zip(chart.places, *(curve.values for curve in chart.curves), strict=True)
    return "".join(between.join(row) + "\n" for row in [heading, *([cell(value) for value in row] for row in rows)])
