"""The work of `gradcli graph`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from gradcli.console.diagnostics import tell
from gradcli.console.output import Output
from gradcli.console.settings import Settings
from gradcli.console.source import Source, from_file_or_word, from_words
from gradcli.data.bindings import with_files
from gradcli.data.data_format import holds_numbers
from gradcli.data.fitting_values import fitting_values
from gradcli.data.point import at_point, known_names, offering, refuse_twice, set_names, used
from gradcli.faults.suggestions import nearest
from gradcli.faults.tree import NameFault, UsageFault
from gradcli.process.limits import limited, walled
from gradcli.reports.open_session import open_session, timed, write_result

if TYPE_CHECKING:
    from gradcli.display.graphs.graph import Picture
    from gradcli.session.session import Session

SUFFIXES = (".svg", ".png", ".pdf", ".dot", ".mmd", ".json", ".txt")


class Contents(NamedTuple):
    """What a picture is to show besides calls and shapes: values, gradients along edges, and whether it is dark."""

    values: bool
    grads: bool
    dark: bool


def report_graph(program: str, at: list[str], of: str | None, contents: Contents, settings: Settings) -> int:
    """Run a program at a point, and print or draw the graph behind one of its values."""
    suffix = os.path.splitext(settings.output)[1] if settings.output else ".txt"
    if settings.format == "json" and not settings.output:
        suffix = ".json"
    elif settings.format not in ("text", "json") and not settings.output:
        raise UsageFault(f"graph has no --format {settings.format}", "--format json", "-o graph.svg")
    if suffix not in SUFFIXES:
        raise UsageFault(f"-o {settings.output}: a graph is written as {', '.join(SUFFIXES)}", "-o graph.svg")
    _check_contents(contents, suffix)
    if suffix in (".png", ".pdf"):
        from gradcli.display.charts.chart_matplotlib import require_matplotlib

        require_matplotlib()
    output = Output(settings.output, settings)
    with limited(settings):
        source = from_file_or_word(program, known_names(at, settings), "gradcli graph ") or from_words([program])[0]
    texts = with_files(at, settings)
    session = open_session(settings, lambda text: None)
    with walled(settings):
        refuse_twice(session, texts)
        set_names(session, texts, settings)
    with offering(session, source, lambda lacking: at_point(
            fitting_values(session, source, lacking), used(source, at))):
        value, values, grads = timed(settings, source.name, lambda: _computed(session, source, of, contents))
    if suffix == ".txt":
        return write_result(output, settings, lambda: "".join(f"{line}\n" for line in session.graph(value)))
    if suffix in (".png", ".pdf"):
        from gradcli.display.graphs.graph_matplotlib import graph_drawing

        with walled(settings):
            output.finish(graph_drawing(_complete(session.picture(value, values, grads)), suffix[1:]))
        return 0
    return write_result(output, settings, lambda: _rendered(_complete(session.picture(value, values, grads)), suffix,
                                                           contents.dark))


def _check_contents(contents: Contents, suffix: str) -> None:
    """Raise UsageFault for contents that a form cannot show."""
    if suffix == ".txt" and (contents.values or contents.grads):
        word = "--values" if contents.values else "--grads"
        raise UsageFault(f"{word} is for pictures, and a tree shows calls and shapes", f"{word} -o graph.svg",
                         f"{word} --format json")
    if contents.dark and suffix != ".svg":
        raise UsageFault("--dark is for SVG files", "--dark -o graph.svg")


def _computed(session: Session, source: Source, of: str | None, contents: Contents) -> tuple[Any, Any, Any]:
    """The value, and what its picture is to show: values by node, gradients by edge."""
    displayed: list[Any] = []
    session.display = displayed.append
    values = grads = None
    if contents.values:
        from gradcli.analysis.graph_contents import run_in_steps, values_by_node

        values = values_by_node(session, run_in_steps(session, source.text))
    else:
        session.run(source.text, source.name)
    value = _value(session, source, of, displayed)
    if contents.grads:
        from gradcli.analysis.graph_contents import gradients_along_edges

        grads = gradients_along_edges(session, value)
    return value, values, grads


def _value(session: Session, source: Source, of: str | None, values: list[Any]) -> Any:
    """The value that is asked for: a name's, or the last of those displayed."""
    of = of or (None if values else _assigned_last(session, source))
    if of is None and not values:
        raise UsageFault("no graph: the program ends with no expression, and sets no value that has a history",
                         "gradcli graph '(x * 2).sum()' --at 'x=ones(2)'")
    if of and of not in session:
        nearest_name = (*nearest(of, session.names()), _assigned_last(session, source))[0]
        raise NameFault(f"name '{of}' is not defined, and --of takes one that the program sets",
                        *([f"--of {nearest_name}"] if nearest_name else []))
    return _required(session[of] if of else values[-1], of, session, source)


def _required(value: Any, of: str | None, session: Session, source: Source) -> Any:
    """The value; UsageFault if it is no tensor."""
    if not holds_numbers(value):
        assigned = _assigned_last(session, source)
        raise UsageFault(f"no graph leads to {of or 'the expression'}, whose type is {type(value).__name__}",
                         *([f"--of {assigned}"] if assigned else []))
    return value


def _assigned_last(session: Session, source: Source) -> str | None:
    """The name that a tensor with a history was assigned to last, in a program that shows no expression."""
    from gradcli.analysis.derivatives import assigned_names
    from gradcli.lang.syntax.parser import parse

    names = session.names()
    assigned = [name for statement in parse(source.text, source.name)[3] for name in assigned_names(statement)]
    return next((name for name in reversed(assigned)
                 if holds_numbers(names.get(name)) and names[name].requires_grad), None)


def _complete(picture: Picture) -> Picture:
    """A picture, after a note where a part of it is left out."""
    from gradcli.display.graphs.graph import MOST

    if not picture.complete:
        tell(f"note: the graph has more than {MOST} nodes; the rest is left out")
    return picture


def _rendered(picture: Picture, suffix: str, dark: bool) -> str:
    from gradcli.display.graphs import graph, graph_svg

    if suffix == ".svg":
        return graph_svg.graph_as_svg(picture, dark)
    return {".dot": graph.dot, ".mmd": graph.mermaid, ".json": graph.graph_as_json}[suffix](picture)
