"""gradcli diff: the closed form of a derivative."""

from __future__ import annotations

from gradcli.commands.grad import Order
from gradcli.console.options import At, Expr, Wrt, shared
from gradcli.console.settings import Settings


@shared()
def diff(settings: Settings, expr: Expr, at: At = None, wrt: Wrt = None, order: Order = 1) -> int:
    """Print the derivative of EXPR as a formula.

    Names without a value are numbers; tensors get their shape from --at, and their formulas have indices.

    Example: gradcli diff 'x**2 * sin(x)'
    """
    from gradcli.reports.closed_forms import report_closed_forms

    return report_closed_forms(expr, at or [], wrt or [], order, settings)
