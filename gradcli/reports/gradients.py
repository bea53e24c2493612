"""The work of `gradcli grad`, done by the language itself: names are set, a program is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradcli.console.output import Output
from gradcli.console.settings import Settings
from gradcli.data.point import open_point
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

if TYPE_CHECKING:
    from gradcli.session.session import Session

RESULT = "result_of_the_expression"     # a name no point will hold


def differentiate(expr: str, at: list[str], wrt: list[str], order: int, settings: Settings) -> int:
    """Print the value of `expr` where `at` says, and its gradients by `wrt`, or by every name."""
    check_format(settings, "grad", FORMATS + NUMBERS)
    output = Output(settings.output, settings)
    point = open_point(expr, at, wrt, settings, printer(output, settings), "grad")
    session, text = point.session, point.source.text
    value, orders = point.timed(settings, "grad", lambda: _derivatives(session, text, point.leaves, order))
    blocks = [ResultBlock("value", ("value",), value), *blocks_by_name("grad", orders[0])]
    for n, gradients in enumerate(orders[1:], 2):
        blocks += [ResultBlock(f"{name}.grad, order {n}", (f"grad{n}", name), g) for name, g in gradients.items()]
    return write_blocks(output, settings, session, blocks)


def _derivatives(session: Session, text: str, leaves: list[str], order: int) -> tuple[Any, list[dict[str, Any]]]:
    """The value, and for each order the derivatives by each leaf.

    One sweep serves the first order. Beyond it each leaf must be a single number, and is
    differentiated again and again on its own.
    """
    from gradcli.analysis.derivatives import number_of, require_unchanged
    from gradcli.analysis.detached import complete

    if order == 1:
        value = complete(session, leaves, lambda: number_of(session, text), text)
        require_unchanged(session, leaves)
        _sweep(session, leaves, value)
        return value, [{name: _gradient(session, name) for name in leaves}]
    orders: list[dict[str, Any]] = [{} for _ in range(order)]
    for name in leaves:
        if session[name].array.size != 1:
            raise UsageFault(f"--order {order} needs numbers, and {name} has {session[name].array.size} elements")
        _clear(session, leaves)
        value = complete(session, [name], lambda: number_of(session, text), text)
        require_unchanged(session, leaves)
        derivative = value
        for gradients in orders:
            _sweep(session, leaves, derivative, create_graph=True)
            gradients[name] = derivative = _gradient(session, name)
    return value, orders


def _sweep(session: Session, leaves: list[str], value: Any, create_graph: bool = False) -> None:
    """Carry gradients back from a value, if it depends on anything; what sweeps of the program left is no part."""
    _clear(session, leaves)
    if value.requires_grad:
        with session.running():
            value.backward(create_graph=create_graph)


def _gradient(session: Session, name: str) -> Any:
    """The gradient by a leaf; zero where the value does not depend on it."""
    if session[name].grad is None:
        session.run(f"{RESULT} = Variable(torch.zeros_like({name}.data))", "<grad>", echo=False)
        return session[RESULT]
    return session[name].grad


def _clear(session: Session, leaves: list[str]) -> None:
    for name in leaves:
        session[name].grad = None
