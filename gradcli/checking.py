"""Checking an expression's gradients where a session's names stand now."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gradcli.cuts import complete
from gradcli.engine.backward import newest_first
from gradcli.engine.check import Verdict, slopes
from gradcli.engine.op import traced
from gradcli.engine.tensor import Tensor
from gradcli.engine.variable import Variable
from gradcli.errors import GradFault, UsageFault

if TYPE_CHECKING:
    from gradcli.session import Session

MEASURABLE = 8      # digits: more a difference of doubles does not tell


class Finding(NamedTuple):
    """What was found of the gradient by one name."""

    name: str
    verdict: Verdict

    @property
    def text(self) -> str:
        """A line that says it."""
        return _said(self.name, self.verdict)


def check(session: Session, expression: str) -> list[Finding]:
    """A finding for each name that is varied. Names stand for doubles meanwhile: call it on a session to be restored.

    What is varied are the floating tensors that require gradients, or if there is none, all floating ones.
    A result of several elements is weighted with numbers that no symmetry fits.
    """
    named, leaves = _used(session, expression), leaves_of(session, expression)
    for name, value in named.items():
        session[name] = Variable(value.array.astype(np.float64), name in leaves)
    start = session.generators.moment()

    def result() -> Any:
        session.generators.rewind(start)
        found = session.eval(expression)
        if not isinstance(found, Tensor):
            raise UsageFault(f"the expression gives a {type(found).__name__}, which has no gradient")
        return found

    output = complete(session, list(leaves), result)
    if not output.requires_grad:
        raise GradFault(f"the expression does not depend on {' or '.join(leaves)} in a way that is recorded")
    weights = np.cos(np.arange(output.array.size, dtype=np.float64)).reshape(output.array.shape)
    traced.sum(traced.mul(output, Variable(weights.astype(output.array.dtype)))).backward()
    findings = []
    for name in leaves:
        leaf = session[name]
        gradient = np.zeros_like(leaf.array) if leaf.grad is None else leaf.grad.array
        verdict = slopes(lambda: float((result().array * weights).sum()), leaf.array, gradient)
        findings.append(Finding(name, verdict))
    return findings


def leaves_of(session: Session, expression: str) -> dict[str, Tensor]:
    """What an expression is differentiated by: the floating tensors it names, if some require gradients those alone."""
    named = _used(session, expression)
    leaves = {name: value for name, value in named.items() if value.requires_grad} or named
    if not leaves:
        raise UsageFault("the expression uses no name that stands for a floating tensor",
                         ("(x ** 2).sum()", "names what is to be varied"))
    return leaves


def reached(session: Session, expression: str) -> list[str]:
    """The names of the leaves that a backward pass from an expression would reach, also through what other names hold.

    Where none requires a gradient, what it names is made to: call it on a session to be restored.
    """
    leaves = leaves_of(session, expression)
    held = {id(value): name for name, value in reversed(session.names().items())}
    found = [name for name, value in leaves.items() if value.node is None]
    for name in found:
        if not leaves[name].requires_grad:
            session[name] = Variable(leaves[name].array, True)
    for call in newest_first(value.node for value in leaves.values() if value.node is not None):
        found += [held[id(debtor)] for debtor, _, _ in getattr(call, "edges", ()) if id(debtor) in held]
    return sorted(dict.fromkeys(found))


def _used(session: Session, expression: str) -> dict[str, Tensor]:
    """The floating tensors that an expression names, itself or through the functions it calls."""
    names, found = session.names(), {}
    pending, seen = list(session.words(expression)), set()
    while pending:
        name = pending.pop()
        value = names.get(name)
        if name in seen or value is None:
            continue
        seen.add(name)
        if isinstance(value, Tensor) and value.array.dtype.kind == "f":
            found[name] = value
        pending += getattr(getattr(value, "__code__", None), "co_names", ())
    return dict(sorted(found.items()))


def _said(name: str, verdict: Verdict) -> str:
    many = f"{verdict.moved} of {verdict.size} slopes" if verdict.moved < verdict.size else (
        f"{verdict.size} slope{'s' * (verdict.size != 1)}")
    kinks = ""
    if verdict.kinks:
        shown = ", ".join(_place(name, index) for index in verdict.kinks[:3])
        kinks = f"; a kink at {shown}{' and elsewhere' * (len(verdict.kinks) > 3)}, which was left out"
    if len(verdict.kinks) == verdict.moved:
        return f"{name}: {many}, a kink at every one: nothing to compare"
    if verdict.right:
        return f"{name}: {many}, right to {_digits(verdict)} digits{kinks}"
    return (f"{name}: {many}, wrong at {_place(name, verdict.place)}: "
            f"the rule says {verdict.analytic:.8g}, the slope is {verdict.measured:.8g}{kinks}")


def _place(name: str, index: tuple[int, ...]) -> str:
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def _digits(verdict: Verdict) -> int:
    """To how many digits the worst slope agrees, as far as measuring can tell."""
    if not verdict.off:
        return MEASURABLE
    return max(0, min(MEASURABLE, math.floor(-math.log10(verdict.off / max(1.0, abs(verdict.measured))))))
