"""gradcli vjp: the gradient of a weighted sum of a result's elements."""

from __future__ import annotations

from typing import Annotated

from gradcli.console.options import At, Expr, Option, Wrt, shared
from gradcli.console.settings import Settings

Weights = Annotated[str | None, Option(
    "--with", metavar="EXPR", help="The weights, of the shape of the value; 1 where that is a number.")]


@shared()
def vjp(settings: Settings, expr: Expr, at: At = None, wrt: Wrt = None, weights: Weights = None) -> int:
    """Multiply weights by the Jacobian of EXPR.

    That is the gradient of the sum of the elements of the value, each weighted as --with says.

    Example: gradcli vjp 'x**2' --at 'x=[1, 2]' --with '[1, 0.5]'
    """
    from gradcli.reports.jacobians import product_of_weights

    return product_of_weights(expr, at or [], wrt or [], weights, settings)
