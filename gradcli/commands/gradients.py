"""The work of `gradcli grad`, done by the language itself: names are set, a program is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradcli.commands.limiting import counted, walled
from gradcli.commands.output import Output
from gradcli.commands.points import points
from gradcli.commands.running import open_session, timed
from gradcli.commands.settings import Settings
from gradcli.commands.source import Source, from_words
from gradcli.commands.values import data, dumps, is_tensor, plain
from gradcli.errors import Fault, NonScalarBackward, UsageFault

if TYPE_CHECKING:
    from gradcli.session import Session

RESULT = "result_of_the_expression"     # a name no point will hold
FORMATS = ("text", "plain", "json", "jsonl")


def differentiate(expr: str, at: list[str], wrt: list[str], order: int, settings: Settings) -> int:
    """Print the value of `expr` where `at` says, and its gradients by `wrt`, or by every name."""
    if settings.format not in FORMATS:
        raise UsageFault(f"grad has no --format {settings.format}", *(f"--format {known}" for known in FORMATS))
    source = from_words([expr])[0]._replace(name="<expr>" if expr != "-" else "<stdin>")
    output = Output(settings.output)
    session = open_session(settings, output.write)
    with walled(settings):
        names = _place(session, at, settings)
    unknown = [name for name in wrt if name not in names]
    if unknown:
        raise UsageFault(f"--wrt {unknown[0]}: the point has no such name", "--at " + f"'{unknown[0]}=...'")
    leaves = wrt or [name for name in names if _is_floating(session[name])]
    if not leaves:
        raise UsageFault("there is nothing to differentiate by: no name of the point holds floating numbers",
                         "--at 'x=2'")
    whole = [name for name in leaves if not _is_floating(session[name])]
    if whole:
        raise UsageFault(f"--wrt {whole[0]}: it holds no floating numbers, so nothing can be differentiated by it")
    value, orders = timed(settings, "grad", lambda: _derivatives(session, source, leaves, order))
    write = {"text": _text, "plain": _plain}.get(settings.format, _json)
    with walled(settings):
        counted(output.write, settings)(write(session, value, orders))
    output.finish()
    return 0


def _place(session: Session, at: list[str], settings: Settings) -> list[str]:
    """Set the names of the point: numbers and floating tensors become leaves, other values stay what they are."""
    kind = "torch.float64" if settings.double else "torch.float32"
    names = []
    for text in at:
        for name, expression in points(text):
            try:
                session.run(f"{name} = {expression}", "--at", echo=False)
            except Fault as fault:
                fault.source, fault.name = f"{name} = {expression}", "--at"
                raise
            value = session[name]
            if type(value) in (int, float) or isinstance(value, list) and value:
                session.run(f"{name} = torch.tensor({name}, dtype={kind})", "--at", echo=False)
            if _is_floating(session[name]):
                session.run(f"{name} = Variable({name}.detach().to({kind}), requires_grad=True)", "--at", echo=False)
            names.append(name)
    return list(dict.fromkeys(names))


def _is_floating(value: Any) -> bool:
    return is_tensor(value) and value.array.dtype.kind == "f"


def _derivatives(session: Session, source: Source, leaves: list[str], order: int) -> tuple[Any, list[dict[str, Any]]]:
    """The value, and for each order the derivatives by each leaf.

    One sweep serves the first order. Beyond it each leaf must be a single number, and is
    differentiated again and again on its own.
    """
    if order == 1:
        value = _value(session, source, leaves)
        _sweep(session, "backward()", value)
        return value, [{name: _gradient(session, name) for name in leaves}]
    orders: list[dict[str, Any]] = [{} for _ in range(order)]
    for name in leaves:
        if session[name].array.size != 1:
            raise UsageFault(f"--order {order} needs numbers, and {name} has {session[name].array.size} elements")
        value = _value(session, source, leaves)
        derivative = value
        for found in orders:
            _clear(session, leaves)
            _sweep(session, "backward(create_graph=True)", derivative)
            found[name] = derivative = _gradient(session, name)
    return value, orders


def _value(session: Session, source: Source, leaves: list[str]) -> Any:
    """The value of the expression, which must be one number."""
    value = session.eval(source.text)
    changed = next((name for name in leaves if not _is_floating(session.names().get(name))), None)
    if changed:
        raise UsageFault(f"the expression gives {changed} another value, so nothing can be differentiated by it")
    if isinstance(value, (int, float)):
        session[RESULT] = value
        session.run(f"{RESULT} = torch.tensor(float({RESULT}))", source.name, echo=False)
        value = session[RESULT]
    if value is None:
        raise UsageFault("the text ends with no expression, so there is no value to differentiate")
    if not is_tensor(value):
        raise UsageFault(f"the expression gives a {type(value).__name__}, which has no gradient")
    if value.array.size != 1:
        size = "x".join(map(str, value.shape))
        raise NonScalarBackward(f"the expression has {size} values, and a gradient is that of one number",
                                (f"gradcli grad '({source.text.strip()}).sum()' --at ...", "the gradient of the sum"))
    return value


def _sweep(session: Session, how: str, value: Any) -> None:
    """Carry gradients back from a value, if it depends on anything."""
    if value.requires_grad:
        session[RESULT] = value
        session.run(f"{RESULT}.{how}", "<grad>", echo=False)


def _gradient(session: Session, name: str) -> Any:
    """The gradient by a leaf; zero where the value does not depend on it."""
    if session[name].grad is None:
        session.run(f"{RESULT} = Variable(torch.zeros_like({name}.data))", "<grad>", echo=False)
        return session[RESULT]
    return session[name].grad


def _clear(session: Session, leaves: list[str]) -> None:
    for name in leaves:
        session.run(f"{name}.grad = None", "<grad>", echo=False)


def _text(session: Session, value: Any, orders: list[dict[str, Any]]) -> str:
    """As a session would print them, each under its name."""
    blocks = [("value", value)]
    for order, gradients in enumerate(orders, 1):
        ending = "" if order == 1 else f", order {order}"
        blocks += [(f"{name}.grad{ending}", g) for name, g in gradients.items()]
    return "\n".join(f"{name}\n{session.text(shown).rstrip(chr(10))}\n" for name, shown in blocks)


def _plain(session: Session, value: Any, orders: list[dict[str, Any]]) -> str:
    return "\n".join(plain(v) for v in (value, *(g for gradients in orders for g in gradients.values()))) + "\n"


def _json(session: Session, value: Any, orders: list[dict[str, Any]]) -> str:
    found: dict[str, Any] = {"value": data(value), "grad": {name: data(g) for name, g in orders[0].items()}}
    for order, gradients in enumerate(orders[1:], 2):
        found[f"grad{order}"] = {name: data(g) for name, g in gradients.items()}
    return dumps(found) + "\n"
