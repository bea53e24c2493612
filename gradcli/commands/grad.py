"""gradcli grad: a value and its gradients at a point."""

from __future__ import annotations

from typing import Annotated

from gradcli.console.options import At, Expr, Option, Wrt, shared
from gradcli.console.settings import Settings

Order = Annotated[int, Option("--order", metavar="N", min=1, max=20, help="Derivatives up to this order.")]


@shared()
def grad(settings: Settings, expr: Expr, at: At = None, wrt: Wrt = None, order: Order = 1) -> int:
    """Differentiate EXPR at a point.

    Example: gradcli grad 'x**2 * sin(x)' --at x=2
    """
    from gradcli.reports.gradients import differentiate

    return differentiate(expr, at or [], wrt or [], order, settings)
