"""The work of `gradcli check --says`: is a derivative that was derived by hand the right one?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gradcli.console.output import Output
from gradcli.console.settings import Settings
from gradcli.data.bindings import points, twice
from gradcli.data.data_format import dump_json
from gradcli.data.point import open_point
from gradcli.faults.exit_codes import MISMATCH
from gradcli.faults.tree import UsageFault
from gradcli.reports.open_session import in_doubles, write_result
from gradcli.reports.result_format import check_format

if TYPE_CHECKING:
    from gradcli.symbolic.by_hand.hand_derivation import HandCheck, Mistake
    from gradcli.symbolic.by_hand.slips import Slip
    from gradcli.symbolic.expression import Expr

NAMED = re.compile(r"\s*[^\W\d]\w*\s*=(?!=)")        # x = ...
TWO_NAMES = re.compile(r"\s*([^\W\d]\w*)\s*,\s*([^\W\d]\w*)\s*=(?!=)(?!.*[^=!<>]=[^=])(.*)", re.S)     # x, y = ...
Names = tuple[str, ...]
# what is said of each kind of slip; {0} and {1} are its formulas
WORDS = {
    "the function itself": "that is the function itself",
    "by another name": "that is the derivative by {0}",
    "the second derivative": "that is the derivative of the derivative",
    "an antiderivative": "that is an antiderivative of the function",
    "product of derivatives": "the derivative of a product is not the product of the derivatives of {0} and {1} "
                              "(product rule)",
    "quotient of derivatives": "the derivative of a quotient is not the quotient of the derivatives of {0} and {1} "
                               "(quotient rule)",
    "quotient sign": "the quotient rule takes the derivative of {1} times {0} away",
    "quotient divisor": "the divisor of the quotient rule is {1}",
    "power rule": "the power rule is for constant exponents, and that of {0} varies",
    "product rule": "the term {0} of the product rule is missing",
    "missing term": "the term {0} is missing",
    "extra term": "the term {0} is too much",
    "sign": "the sign is wrong",
    "sign of a term": "the sign of the term {0} is wrong",
    "coefficient": "the coefficient is {0}, and not {1}",
    "number": "the number is {0}, and not {1}",
    "exponent": "the exponent of {0} is {1}, and not {2}",
    "missing factor": "the factor {0} is missing",
    "extra factor": "the factor {0} is too much",
    "inner": "the inner derivative {0} of {1} is missing (chain rule)",
    "inner twice": "the inner derivative {0} of {1} is too much (chain rule)",
    "inner in place": "{0} is differentiated where it stands, and its derivative {1} is a factor (chain rule)",
    "argument": "the argument is {0}, and not {1}",
    "other function": "{0} stands in place of {1}",
    "exchanged": "{0} and {1} are exchanged",
    "in a term": "in the term {0}, in place of {1}",
}


@in_doubles
def report_hand_check(expr: str, says: list[str], at: list[str], wrt: list[str], settings: Settings, order: int) -> int:
    """Print whether `says` are the derivatives of `expr`, and by the status say it too: 4 if one is not.

    Each of `says` is `NAME=EXPR`, or EXPR alone where there is one name to differentiate by, or --wrt chooses one;
    under the second order `NAME,NAME=EXPR` is the derivative by two names.
    """
    check_format(settings, "check")
    claims = [claim for text in says for claim in _claims(text)]
    output = Output(settings.output, settings)
    point = open_point(expr, at, [], settings, lambda text: None, "check", samples=True)
    chosen = _chosen(claims, point.leaves, wrt, order)

    def compare() -> list[HandCheck]:
        from gradcli.symbolic.by_hand.hand_derivation import check_hand_derivation

        return [check_hand_derivation(point.session, point.source.text, claim, names, point.leaves)
                for names, claim in chosen.items()]

    verdicts = point.timed(settings, "check", compare)
    from gradcli.symbolic.text import writes_decimals

    decimals = writes_decimals(point.source.text) or any(map(writes_decimals, chosen.values()))
    if settings.format in ("json", "jsonl"):
        entries = [_json(verdict, decimals) for verdict in verdicts]
        text = "".join(f"{dump_json(entry)}\n" for entry in entries) if settings.format == "jsonl" else (
            f"{dump_json(entries[0] if len(entries) == 1 else entries)}\n")
    else:
        text = "".join(_text(verdict, decimals) for verdict in verdicts)
    write_result(output, settings, lambda: text)
    return 0 if all(verdict.place is None for verdict in verdicts) else MISMATCH


def _claims(text: str) -> list[tuple[Names, str]]:
    """The derivatives that an option says, each with its names; () where it has none."""
    if not text.strip():
        raise UsageFault("--says has no derivative: the text is empty", "--says '2*x'")
    if match := TWO_NAMES.fullmatch(text):
        return [((match[1], match[2]), match[3].strip())]
    if NAMED.match(text):
        return [((name,), claim) for name, claim in points(text, "--says")]
    return [((), text)]


def _chosen(claims: list[tuple[Names, str]], leaves: list[str], wrt: list[str], order: int) -> dict[Names, str]:
    """What is said of the derivative by each tuple of names, as many as the order."""
    wanted = [name for text in wrt for name in text.replace(",", " ").split()]
    chosen: dict[Names, str] = {}
    for names, claim in claims:
        if not names:
            several = wanted or leaves
            if len(several) != 1:
                raise UsageFault(f"--says is the derivative by one name, and there are {len(several)}: "
                                 f"{', '.join(several)}", f"--says '{several[0]}={claim.strip()}'")
            names = several[0],
        for name in names:
            if name not in leaves:
                option = "--says" if name not in wanted else "--wrt"
                raise UsageFault(f"{option} {name}: the point has no such name", f"--at '{name}=...'")
        if len(names) > order:
            raise UsageFault(f"--says {','.join(names)}: a derivative by two names is one of the second order",
                             "--order 2")
        names = names * order if len(names) == 1 else names
        if names in chosen:
            raise twice(",".join(names), "--says")
        chosen[names] = claim
    return chosen


def _label(names: Names) -> str:
    """What a derivative is called: x, of the second order d2/dx2 or d2/dxdy."""
    if len(names) == 1:
        return names[0]
    return f"d2/d{names[0]}2" if len(set(names)) == 1 else f"d2/d{'d'.join(names)}"


def _text(verdict: HandCheck, decimals: bool) -> str:
    from gradcli.analysis.short_text import short_text

    label, points = _label(verdict.names), f"{verdict.points} point{'s' * (verdict.points != 1)}"
    if not verdict.points:
        return f"{label}: nothing to compare: the derivative is infinite or nan at all points\n"
    if verdict.place is None:
        return f"{label}: right, at {points}\n"
    place = ", ".join(f"{name} = {short_text(array)}" for name, array in verdict.place.items())
    text = (f"{label}: wrong at {place}: the derivative is {short_text(verdict.expected)}, and not "
            f"{short_text(verdict.claimed)}")
    correction = _correction(verdict.mistake, decimals) if verdict.mistake else ""
    return f"{text}; {correction}\n" if correction else f"{text}\n"


def _correction(mistake: Mistake, decimals: bool) -> str:
    """The slips that have a name, and what the derivative is; that alone where a term is what differs."""
    from gradcli.symbolic.closed_form import shortest
    from gradcli.symbolic.text import Writer

    if mistake.derivative is None:
        return f"it is {mistake.matrix}" if mistake.matrix else ""
    right = Writer((), decimals).tensor(shortest(mistake.derivative))
    slips = _words(mistake.slips, decimals)
    alone = len(mistake.slips) == 1 and "term" in mistake.slips[0].kind + slips
    name = "the derivative" if slips.startswith("that is") else "it"
    return slips if alone else f"{slips}: {name} is {right}" if slips else f"it is {right}"


def _words(slips: Any, decimals: bool) -> str:
    """The words for slips; the term that they are in comes first."""
    from gradcli.symbolic.text import Writer

    writer: Any = Writer((), decimals)

    def words(slip: Slip) -> str:
        return WORDS[slip.kind].format(*map(writer.text, slip.formulas))

    inside = [words(slip) for slip in slips if slip.kind == "in a term"]
    return " ".join([*(f"{text}," for text in inside),
                     ", and ".join(words(slip) for slip in slips if slip.kind != "in a term")])


def _json(verdict: HandCheck, decimals: bool) -> dict[str, Any]:
    from gradcli.symbolic.text import Writer

    place = {} if verdict.place is None else {
        "place": {name: array.tolist() for name, array in verdict.place.items()},
        "derivative": verdict.expected.tolist(), "claimed": verdict.claimed.tolist()}
    mistake = verdict.mistake
    formulas: dict[str, Expr | None] = {} if mistake is None else {"missing": mistake.missing, "factor": mistake.factor}
    texts = {name: Writer((), decimals).text(formula) for name, formula in formulas.items() if formula is not None}
    slips = {"mistake": _words(mistake.slips, decimals)} if mistake is not None and mistake.slips else {}
    return {"name": _label(verdict.names), "right": verdict.place is None, "points": verdict.points, **place, **texts,
            **slips}
