"""gradcli check: are the gradients right?"""

from __future__ import annotations

from typing import Annotated

import typer

from gradcli.commands.options import At, Wrt, shared
from gradcli.commands.settings import Settings

Subject = Annotated[str, typer.Argument(metavar="EXPR|FILE", help="The expression, or a file that ends with one; "
                                                                 "- reads it from standard input.")]


@shared()
def check(settings: Settings, expr: Subject, at: At = None, wrt: Wrt = None) -> int:
    """Compare gradients with measured slopes.

    Both are computed in double precision at a point. Status 4 says that a gradient is wrong.

    Example: gradcli check 'x**2 * sin(x)' --at x=2
    """
    from gradcli.commands.verdicts import compared

    return compared(expr, at or [], wrt or [], settings)
