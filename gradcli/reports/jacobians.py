"""The work of `gradcli jac`, `hess`, `jvp` and `vjp`."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from gradcli.console.output import Output
from gradcli.console.settings import Settings
from gradcli.data.bindings import with_files
from gradcli.data.point import EvaluationPoint, floating_tensor, open_point, set_names
from gradcli.faults.tree import UsageFault
from gradcli.reports.result_format import (
    FORMATS,
    NUMBERS,
    ResultBlock,
    blocks_by_name,
    check_format,
    printer,
    write_blocks,
)

WEIGHTS = "weights_in_the_file"      # a name no point will hold
Derived = Callable[[EvaluationPoint], tuple[Any, Any]]


def jacobian_of(expr: str, at: list[str], wrt: list[str], settings: Settings) -> int:
    """Print the value of `expr` where `at` says, and its Jacobian by each name."""
    from gradcli.analysis.derivatives import jacobian

    return _print_derivative("jac", expr, at, wrt, settings, lambda p: jacobian(p.session, p.source.text, p.leaves))


def hessian_of(expr: str, at: list[str], wrt: list[str], settings: Settings) -> int:
    """Print the value and the Hessian."""
    from gradcli.analysis.derivatives import hessian

    return _print_derivative("hess", expr, at, wrt, settings, lambda p: hessian(p.session, p.source.text, p.leaves))


def product_along(expr: str, at: list[str], direction: list[str], settings: Settings) -> int:
    """Print the value and its velocity along a direction."""
    texts = with_files(direction, settings, "--with")

    def product(point: EvaluationPoint) -> tuple[Any, Any]:
        from gradcli.analysis.derivatives import jvp

        session = point.session
        here = {name: session[name] for name in session.names()}
        moved = set_names(session, texts, settings, "--with")
        unknown = [name for name in moved if name not in point.leaves]
        if unknown:
            raise UsageFault(f"--with {unknown[0]}: the point has no such name", f"--at '{unknown[0]}=...'")
        if not moved:
            raise UsageFault("jvp needs the direction in which the names move", f"--with '{point.leaves[0]}=1'")
        velocities = {name: session[name] for name in moved}
        for name in moved:
            session[name] = here[name]
        return jvp(session, point.source.text, point.leaves, velocities)

    return _print_derivative("jvp", expr, at, [], settings, product)


def product_of_weights(expr: str, at: list[str], wrt: list[str], weights: str | None, settings: Settings) -> int:
    """Print the value and the gradients of its weighted sum."""
    file = with_files([f"{WEIGHTS}={weights}"], settings, "--with") if weights and weights[:1] == "@" else []

    def product(point: EvaluationPoint) -> tuple[Any, Any]:
        from gradcli.analysis.derivatives import shape_of, vjp

        if weights is None and prod(shape_of(point.session, point.source.text)) != 1:
            raise UsageFault("vjp needs a weight for each element of the value", "--with '[1, 0.5]'")
        if file:
            set_names(point.session, file, settings, "--with")
        tensor = None if weights is None else floating_tensor(
            point.session, WEIGHTS if file else weights, settings, "--with")
        return vjp(point.session, point.source.text, point.leaves, tensor)

    return _print_derivative("vjp", expr, at, wrt, settings, product)


def _print_derivative(kind: str, expr: str, at: list[str], wrt: list[str], settings: Settings, derived: Derived) -> int:
    """Print a value and what `derived` finds of it, under the name of the command."""
    check_format(settings, kind, FORMATS + NUMBERS)
    output = Output(settings.output, settings)
    point = open_point(expr, at, wrt, settings, printer(output, settings), kind)
    value, derivatives = point.timed(settings, kind, lambda: derived(point))
    blocks = [ResultBlock("value", ("value",), value)]
    if isinstance(derivatives, dict):
        blocks += blocks_by_name(kind, derivatives)
    else:
        blocks.append(ResultBlock(kind, (kind,), derivatives))
    return write_blocks(output, settings, point.session, blocks)
