"""gradcli jac: the derivatives of every element of a result."""

from __future__ import annotations

from gradcli.console.options import At, Expr, Wrt, shared
from gradcli.console.settings import Settings


@shared()
def jac(settings: Settings, expr: Expr, at: At = None, wrt: Wrt = None) -> int:
    """Print the Jacobian of EXPR at a point.

    It holds the derivatives of each element of the value.

    Example: gradcli jac 'x * y' --at 'x=[1, 2], y=3'
    """
    from gradcli.reports.jacobians import jacobian_of

    return jacobian_of(expr, at or [], wrt or [], settings)
