"""The closed forms of derivatives of an expression of a session, each checked against reverse mode."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import gradcli.symbolic.formulas  # noqa: F401  # fills the table of formulas
from gradcli.analysis.derivatives import number_of, require_unchanged, value_of
from gradcli.analysis.detached import complete
from gradcli.engine.tensor.tensor import Tensor
from gradcli.engine.tensor.variable import Variable
from gradcli.engine.transforms import functional
from gradcli.symbolic.evaluate import evaluate_tensor
from gradcli.symbolic.expression import ZERO, Expr
from gradcli.symbolic.piecewise import without_isolated_points
from gradcli.symbolic.simplify import simplified
from gradcli.symbolic.tensor import SymbolicTensor
from gradcli.symbolic.text import Writer
from gradcli.symbolic.trace import Tracer, Unknown, tracing

if TYPE_CHECKING:
    from gradcli.session.session import Session

POINTS, SPREAD = 5, 0.05        # points beside the first at which a formula is checked, and how far they lie from it
TOLERANCE, SINGLE = 1e-8, 2e-3      # relative and absolute, in double and in single precision


class ClosedForm(NamedTuple):
    """A derivative: by which names, its formula or the reason why there is none, and its value at the point."""

    names: tuple[str, ...]
    formula: SymbolicTensor | None
    reason: str
    value: np.ndarray


class ClosedForms(NamedTuple):
    """The closed form of an expression, those of its derivatives, and the constant tensors that they name."""

    value: ClosedForm
    derivatives: list[ClosedForm]
    constants: dict[str, np.ndarray]
    unnamed: list[str]      # those of the constants that the program has no name for


class WrongFormula(Exception):
    """A formula and reverse mode disagree: a fault of gradcli."""


def closed_forms(session: Session, text: str, leaves: Sequence[str], order: int = 1) -> ClosedForms:
    """The closed forms of the derivatives of `text`, one number, of the given order by the leaves, in double precision.

    Raises the faults of the program, NonScalarBackward where the value is not one number, and WrongFormula.
    """
    def evaluate() -> Tensor:
        return number_of(session, text)

    before = {name: session[name] for name in leaves}
    complete(session, leaves, evaluate)
    require_unchanged(session, leaves)
    traced, tracer = _traced(session, evaluate, leaves, order)
    forms = ClosedForms(_form((), traced[()], tracer),
                        [_form(names, value, tracer) for names, value in traced.items() if len(names) == order],
                        tracer.constants, tracer.unnamed)
    _check(session, evaluate, leaves, order, forms)
    for name, value in before.items():
        session[name] = value
    return forms


def _traced(session: Session, evaluate: Callable[[], Tensor], leaves: Sequence[str], order: int
            ) -> tuple[dict[tuple[str, ...], Any], Tracer]:
    """The value and the derivatives up to `order` by tuples of names, computed while all is traced."""
    tracer = Tracer({name: value for name, value in session.names().items() if name not in leaves})
    for name in leaves:
        array = session[name].array
        tracer.enter(array, SymbolicTensor.of(name, array.shape))
    with tracing(session, tracer):
        value = evaluate()
        with session.in_force():
            return derivatives(value, {name: session[name] for name in leaves}, order), tracer


def traced_value(session: Session, text: str, leaves: Sequence[str]) -> SymbolicTensor:
    """The formula of the value of `text` alone; raises Unknown where it has none."""
    tracer = Tracer({name: value for name, value in session.names().items() if name not in leaves})
    for name in leaves:
        array = session[name].array
        tracer.enter(array, SymbolicTensor.of(name, array.shape))
    with tracing(session, tracer):
        return tracer.formula(value_of(session, text))


def derivatives(value: Tensor, leaves: dict[str, Tensor], order: int) -> dict[tuple[str, ...], Any]:
    """The value by (), and its derivatives by tuples of names, in the order of `leaves`; None where it is zero."""
    results: dict[tuple[str, ...], Any] = {(): value}
    for count in range(1, order + 1):
        for names in combinations_with_replacement(leaves, count):
            inner = results[names[:-1]]
            depends = inner is not None and inner.requires_grad
            results[names] = functional.grad([inner], [leaves[names[-1]]], create_graph=True, allow_unused=True)[0] if (
                depends) else None
    return results


def _form(names: tuple[str, ...], value: Any, tracer: Tracer) -> ClosedForm:
    if value is None:
        return ClosedForm(names, SymbolicTensor.filled(ZERO), "", np.zeros(()))
    try:
        formula = tracer.formula(value)
    except Unknown as unknown:
        return ClosedForm(names, None, unknown.reason, value.array.copy())
    body = without_isolated_points(formula.body)
    return ClosedForm(names, SymbolicTensor(formula.shape, formula.axes, body), "", value.array.copy())


def shortest(tensor: SymbolicTensor, taken: Sequence[str] = ()) -> SymbolicTensor:
    """The same tensor with its body simplified, where SymPy is installed."""
    def length(expr: Expr) -> int:
        return len(Writer(taken).text(expr))

    return SymbolicTensor(tensor.shape, tensor.axes, simplified(tensor.body, length))


def _check(session: Session, evaluate: Callable[[], Tensor], leaves: Sequence[str], order: int,
           forms: ClosedForms) -> None:
    """Compare every formula with reverse mode at the point and at points near it; raises WrongFormula."""
    for point in _points({name: session[name].array for name in leaves}):
        for name, array in point.items():
            session[name] = Variable(array, True)
        values = derivatives(evaluate(), {name: session[name] for name in leaves}, order)
        for form in (forms.value, *forms.derivatives):
            if form.formula is not None:
                _compare(form, values[form.names], {**forms.constants, **point})


def _points(arrays: dict[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
    """The point itself, and seeded random ones near it."""
    yield {name: array.copy() for name, array in arrays.items()}
    stream = np.random.default_rng(0)
    for _ in range(POINTS):
        yield {name: np.asarray(array * (1 + SPREAD * stream.uniform(-1, 1, array.shape)), array.dtype)
               for name, array in arrays.items()}


def _compare(form: ClosedForm, value: Any, names: dict[str, np.ndarray]) -> None:
    expected = np.zeros(()) if value is None else value.array
    assert form.formula is not None
    require_close("/".join(["value", *form.names]), evaluate_tensor(form.formula, names), expected)


def require_close(name: str, computed: np.ndarray, expected: np.ndarray) -> None:
    """Raise WrongFormula if the value of a formula is not the one that the engine gives, to its precision."""
    tolerance = TOLERANCE if expected.dtype == np.float64 else SINGLE
    if not np.allclose(computed, expected, rtol=tolerance, atol=tolerance, equal_nan=True):
        raise WrongFormula(f"the formula for {name} gives {np.ravel(computed)[:4]}, and the engine "
                           f"{np.ravel(expected)[:4]}")
