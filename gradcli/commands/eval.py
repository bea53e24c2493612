"""gradcli eval: run pieces of source in one namespace."""

from __future__ import annotations

from typing import Annotated

from gradcli.console.options import Argument, shared
from gradcli.console.settings import Settings

Sources = Annotated[list[str], Argument(metavar="SOURCE...", help="Programs; - reads standard input.")]


@shared()
def eval_(settings: Settings, sources: Sources) -> int:
    """Run each SOURCE, showing the value of every bare expression.

    Example: gradcli eval "x = Variable(ones(2,2), requires_grad=True); (x*x).sum().backward(); x.grad"
    """
    from gradcli.commands.execute import evaluate

    return evaluate(sources, settings)
