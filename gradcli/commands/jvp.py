"""gradcli jvp: how fast a result changes along a direction."""

from __future__ import annotations

from typing import Annotated

from gradcli.console.options import At, Expr, Option, shared
from gradcli.console.settings import Settings

Direction = Annotated[list[str] | None, Option(
    "--with", metavar="NAME=EXPR, ...", help="The direction; a name that is not there stands still.")]


@shared()
def jvp(settings: Settings, expr: Expr, at: At = None, direction: Direction = None) -> int:
    """Multiply the Jacobian of EXPR by a direction.

    That is how fast the value changes when the names of the point move as --with says.

    Example: gradcli jvp 'x**2' --at 'x=[1, 2]' --with 'x=[1, 0]'
    """
    from gradcli.reports.jacobians import product_along

    return product_along(expr, at or [], direction or [], settings)
