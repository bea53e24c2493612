"""The work of `gradcli check --says`: is a derivative that was derived by hand the right one?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradcli.console.output import Output
from gradcli.console.settings import Settings
from gradcli.data.data_format import dump_json
from gradcli.data.point import open_point
from gradcli.faults.exit_codes import MISMATCH
from gradcli.faults.tree import UsageFault
from gradcli.reports.open_session import in_doubles, write_result
from gradcli.reports.result_format import check_format

if TYPE_CHECKING:
    from gradcli.symbolic.expression import Expr
    from gradcli.symbolic.hand_derivation import HandCheck, Mistake


@in_doubles
def report_hand_check(expr: str, says: str, at: list[str], wrt: list[str], settings: Settings) -> int:
    """Print whether `says` is the derivative of `expr`, and by the status say it too: 4 if it is not.

    Raises UsageFault where there are several names to differentiate by, and --wrt does not choose one.
    """
    check_format(settings, "check")
    if not says.strip():
        raise UsageFault("--says has no derivative: the text is empty", "--says '2*x'")
    output = Output(settings.output, settings)
    point = open_point(expr, at, [], settings, lambda text: None, "check", samples=True)
    name = _chosen(point.leaves, wrt)

    def compare() -> HandCheck:
        from gradcli.symbolic.hand_derivation import check_hand_derivation

        return check_hand_derivation(point.session, point.source.text, says, name, point.leaves)

    verdict = point.timed(settings, "check", compare)
    from gradcli.symbolic.text import writes_decimals

    decimals = writes_decimals(point.source.text) or writes_decimals(says)
    text = _json(verdict, decimals) if settings.format in ("json", "jsonl") else _text(verdict, decimals)
    write_result(output, settings, lambda: text)
    return 0 if verdict.place is None else MISMATCH


def _chosen(leaves: list[str], wrt: list[str]) -> str:
    """The one name to differentiate by."""
    names = [name for text in wrt for name in text.replace(",", " ").split()] or leaves
    if len(names) != 1:
        raise UsageFault(f"--says is the derivative by one name, and there are {len(names)}: {', '.join(names)}",
                         f"--wrt {names[0]}")
    if names[0] not in leaves:
        raise UsageFault(f"--wrt {names[0]}: the point has no such name", f"--at '{names[0]}=...'")
    return names[0]


def _text(verdict: HandCheck, decimals: bool) -> str:
    from gradcli.analysis.written_rule import short_text

    points = f"{verdict.points} point{'s' * (verdict.points != 1)}"
    if not verdict.points:
        return f"{verdict.name}: nothing to compare: the derivative is infinite or nan at all points\n"
    if verdict.place is None:
        return f"{verdict.name}: right, at {points}\n"
    place = ", ".join(f"{name} = {short_text(array)}" for name, array in verdict.place.items())
    text = (f"{verdict.name}: wrong at {place}: the derivative is {short_text(verdict.expected)}, and not "
            f"{short_text(verdict.claimed)}")
    correction = _correction(verdict.mistake, decimals) if verdict.mistake else ""
    return f"{text}; {correction}\n" if correction else f"{text}\n"


def _correction(mistake: Mistake, decimals: bool) -> str:
    """The factor that is missing, or the term, where it is a short one, or what the derivative is."""
    from gradcli.symbolic.closed_form import shortest
    from gradcli.symbolic.expression import MINUS_ONE, Add, Number
    from gradcli.symbolic.fold import mul
    from gradcli.symbolic.known_values import has_minus
    from gradcli.symbolic.text import Writer

    writer: Any = Writer((), decimals)
    if mistake.derivative is None:
        return f"it is {mistake.matrix}" if mistake.matrix else ""
    right = writer.tensor(shortest(mistake.derivative))
    if mistake.factor == MINUS_ONE:
        return f"the sign is wrong: it is {right}"
    factor = "" if mistake.factor is None else writer.text(mistake.factor)
    if isinstance(mistake.factor, Number) or factor and _is_monomial(mistake.factor) and len(factor) < len(right):
        return f"the factor {factor} is missing: it is {right}"
    if mistake.missing is not None and not isinstance(mistake.missing, Add):
        negative = has_minus(mistake.missing)
        term = writer.text(mul(MINUS_ONE, mistake.missing) if negative else mistake.missing)
        if len(term) < len(right):
            return f"the term {term} is {'too much' if negative else 'missing'}"
    return f"it is {right}"


def _is_monomial(expr: Expr | None) -> bool:
    """Whether an expression is a product of powers, without sums and cases."""
    from gradcli.symbolic.expression import Add, Cases, Mul, Power, Sum

    factors = expr.factors if isinstance(expr, Mul) else (expr,)
    return not any(isinstance(factor.base if isinstance(factor, Power) else factor, Add | Cases | Sum)
                   for factor in factors)


def _json(verdict: HandCheck, decimals: bool) -> str:
    from gradcli.symbolic.text import Writer

    place = {} if verdict.place is None else {
        "place": {name: array.tolist() for name, array in verdict.place.items()},
        "derivative": verdict.expected.tolist(), "claimed": verdict.claimed.tolist()}
    formulas = {} if verdict.mistake is None else {"missing": verdict.mistake.missing, "factor": verdict.mistake.factor}
    missing = {name: Writer((), decimals).text(formula) for name, formula in formulas.items() if formula is not None}
    return dump_json({"name": verdict.name, "right": verdict.place is None, "points": verdict.points, **place,
                      **missing}) + "\n"
