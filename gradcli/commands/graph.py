"""gradcli graph: the calls behind a value."""

from __future__ import annotations

from typing import Annotated

from gradcli.console.options import Argument, At, Option, shared
from gradcli.console.settings import Settings

Program = Annotated[str, Argument(metavar="SOURCE|FILE",
                                  help="The program, or a file with it; - reads standard input.")]
Of = Annotated[str | None, Option("--of", metavar="NAME", help="The value; else that of the last expression.")]
Values = Annotated[bool, Option("--values", help="What each call computed, in a picture.")]
Grads = Annotated[bool, Option("--grads", help="The gradient along each edge, in a picture.")]
Dark = Annotated[bool, Option("--dark", help="A dark .svg; else one that follows the reader's preference.")]


@shared()
def graph(settings: Settings, source: Program, at: At = None, of: Of = None, values: Values = False,
          grads: Grads = False, dark: Dark = False) -> int:
    """Print or draw the graph behind a value.

    It is printed as a tree; -o FILE draws it, by the suffix of FILE: .svg, .dot,
    .mmd or .json; .png and .pdf with gradcli[plot].

    Example: gradcli graph '(x * x).sum()' --at 'x=ones(2)'
    """
    from gradcli.reports.graph_output import Contents, report_graph

    return report_graph(source, at or [], of, Contents(values, grads, dark), settings)
