"""The work of `gradcli plot`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from keyword import iskeyword
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from gradcli.console.output import Output
from gradcli.console.settings import Settings
from gradcli.console.source import Source
from gradcli.data.bindings import twice, with_files
from gradcli.data.fitting_values import numbers_for
from gradcli.data.point import (
    at_point,
    expression,
    known_names,
    lacking_names,
    offering,
    refuse_twice,
    set_names,
    used,
)
from gradcli.faults.tree import Fault, UsageFault
from gradcli.process.limits import walled
from gradcli.reports.open_session import in_doubles, open_session, timed
from gradcli.reports.plot_output import write_plot

if TYPE_CHECKING:
    from gradcli.session.session import Session

PICTURES = ("svg", "png", "pdf")
SUFFIXES = (".svg", ".png", ".pdf", ".txt", ".csv", ".json", ".npy", ".npz")
POINTS, NODES = 241, 21     # values along an axis: of curves, and of the columns of a surface
SCALES = ("", "x", "y", "xy", "yx")
Interval = tuple[str, tuple[float, float]]


class PlotRequest(NamedTuple):
    """What `gradcli plot` is called with: expressions, the texts of --over, --at and --from, and options."""

    exprs: list[str]
    over: list[str]
    at: list[str]
    slope: bool
    points: int | None
    log: str
    descent: float | None
    start: list[str]
    steps: int


def report_plot(request: PlotRequest, settings: Settings) -> int:
    """Compute the curves, and draw or print them; pictures show what double precision gives."""
    form = _form(settings)
    plot = _plot_in_doubles if form in PICTURES or form == "txt" else _plot
    return plot(request, form, settings)


def _plot(request: PlotRequest, form: str, settings: Settings) -> int:
    """Compute the curves, and write them in a form."""
    _check_options(request)
    if form in ("png", "pdf"):
        from gradcli.display.charts.chart_matplotlib import require_matplotlib

        require_matplotlib()
    output = Output(settings.output, settings)
    sources = [expression(expr, settings, "plot", [*request.over, *request.at]) for expr in request.exprs]
    texts = with_files(request.at, settings)
    session = open_session(settings, lambda text: None)
    if not request.over:
        names = known_names(request.at, settings)
        name = next((name for source in sources for name in lacking_names(session, source) if name not in names), "x")
        raise UsageFault("plot needs the name that varies, and where", f"--over {name}=-3:3")
    with walled(settings):
        refuse_twice(session, texts)
        intervals = _intervals(session, request, texts, settings)
    with ExitStack() as stack:
        for source in reversed(sources):
            stack.enter_context(offering(session, source, _repair(sources, request)))
        chart = timed(settings, "plot", lambda: _computed(session, sources, intervals, request, form))
    return write_plot(chart, form, output, settings)


@in_doubles
def _plot_in_doubles(request: PlotRequest, form: str, settings: Settings) -> int:
    """Draw the curves in double precision."""
    return _plot(request, form, settings)


def _computed(session: Session, sources: list[Source], intervals: list[Interval], request: PlotRequest,
              form: str) -> Any:
    """The Chart or Surface, or with --descent the Steps for a form that is no picture."""
    from gradcli.analysis.curves import curve_chart, expressions_of

    names = tuple(name for name, _ in intervals)
    texts = [text for source in sources for text in expressions_of(source.text.strip(), names)]
    _check_texts(texts, names, request)
    is_picture = form in PICTURES or form == "txt"

    def picture() -> Any:
        if len(names) == 1:
            return curve_chart(session, texts, names[0], intervals[0][1], request.points or POINTS, request.slope,
                               request.log, is_picture)
        from gradcli.analysis.surfaces import surface

        return surface(session, texts[0], (names[0], names[1]), [ends for _, ends in intervals], request.slope,
                       request.points or (None if is_picture else NODES))

    if request.descent is None:
        return picture()
    from gradcli.analysis.surfaces import Descent, descend, with_path

    start = _start(session, names, request.start)
    steps = descend(session, texts[0], names, Descent(request.descent, request.steps, start))
    if is_picture:
        return with_path(picture(), steps)
    return steps if request.slope else steps._replace(slopes=[])


def _check_options(request: PlotRequest) -> None:
    """Raise UsageFault for options that do not go together."""
    if request.log not in SCALES:
        raise UsageFault(f"--log takes x, y or xy, not {request.log!r}", "--log xy")
    if len(request.over) > 2:
        raise UsageFault("--over is for one name, or for the two of a surface", "--over x=-2:2 --over y=-2:2")
    if len(request.over) == 2 and request.log:
        raise UsageFault("--log is for curves, and two names make a surface", ("--over x=1:100 --log x", "one name"))
    if request.start and request.descent is None:
        raise UsageFault("--from is where --descent starts, and there is none", "--descent 0.1")
    if request.descent is not None and not isfinite(request.descent):
        raise UsageFault(f"--descent is the size of its steps, and {request.descent} is none", "--descent 0.1")
    if request.descent is not None and not request.start:
        raise UsageFault("--descent needs the point at which it starts", "--from 'x=1'")


def _check_texts(texts: list[str], names: tuple[str, ...], request: PlotRequest) -> None:
    """Raise UsageFault for several expressions where there can be one only."""
    if len(set(names)) < len(names):
        raise UsageFault(f"--over gives {names[0]} two intervals", "--over x=-2:2 --over y=-2:2")
    for option, one in (("a surface", len(names) == 2), ("--descent", request.descent is not None)):
        if one and len(texts) > 1:
            raise UsageFault(f"{option} is of one expression, and there are {len(texts)}", (texts[0], "alone"))


def _start(session: Session, names: tuple[str, ...], texts: list[str]) -> tuple[float, ...]:
    """The numbers of --from, in the order of `names`."""
    from gradcli.data.bindings import points

    start: dict[str, float] = {}
    for text in texts:
        for name, number in points(text, "--from"):
            if name in start:
                raise twice(name, "--from")
            start[name] = _number(session, number, "--from", f"--from {name}", f"--from '{name}=1'")
    wanting = [name for name in names if name not in start]
    extra = [name for name in start if name not in names]
    if wanting or extra:
        raise UsageFault(f"--from must give {' and '.join(names)} a number" + (f", not {extra[0]}" if extra else ""),
                         "--from '" + ", ".join(f"{name}=1" for name in names) + "'")
    return tuple(start[name] for name in names)


def _number(session: Session, text: str, option: str, where: str, example: str) -> float:
    """A number in an option, which is finite in the session's dtype."""
    try:
        value = float(session.eval(text))
    except (TypeError, ValueError):
        raise UsageFault(f"{where}: {text!r} is no number", example) from None
    except Fault as fault:
        fault.name = option
        raise
    if not isfinite(value):
        raise UsageFault(f"{where}: {text} is infinite or nan", example)
    if not isfinite(_rounded(session, value)):
        raise UsageFault(f"{where}: {text} is infinite in single precision", _double(option))
    return value


def _double(option: str) -> str:
    """What asks for double precision where an option, or a word of the prompt, is read."""
    return "--double" if option.startswith("-") else "torch.set_default_dtype(torch.float64)"


def _rounded(session: Session, value: float) -> float:
    """A number in the session's dtype."""
    from gradcli.analysis.derivatives import default_dtype

    dtype = default_dtype(session)
    with session.in_force():
        return float(dtype.type(value))


def _intervals(session: Session, request: PlotRequest, texts: list[Any],
               settings: Settings) -> list[Interval]:
    """The names that vary and where; sets the names of --at in the session."""
    variables = session.names()
    intervals = [interval(session, text) for text in request.over]
    for name, (low, _) in intervals:
        if name in variables:
            raise UsageFault(f"--over and --var both give {name} a value", ("--over", "is where it varies"))
        if "x" in request.log and low <= 0:
            raise UsageFault(f"--over {request.over[0]}: a logarithmic axis has positive numbers only",
                             f"--over {name}=0.01:100")
    fixed = set_names(session, texts, settings)
    for name, _ in intervals:
        if name in fixed:
            raise UsageFault(f"--over and --at both give {name} a value", ("--over", "is where it varies"))
    return intervals


def _repair(sources: list[Source], request: PlotRequest) -> Callable[[list[str]], str]:
    """The options of a plot whose expressions lack names: its own --over where that is of none of their names."""
    def option(names: list[str]) -> str:
        if any(used(source, request.over) for source in sources):
            point = [text for text in request.at if any(used(source, [text]) for source in sources)]
            return at_point(numbers_for(names), point)
        _, equals, ends = request.over[0].partition("=")
        rest = f" {at_point(numbers_for(names[1:]), [])}" if names[1:] else ""
        return f"--over '{names[0]}{equals}{ends}'{rest}"

    return option


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
             example: str = "--over x=-3:3") -> Interval:
    """The name and the ends in NAME=FROM:TO, which stands behind `word`."""
    name, _, span = over.partition("=")
    name, parts = name.strip(), span.split(":")
    if not name.isidentifier() or iskeyword(name) or len(parts) != 2:
        raise UsageFault(f"{word} takes NAME=FROM:TO, not {over!r}", example)
    low, high = (_number(session, part, word, f"{word} {over}", example) for part in parts)
    if not low < high or not isfinite(2 * (high - low)):
        raise UsageFault(f"{word} {over}: the interval must go up, from one number to a larger one", example)
    if _rounded(session, low) == _rounded(session, high):
        raise UsageFault(f"{word} {over}: in single precision the ends are the same number", _double(word), example)
    return name, (low, high)
