"""gradcli hess: the second derivatives of a number."""

from __future__ import annotations

from gradcli.console.options import At, Expr, Wrt, shared
from gradcli.console.settings import Settings


@shared()
def hess(settings: Settings, expr: Expr, at: At = None, wrt: Wrt = None) -> int:
    """Print the Hessian of EXPR at a point.

    It holds the second derivatives of a number by each pair of names.

    Example: gradcli hess '(x**2 * y).sum()' --at 'x=[1, 2], y=3'
    """
    from gradcli.reports.jacobians import hessian_of

    return hessian_of(expr, at or [], wrt or [], settings)
